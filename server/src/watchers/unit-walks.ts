import type { CompileFlags } from '../kbuild/link-plan';
import { pathIn } from '../syntax/c/include-path';
import { relevanceOf } from '../syntax/c/relevance';
import { namesWith, relevantNames, type RelevantFile } from '../syntax/c/relevant-names';
import { includeView, type IncludeView } from '../syntax/c/include-view';
import type { Macro } from '../syntax/c/expand';
import type { UnitEntries } from '../syntax/c/section-entry';
import {
  interestingStatements,
  macrosAfter,
  normalise,
  unitEntries,
  type UnitFiles,
  type UnitInput,
  type Wanted,
} from '../syntax/c/unit';

/** A source file to be seen as its compiler would see it. */
export interface Unit {
  readonly source: string;
  readonly flags: CompileFlags;
  readonly predefined: ReadonlyMap<string, string>;
  readonly undecided: boolean;
}

/** What tells one unit from another under one configuration. */
export function unitKey({ source, flags, undecided }: Unit): string {
  const defines = flags.defines.map(({ name, text }) => `${name}=${text ?? ''}`).join(' ');
  return `${source}|${undecided ? '?' : ''}|${flags.includePaths.join(':')}|${flags.forcedIncludes.join(':')}|${defines}`;
}

/** Walks units. */
export interface UnitWalker {
  readonly walk: (unit: Unit) => UnitEntries;
  /** What is defined where a unit ends, as far as it can matter. */
  readonly macros: (unit: Unit) => ReadonlyMap<string, Macro>;
  /**
   * A unit's source, which no other file includes, has another text. True: what the units share still holds, and the
   * unit can be walked again. False: only a new walker can tell.
   */
  readonly follow: (source: string) => boolean;
}

/** Walks units one by one; what they share (which includes can matter) is worked out once. */
export function unitWalker(units: readonly Unit[], files: UnitFiles, wanted: Wanted): UnitWalker {
  const targetsOf = new Map<string, Targets>();
  const withPaths = targetsByPaths(files);
  const targets = (includePaths: readonly string[]): Targets => {
    const key = includePaths.join(':');
    let found = targetsOf.get(key);
    if (!found) targetsOf.set(key, (found = withPaths(includePaths)));
    return found;
  };
  const reached = new Map<string, RelevantFile>();
  // What one unit saw, others with the same include paths need not look at again.
  const seenBy = new Map<string, Set<string>>();
  for (const unit of units) {
    const next = targets(unit.flags.includePaths);
    const key = unit.flags.includePaths.join(':');
    const seen = seenBy.get(key) ?? new Set<string>();
    seenBy.set(key, seen);
    for (const path of reachableFrom(unit, next, seen)) {
      const file = reached.has(path) ? undefined : relevantFile(path, files, wanted);
      if (file) reached.set(path, file);
    }
  }
  const all = [...reached.values()];
  let relevant = relevantNames(all, wanted.names);
  const mattering = new Set(all.filter((file) => relevant.matters(file)).map(({ path }) => path));
  const views = new Map<string, IncludeView>();
  // Names that follow() added since change nothing in a view: nobody defines them.
  const viewOf = (unit: Unit): IncludeView => {
    const { includePaths } = unit.flags;
    const key = includePaths.join(':');
    let view = views.get(key);
    if (!view) {
      const seen = seenBy.get(key) ?? new Set<string>();
      const relevance = relevanceOf(mattering, relevant, targets(includePaths).of, seen);
      views.set(key, (view = includeView(includePaths, files, wanted, relevance)));
    }
    return view;
  };
  return {
    walk: (unit) => unitEntries(inputOf(unit), files, wanted, viewOf(unit)),
    macros: (unit) => macrosAfter(inputOf(unit), files, wanted, viewOf(unit)),
    follow(source) {
      const now = reached.has(source) ? relevantFile(source, files, wanted) : undefined;
      if (!now) return false;
      const known = namesWith(relevant, now);
      if (!known) return false;
      for (const [key, next] of targetsOf) {
        const seen = seenBy.get(key);
        if (seen?.has(source) !== true) continue;
        const before = new Set(next.of(source));
        next.forget(source);
        const added = next.of(source).filter((target) => target !== undefined && !before.has(target));
        if (added.length === 0) continue;
        // What nobody included before, as another unit's source, may matter, but was not asked.
        const included = includedBy(seen, source, next);
        if (added.some((target) => !included.has(target))) return false;
      }
      relevant = known;
      reached.set(source, now);
      return true;
    },
  };
}

type UnitFlags = Pick<Unit, 'source' | 'flags'>;

/** The files that a unit may read, as far as they are not in `seen`, to which they are added. */
function* reachableFrom({ source, flags }: UnitFlags, { of }: Targets, seen: Set<string>): Generator<string> {
  const waiting = [source, ...flags.forcedIncludes];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    yield path;
    for (const target of of(path)) if (target !== undefined) waiting.push(target);
  }
}

/** Looks at the files that a unit may read as {@link unitWalker} will, one a step: for whoever has nothing better to do yet. */
export function* lookedAtAhead(unit: UnitFlags, files: UnitFiles): Generator<unknown, void> {
  const targets = targetsByPaths(files)(unit.flags.includePaths);
  for (const path of reachableFrom(unit, targets, new Set())) yield files.source(path)?.facts.sketch;
}

export function inputOf({ source, flags, predefined, undecided }: Unit): UnitInput {
  const { includePaths, forcedIncludes, defines } = flags;
  return { source, includePaths, forcedIncludes, defines, predefined, undecided };
}

/** What these files include, but for one of them. */
function includedBy(
  files: Iterable<string>,
  except: string,
  { of }: Targets,
): ReadonlySet<string | undefined> {
  const found = new Set<string | undefined>();
  for (const path of files) if (path !== except) for (const target of of(path)) found.add(target);
  return found;
}

/** `undefined`: there is no such file. */
function relevantFile(path: string, files: UnitFiles, { pattern }: Wanted): RelevantFile | undefined {
  const file = files.source(path);
  if (!file) return undefined;
  return { path, facts: file.facts, statements: interestingStatements(file, pattern) };
}

interface Targets {
  readonly of: (path: string) => readonly (string | undefined)[];
  readonly forget: (path: string) => void;
}

/** An include as far as include paths do not matter: the file it surely means, what is to be looked for, or neither. */
type Written = { readonly path: string } | { readonly spec: string; readonly all: boolean } | undefined;

/**
 * Every file that an include of a file may mean, by include paths; `undefined` for computed ones. Hundreds of drivers
 * have include paths of their own, which differ in their last folder: each folder is looked at once for each name.
 */
function targetsByPaths(files: UnitFiles): (includePaths: readonly string[]) => Targets {
  const written = new Map<string, readonly Written[]>();
  const writtenIn = (path: string): readonly Written[] => {
    const known = written.get(path);
    if (known) return known;
    const found: Written[] = [];
    for (const directive of files.source(path)?.facts.includes ?? []) {
      if (directive.form === 'computed') found.push(undefined);
      else {
        const beside = normalise(path.slice(0, path.lastIndexOf('/') + 1) + directive.text);
        if (directive.form === 'quote' && !directive.next && files.exists(beside))
          found.push({ path: beside });
        else found.push({ spec: directive.text, all: directive.next });
      }
    }
    written.set(path, found);
    return found;
  };
  const folders = new Map<string, Map<string, string | undefined>>();
  const lookIn = (folder: string): ((spec: string) => string | undefined) => {
    const names = folders.get(folder) ?? new Map<string, string | undefined>();
    folders.set(folder, names);
    return (spec) => {
      let path = names.get(spec);
      if (path !== undefined || names.has(spec)) return path;
      path = pathIn(folder, spec);
      if (!files.exists(path)) path = undefined;
      names.set(spec, path);
      return path;
    };
  };
  const fallback = (spec: string): readonly string[] => {
    const found = files.fallback(spec);
    return found !== undefined && found !== 'generated' ? [found.path] : [];
  };
  return (includePaths) => {
    const looks = includePaths.map(lookIn);
    const first = new Map<string, readonly string[]>();
    const firstOf = (spec: string): readonly string[] => {
      let found = first.get(spec);
      if (found) return found;
      for (const look of looks) {
        const path = look(spec);
        if (path !== undefined) {
          found = [path];
          break;
        }
      }
      first.set(spec, (found ??= fallback(spec)));
      return found;
    };
    const allOf = (spec: string): readonly string[] => {
      const found = looks.flatMap((look) => look(spec) ?? []);
      return found.length > 0 ? found : fallback(spec);
    };
    const known = new Map<string, readonly (string | undefined)[]>();
    return {
      of(path) {
        let found = known.get(path);
        if (found) return found;
        found = writtenIn(path).flatMap((include): readonly (string | undefined)[] => {
          if (include === undefined) return [undefined];
          if ('path' in include) return [include.path];
          return include.all ? allOf(include.spec) : firstOf(include.spec);
        });
        known.set(path, found);
        return found;
      },
      forget(path) {
        known.delete(path);
        written.delete(path);
      },
    };
  };
}
