import type { UnitEntries } from '../syntax/c/section-entry';
import type { UnitFiles, Wanted } from '../syntax/c/unit';
import type { RememberedFiles } from '../watchers/source-files';
import { unitKey, unitWalker, type Unit, type UnitWalker } from '../watchers/unit-walks';
import { namesOfIncludedSources } from './find-candidates';
import { baseName } from './linked-files';
import type { KeptWalk, KeptWalks } from './kept-parts';
import type { Shapes } from './kept-shapes';
import { moveEntries, placedStatements, type PlacedStatement } from './move-entries';
import type { WalkerMaker } from './remembered-walks';

export interface WalksInputs {
  /** Of an earlier run with the same configuration in which all includes meant the same. */
  readonly before: KeptWalks | undefined;
  readonly shapes: Shapes;
  readonly changed: ReadonlySet<string>;
  readonly files: RememberedFiles;
  readonly architecture: string;
}

/** Walks that an earlier run made are made again only where a file that they read has another shape. */
export interface RestoredWalks {
  readonly walker: WalkerMaker;
  /** For the next run, with all files that they depend on. */
  readonly kept: () => { readonly walks: KeptWalks; readonly files: ReadonlySet<string> } | undefined;
}

export function restoredWalks({ before, shapes, changed, files, architecture }: WalksInputs): RestoredWalks {
  const results = new Map<string, KeptWalk>();
  const read = new Set<string>();
  let key: string | undefined;
  let pattern = /(?:)/g;
  let valid: KeptWalks | undefined;

  /** What was found then, as it stands in the files now; `undefined`: it has to be looked for again. */
  const stillFound = ({ source, result }: KeptWalk): UnitEntries | undefined => {
    if (![source, ...result.files].every(shapes.same)) return undefined;
    let moved: UnitEntries | undefined = result;
    for (const path of changed) {
      if (!moved) return undefined;
      if (!concerns(moved, path)) continue;
      const file = files.source(path);
      if (!file) return undefined;
      moved = moveEntries(moved, path, valid?.placed.get(path) ?? [], placedStatements(file, pattern));
    }
    return moved;
  };

  return {
    walker(units, _, wanted) {
      key = walksKey(architecture, wanted);
      pattern = wanted.pattern;
      valid = before?.key === key && [...before.shared].every(shapes.same) ? before : undefined;
      for (const path of valid?.shared ?? []) read.add(path);
      const known = new Map<string, UnitEntries>();
      for (const [unit, walk] of valid?.results ?? []) {
        const found = stillFound(walk);
        if (found) known.set(unit, found);
      }
      let walker: UnitWalker | undefined;
      return (unit) => {
        const name = unitKey(unit);
        let result = known.get(name);
        if (!result) {
          walker ??= unitWalker(
            units.filter((one) => !known.has(unitKey(one))),
            noting(files, read),
            wanted,
          );
          result = walker.walk(unit);
        }
        results.set(name, keptWalk(unit, result));
        return result;
      };
    },
    kept() {
      if (key === undefined) return undefined;
      const loaded = [...read].filter((path) => files.facts.has(path));
      const included = new Set([...(valid?.included ?? []), ...namesOfIncludedSources(files, loaded)]);
      const own = new Set(
        [...results.values()].flatMap(({ source }) =>
          source.endsWith('.c') && !included.has(baseName(source)) ? [source] : [],
        ),
      );
      const shared = new Set([...read].filter((path) => !own.has(path)));
      const placed = new Map<string, readonly PlacedStatement[]>();
      for (const { result } of results.values())
        for (const { place } of [...result.entries, ...result.ineffective]) {
          const path = place.file;
          if (placed.has(path)) continue;
          const known = changed.has(path) ? undefined : valid?.placed.get(path);
          const file = known ? undefined : files.source(path);
          placed.set(path, known ?? (file ? placedStatements(file, pattern) : []));
        }
      const depended = new Set([
        ...shared,
        ...own,
        ...[...results.values()].flatMap(({ result }) => result.files),
      ]);
      return { walks: { key, shared, included, results, placed }, files: depended };
    },
  };
}

const concerns = ({ entries, ineffective, assumptions }: UnitEntries, path: string): boolean =>
  [...entries, ...ineffective].some(({ place }) => place.file === path) ||
  assumptions.some(({ file }) => file === path);

/** Headers are shared by all; which other sources became part of a unit is its own affair. */
function keptWalk({ source }: Unit, result: UnitEntries): KeptWalk {
  return { source, result: { ...result, files: result.files.filter((path) => path.endsWith('.c')) } };
}

function walksKey(architecture: string, { names, pattern, registering, field }: Wanted): string {
  return JSON.stringify([
    architecture,
    [...names].sort(),
    pattern.source,
    [...registering].sort(),
    field ?? null,
  ]);
}

/** The same files; what is asked for is noted down. */
function noting(files: UnitFiles, read: Set<string>): UnitFiles {
  return {
    source(path) {
      read.add(path);
      return files.source(path);
    },
    exists: (path) => files.exists(path),
    fallback: (spec) => files.fallback(spec),
  };
}
