import { inputStatement, startsInput } from './input-statement';
import type { LinePlaces, Scanner } from './scanner';
import { accept, bracketed, findOutside, fold, peek, scanner, skipSpace, textUntil, word } from './scanner';
import type {
  AssignmentStatement,
  ContentStatement,
  LinkerScript,
  OutputStatement,
  ScriptProblem,
  SectionsStatement,
} from './script';

/**
 * Parses a linker script that has been through the preprocessor. Never throws: what is not understood is stepped over
 * and listed. `places` says where each line of `text` was written; without it, `# 12 "file"` lines do.
 */
export function parseLinkerScript(text: string, places?: LinePlaces): LinkerScript {
  const scan = scanner(text, places);
  const problems: ScriptProblem[] = [];
  const statements: SectionsStatement[] = [];
  let depth = 0;
  while (peek(scan) !== '') {
    const before = scan.at;
    if (accept(scan, ';') || accept(scan, ',')) continue;
    if (accept(scan, '}')) {
      if (depth === 0) problems.push({ message: 'a } that closes nothing', place: scan.place(before) });
      depth = Math.max(0, depth - 1);
      continue;
    }
    const name = word(scan, ':');
    if (name === 'SECTIONS' && accept(scan, '{')) {
      depth++;
      continue;
    }
    scan.at = before;
    const read = sectionsStatement(scan, depth > 0, problems);
    statements.push(...read);
    if (scan.at === before) scan.at++;
  }
  if (depth > 0) problems.push({ message: 'SECTIONS is not closed', place: scan.place(scan.end) });
  return { statements, problems };
}

const wraps = new Map<string, AssignmentStatement['wrap']>([
  ['PROVIDE', 'provide'],
  ['PROVIDE_HIDDEN', 'provide-hidden'],
  ['HIDDEN', 'hidden'],
]);

const operators = ['=', '+=', '-=', '*=', '/=', '<<=', '>>=', '&=', '|=', '^='];

/** An assignment whose first word is still ahead; `undefined`, and nothing read, where there is none. */
function assignment(scan: Scanner, wrapped = false): AssignmentStatement | undefined {
  skipSpace(scan);
  const from = scan.at;
  const place = scan.place(from);
  const name = word(scan, ':');
  const wrap = wraps.get(name);
  if (wrap !== undefined && !wrapped && accept(scan, '(')) {
    const inner = assignment(scan, true);
    if (inner) {
      accept(scan, ')');
      accept(scan, ';');
      return { ...inner, wrap, place };
    }
    scan.at = from;
    return undefined;
  }
  // `a+=4`: ld takes the operator's sign into the name where patterns are expected; no kernel relies on that.
  const symbol = name.replace(/(?:<<|>>|[-+*/|^])$/, '');
  scan.at -= name.length - symbol.length;
  skipSpace(scan);
  const operator = operators.find((one) => scan.text.startsWith(one, scan.at));
  if (symbol === '' || operator === undefined || scan.text.startsWith('==', scan.at)) {
    scan.at = from;
    return undefined;
  }
  scan.at += operator.length;
  const expression = textUntil(scan, ';,)}');
  if (peek(scan) === ';' || peek(scan) === ',') scan.at++;
  return { kind: 'assign', symbol, operator, expression, wrap: undefined, place };
}

/** Characters looked at for the `:` behind an output section's name; real address expressions are far shorter. */
const longestHeader = 4096;

const bareKeywords = new Set([
  'CONSTRUCTORS',
  'CREATE_OBJECT_SYMBOLS',
  'FORCE_COMMON_ALLOCATION',
  'INHIBIT_COMMON_ALLOCATION',
  'FORCE_GROUP_ALLOCATION',
  'LINKER_VERSION',
]);

function sectionsStatement(
  scan: Scanner,
  inSections: boolean,
  problems: ScriptProblem[],
): readonly SectionsStatement[] {
  const assigned = assignment(scan);
  if (assigned) return [assigned];
  skipSpace(scan);
  const from = scan.at;
  const place = scan.place(from);
  const name = word(scan, ':');
  const next = peek(scan);
  if (name === 'OVERLAY' && inSections) return overlay(scan, problems);
  if (name === 'INCLUDE' || name === 'INSERT') {
    const argument = name === 'INCLUDE' ? word(scan) : `${word(scan)} ${word(scan)}`;
    const message = `${name} ${argument} is not followed`;
    problems.push({ message, place });
    return [{ kind: 'other', keyword: name, text: argument, place }];
  }
  if (bareKeywords.has(name)) return [{ kind: 'other', keyword: name, text: '', place }];
  if (!inSections) {
    const text =
      next === '(' ? bracketed(scan, '(', ')') : next === '{' ? bracketed(scan, '{', '}') : undefined;
    if (text !== undefined && name !== '') return [{ kind: 'other', keyword: name, text, place }];
    problems.push({ message: `not understood: ${name === '' ? next : name}`, place });
    return [];
  }
  const stop = findOutside(scan, ':;{}=', longestHeader);
  const isSection = name !== '' && scan.text.charAt(stop) === ':';
  if (isSection && !isForeignMacro(name, scan.text.slice(scan.at, stop)))
    return [outputSection(scan, name, from, false, problems)];
  if (next === '(') return [{ kind: 'other', keyword: name, text: bracketed(scan, '(', ')'), place }];
  problems.push({
    message: `not understood: ${name === '' ? next : `${name} (a macro that is not defined here?)`}`,
    place,
  });
  return [];
}

/**
 * True where `NAME` or `NAME(…)` stands in front of another output section, as a macro does that is not defined: what
 * follows is no address then, but a name of its own.
 */
function isForeignMacro(name: string, between: string): boolean {
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) return false;
  const scan = scanner(between);
  if (peek(scan) === '(') bracketed(scan, '(', ')');
  return (
    /^[.A-Za-z_][\w.]*[A-Za-z_]/.test(between.slice(scan.at).trim().slice(0, 200)) &&
    !/^\s*(?:ALIGN|ADDR|BLOCK)\b/.test(between)
  );
}

/** From behind the name to behind the trailer. */
function outputSection(
  scan: Scanner,
  name: string,
  from: number,
  inOverlay: boolean,
  problems: ScriptProblem[],
): OutputStatement {
  const place = scan.place(from);
  const colon = inOverlay ? scan.at : findOutside(scan, ':{');
  const address = fold(scan.text.slice(scan.at, colon));
  scan.at = colon;
  accept(scan, ':');
  const attributes = attributesOf(textUntil(scan, '{};'));
  const contents: ContentStatement[] = [];
  if (accept(scan, '{')) {
    for (;;) {
      const char = peek(scan);
      if (char === '') {
        problems.push({ message: `output section ${name} is not closed`, place });
        break;
      }
      if (accept(scan, '}')) break;
      if (accept(scan, ';') || accept(scan, ',')) continue;
      const before = scan.at;
      contents.push(...content(scan, problems));
      if (scan.at === before) {
        problems.push({ message: `not understood in ${name}: ${char}`, place: scan.place(before) });
        scan.at++;
      }
    }
  } else problems.push({ message: `output section ${name} has no { }`, place });
  const type = /\(([^()]*)\)\s*$/.exec(address);
  return {
    kind: 'output',
    name,
    address: type && isSectionType(type[1] ?? '') ? address.slice(0, type.index).trim() : address,
    type: type && isSectionType(type[1] ?? '') ? (type[1] ?? '').trim() : '',
    ...attributes,
    contents,
    ...trailer(scan),
    overlay: inOverlay,
    place,
  };
}

const isSectionType = (text: string): boolean =>
  /^\s*(?:NOLOAD|DSECT|COPY|INFO|OVERLAY|READONLY|TYPE\s*=.*)?\s*$/.test(text);

function attributesOf(text: string): Pick<OutputStatement, 'at' | 'align' | 'subalign' | 'constraint'> {
  const scan = scanner(text);
  const found = new Map<string, string>();
  let constraint: OutputStatement['constraint'];
  while (peek(scan) !== '') {
    const name = word(scan);
    if (name === 'ONLY_IF_RO' || name === 'ONLY_IF_RW') constraint = name;
    else if (peek(scan) === '(') found.set(name, bracketed(scan, '(', ')'));
    else if (name === '') scan.at++;
  }
  return {
    at: found.get('AT') ?? '',
    align: found.get('ALIGN') ?? '',
    subalign: found.get('SUBALIGN') ?? '',
    constraint,
  };
}

/** `>region AT>region :phdr =fill ,` in any order. */
function trailer(scan: Scanner): Pick<OutputStatement, 'region' | 'loadRegion' | 'phdrs' | 'fill'> {
  let region = '';
  let loadRegion = '';
  let fill = '';
  const phdrs: string[] = [];
  for (;;) {
    const before = scan.at;
    if (accept(scan, '>')) region = word(scan);
    else if (accept(scan, ':')) phdrs.push(word(scan, ':'));
    else if (accept(scan, '=')) fill = fillExpression(scan);
    else if (accept(scan, 'AT')) {
      if (!accept(scan, '>')) {
        scan.at = before;
        return { region, loadRegion, phdrs, fill };
      }
      loadRegion = word(scan);
    } else {
      accept(scan, ',');
      return { region, loadRegion, phdrs, fill };
    }
  }
}

function fillExpression(scan: Scanner): string {
  const parts: string[] = [];
  for (;;) {
    parts.push(peek(scan) === '(' ? `(${bracketed(scan, '(', ')')})` : word(scan, ':|+'));
    if (accept(scan, '|')) parts.push('|');
    else if (accept(scan, '+')) parts.push('+');
    else return parts.join(' ');
  }
}

const dataSizes: ReadonlyMap<string, number | undefined> = new Map([
  ['BYTE', 1],
  ['SHORT', 2],
  ['LONG', 4],
  ['QUAD', 8],
  ['SQUAD', 8],
  ['ASCIZ', undefined],
]);

function content(scan: Scanner, problems: ScriptProblem[]): readonly ContentStatement[] {
  const assigned = assignment(scan);
  if (assigned) return [assigned];
  skipSpace(scan);
  const from = scan.at;
  const place = scan.place(from);
  const name = word(scan);
  const call = peek(scan) === '(';
  if (name === '') return [];
  if (bareKeywords.has(name)) return [{ kind: 'other', keyword: name, text: '', place }];
  if (call && dataSizes.has(name))
    return [
      {
        kind: 'data',
        directive: name,
        size: dataSizes.get(name),
        expression: bracketed(scan, '(', ')'),
        place,
      },
    ];
  if (call && (name === 'ASSERT' || name === 'FILL'))
    return [{ kind: 'other', keyword: name, text: bracketed(scan, '(', ')'), place }];
  if (name === 'ASCIZ' || name === 'INCLUDE') {
    const argument = word(scan);
    if (name === 'INCLUDE') problems.push({ message: `INCLUDE ${argument} is not followed`, place });
    return [{ kind: 'other', keyword: name, text: argument, place }];
  }
  if (call && /^SORT(?:_BY_NAME)?$/.test(name)) {
    const inner = fold(bracketed(scan, '(', ')'));
    if (inner === 'CONSTRUCTORS') return [{ kind: 'other', keyword: name, text: inner, place }];
  }
  scan.at = from;
  if (!call && !startsInput(name) && /^[A-Z_][A-Z0-9_]*$/.test(name))
    problems.push({ message: `${name} is read as a file name (a macro that is not defined here?)`, place });
  return [inputStatement(scan)];
}

/** `OVERLAY [start] : [NOCROSSREFS] [AT(…)] { name { … } … } trailer`: its sections one after the other. */
function overlay(scan: Scanner, problems: ScriptProblem[]): readonly OutputStatement[] {
  textUntil(scan, '{};');
  if (!accept(scan, '{')) return [];
  const found: OutputStatement[] = [];
  while (peek(scan) !== '' && !accept(scan, '}')) {
    const from = scan.at;
    const name = word(scan);
    if (name === '') scan.at++;
    else found.push(outputSection(scan, name, from, true, problems));
  }
  const { region, loadRegion, phdrs, fill } = trailer(scan);
  return found.map((one) => ({ ...one, region, loadRegion, phdrs: [...one.phdrs, ...phdrs], fill }));
}
