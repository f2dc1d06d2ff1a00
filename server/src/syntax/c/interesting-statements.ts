import { ownText } from '../own-text';
import { lex, type Token } from './lex';
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
  const found: { readonly start: number; end: number }[] = [];
  // Hardly any header holds a wanted name: then its directives and statements need not be looked at.
  let directives: CFileFacts['directives'] | undefined;
  let statements: CFileFacts['statements'] | undefined;
  let directive = 0;
  let statement = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(file.text); match; match = pattern.exec(file.text)) {
    const at = match.index;
    directives ??= file.facts.directives;
    while ((directives[directive]?.end ?? Infinity) <= at) directive++;
    if ((directives[directive]?.offset ?? Infinity) <= at) continue;
    statements ??= file.facts.statements;
    while ((statements[statement + 2] ?? Infinity) <= at) statement += 3;
    const start = statements[statement];
    const body = statements[statement + 1];
    const end = statements[statement + 2];
    if (start === undefined || body === undefined || end === undefined) break;
    // What a function's body says registers nothing.
    if (start > at || body <= at) continue;
    const last = found.at(-1);
    if (last?.start !== start) found.push({ start, end });
    else if (last.end < end) last.end = end;
  }
  let line = 1;
  let counted = 0;
  const all = found.map(({ start, end }): InterestingStatement => {
    for (
      let newline = file.text.indexOf('\n', counted);
      newline >= 0 && newline < start;
      newline = file.text.indexOf('\n', counted)
    ) {
      line++;
      counted = newline + 1;
    }
    return { start, end, text: ownText(file.text.slice(start, end)), line };
  });
  ofPattern.set(file.facts, all);
  return all;
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
