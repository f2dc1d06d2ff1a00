import type { InputStatement, SectionPattern, SortKey } from './script';
import type { Scanner } from './scanner';
import { accept, bracketed, peek, skipSpace, word } from './scanner';

const sorts: ReadonlyMap<string, SortKey> = new Map([
  ['SORT', 'name'],
  ['SORT_BY_NAME', 'name'],
  ['SORT_BY_ALIGNMENT', 'alignment'],
  ['SORT_BY_INIT_PRIORITY', 'init-priority'],
  ['SORT_NONE', 'none'],
]);

const words = (text: string): readonly string[] =>
  text
    .split(/\s+/)
    .filter((one) => one !== '')
    .map((one) => one.replace(/^"(.*)"$/, '$1'));

/** True where the word just read starts an input statement by keyword: `KEEP(`, `EXCLUDE_FILE(`, `SORT(`, … */
export function startsInput(keyword: string): boolean {
  return (
    keyword === 'KEEP' ||
    keyword === 'EXCLUDE_FILE' ||
    keyword === 'INPUT_SECTION_FLAGS' ||
    keyword === 'REVERSE' ||
    sorts.has(keyword)
  );
}

/** Reads an input statement whose first word is still ahead. */
export function inputStatement(scan: Scanner): InputStatement {
  skipSpace(scan);
  const place = scan.place(scan.at);
  const before = scan.at;
  if (word(scan) === 'KEEP' && accept(scan, '(')) {
    const inner = plain(scan);
    accept(scan, ')');
    return { ...inner, keep: true, place };
  }
  scan.at = before;
  return plain(scan);
}

function plain(scan: Scanner): InputStatement {
  const place = scan.place(scan.at);
  let flags: InputStatement['flags'] = [];
  let exclude: readonly string[] = [];
  let sortFiles = false;
  let reverseFiles = false;
  let file: string;
  let wrapped = 0;
  for (;;) {
    const name = word(scan);
    const call = peek(scan) === '(';
    if (name === 'INPUT_SECTION_FLAGS' && call) {
      flags = sectionFlags(bracketed(scan, '(', ')'));
      accept(scan, '&');
    } else if (name === 'EXCLUDE_FILE' && call) exclude = words(bracketed(scan, '(', ')'));
    else if ((sorts.has(name) || name === 'REVERSE') && call) {
      sortFiles ||= sorts.get(name) === 'name' || name === 'REVERSE';
      reverseFiles ||= name === 'REVERSE';
      accept(scan, '(');
      wrapped++;
    } else {
      file = name;
      break;
    }
  }
  while (wrapped > 0 && accept(scan, ')')) wrapped--;
  const sections = accept(scan, '(') ? sectionList(scan) : [everything];
  return { kind: 'input', file, sortFiles, reverseFiles, exclude, sections, keep: false, flags, place };
}

const everything: SectionPattern = { glob: '*', sort: [], reverse: false, exclude: [] };

function sectionFlags(text: string): InputStatement['flags'] {
  return text
    .split('&')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => ({ flag: one.replace(/^!\s*/, ''), wanted: !one.startsWith('!') }));
}

/** What stands between the parentheses of a file pattern, up to and with the closing one. */
function sectionList(scan: Scanner): readonly SectionPattern[] {
  const found: SectionPattern[] = [];
  while (scan.at < scan.end && !accept(scan, ')')) {
    const before = scan.at;
    const pattern = sectionPattern(scan, [], false, []);
    if (pattern) found.push(pattern);
    if (scan.at === before) {
      if ('{};'.includes(peek(scan))) break;
      scan.at++;
    }
  }
  return found;
}

function sectionPattern(
  scan: Scanner,
  sort: readonly SortKey[],
  reverse: boolean,
  exclude: readonly string[],
  depth = 0,
): SectionPattern | undefined {
  // To ld 2.40 a comma is part of a name here: `*(.a, .b)` takes no `.a`.
  const name = word(scan, '', ',');
  // ld nests two sorts at most.
  if (peek(scan) === '(' && depth < 8) {
    if (name === 'EXCLUDE_FILE')
      return sectionPattern(
        scan,
        sort,
        reverse,
        [...exclude, ...words(bracketed(scan, '(', ')'))],
        depth + 1,
      );
    const key = sorts.get(name);
    if (key !== undefined || name === 'REVERSE') {
      accept(scan, '(');
      const inner = sectionPattern(
        scan,
        key ? [...sort, key] : sort,
        reverse || name === 'REVERSE',
        exclude,
        depth + 1,
      );
      accept(scan, ')');
      return inner;
    }
  }
  return name === '' ? undefined : { glob: name, sort, reverse, exclude };
}
