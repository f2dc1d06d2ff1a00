import { isInTree } from '../source/overlaid-hits';
import type { Directive } from '../syntax/c/scan';
import { interestingStatements, type SourceFile, type UnitFiles } from '../syntax/c/unit';
import type { Family } from '../watchers/family';
import { learnFamily, type LearntFamily } from '../watchers/wanted';
import {
  canMean,
  filesElsewhere,
  namesOfIncludedSources,
  present,
  uncovered,
  type Candidates,
} from './find-candidates';
import { baseName } from './linked-files';
import type { Kernel } from './open-kernel';

/** A file whose text is another now; `undefined`: it was not known, or is gone. */
export interface FileChange {
  readonly path: string;
  readonly before: SourceFile | undefined;
  readonly after: SourceFile | undefined;
}

/**
 * The candidates after some files changed, without a look at the others; `undefined`: only a new scan of the tree can
 * tell (a new wrapper macro whose uses hold no needle, a file that begins to include what registers).
 */
export function reviseCandidates(
  candidates: Candidates,
  kernel: Kernel,
  family: Family,
  files: UnitFiles,
  changes: readonly FileChange[],
): Candidates | undefined {
  const isLookedAt = (path: string): boolean =>
    candidates.apart.has(path) || isInTree(path, kernel.project.exclude, candidates.skipped);
  const relevant = changes.filter(({ path, before }) => before !== undefined || isLookedAt(path));
  if (relevant.length === 0) return candidates;
  // What could not be read may register something, or include what does.
  if (relevant.some(({ path }) => candidates.unread.has(path))) return undefined;
  const { searched } = candidates;
  const hits = new Set(candidates.hits);
  let relearn = false;
  let { macros } = candidates.learnt;
  for (const { path, before, after } of relevant) {
    const was = hits.has(path);
    const holds =
      isLookedAt(path) && after !== undefined && searched.some((needle) => after.text.includes(needle));
    if (holds) hits.add(path);
    else hits.delete(path);
    if ((was || holds) && (!before || was !== holds || definitions(before) !== definitions(after)))
      relearn = true;
    else if (was) macros = withMovedLines(macros, path, before, after);
    const named = [before, after].map((file) =>
      [...namesOfIncludedSources({ ...files, source: () => file }, [path])].sort().join(),
    );
    if (named[0] !== named[1]) return undefined;
  }
  const sorted =
    hits.size === candidates.hits.length && candidates.hits.every((path) => hits.has(path))
      ? candidates.hits
      : [...hits].sort();
  const learnt = relearn
    ? relearned(candidates.learnt, learnFamily(family, present(files, sorted)))
    : macros === candidates.learnt.macros
      ? candidates.learnt
      : { ...candidates.learnt, macros };
  if (uncovered([...learnt.wanted.names], searched).length > 0) return undefined;
  const fewer = [...candidates.learnt.wanted.names].some((name) => !learnt.wanted.names.has(name));
  if (fewer && searched.length > family.needles.length) return undefined;

  const { pattern } = learnt.wanted;
  const holdsStatement = (path: string): boolean => {
    const file = files.source(path);
    return file !== undefined && interestingStatements(file, pattern).length > 0;
  };
  const withStatements = new Set<string>();
  const changed = new Set(relevant.map(({ path }) => path));
  const known = new Set(candidates.hits);
  const sameWanted = learnt.wanted === candidates.learnt.wanted;
  for (const path of sorted)
    if (
      sameWanted && !changed.has(path) && known.has(path)
        ? candidates.withStatements.has(path)
        : holdsStatement(path)
    )
      withStatements.add(path);
  const compiled = new Set(kernel.plan.objects.map(({ source }) => source));
  const elsewhere = filesElsewhere(withStatements, compiled, candidates.includedSources);
  if (elsewhere.slice().sort().join() !== candidates.elsewhere.slice().sort().join()) return undefined;
  const includers = revisedIncluders(candidates, relevant, compiled, isLookedAt);
  if (!includers) return undefined;
  const same =
    sorted === candidates.hits &&
    learnt === candidates.learnt &&
    includers === candidates.includers &&
    withStatements.size === candidates.withStatements.size &&
    [...withStatements].every((path) => candidates.withStatements.has(path));
  return same ? candidates : { ...candidates, hits: sorted, learnt, withStatements, includers };
}

/** The same as long as it says the same: caches hang on its identity. */
function relearned(before: LearntFamily, after: LearntFamily): LearntFamily {
  const names = [...after.wanted.names].sort().join();
  return names === [...before.wanted.names].sort().join() &&
    after.wanted.pattern.source === before.wanted.pattern.source
    ? { ...after, wanted: before.wanted }
    : after;
}

const definesOf = (file: SourceFile | undefined): readonly (Directive & { readonly kind: 'define' })[] =>
  (file?.facts.directives ?? []).filter((directive) => directive.kind === 'define');

/** A file's definitions, as one text. */
const definitions = (file: SourceFile | undefined): string =>
  definesOf(file)
    .map(({ name, parameters, body }) => `${name}(${parameters?.join() ?? '-'})${body}`)
    .join('\n');

/** The macros of a file whose definitions are the same, from the lines where they stand now. */
function withMovedLines(
  macros: LearntFamily['macros'],
  path: string,
  before: SourceFile | undefined,
  after: SourceFile | undefined,
): LearntFamily['macros'] {
  const now = definesOf(after);
  const lines = new Map(definesOf(before).map(({ line }, at) => [line, now[at]?.line ?? line]));
  const hasMoved = macros.some(({ file, line }) => file === path && lines.get(line) !== line);
  if (!hasMoved) return macros;
  return macros.map((macro) =>
    macro.file === path ? { ...macro, line: lines.get(macro.line) ?? macro.line } : macro,
  );
}

function revisedIncluders(
  candidates: Candidates,
  changes: readonly FileChange[],
  compiled: ReadonlySet<string | undefined>,
  inTree: (path: string) => boolean,
): ReadonlySet<string> | undefined {
  const { elsewhere, includers } = candidates;
  if (elsewhere.length === 0) return includers;
  const targets = new Map<string, string[]>();
  for (const path of [...elsewhere, ...[...includers].filter((one) => !compiled.has(one))])
    targets.set(baseName(path), [...(targets.get(baseName(path)) ?? []), path]);
  let revised: Set<string> | undefined;
  for (const { path, after } of changes) {
    const includes =
      inTree(path) &&
      (after?.facts.directives.some(
        (directive) =>
          directive.kind === 'include' &&
          (targets.get(baseName(directive.text)) ?? []).some((target) => canMean(directive, target)),
      ) ??
        false);
    if (includes === includers.has(path)) continue;
    // Who includes this one in turn only a scan can tell.
    if (!compiled.has(path)) return undefined;
    revised ??= new Set(includers);
    if (includes) revised.add(path);
    else revised.delete(path);
  }
  return revised ?? includers;
}
