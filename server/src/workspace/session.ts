import { overlayTree } from '../source/overlay-tree';
import type { SourceFile } from '../syntax/c/unit';
import type { LeadingMacro } from '../syntax/c/wanted-macros';
import { sourceFiles } from '../watchers/source-files';
import type { Snapshot } from '../watchers/snapshot';
import { openKernel, type Kernel, type KernelChoice } from './open-kernel';
import { takeSnapshotOf } from './take-snapshot';

/** One family of an opened kernel, with the sources it was made from. Immutable. */
export interface FamilyView {
  readonly snapshot: Snapshot;
  readonly macros: readonly LeadingMacro[];
  readonly hits: readonly string[];
  readonly source: (path: string) => SourceFile | undefined;
}

export type SessionState =
  /** `fraction`: how much of the work is done, 0 to 1; `undefined`: not known. */
  | { readonly kind: 'indexing'; readonly message: string; readonly fraction: number | undefined }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string };

export interface SessionListener {
  readonly state: (state: SessionState) => void;
  /** Some view is another than before. */
  readonly changed: () => void;
}

/** One kernel root, kept open: it follows an editor's buffers and the disk, and has a current view per family. */
export interface Session {
  readonly root: string;
  state(): SessionState;
  kernel(): Kernel | undefined;
  families(): readonly string[];
  /** The current view; `undefined`: not yet. Asking for a family that was not asked for before starts on it. */
  view(family: string): FamilyView | undefined;
  /** The same without starting on anything. */
  peek(family: string): FamilyView | undefined;
  /** The view once all that was told to the session is in it; `undefined`: there is no such family, or no kernel. */
  settledView(family: string): Promise<FamilyView | undefined>;
  /** An unsaved buffer; `undefined` text: closed, the disk counts again. Path relative to the root. */
  edit(path: string, text: string | undefined): void;
  /** Files that changed, came or went on disk; `everything`: too many to name. */
  changedOnDisk(paths: readonly string[] | 'everything'): void;
  /** Another configuration, build folder or architecture. */
  choose(choice: Omit<KernelChoice, 'root'>): void;
  choice(): Omit<KernelChoice, 'root'>;
  close(): void;
}

/** Opens `root`, which is a kernel root, and starts on `families`. */
export function openSession(
  root: string,
  firstChoice: Omit<KernelChoice, 'root'>,
  families: readonly string[],
  listener: SessionListener,
): Session {
  const texts = new Map<string, string>();
  const wanted = new Set(families);
  const views = new Map<string, FamilyView>();
  let choice = firstChoice;
  let kernel: Kernel | undefined;
  let state: SessionState = { kind: 'indexing', message: 'reading makefiles', fraction: undefined };
  let epoch = 0;
  let done = -1;
  let closed = false;
  let running: Promise<void> | undefined;

  const say = (next: SessionState): void => {
    state = next;
    if (!closed) listener.state(next);
  };

  const notify = (): void => {
    if (!closed) listener.changed();
  };

  const run = async (): Promise<void> => {
    while (done !== epoch && !closed) {
      const working = epoch;
      await new Promise((resolve) => setImmediate(resolve));
      say({ kind: 'indexing', message: 'reading makefiles', fraction: undefined });
      const opened = openKernel({ root, ...choice }, root, (tree) => overlayTree(tree, texts));
      if ('failure' in opened) {
        kernel = undefined;
        views.clear();
        done = working;
        say({ kind: 'failed', message: opened.failure });
        continue;
      }
      kernel = opened;
      for (const name of wanted) {
        const family = opened.project.families.find((candidate) => candidate.name === name);
        if (!family) continue;
        const files = sourceFiles(opened.tree, opened.build, opened.plan.arch, opened.plan.srcarch);
        const { snapshot, candidates } = await takeSnapshotOf(opened, family, files, {
          scope: 'tree',
          report: (step, at, total) =>
            say({ kind: 'indexing', message: step, fraction: total === 0 ? undefined : at / total }),
        });
        if (epoch !== working) break;
        views.set(name, {
          snapshot,
          macros: candidates.learnt.macros,
          hits: candidates.hits,
          source: (path) => files.source(path),
        });
        notify();
      }
      if (epoch !== working) continue;
      done = working;
      say({ kind: 'ready' });
    }
  };

  const start = (): Promise<void> => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
  const changed = (): void => {
    epoch++;
    void start();
  };
  const want = (family: string): void => {
    if (wanted.has(family)) return;
    wanted.add(family);
    changed();
  };
  void start();

  return {
    root,
    state: () => state,
    kernel: () => kernel,
    families: () => kernel?.project.families.map(({ name }) => name) ?? [],
    view(family) {
      want(family);
      return views.get(family);
    },
    peek: (family) => views.get(family),
    async settledView(family) {
      want(family);
      while (done !== epoch && !closed) await start();
      return views.get(family);
    },
    edit(path, text) {
      if (text === undefined) texts.delete(path);
      else texts.set(path, text);
      changed();
    },
    changedOnDisk: changed,
    choose(next) {
      choice = next;
      changed();
    },
    choice: () => choice,
    close() {
      closed = true;
    },
  };
}
