import type { CompileFlags } from '../kbuild/link-plan';
import {
  matters,
  namesWith,
  relevanceOf,
  relevantNames,
  type RelevantFile,
  type RelevantNames,
} from '../syntax/c/relevance';
import { includeView, type IncludeView } from '../syntax/c/include-view';
import type { UnitEntries } from '../syntax/c/section-entry';
import {
  interestingStatements,
  normalise,
  unitEntries,
  type SourceFile,
  type UnitFiles,
  type Wanted,
} from '../syntax/c/unit';

/** A source file to be seen as its compiler would see it. */
export interface Unit {
  readonly source: string;
  readonly flags: CompileFlags;
  readonly predefined: ReadonlyMap<string, string>;
  readonly undecided: boolean;
}

/** Walks units. */
export interface UnitWalker {
  readonly walk: (unit: Unit) => UnitEntries;
  /**
   * A unit's source, which no other file includes, has another text. True: what the units share still holds, and the
   * unit can be walked again. False: only a new walker can tell.
   */
  readonly follow: (source: string) => boolean;
}

/** Walks units one by one; what they share (which includes can matter) is worked out once. */
export function unitWalker(units: readonly Unit[], files: UnitFiles, wanted: Wanted): UnitWalker {
  const targetsOf = new Map<string, Targets>();
  const targets = (includePaths: readonly string[]): Targets => {
    const key = includePaths.join(':');
    let found = targetsOf.get(key);
    if (!found) targetsOf.set(key, (found = includeTargets(includePaths, files)));
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
    const waiting = [unit.source, ...unit.flags.forcedIncludes];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      if (!reached.has(path)) {
        const file = files.source(path);
        if (!file) continue;
        reached.set(path, relevantFile(file, wanted));
      }
      for (const target of next.of(path)) if (target !== undefined) waiting.push(target);
    }
  }
  const all = [...reached.values()];
  let relevant: RelevantNames = relevantNames(all, wanted.names);
  const mattering = new Set(all.filter((file) => matters(file, relevant.names)).map(({ path }) => path));
  const views = new Map<string, IncludeView>();
  return {
    walk(unit) {
      const { includePaths, forcedIncludes, defines } = unit.flags;
      const key = includePaths.join(':');
      let view = views.get(key);
      if (!view) {
        const seen = seenBy.get(key) ?? new Set<string>();
        const relevance = relevanceOf(mattering, relevant, targets(includePaths).of, seen);
        views.set(key, (view = includeView(includePaths, files, wanted, relevance)));
      }
      return unitEntries(
        {
          source: unit.source,
          includePaths,
          forcedIncludes,
          defines,
          predefined: unit.predefined,
          undecided: unit.undecided,
        },
        files,
        wanted,
        // Names that follow() added since change nothing in it: nobody defines them.
        view,
      );
    },
    follow(source) {
      const file = files.source(source);
      if (!file || !reached.has(source)) return false;
      const now = relevantFile(file, wanted);
      const names = namesWith(relevant, now);
      if (!names) return false;
      for (const [key, next] of targetsOf) {
        if (seenBy.get(key)?.has(source) !== true) continue;
        next.forget(source);
        const seen = seenBy.get(key);
        if (next.of(source).some((target) => target !== undefined && seen?.has(target) !== true))
          return false;
      }
      relevant = { ...relevant, names };
      reached.set(source, now);
      return true;
    },
  };
}

function relevantFile(file: SourceFile, { pattern }: Wanted): RelevantFile {
  const statements = interestingStatements(file, pattern);
  return {
    path: file.path,
    facts: file.facts,
    statements: statements.map(({ start, end }) => ({ start, end, text: file.text.slice(start, end) })),
  };
}

interface Targets {
  readonly of: (path: string) => readonly (string | undefined)[];
  readonly forget: (path: string) => void;
}

/** Every file that an include of a file may mean, in one set of include paths; `undefined` for computed ones. */
function includeTargets(includePaths: readonly string[], files: UnitFiles): Targets {
  const known = new Map<string, readonly (string | undefined)[]>();
  const angled = new Map<string, readonly string[]>();
  const inPaths = (spec: string, all: boolean): readonly string[] => {
    const key = `${all ? '*' : ''}${spec}`;
    let found = angled.get(key);
    if (!found) {
      const present = includePaths
        .map((path) => normalise(`${path}/${spec}`))
        .filter((path) => files.exists(path));
      const fallback = present.length === 0 ? files.fallback(spec) : undefined;
      const paths = fallback !== undefined && fallback !== 'generated' ? [fallback.path] : present;
      found = all ? paths : paths.slice(0, 1);
      angled.set(key, found);
    }
    return found;
  };
  const of = (path: string): readonly (string | undefined)[] => {
    const cached = known.get(path);
    if (cached) return cached;
    const found: (string | undefined)[] = [];
    for (const directive of files.source(path)?.facts.directives ?? []) {
      if (directive.kind !== 'include') continue;
      if (directive.form === 'computed') found.push(undefined);
      else {
        const beside = normalise(path.slice(0, path.lastIndexOf('/') + 1) + directive.text);
        if (directive.form === 'quote' && !directive.next && files.exists(beside)) found.push(beside);
        else found.push(...inPaths(directive.text, directive.next));
      }
    }
    known.set(path, found);
    return found;
  };
  return {
    of,
    forget: (path) => {
      known.delete(path);
    },
  };
}
