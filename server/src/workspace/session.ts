import { setImmediate as turn } from 'node:timers/promises';
import { packedText } from '../source/packed-text';
import type { FileProblems } from '../watchers/project-file-problems';
import type { Snapshot } from '../watchers/snapshot';
import type { RememberedFiles } from '../watchers/source-files';
import { askedFiles, readerOf, type AskedFiles, type FileReader } from './asked-files';
import { configStamp } from './config-stamp';
import { familyState, Interrupted, type FamilyState } from './family-state';
import { findCandidates, TooCommon, type Candidates } from './find-candidates';
import type { Scope } from './first-look';
import { nameSearch } from './name-search';
import { openKernel, type Kernel, type KernelChoice } from './open-kernel';
import { pendingChanges } from './pending-changes';
import type { FileChange } from './revise-candidates';
import { kernelFiles } from './take-snapshot';
import { waiting } from './waiting';

/** One family of an opened kernel, with the sources it was made from. */
export interface FamilyView {
  readonly snapshot: Snapshot;
  readonly source: FileReader;
  /** The same for those who keep what follows from a file: when one changes that they asked for, there is another view. */
  readonly kept: FileReader;
  /** The whole tree was looked at, not only what the configuration builds. */
  readonly complete: boolean;
  /** It never will be: too much of the tree that is not built has to do with the family. */
  readonly isPartial: boolean;
}

export type SessionState =
  /** `fraction`: how much of the work is done, 0 to 1; `undefined`: not known. */
  | { readonly kind: 'indexing'; readonly message: string; readonly fraction: number | undefined }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string };

export interface SessionListener {
  readonly state: (state: SessionState) => void;
  /** A family has another view than before. */
  readonly changed: (family: string, view: FamilyView) => void;
}

export type Choice = Omit<KernelChoice, 'root'>;

/** One kernel root, kept open: it follows an editor's buffers and the disk, and has a current view per family. */
export interface Session {
  readonly root: string;
  state(): SessionState;
  kernel(): Kernel | undefined;
  /** What is wrong in `.task-watchers.json`; names of rules are not looked at. */
  projectProblems(): FileProblems;
  families(): readonly string[];
  /** The current view; `undefined`: not yet. Asking for a family that was not asked for before starts on it. */
  view(family: string): FamilyView | undefined;
  /** The same without starting on anything. */
  peek(family: string): FamilyView | undefined;
  /** Whether every edit so far is in the view. */
  isCurrent(family: string): boolean;
  /** Waits until every edit so far is in the view, but not for scans of the tree; at most `timeout` milliseconds. */
  currentView(family: string, timeout: number): Promise<FamilyView | undefined>;
  /** The view once all that was told to the session is in it; `undefined`: there is no such family, or no kernel. */
  settledView(family: string): Promise<FamilyView | undefined>;
  /** The files of the tree in which names stand, as far as it was searched for them. */
  knownMentions(): ReadonlyMap<string, readonly string[]>;
  /** The same once the tree was searched for all of `names`. */
  mentions(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** An unsaved buffer; `undefined` text: closed, the disk counts again. Path relative to the root. */
  edit(path: string, text: string | undefined): void;
  /** Files that changed, came or went on disk; `everything`: too many to name. */
  changedOnDisk(paths: readonly string[] | 'everything'): void;
  /** Looks whether the configuration came, went or changed on disk, for clients that tell of no such thing. */
  lookAtConfig(): void;
  /** Another configuration, build folder or architecture. */
  choose(choice: Choice): void;
  choice(): Choice;
  /** Steps after which it takes less memory; it answers as before. For when there is nothing to do. */
  rest(): Iterable<() => void>;
  close(): void;
}

interface Tracked {
  readonly state: FamilyState;
  view: FamilyView | undefined;
  readonly asked: AskedFiles;
  /** The epoch whose changes are in the view. */
  epoch: number;
  /** A snapshot is due. */
  stale: boolean;
  scanning: boolean;
  /** How far to look. */
  widest: Scope;
  /** The candidates are known to be wrong: a scan is due. */
  scanDue: Scope | undefined;
  /** Files that changed while a scan ran. */
  readonly changedMeanwhile: Set<string>;
  /** What a scan found, not adopted yet. */
  found: { readonly candidates: Candidates; readonly scope: Scope } | undefined;
}

/** Opens `root`, which is a kernel root, and starts on `families`. */
export function openSession(
  root: string,
  firstChoice: Choice,
  families: readonly string[],
  listener: SessionListener,
): Session {
  const pending = pendingChanges(root);
  const wanted = new Set(families);
  const tracked = new Map<string, Tracked>();
  const waiters = waiting();
  let choice = firstChoice;
  let kernel: Kernel | undefined;
  let projectProblems: FileProblems = noProblems;
  let files: RememberedFiles | undefined;
  let kernelDue = true;
  /** Of the configuration that was read. */
  let stamp = configStamp(root, choice);
  let state: SessionState = { kind: 'indexing', message: 'reading makefiles', fraction: undefined };
  let epoch = 0;
  let closed = false;
  let running = false;

  const names = nameSearch(
    () => (closed ? undefined : kernel),
    (path) => files?.source(path),
  );

  const say = (next: SessionState): void => {
    state = next;
    if (!closed) listener.state(next);
  };
  const isDue = (): boolean =>
    !pending.isEmpty() ||
    kernelDue ||
    (kernel !== undefined &&
      ([...wanted].some((name) => !tracked.has(name) && hasFamily(name)) ||
        [...tracked.values()].some(
          (one) => one.stale || one.found !== undefined || (one.scanDue !== undefined && !one.scanning),
        )));
  const hasFamily = (name: string): boolean =>
    kernel?.project.families.some((family) => family.name === name) ?? false;
  const isSettled = (): boolean => !isDue() && ![...tracked.values()].some(({ scanning }) => scanning);

  /** Edits and events become changes of files; what else they mean is noted. */
  const takeChanges = (): readonly FileChange[] => {
    const taken = pending.take(kernel, files);
    const { changes } = taken;
    if (taken.kernelDue) kernelDue = true;
    if (taken.everything) {
      files = undefined;
      names.clear();
      for (const one of tracked.values()) one.scanDue = one.widest;
    }
    for (const one of tracked.values())
      if (one.scanning) for (const { path } of changes) one.changedMeanwhile.add(path);
    names.revise(changes, kernel?.project.exclude ?? []);
    return changes;
  };

  const reopen = (): boolean => {
    kernelDue = false;
    stamp = configStamp(root, choice);
    if (state.kind !== 'ready') say({ kind: 'indexing', message: 'reading makefiles', fraction: undefined });
    const opened = openKernel({ root, ...choice }, root, () => pending.tree());
    if ('failure' in opened) {
      kernel = undefined;
      projectProblems = opened.project ?? noProblems;
      tracked.clear();
      say({ kind: 'failed', message: opened.failure });
      return false;
    }
    const before = kernel;
    kernel = opened;
    projectProblems = opened.projectProblems;
    files = kernelFiles(opened, files?.facts);
    // Another part of the tree is looked at: what was found in it is not all, or too much.
    if (before?.project.exclude.join('\n') !== opened.project.exclude.join('\n')) names.clear();
    const sameFamilies = before !== undefined && tablesOf(before) === tablesOf(opened);
    const sameSources = before !== undefined && sourcesOf(before) === sourcesOf(opened);
    for (const [name, one] of tracked) {
      if (!sameFamilies) {
        tracked.delete(name);
        continue;
      }
      one.state.forgetUnits();
      one.stale = true;
      if (!sameSources) one.scanDue = one.widest;
    }
    return true;
  };

  const track = (): void => {
    for (const name of wanted) {
      const family = kernel?.project.families.find((candidate) => candidate.name === name);
      if (tracked.has(name) || !family) continue;
      tracked.set(name, {
        state: familyState(family),
        view: undefined,
        asked: askedFiles(),
        epoch: -1,
        stale: false,
        scanning: false,
        widest: 'tree',
        // What is built comes first: it is found sooner, and it is what most questions are about.
        scanDue: kernel?.plan.source === 'none' ? 'tree' : 'linked',
        changedMeanwhile: new Set(),
        found: undefined,
      });
    }
  };

  const scan = (one: Tracked, scope: Scope): void => {
    const scanned = kernel;
    if (!scanned || !files) return;
    one.scanDue = undefined;
    one.scanning = true;
    one.changedMeanwhile.clear();
    const report = (step: string, at: number, total: number): void => {
      // A search that was given up has parts that still run for a moment.
      if (one.scanning && (one.view === undefined || scope === 'tree'))
        say({ kind: 'indexing', message: step, fraction: total === 0 ? undefined : at / total });
    };
    const mayBeTooCommon = scope === 'tree' && one.state.candidates() !== undefined;
    const most = mayBeTooCommon ? mostWithNeedle : Infinity;
    findCandidates(scanned, one.state.family, files, scope, report, { most })
      .catch((error: unknown) => {
        if (error instanceof TooCommon) return undefined;
        throw error;
      })
      .then(
        (candidates) => {
          // Of a kernel that is another by now: its makefiles decided where to look.
          if (scanned !== kernel) one.scanDue = scope;
          else if (!candidates || (mayBeTooCommon && countUnlinked(candidates, scanned) > mostUnlinked)) {
            one.widest = 'linked';
            one.stale = true;
          } else one.found = { candidates, scope };
        },
        (error: unknown) => {
          say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
        },
      )
      .finally(() => {
        one.scanning = false;
        start();
      });
  };

  const adopt = (one: Tracked, opened: Kernel): void => {
    const { found } = one;
    if (!found || !files) return;
    one.found = undefined;
    one.state.adopt(found.candidates, found.scope);
    one.stale = true;
    const view = files;
    const meanwhile = [...one.changedMeanwhile].map((path): FileChange => ({
      path,
      before: undefined,
      after: view.source(path),
    }));
    one.changedMeanwhile.clear();
    if (one.state.revise(opened, view, meanwhile) === 'unknown') one.scanDue = found.scope;
    // What was built is known; now the rest of the tree.
    else if (found.scope === 'linked' && one.widest === 'tree') one.scanDue = 'tree';
  };

  const refresh = async (
    name: string,
    one: Tracked,
    opened: Kernel,
    view: RememberedFiles,
    working: number,
  ): Promise<void> => {
    const snapshot = await one.state.snapshot(opened, view, () => isUrgent());
    one.stale = false;
    if (!snapshot) return;
    one.epoch = working;
    one.view = {
      snapshot,
      source: readerOf(view),
      kept: one.asked.readerOf(view),
      complete: one.state.scope() === 'tree',
      isPartial: one.widest === 'linked',
    };
    if (!closed) listener.changed(name, one.view);
  };
  const isUrgent = (): boolean => !pending.isEmpty() || kernelDue || closed;

  const step = async (): Promise<void> => {
    const working = epoch;
    const changes = takeChanges();
    if (kernelDue && !reopen()) return;
    const opened = kernel;
    const view = files;
    if (!opened || !view) return;
    track();
    for (const [name, one] of tracked) {
      if (changes.length > 0 && one.state.candidates()) {
        const meaning = one.state.revise(opened, view, changes);
        if (meaning === 'unknown') one.scanDue ??= one.state.scope() ?? 'tree';
        if (meaning !== 'nothing') one.stale = true;
      }
      adopt(one, opened);
      if (one.stale || !one.view) continue;
      one.epoch = working;
      // The snapshot is the same, but not what was read beside it.
      if (one.asked.concerns(changes)) {
        one.view = { ...one.view };
        listener.changed(name, one.view);
      }
    }
    // Those that a person sees already are worked on first.
    const due = [...tracked].sort(
      ([, a], [, b]) => Number(b.view !== undefined) - Number(a.view !== undefined),
    );
    for (const [name, one] of due) {
      if (!one.stale) continue;
      if (one.view === undefined)
        say({ kind: 'indexing', message: `reading units of ${name}`, fraction: undefined });
      await refresh(name, one, opened, view, working);
    }
    for (const one of tracked.values())
      if (one.scanDue !== undefined && !one.scanning && (one.view !== undefined || !one.state.candidates()))
        scan(one, one.scanDue);
  };

  /** Who waits for all of it finds that it is ready. */
  const lookRound = (): void => {
    if (isSettled() && kernel && state.kind !== 'ready') say({ kind: 'ready' });
    waiters.look();
  };

  const run = async (): Promise<void> => {
    while (isDue() && !closed) {
      try {
        await step();
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
      }
      lookRound();
      await turn();
    }
    lookRound();
  };
  const start = (): void => {
    if (running || closed) return;
    running = true;
    void turn()
      .then(run)
      .catch((error: unknown) => {
        say({
          kind: 'failed',
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      })
      .finally(() => {
        running = false;
        if (isDue() && state.kind !== 'failed') start();
      });
  };
  const until = (holds: () => boolean, timeout?: number): Promise<void> =>
    waiters.until(() => holds() || closed, timeout);
  const changed = (): void => {
    epoch++;
    start();
  };
  const want = (family: string): void => {
    if (wanted.has(family)) return;
    wanted.add(family);
    start();
  };
  const isCurrent = (family: string): boolean => tracked.get(family)?.epoch === epoch;
  start();

  return {
    root,
    state: () => state,
    kernel: () => kernel,
    projectProblems: () => projectProblems,
    families: () => kernel?.project.families.map(({ name }) => name) ?? [],
    view(family) {
      want(family);
      return tracked.get(family)?.view;
    },
    peek: (family) => tracked.get(family)?.view,
    isCurrent,
    async currentView(family, timeout) {
      await until(() => isCurrent(family) || state.kind === 'failed', timeout);
      return isCurrent(family) ? tracked.get(family)?.view : undefined;
    },
    async settledView(family) {
      want(family);
      await until(() => isSettled() || (state.kind === 'failed' && !isDue()));
      return tracked.get(family)?.view;
    },
    knownMentions: () => names.known(),
    mentions: (wantedNames) => names.find(wantedNames),
    edit(path, text) {
      pending.edit(path, text);
      changed();
    },
    changedOnDisk(paths) {
      pending.changedOnDisk(paths);
      changed();
    },
    lookAtConfig() {
      if (stamp === configStamp(root, choice)) return;
      kernelDue = true;
      changed();
    },
    choose(next) {
      choice = next;
      kernelDue = true;
      changed();
    },
    choice: () => choice,
    rest: () => files?.rest(packedText) ?? [],
    close() {
      closed = true;
      waiters.look();
    },
  };
}

/**
 * Every driver has its initcall: to walk thousands of sources that are not built, each with include paths of its own,
 * takes minutes and gigabytes.
 */
const mostUnlinked = 1000;
/** With so many that hold a needle, nobody need read them to know. */
const mostWithNeedle = 2 * mostUnlinked;

function countUnlinked({ withStatements, includers }: Candidates, { plan }: Kernel): number {
  const compiled = new Set(plan.objects.map(({ source }) => source));
  return [...new Set([...withStatements, ...includers])].filter(
    (path) => path.endsWith('.c') && !compiled.has(path),
  ).length;
}

const noProblems: FileProblems = { text: '', problems: [] };

/** What the project file says about tables, as one text to compare: the rest of it matters only to checks. */
const tablesOf = ({ project: { families, exclude } }: Kernel): string => JSON.stringify([families, exclude]);

/** The sources that a kernel compiles, as one text to compare. */
function sourcesOf({ plan }: Kernel): string {
  return `${plan.source}:${plan.srcarch}:${plan.objects.map(({ source }) => source ?? '').join()}`;
}
