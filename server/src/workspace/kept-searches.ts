import { deserialize, serialize } from 'node:v8';
import type { EarlierRun } from '../source/answer-cache';
import type { InputLog } from '../source/input-log';
import { searchKey, type KeptSearch } from '../source/kept-inputs';
import { renewedSearch, type KnownSearches, type RenewedSearch, type SearchedFor } from '../source/kept-scan';
import { mergedOutcomes, type SearchOutcome } from '../source/search-outcome';
import type { KeptParts, KeptScan } from './kept-parts';

/** Searches that an earlier run made, as they would turn out now; and those of this run. */
export interface RenewedSearches {
  /** All of them are known; else one look at the tree may as well begin. */
  readonly areKnown: boolean;
  /** All are known, and find what they found. */
  readonly isSame: () => boolean;
  readonly find: KnownSearches;
  /** For the next run: what this one asked for, or all if it asked for none. */
  readonly kept: () => readonly KeptScan[];
}

export function renewedSearches(
  kept: KeptParts | undefined,
  earlier: EarlierRun | undefined,
  log: InputLog,
): RenewedSearches {
  const renewed = new Map<string, { readonly scan: KeptScan; readonly search: RenewedSearch | undefined }>();
  for (const scan of kept?.scans ?? []) {
    const key = searchKey(scan);
    const search = earlier?.inputs.searches.find((one) => searchKey(one) === key);
    renewed.set(key, { scan, search: search && earlier && renew(scan, search, earlier, log) });
  }
  const asked = new Map<string, SearchedFor>();
  const searches = [...renewed.values()].map(({ search }) => search);
  const knownFor = (wanted: SearchedFor): RenewedSearch | undefined => {
    const known = renewed.get(searchKey(wanted));
    const isSuch =
      known && JSON.stringify(known.scan.exclude ?? null) === JSON.stringify(wanted.exclude ?? null);
    return isSuch ? known.search : undefined;
  };
  return {
    areKnown: searches.length > 0 && searches.every((search) => search !== undefined),
    isSame: () => searches.length > 0 && searches.every((search) => search?.isSame),
    find(wanted) {
      asked.set(searchKey(wanted), wanted);
      return knownFor(wanted);
    },
    kept() {
      const wanted = asked.size === 0 ? [...renewed.values()].map(({ scan }) => scan) : [...asked.values()];
      return wanted.map((one): KeptScan => {
        const search = knownFor(one);
        const made = log.searches.flatMap(({ outcome, ...other }) =>
          searchKey(other) === searchKey(one) && outcome !== undefined ? [outcome] : [],
        );
        const before = renewed.get(searchKey(one))?.scan;
        if (before && search?.isSame && made.length === 0) return before;
        return keptScan(one, mergedOutcomes([...(search ? [search.outcome()] : []), ...made]));
      });
    },
  };
}

function renew(
  scan: KeptScan,
  search: KeptSearch,
  { inputs, changes }: EarlierRun,
  log: InputLog,
): RenewedSearch | undefined {
  // As it was written: the sum of the file it was read from says so.
  const outcome = (): SearchOutcome => deserialize(scan.outcome) as SearchOutcome;
  const skipped = new Set(scan.skipped);
  const whole = scan.exclude && { exclude: scan.exclude };
  return renewedSearch(inputs, changes, { ...search, skipped, outcome }, whole, log);
}

function keptScan(
  { needles, includes, exclude }: SearchedFor,
  { hits, problems, skipped, includes: names }: SearchOutcome,
): KeptScan {
  return {
    needles,
    includes,
    exclude,
    skipped: skipped.map(({ file }) => file),
    outcome: serialize({ hits, problems, skipped, includes: names }),
  };
}
