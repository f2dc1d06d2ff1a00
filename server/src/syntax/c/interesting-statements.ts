import { ownText } from '../own-text';
import { lex, type Token } from './lex';
import { localStatements } from './local-statements';
import type { CFileFacts } from './scan';
import type { SourceFile } from './unit-input';

/** Interesting statements of a file: found once for a set of wanted names. */
export interface InterestingStatement {
  readonly start: number;
  readonly end: number;
  /** From `start` to `end`: of a file of which little more is wanted, this is kept and not the file's text. */
  readonly text: string;
  /** The 1-based line of `start`. */
  readonly line: number;
  /** Of the function in whose body it stands: what is in front of the body. */
  readonly head?: string;
}

const none: readonly InterestingStatement[] = [];

const interestingCache = new WeakMap<RegExp, WeakMap<CFileFacts, readonly InterestingStatement[]>>();

/** The statements that hold a wanted name outside directives. */
export function interestingStatements(file: SourceFile, pattern: RegExp): readonly InterestingStatement[] {
  if (file.isBare === true) return none;
  let ofPattern = interestingCache.get(pattern);
  if (!ofPattern) interestingCache.set(pattern, (ofPattern = new WeakMap()));
  const known = ofPattern.get(file.facts);
  if (known) return known;
  const all = isAssembler(file.path)
    ? assemblerStatements(file, pattern)
    : withTexts(file.text, wantedRanges(file, pattern));
  ofPattern.set(file.facts, all);
  return all;
}

/** Whether a file is assembler text, of which every line counts. */
export const isAssembler = (path: string): boolean => path.endsWith('.S');

/** All that is no directive, if a wanted name stands there, or in any case. */
export function assemblerStatements(
  { text, facts: { directives } }: SourceFile,
  pattern: RegExp,
  always = false,
): readonly InterestingStatement[] {
  const ranges: WantedRange[] = [];
  let from = 0;
  for (const { offset, end } of directives) {
    if (from < offset) ranges.push({ start: from, end: offset });
    from = end;
  }
  if (from < text.length) ranges.push({ start: from, end: text.length });
  const holds = ({ start, end }: WantedRange): boolean => {
    pattern.lastIndex = start;
    const match = pattern.exec(text);
    return match !== null && match.index < end;
  };
  return always || ranges.some(holds) ? withTexts(text, ranges) : none;
}

function withTexts(whole: string, ranges: readonly WantedRange[]): readonly InterestingStatement[] {
  let line = 1;
  let counted = 0;
  return ranges.map(({ start, end, head }) => {
    for (
      let newline = whole.indexOf('\n', counted);
      newline >= 0 && newline < start;
      newline = whole.indexOf('\n', counted)
    ) {
      line++;
      counted = newline + 1;
    }
    const text = ownText(whole.slice(start, end));
    return head === undefined ? { start, end, text, line } : { start, end, text, line, head: ownText(head) };
  });
}

interface WantedRange {
  readonly start: number;
  end: number;
  readonly head?: string;
}

function wantedRanges({ text, facts }: SourceFile, pattern: RegExp): readonly WantedRange[] {
  const found: WantedRange[] = [];
  // Hardly any header holds a wanted name: then its directives and statements need not be looked at.
  let directives: CFileFacts['directives'] | undefined;
  let statements: CFileFacts['statements'] | undefined;
  let directive = 0;
  let statement = 0;
  let inBody: Body | undefined;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const at = match.index;
    directives ??= facts.directives;
    while ((directives[directive]?.end ?? Infinity) <= at) directive++;
    if ((directives[directive]?.offset ?? Infinity) <= at) continue;
    statements ??= facts.statements;
    while ((statements[statement + 2] ?? Infinity) <= at) statement += 3;
    const start = statements[statement];
    const body = statements[statement + 1];
    const end = statements[statement + 2];
    if (start === undefined || body === undefined || end === undefined) break;
    if (start > at) continue;
    if (inBody && inBody.start !== start) {
      withLocals(found, inBody, text, directives);
      inBody = undefined;
    }
    if (body <= at && isFunction(text, start, body)) {
      if (inBody) inBody.wanted.push(at);
      else inBody = { start, body, end, wanted: [at] };
      continue;
    }
    const last = found.at(-1);
    if (last?.start !== start) found.push({ start, end });
    else if (last.end < end) last.end = end;
  }
  if (inBody) withLocals(found, inBody, text, directives ?? []);
  return found;
}

/** A function with wanted names in its body. */
interface Body {
  readonly start: number;
  readonly body: number;
  readonly end: number;
  readonly wanted: number[];
}

/** A structure's brace begins a body, too. */
const isFunction = (text: string, start: number, body: number): boolean =>
  text.slice(start, body).includes('(') || !/\b(?:struct|union|enum)\b/.test(text.slice(start, body));

/** Adds the statements in a body that hold a wanted name. What the function's head says ends where the body begins. */
function withLocals(
  found: WantedRange[],
  { start, body, end, wanted }: Body,
  text: string,
  directives: CFileFacts['directives'],
): void {
  const head = found.at(-1);
  if (head?.start === start) head.end = body;
  const within = directives.filter((one) => one.offset < end && one.end > body);
  const tokens = lex(text, body, end).filter(
    ({ offset }) => !within.some((one) => one.offset <= offset && offset < one.end),
  );
  for (const { from, to } of localStatements(tokens)) {
    const [first, last] = [tokens[from], tokens[to - 1]];
    if (!first || !last) continue;
    const range = { start: first.offset, end: last.offset + last.text.length };
    const isWanted = tokens
      .slice(from, to)
      .some(({ offset, text: { length } }) => wanted.some((at) => at >= offset && at < offset + length));
    if (isWanted) found.push({ ...range, head: text.slice(start, body) });
  }
}

/** The 1-based line of an offset in a statement's file; the statement is where it stands. */
export function lineWithin({ start, text, line }: InterestingStatement, offset: number): number {
  let found = line;
  for (
    let newline = text.indexOf('\n');
    newline >= 0 && start + newline < offset;
    newline = text.indexOf('\n', newline + 1)
  )
    found++;
  return found;
}

/** Its tokens from one offset in the file to another. */
export function tokensWithin(
  { start, text }: InterestingStatement,
  range: { readonly start: number; readonly end: number },
): Token[] {
  return lex(text, range.start - start, range.end - start, start);
}
