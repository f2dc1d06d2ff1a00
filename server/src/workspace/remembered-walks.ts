import type { UnitEntries } from '../syntax/c/section-entry';
import { shapeOf } from '../syntax/c/shape';
import type { SourceFile, UnitFiles, Wanted } from '../syntax/c/unit';
import { unitKey, unitWalker, type Unit, type UnitWalker } from '../watchers/unit-walks';
import { moveEntries, placedStatements } from './move-entries';
import type { FileChange } from './revise-candidates';

/** Makes a function that walks units one by one. */
export type WalkerMaker = (
  units: readonly Unit[],
  files: UnitFiles,
  wanted: Wanted,
) => (unit: Unit) => UnitEntries;

/** Walks each unit once, and again only when a file that it includes changed. */
export interface RememberedWalks {
  readonly walker: WalkerMaker;
  /**
   * Tells of changed files before the next walks. `mayBeIncluded`: whether other units may include a file. A file that
   * came or went changes what any include means: then {@link clear} is needed. Returns whether any walk is affected.
   */
  changed(changes: readonly FileChange[], mayBeIncluded: (path: string) => boolean): boolean;
  clear(): void;
}

/** More units than this in walkers of their own are put together again. */
const mostApart = 16;

export function rememberedWalks(): RememberedWalks {
  const results = new Map<string, UnitEntries>();
  /** The units that read a file, or did at some time. */
  const readers = new Map<string, Set<string>>();
  let shared: { readonly units: Set<string>; readonly walker: UnitWalker } | undefined;
  let apart = new Map<string, UnitWalker>();
  let seen: { readonly files: UnitFiles; readonly wanted: Wanted } | undefined;

  const clear = (): void => {
    results.clear();
    readers.clear();
    shared = undefined;
    apart = new Map();
    seen = undefined;
  };

  return {
    clear,
    walker(units, files, wanted) {
      if (seen?.files !== files || seen.wanted !== wanted) {
        clear();
        seen = { files, wanted };
      }
      if (apart.size > mostApart) {
        shared = undefined;
        apart = new Map();
      }
      return (unit) => {
        const key = unitKey(unit);
        const known = results.get(key);
        if (known) return known;
        shared ??= { units: new Set(units.map(unitKey)), walker: unitWalker(units, files, wanted) };
        let walker = shared.units.has(key) ? shared.walker : apart.get(key);
        if (!walker) apart.set(key, (walker = unitWalker([unit], files, wanted)));
        const result = walker.walk(unit);
        results.set(key, result);
        for (const file of [unit.source, ...result.files]) {
          const of = readers.get(file);
          if (of) of.add(key);
          else readers.set(file, new Set([key]));
        }
        return result;
      };
    },
    changed(changes, mayBeIncluded) {
      if (!seen) return false;
      let affected = false;
      for (const { path, before, after } of changes) {
        // Nobody looked at it, so nobody includes it.
        if (before === undefined && !readers.has(path)) continue;
        const same = sameShape(before, after, seen.wanted);
        if (!same && mayBeIncluded(path)) {
          clear();
          return true;
        }
        const units = [...(readers.get(path) ?? [])];
        affected ||= units.length > 0;
        if (same) {
          for (const key of units) {
            const known = results.get(key);
            const { pattern } = seen.wanted;
            const moved =
              known &&
              before &&
              after &&
              moveEntries(known, path, placedStatements(before, pattern), placedStatements(after, pattern));
            if (moved) results.set(key, moved);
            else results.delete(key);
          }
          continue;
        }
        for (const key of units) results.delete(key);
        // What its unit has to follow was worked out from another text.
        const followed = shared?.walker.follow(path) ?? false;
        for (const key of units) {
          if (shared?.units.has(key) === true && !followed) shared.units.delete(key);
          if (apart.get(key)?.follow(path) === false) apart.delete(key);
        }
      }
      return affected;
    },
  };
}

/** Whether two texts of a file lead a preprocessor the same way: the same directives and wanted statements, in order. */
function sameShape(before: SourceFile | undefined, after: SourceFile | undefined, wanted: Wanted): boolean {
  if (!before || !after) return before === after;
  return shapeOf(before, wanted.pattern) === shapeOf(after, wanted.pattern);
}
