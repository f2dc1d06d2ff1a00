import {
  mayInclude,
  mayIncludeByFolder,
  mayIncludeSources,
  mergedIncludeNames,
  noIncludeNames,
  type IncludeNames,
} from '../source/include-names';
import type { KnownSearches } from '../source/kept-scan';
import { isInTree, withOverlaid } from '../source/overlaid-hits';
import type { Hit } from '../source/search-outcome';
import type { Note } from '../syntax/note';
import { interestingStatements, type SourceFile, type UnitFiles } from '../syntax/c/unit';
import type { Family } from '../watchers/family';
import type { RememberedFiles } from '../watchers/source-files';
import { learnFamily, type LearntFamily } from '../watchers/wanted';
import { beginning, isOfTree, scanned, type Ahead, type Scope } from './first-look';
import { baseName, includedWithThem, linkedFiles, unwalked } from './linked-files';
import type { Kernel } from './open-kernel';
import { writtenInFile } from './written-in-file';

export interface Candidates {
  readonly learnt: LearntFamily;
  /** Files in which a wanted statement stands. */
  readonly withStatements: ReadonlySet<string>;
  /** Files that hold a needle of the family: call sites are among them. */
  readonly hits: readonly string[];
  /** Files that include (through others, too) a file with wanted statements that is no unit of its own. */
  readonly includers: ReadonlySet<string>;
  /** The needles that were looked for. */
  readonly searched: readonly string[];
  /** The files with wanted statements whose includers were looked for. */
  readonly elsewhere: readonly string[];
  /** Base names of the .c files that are included somewhere. */
  readonly includedSources: ReadonlySet<string>;
  /** Folders that were passed over. */
  readonly skipped: readonly string[];
  /** Files that were looked at since they are linked, though they lie where nobody looks otherwise. */
  readonly apart: ReadonlySet<string>;
  /** Only what is linked was looked at: nothing is known of other files. */
  readonly linkedOnly: boolean;
  /** Files that are there and could not be read. */
  readonly unread: ReadonlySet<string>;
  /** Those of `unread` that are sources, and the sources that include one of them. */
  readonly doubtful: ReadonlySet<string> | 'all';
  readonly notes: readonly Note[];
}

/** So much of what is not built has to do with a family that nobody wants to look at all of it. */
export class TooCommon extends Error {
  override readonly name = 'TooCommon';
}

/** What an earlier run left. */
export interface KnownBefore {
  readonly search: KnownSearches;
  /** Base names of the sources that one file includes; `read` tells them from the file. */
  readonly included: (path: string, read: () => readonly string[]) => readonly string[];
}

export interface LookOptions {
  /** `beginCandidates` of the same. */
  readonly ahead?: Ahead | undefined;
  /** What need not be looked at again. */
  readonly known?: KnownBefore | undefined;
  /** With more sources that are not built and hold a needle than this, none is read. */
  readonly most?: number;
}

/** Wrappers around wrappers end; a tree that goes on has made a circle. */
const mostRounds = 8;

/**
 * Finds what can matter to a family: the files that hold one of its needles; then, since a file that uses a wrapper
 * macro need not hold any, the same again for the wrappers found, until nothing new turns up. Rejects with
 * {@link TooCommon} where `most` says so.
 */
export async function findCandidates(
  kernel: Kernel,
  family: Family,
  files: UnitFiles & Partial<Pick<RememberedFiles, 'distrust'>>,
  scope: Scope,
  report: (step: string, done: number, total: number) => void,
  { ahead, known, most = Infinity }: LookOptions = {},
): Promise<Candidates> {
  const notes: Note[] = [];
  const compiled = new Set(kernel.plan.objects.map(({ source }) => source));
  let begun = ahead && (await beginning(ahead, kernel, family.needles, scope));
  const isLinkedOnly = !isOfTree(kernel, scope);
  const linked = linkedFiles(kernel, isLinkedOnly ? begun?.headers : []);
  const apart = new Set<string>();
  /** What only the build has, no look at the tree finds. */
  const built = new Set<string>();
  const isBuilt = (path: string): boolean => {
    if (!kernel.build || kernel.tree.kind(path) !== undefined || kernel.build.kind(path) !== 'file')
      return false;
    built.add(path);
    return true;
  };
  if (kernel.build) [...linked.files].forEach(isBuilt);
  const skipped = new Set<string>();
  const unread = new Set<string>();
  const corrected = (hits: readonly Hit[], needles: readonly string[]): readonly Hit[] =>
    withOverlaid(hits, needles, kernel.tree.overlaid, (path) =>
      isLinkedOnly
        ? linked.files.has(path)
        : apart.has(path) || isInTree(path, kernel.project.exclude, [...skipped]),
    );
  const scan = async (
    needles: readonly string[],
    step: string,
    paths: Iterable<string> | undefined,
    includes: boolean,
  ): Promise<{ readonly hits: readonly Hit[]; readonly includes: IncludeNames }> => {
    const options = {
      exclude: kernel.project.exclude,
      apart: kernel.tree.overlaid !== undefined,
      log: kernel.log,
      includes,
      report: (done: number, total: number): void => {
        report(step, done, total);
      },
    };
    const exclude = paths === undefined ? kernel.project.exclude : undefined;
    const earlier = known?.search({ needles, includes, exclude });
    const first = earlier ? undefined : begun;
    begun = undefined;
    const chosen = paths && [...paths].filter((path) => !isBuilt(path));
    const result = first
      ? await first.scan(chosen ?? [], options.report)
      : await scanned(kernel.root, needles, chosen, options, earlier);
    for (const { file, reason } of result.problems) {
      notes.push({ file, message: reason, isUnread: true });
      unread.add(file);
    }
    for (const { file, reason } of result.skipped) notes.push({ file, message: reason });
    for (const { file } of result.skipped) skipped.add(file);
    return { hits: corrected(result.hits, needles), includes: result.includes };
  };

  /** Of files that a scan found, those that hold one of these texts now. */
  const spelt = (paths: readonly string[], texts: readonly string[]): readonly string[] =>
    corrected(
      paths.map((file) => ({ file, needles: [0] })),
      texts,
    ).map(({ file }) => file);

  const hits = new Set<string>();
  const includingSources: string[] = [];
  const searched = new Set<string>();
  let needles = family.needles;
  let learnt = learnFamily(family, []);
  // The first look also finds what every file includes.
  let includeNames = noIncludeNames;
  for (let round = 0; needles.length > 0 && round < mostRounds; round++) {
    const step = round === 0 ? 'looking for registrations' : 'looking for wrappers';
    let paths: readonly string[] | undefined = isLinkedOnly ? [...linked.files] : undefined;
    do {
      const found = await scan(needles, step, paths, round === 0);
      for (const hit of found.hits) hits.add(hit.file);
      if (round > 0) files.distrust?.(found.hits.map(({ file }) => file));
      if ([...hits].filter((path) => path.endsWith('.c') && !compiled.has(path)).length > most)
        throw new TooCommon(family.name);
      if (round > 0) {
        paths = paths === undefined ? [...apart] : [];
        continue;
      }
      includeNames = mergedIncludeNames([includeNames, found.includes]);
      // 6.1's kernel/sched/build_policy.c is made of .c files.
      const withSources = spelt(mayIncludeSources(found.includes), ['.c"', '.c>']);
      includingSources.push(...withSources);
      // What linked files include is linked with them.
      const byFolder = spelt(mayIncludeByFolder(found.includes), ['include']);
      const including = [...new Set([...withSources, ...byFolder, ...linked.withTopPaths])];
      const reached = includedWithThem(
        including.filter((path) => linked.files.has(path)),
        linked,
        files,
        kernel,
      );
      if (isLinkedOnly) paths = reached;
      else {
        const isUnwalked = unwalked(kernel, [...skipped]);
        paths = (paths === undefined ? [...linked.files] : reached).filter(isUnwalked);
        for (const path of paths) apart.add(path);
      }
    } while (paths.length > 0);
    needles.forEach((needle) => searched.add(needle));
    learnt = learnFrom(family, files, hits, learnt);
    needles = uncovered([...learnt.wanted.names], [...searched]);
  }
  // Nobody looked for these.
  if (needles.length > 0) files.distrust?.();
  const { pattern } = learnt.wanted;
  const withStatements = new Set<string>();
  for (const path of [...hits, ...built]) {
    const file = files.source(path);
    if (file && interestingStatements(file, pattern).length > 0) withStatements.add(path);
  }
  const namesIn = (path: string): readonly string[] => [...namesOfIncludedSources(files, [path])];
  const includedSources = new Set(
    includingSources.flatMap((path) => known?.included(path, () => namesIn(path)) ?? namesIn(path)),
  );
  const elsewhere = filesElsewhere(withStatements, compiled, includedSources);
  const including = (names: readonly string[]): readonly Hit[] =>
    corrected(mayInclude(includeNames, names), names);
  const includers = findIncluders(elsewhere, files, including, compiled);
  for (const problem of kernel.tree.problems()) if (isMissed(problem, hits)) unread.add(problem.file);
  return {
    learnt,
    withStatements,
    hits: [...hits].sort(),
    includers,
    searched: [...searched],
    elsewhere,
    includedSources,
    skipped: [...skipped],
    apart,
    linkedOnly: isLinkedOnly,
    unread,
    doubtful: doubtfulSources(kernel, unread, () => findIncluders([...unread], files, including, compiled)),
    notes: unique(notes),
  };
}

/** What stands in it matters: a header so large that it is not read was searched all the same. */
export const isMissed = (
  { file, reason }: { readonly file: string; readonly reason: string },
  hits: ReadonlySet<string>,
): boolean => !reason.startsWith('larger') || !file.endsWith('.h') || hits.has(file);

/** Headers of any folder in which there is one that cannot be listed may be included anywhere. */
const folderOfHeaders = /^(?:include|arch\/[^/]+\/include)(?:\/[^.]*)?$/;

function doubtfulSources(
  { plan }: Kernel,
  unread: ReadonlySet<string>,
  includersOf: () => ReadonlySet<string>,
): Candidates['doubtful'] {
  if (unread.size === 0) return unread;
  const doubtful = new Set([...unread, ...includersOf()]);
  const like = plan.objects.find(({ source }) => source?.endsWith('.c'));
  const isForced = like && plan.flags(like).forcedIncludes.some((path) => doubtful.has(path));
  const isAnywhere = [...unread].some((path) => folderOfHeaders.test(path));
  return isForced === true || isAnywhere ? 'all' : doubtful;
}

/**
 * The family as these files spell it. Of thousands of sources, each is asked all that is wanted of its text while that is
 * at hand: so their headers are read first, which nearly always say how the family is spelt.
 */
function learnFrom(
  family: Family,
  files: UnitFiles,
  hits: ReadonlySet<string>,
  before: LearntFamily,
): LearntFamily {
  const headers = [...hits].filter((path) => !path.endsWith('.c'));
  const guess = withPatternOf(learnFamily(family, present(files, headers)), before);
  for (const path of hits) {
    const file = path.endsWith('.c') ? files.source(path) : undefined;
    if (!file) continue;
    interestingStatements(file, guess.wanted.pattern);
    writtenInFile(file, family.dispatchers);
  }
  return withPatternOf(learnFamily(family, present(files, hits)), guess);
}

/** What was found with a pattern is kept with the pattern. */
function withPatternOf(learnt: LearntFamily, { wanted }: LearntFamily): LearntFamily {
  return learnt.wanted.pattern.source === wanted.pattern.source
    ? { ...learnt, wanted: { ...learnt.wanted, pattern: wanted.pattern } }
    : learnt;
}

/** Files with wanted statements that may become part of other units. */
export function filesElsewhere(
  withStatements: ReadonlySet<string>,
  compiled: ReadonlySet<string | undefined>,
  includedSources: ReadonlySet<string>,
): readonly string[] {
  return [...withStatements].filter(
    (path) => (path.endsWith('.h') && !compiled.has(path)) || includedSources.has(baseName(path)),
  );
}

export function present(files: UnitFiles, paths: Iterable<string>): readonly SourceFile[] {
  return [...paths].flatMap((path) => files.source(path) ?? []);
}

/** Names that no needle searched so far is part of; names with a long common beginning share a needle. */
export function uncovered(names: readonly string[], searched: readonly string[]): readonly string[] {
  const left = names.filter((name) => !searched.some((needle) => name.includes(needle)));
  const groups = new Map<string, string[]>();
  for (const name of left) {
    const beginning = name.slice(0, 8);
    groups.set(beginning, [...(groups.get(beginning) ?? []), name]);
  }
  return [...groups].flatMap(([beginning, members]) => (members.length > 2 ? [beginning] : members));
}

/** Base names of the .c files that are included somewhere. */
export function namesOfIncludedSources(files: UnitFiles, paths: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of paths)
    for (const { text } of files.source(path)?.facts.includes ?? [])
      if (text.endsWith('.c')) names.add(baseName(text));
  return names;
}

/**
 * Who includes these files, up to what is compiled. `including`: the files that may include one of these base names; each
 * counts if one of its includes can mean one of the files asked for.
 */
function findIncluders(
  start: readonly string[],
  files: UnitFiles,
  including: (names: readonly string[]) => readonly Hit[],
  compiled: ReadonlySet<string | undefined>,
): ReadonlySet<string> {
  const found = new Set<string>();
  let wanted = [...start];
  while (wanted.length > 0) {
    const byName = new Map<string, string[]>();
    for (const path of wanted) byName.set(baseName(path), [...(byName.get(baseName(path)) ?? []), path]);
    const next: string[] = [];
    for (const { file: path } of including([...byName.keys()])) {
      if (found.has(path)) continue;
      const includes = files
        .source(path)
        ?.facts.includes.some((include) =>
          (byName.get(baseName(include.text)) ?? []).some((target) => canMean(include, target)),
        );
      if (includes !== true) continue;
      found.add(path);
      if (!compiled.has(path)) next.push(path);
    }
    wanted = next;
  }
  return found;
}

/** Whether an include can mean the file `target`, whatever the include paths are. */
export function canMean(include: { readonly text: string }, target: string): boolean {
  return `/${target}`.endsWith(`/${include.text.replace(/^(?:\.\.?\/)+/, '')}`);
}

function unique(notes: readonly Note[]): readonly Note[] {
  return [...new Map(notes.map((note) => [`${note.file ?? ''}:${note.message}`, note])).values()];
}
