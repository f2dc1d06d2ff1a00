import { mergedIncludeNames, type IncludeNames } from './include-names';

/** A file that holds at least one needle; `needles` are indices into those asked for. */
export interface Hit {
  readonly file: string;
  readonly needles: readonly number[];
}

/** What a search for needles found. */
export interface SearchOutcome {
  readonly hits: readonly Hit[];
  readonly problems: readonly { readonly file: string; readonly reason: string }[];
  /** Folders passed over, with the reason. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  /** What the files include; empty unless it was asked for. */
  readonly includes: IncludeNames;
}

/** What searches of different files for the same found. */
export function mergedOutcomes(outcomes: readonly SearchOutcome[]): SearchOutcome {
  return {
    hits: outcomes.flatMap(({ hits }) => hits).sort((a, b) => (a.file < b.file ? -1 : 1)),
    problems: outcomes.flatMap(({ problems }) => problems),
    skipped: outcomes.flatMap(({ skipped }) => skipped),
    includes: mergedIncludeNames(outcomes.map(({ includes }) => includes)),
  };
}
