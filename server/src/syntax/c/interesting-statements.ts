import type { CFileFacts } from './scan';
import type { SourceFile } from './unit-input';

/** Interesting statements of a file: found once for a set of wanted names. */
export interface InterestingStatement {
  readonly start: number;
  readonly end: number;
}

const interestingCache = new WeakMap<RegExp, WeakMap<CFileFacts, readonly InterestingStatement[]>>();

/** The statements that hold a wanted name outside directives. */
export function interestingStatements(file: SourceFile, pattern: RegExp): readonly InterestingStatement[] {
  let ofPattern = interestingCache.get(pattern);
  if (!ofPattern) interestingCache.set(pattern, (ofPattern = new WeakMap()));
  const known = ofPattern.get(file.facts);
  if (known) return known;
  const found: InterestingStatement[] = [];
  const { directives } = file.facts;
  // Hardly any header holds a wanted name outside directives: then its statements need not be found.
  let statements: CFileFacts['statements'] | undefined;
  let directive = 0;
  let statement = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(file.text); match; match = pattern.exec(file.text)) {
    const at = match.index;
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
    else if (last.end < end) found[found.length - 1] = { start, end };
  }
  ofPattern.set(file.facts, found);
  return found;
}
