import type { UnitEntries } from '../syntax/c/section-entry';
import { interestingStatements, type SourceFile } from '../syntax/c/unit';
import type { Place, Range } from '../syntax/positions';

/** Where a statement stands: 0-based UTF-16 offsets, and the 1-based line of its beginning. */
export interface PlacedStatement extends Range {
  readonly line: number;
}

/** The statements of a file that may register something. */
export function placedStatements(file: SourceFile, pattern: RegExp): readonly PlacedStatement[] {
  return interestingStatements(file, pattern).map(({ start, end, line }) => ({ start, end, line }));
}

/**
 * What a unit contributes once the file `path` has another text of the same shape: the same, from other lines. `old` and
 * `now`: the file's statements before and after. `undefined`: it has to be walked again.
 */
export function moveEntries(
  result: UnitEntries,
  path: string,
  old: readonly PlacedStatement[],
  now: readonly PlacedStatement[],
): UnitEntries | undefined {
  const move = <T extends { readonly place: Place; readonly range: Range }>(one: T): T | undefined => {
    if (one.place.file !== path) return one;
    const { start, end } = one.range;
    const index = old.findIndex((statement) => statement.start <= start && end <= statement.end + 1);
    const [from, to] = [old[index], now[index]];
    if (!from || !to) return undefined;
    const by = to.start - from.start;
    const line = one.place.line + to.line - from.line;
    // A name that a macro makes of the line is another then.
    if (
      line !== one.place.line &&
      JSON.stringify(one).split(/\D+/).filter(isNumber(one.place.line)).length > 1
    )
      return undefined;
    return { ...one, place: { ...one.place, line }, range: { start: start + by, end: end + by } };
  };
  if (result.assumptions.some(({ file }) => file === path)) return undefined;
  const entries = result.entries.map(move);
  const ineffective = result.ineffective.map(move);
  if (!entries.every(isKnown) || !ineffective.every(isKnown)) return undefined;
  return { ...result, entries, ineffective };
}

const isKnown = <T>(value: T | undefined): value is T => value !== undefined;
const isNumber =
  (wanted: number) =>
  (text: string): boolean =>
    Number(text) === wanted && text !== '';
