import type { EarlierRun } from '../source/answer-cache';
import type { InputLog } from '../source/input-log';
import { searchKey } from '../source/kept-inputs';
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
    renewed.set(key, {
      scan,
      search:
        search &&
        earlier &&
        renewedSearch(earlier.inputs, earlier.changes, { ...search, outcome: scan.outcome }, scan.whole, log),
    });
  }
  const asked = new Map<
    string,
    { readonly wanted: SearchedFor; readonly outcome: SearchOutcome | undefined }
  >();
  const searches = [...renewed.values()].map(({ search }) => search);
  return {
    areKnown: searches.length > 0 && searches.every((search) => search !== undefined),
    isSame: () => searches.length > 0 && searches.every((search) => search?.isSame),
    find(wanted) {
      const key = searchKey(wanted);
      const known = renewed.get(key);
      const isSuch =
        known !== undefined &&
        JSON.stringify(known.scan.whole?.exclude ?? null) === JSON.stringify(wanted.exclude ?? null);
      const search = isSuch ? known.search : undefined;
      asked.set(key, { wanted, outcome: search?.outcome });
      return search;
    },
    kept() {
      if (asked.size === 0)
        return [...renewed.values()].flatMap(({ scan, search }) =>
          search ? [{ ...scan, outcome: search.outcome }] : [],
        );
      return [...asked].flatMap(([key, { wanted, outcome }]): readonly KeptScan[] => {
        const { needles, includes, exclude } = wanted;
        const made = log.searches.flatMap((one) =>
          searchKey(one) === key && one.outcome !== undefined ? [one.outcome] : [],
        );
        const whole = exclude && { exclude };
        return [
          { needles, includes, whole, outcome: mergedOutcomes([...(outcome ? [outcome] : []), ...made]) },
        ];
      });
    },
  };
}
