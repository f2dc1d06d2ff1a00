import { join } from 'node:path';
import { recordedPlan, restoredPlan, type RecordedPlan } from '../kbuild/kept-plan';
import { looseObject, type LinkPlan } from '../kbuild/link-plan';
import type { EarlierRun } from '../source/answer-cache';
import { diskTree } from '../source/disk-tree';
import type { InputLog } from '../source/input-log';
import { shortPath } from '../source/path-list';
import { isSource } from '../source/scan-files';
import { answersSame, copyAsked, nothingAsked, trackedTree, type Asked } from '../source/tracked-tree';
import type { TreeReader } from '../source/tree-reader';
import { projectFileName } from '../watchers/project-file';
import type { RememberedFiles } from '../watchers/source-files';
import { familyWith } from '../watchers/wanted';
import type { KnownBefore } from './find-candidates';
import { isKeptParts, type KeptCandidates, type KeptParts, type KeptScript } from './kept-parts';
import { renewedSearches } from './kept-searches';
import { keptShapes, type Shapes } from './kept-shapes';
import { restoredWalks, type RestoredWalks } from './kept-walks';
import { readScript } from './lay-tables';
import type { Kernel, PlanSource } from './open-kernel';
import type { EarlierWork, SnapshotWork } from './take-snapshot';
import type { WrittenInFile } from './written-in-file';

/** What an earlier run of the same question left, as far as it still holds; and what this one leaves to the next. */
export interface PartsKeeper {
  readonly openTree: (root: string) => TreeReader;
  readonly plan: PlanSource;
  /** For the snapshot of a kernel that was opened with the above. */
  readonly work: EarlierWork;
  /** No search has to go through the whole tree. */
  readonly knowsSearches: boolean;
  /** Once there is a snapshot. `undefined`: they cannot be kept. */
  readonly parts: () => KeptParts | undefined;
}

/** More files than this are read again quicker than they are kept. */
const mostFiles = 6000;

/** `earlier`: what an earlier run left. `log`: told of everything that is looked at. */
export function partsKeeper(earlier: EarlierRun | undefined, log: InputLog): PartsKeeper {
  const kept = earlier && usableParts(earlier);
  const changes = kept && earlier.changes;
  const changed: ReadonlySet<string> = changes?.files ?? new Set();
  const isChanged = (path: string): boolean => changed.has(path);
  const asked = nothingAsked();
  const planAsked = nothingAsked();
  const written = new Map<string, WrittenInFile>();
  const consulted = new Set<string>();
  const includedNow = new Map<string, readonly string[]>();
  const searches = renewedSearches(kept, earlier, log);
  let base: TreeReader | undefined;
  let opened:
    { readonly kernel: Kernel; readonly files: RememberedFiles; readonly shapes: Shapes } | undefined;
  let config: { readonly path: string | undefined; readonly isSame: boolean } | undefined;
  let plan: RecordedPlan | undefined;
  let script: KeptScript | undefined;
  let candidates: (KeptCandidates & { readonly pattern: RegExp }) | undefined;
  let walks: RestoredWalks | undefined;

  const holds = (of: Asked, matters?: (name: string) => boolean): boolean =>
    base !== undefined && changes !== undefined && answersSame(base, of, changes, matters);
  let sameAsked: boolean | undefined;
  /** Includes mean what they meant. */
  const includesHold = (): boolean =>
    (sameAsked ??= kept !== undefined && holds({ ...kept.asked, read: new Set() }, isCode));

  const keptCandidates = (kernel: Kernel, shapes: Shapes): KeptCandidates | undefined => {
    const before = kept?.candidates;
    const isSame =
      before?.planKey === planKey(kernel) &&
      includesHold() &&
      searches.isSame() &&
      !before.macros.some(({ file }) => isChanged(file)) &&
      before.consulted.every(shapes.same);
    return isSame ? before : undefined;
  };

  const candidatesOf: EarlierWork['candidates'] = async (kernel, family, files, find) => {
    const shapes = keptShapes(kept?.shapes, isChanged, files);
    opened = { kernel, files, shapes };
    const same = keptCandidates(kernel, shapes);
    if (includesHold() && kept) copyAsked(kept.asked, asked);
    if (same) {
      const learnt = familyWith(family, same.macros);
      candidates = { ...same, pattern: learnt.wanted.pattern };
      return { ...same.found, learnt };
    }
    const found = await find({
      ...files,
      source(path) {
        consulted.add(path);
        return files.source(path);
      },
    });
    const { learnt, ...others } = found;
    candidates = {
      planKey: planKey(kernel),
      found: others,
      macros: learnt.macros,
      consulted: [...consulted],
      included: includedNow,
      pattern: learnt.wanted.pattern,
    };
    return found;
  };

  const included: KnownBefore['included'] = (path, read) => {
    const before = kept?.candidates.included.get(path);
    const names = before && opened?.shapes.same(path) === true ? before : read();
    consulted.add(path);
    includedNow.set(path, names);
    return names;
  };

  const work: SnapshotWork = {
    walker(units, files, wanted) {
      if (!opened) throw new Error('candidates come first');
      walks = restoredWalks({
        before: config?.isSame === true && includesHold() ? kept?.walks : undefined,
        shapes: opened.shapes,
        changed,
        files: opened.files,
        architecture: `${opened.kernel.plan.arch} ${opened.kernel.plan.srcarch}`,
      });
      return walks.walker(units, files, wanted);
    },
    script(read) {
      if (!opened || !base) return read();
      const { kernel } = opened;
      const key = scriptKey(kernel);
      const before = kept?.script;
      if (before && config?.isSame === true && before.key === key && holds(before.asked)) script = before;
      else {
        const asks = nothingAsked();
        script = { key, read: readScript({ ...kernel, tree: trackedTree(base, asks) }), asked: asks };
      }
      return script.read;
    },
    needs: (_, find) => find(),
    written(path, read) {
      const found = (isChanged(path) ? undefined : kept?.written.get(path)) ?? read();
      if (found) written.set(path, found);
      return found;
    },
    pause: () => undefined,
  };

  return {
    openTree(root) {
      base = diskTree(root, log);
      return trackedTree(base, asked, isCode);
    },
    plan(path, make) {
      const { root } = earlier?.inputs.paths ?? { root: '' };
      const isSame = kept?.configPath === path && (path === undefined || !isChanged(shortPath(root, path)));
      config = { path, isSame: kept !== undefined && isSame };
      const makeTracked = (): LinkPlan => make((tree) => trackedTree(base ?? tree, planAsked));
      if (kept && config.isSame && holds(kept.plan.asked)) {
        copyAsked(kept.plan.asked, planAsked);
        plan = restoredPlan(kept.plan.plan, makeTracked);
      } else plan = recordedPlan(makeTracked());
      return plan.plan;
    },
    work: { known: { search: searches.find, included }, candidates: candidatesOf, work },
    knowsSearches: searches.areKnown,
    parts() {
      if (!opened || !plan || !candidates || !config) return undefined;
      const { kernel, files, shapes } = opened;
      if (kernel.tree.problems().length > 0 || files.facts.size > mostFiles) return undefined;
      const walked = walks?.kept();
      if (!walked) return undefined;
      const { pattern, ...found } = candidates;
      const marks = shapes.kept(pattern, new Set([...found.consulted, ...walked.files]));
      return {
        kind: 'parts',
        configPath: config.path,
        scans: searches.kept(),
        plan: { plan: plan.kept(), asked: planAsked },
        script,
        asked: { ...asked, read: new Set() },
        shapes: marks,
        candidates: found,
        walks: walked.walks,
        written,
      };
    },
  };
}

/** Who lists a folder for the sake of code looks for sources and folders in it. */
const isCode = (name: string): boolean => name.endsWith('/') || isSource(name);

/** `undefined`: there are none, or the families may be others now. */
function usableParts({ inputs, changes, parts }: EarlierRun): KeptParts | undefined {
  const { root } = inputs.paths;
  if (changes.files.has(projectFileName) || changes.files.has(join(root, projectFileName))) return undefined;
  const kept = parts();
  return isKeptParts(kept) ? kept : undefined;
}

/** What of a plan decides where candidates are looked for. */
function planKey({ plan }: Kernel): string {
  const sources = plan.objects.map(({ source }) => source ?? '').sort();
  return [plan.source, plan.arch, plan.srcarch, ...sources].join('\n');
}

/** What of a plan decides how its linker script reads. */
function scriptKey({ plan }: Kernel): string {
  const flags = plan.linkerScript === undefined ? null : plan.flags(looseObject(plan.linkerScript));
  return JSON.stringify([plan.arch, plan.srcarch, plan.linkerScript ?? null, flags]);
}
