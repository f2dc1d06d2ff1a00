import type { PlannedObject } from '../kbuild/link-plan';
import type { LaidTable } from '../link/tables';
import type { RunningScan } from '../source/prescan';
import type { SourceFile, UnitFiles } from '../syntax/c/unit';
import type { LinkerScript } from '../syntax/ldscript/script';
import type { Note } from '../syntax/note';
import { absentNames, absentTables } from '../watchers/absent-tables';
import { assembleTables, unlinkedRow, type Contribution } from '../watchers/assemble';
import { eventOfSection, findEvent, type Family } from '../watchers/family';
import type { CallSite, Snapshot } from '../watchers/snapshot';
import { sourceFiles, type RememberedFiles } from '../watchers/source-files';
import { unitWalker } from '../watchers/unit-walks';
import { contribute, type UnitWork } from './contributions';
import { findCandidates, type Candidates, type KnownBefore } from './find-candidates';
import type { Scope } from './first-look';
import { layTables, readScript, withCertainSlots, type ReadScript } from './lay-tables';
import { memberSymbols, loadedMembers, type LoadedMembers } from './needed-members';
import { readAhead } from './read-ahead';
import { generatedEntries } from './generated-entries';
import type { Kernel } from './open-kernel';
import { unreadNotes, unreadTexts, withoutScript } from './unread-texts';
import { writtenInFile, type WrittenInFile } from './written-in-file';

export type { Scope } from './first-look';

/** What may be kept from one snapshot for the next. */
export interface SnapshotWork extends UnitWork {
  readonly script: (read: () => ReadScript) => ReadScript;
  readonly needs: (
    symbols: ReadonlyMap<string, string>,
    find: () => Promise<LoadedMembers>,
  ) => Promise<LoadedMembers>;
  /** What a source says; `undefined`: there is no such file. */
  readonly written: (path: string, read: () => WrittenInFile | undefined) => WrittenInFile | undefined;
}

export interface SnapshotOptions {
  readonly scope: Scope;
  /** {@link beginCandidates} of the same family and scope. */
  readonly ahead?: RunningScan | undefined;
  /** What an earlier run left. */
  readonly earlier?: EarlierWork | undefined;
  readonly report: (step: string, done: number, total: number) => void;
  /** Told how many files the scan ahead found, before they are looked at closer. */
  readonly onFound?: (files: number) => void;
}

/** What is known beforehand, and need not be made again. */
export interface EarlierWork {
  readonly known: KnownBefore;
  /** The candidates; `find` finds them. */
  readonly candidates: (
    kernel: Kernel,
    family: Family,
    files: RememberedFiles,
    find: (files: RememberedFiles) => Promise<Candidates>,
  ) => Promise<Candidates>;
  readonly work: SnapshotWork;
}

/** The files of an opened kernel, each read and scanned once. */
export function kernelFiles(
  { tree, build, plan }: Kernel,
  before: Iterable<readonly [string, SourceFile | undefined]> = [],
): RememberedFiles {
  return sourceFiles(tree, build, plan.arch, plan.srcarch, before);
}

/** A snapshot with what it was made from, for those who look at the sources again. */
export interface TakenSnapshot {
  readonly snapshot: Snapshot;
  readonly candidates: Candidates;
}

/** Everything about one family in an opened kernel. */
export async function takeSnapshot(
  kernel: Kernel,
  family: Family,
  options: SnapshotOptions,
): Promise<Snapshot> {
  const files = kernelFiles(kernel);
  return (await takeSnapshotOf(kernel, family, files, options)).snapshot;
}

/** The same, from facts that the caller keeps. */
export async function takeSnapshotOf(
  kernel: Kernel,
  family: Family,
  files: RememberedFiles,
  { scope, report, ahead, earlier, onFound = () => undefined }: SnapshotOptions,
): Promise<TakenSnapshot> {
  const work = withScriptOnce(earlier?.work ?? fromScratch);
  const otherwise = readAhead(kernel, files, () => work.script(() => readScript(kernel)));
  const bare = (paths: Iterable<string>): void => {
    files.bare(paths);
  };
  const begun = ahead && { scan: ahead, otherwise, bare, onFound };
  const find = (from: RememberedFiles): Promise<Candidates> =>
    findCandidates(kernel, family, from, scope, report, { ahead: begun, known: earlier?.known });
  const candidates = await (earlier?.candidates(kernel, family, files, find) ?? find(files));
  report('reading units', 0, 0);
  return { snapshot: await snapshotOf(kernel, family, files, candidates, work), candidates };
}

const fromScratch: SnapshotWork = {
  walker: (units, files, wanted) => unitWalker(units, files, wanted).walk,
  script: (read) => read(),
  needs: (_, find) => find(),
  written: (_, read) => read(),
  pause: () => undefined,
};

/** The script is read when it is first asked for, for the same kernel. */
function withScriptOnce(work: SnapshotWork): SnapshotWork {
  let known: ReadScript | undefined;
  return { ...work, script: (read) => (known ??= work.script(read)) };
}

/** The snapshot that follows from the candidates. Depends on nothing else than the files' present texts. */
export async function snapshotOf(
  kernel: Kernel,
  family: Family,
  files: UnitFiles,
  candidates: Candidates,
  work: SnapshotWork = fromScratch,
): Promise<Snapshot> {
  const { plan, config } = kernel;
  const notes: Note[] = [...kernel.notes, ...candidates.notes];
  const unseen: Contribution[] = [];
  const registered = await contribute(kernel, files, candidates, notes, unseen, work);
  const contributed = [...registered, ...generatedEntries(kernel, candidates.learnt, files, registered)];
  const needed = await withNeededMembers(kernel, files, contributed, work);
  const { order } = needed;
  const read = config ? work.script(() => readScript(kernel)) : undefined;
  const script = read?.script;
  notes.push(...(read?.notes ?? []));
  const contributions = read && !script ? needed.contributions.map(withoutScript) : needed.contributions;
  const unread = unreadTexts(kernel, candidates);
  const laid = script ? certainTables(kernel, family, script, contributions, order, unread, notes) : [];
  const others = kernel.project.families.map(({ name }) => name);
  if (script) notes.push(...absentTables(family, script, others));
  else if (!config && candidates.hits.length === 0) notes.push(absentNames(family, others));
  const events = shownEvents(family, laid, contributions);
  const shown: Family = { ...family, events };
  const assembled = assembleTables(shown, plan, laid, contributions);
  notes.push(...unreadNotes(kernel, candidates, notes));
  const names = new Set(events.map(({ name }) => name));
  const written = candidates.hits.flatMap((path): readonly (readonly [string, WrittenInFile])[] => {
    const read = (): WrittenInFile | undefined => {
      const file = files.source(path);
      return file && writtenInFile(file, family.dispatchers);
    };
    const found = path.endsWith('.c') ? work.written(path, read) : undefined;
    return found ? [[path, found]] : [];
  });
  return {
    root: kernel.root,
    family: shown,
    configFile: kernel.configFile,
    config: config?.values,
    plan,
    tables: assembled,
    laid,
    script,
    macros: candidates.learnt.macros,
    candidates: candidates.hits,
    unseenMacros: unseen.map((contribution) =>
      unlinkedRow(contribution, eventOfSection(family, contribution.entry.section) ?? ''),
    ),
    callSites: callSites(kernel, family, written),
    unknownEvents: contributions.flatMap((contribution) => {
      const event = eventOfSection(family, contribution.entry.section);
      if (event === undefined || names.has(event)) return [];
      return [unlinkedRow({ ...contribution, status: contribution.status ?? 'orphan' }, event)];
    }),
    notifiers: written.flatMap(([, { notifiers }]) => notifiers),
    dialect: undefined,
    notes: [...notes, ...plan.notes],
  };
}

function certainTables(
  kernel: Kernel,
  family: Family,
  script: LinkerScript,
  contributions: readonly Contribution[],
  order: readonly PlannedObject[],
  unread: (object: PlannedObject) => string | undefined,
  notes: Note[],
): readonly LaidTable[] {
  const ofObjects = contributions.filter(({ object }) => object !== undefined);
  const linked = ofObjects.filter(({ status }) => status === undefined);
  const possible = ofObjects.filter(({ status }) => status === undefined || status === 'archive-member');
  const { laid, notes: found } = layTables(kernel, family, script, linked, order, unread);
  notes.push(...found);
  if (possible.length === linked.length) return laid;
  return withCertainSlots(laid, layTables(kernel, family, script, possible, order, unread).laid);
}

/** The events that the tree knows of, and those that every tree of the family should have. */
function shownEvents(
  family: Family,
  laid: readonly LaidTable[],
  contributions: readonly Contribution[],
): Family['events'] {
  const used = new Set(contributions.map(({ entry }) => eventOfSection(family, entry.section)));
  return family.events.filter(
    ({ name, mayBeAbsent }) =>
      mayBeAbsent !== true ||
      used.has(name) ||
      (laid.find(({ event }) => event === name)?.patterns.length ?? 0) > 0,
  );
}

interface Needed {
  readonly contributions: readonly Contribution[];
  /** The objects of the plan, as ld loads them. */
  readonly order: readonly PlannedObject[];
}

/** Members of archives count as linked where something that is linked anyway needs them. */
async function withNeededMembers(
  kernel: Kernel,
  files: UnitFiles,
  contributions: readonly Contribution[],
  work: SnapshotWork,
): Promise<Needed> {
  const { objects } = kernel.plan;
  const members = new Set(
    contributions.flatMap(({ object, status }) => (status === 'archive-member' && object ? [object] : [])),
  );
  if (members.size === 0) return { contributions, order: objects };
  const symbols = memberSymbols(files, [...members]);
  const { loaded, isWhole, order } = await work.needs(symbols, () => loadedMembers(kernel, files, symbols));
  return {
    contributions: contributions.flatMap((contribution) => {
      if (contribution.status !== 'archive-member') return [contribution];
      if (loaded.has(contribution.object?.path ?? '')) return [{ ...contribution, status: undefined }];
      return [isWhole ? notLoaded(contribution) : contribution];
    }),
    order,
  };
}

/** A member that stays in its archive. */
function notLoaded({ entry, object }: Contribution): Contribution {
  const at = object === undefined ? {} : { path: object.path, why: object.why };
  return { entry, object: undefined, status: 'archive-member', ...at };
}

function callSites(
  kernel: Kernel,
  family: Family,
  written: readonly (readonly [path: string, WrittenInFile])[],
): readonly CallSite[] {
  const { plan, config } = kernel;
  const planned = new Map(plan.objects.map((object) => [object.source, object]));
  return written.flatMap(([path, { calls }]) =>
    calls.map(({ eventArgument, ...call }): CallSite => {
      const object = planned.get(path);
      const status = object
        ? object.membership === 'archive-member'
          ? ('archive-member' as const)
          : ('linked' as const)
        : config
          ? plan.unlinked(path).status
          : ('conditional' as const);
      const off = config !== undefined && call.guards.some((guard) => guardIsOff(guard, config.values));
      return {
        ...call,
        event:
          eventArgument === undefined
            ? undefined
            : findEvent(family, eventArgument.replace(/^\(|\)$/g, ''))?.name,
        status: off && status === 'linked' ? 'compiled-out' : status,
        object: object?.path,
      };
    }),
  );
}

function guardIsOff(guard: string, config: ReadonlyMap<string, string>): boolean {
  const match = /^(!?)(CONFIG_\w+)$/.exec(guard);
  if (!match) return false;
  const on = config.get(match[2] ?? '') === 'y';
  return match[1] === '!' ? on : !on;
}
