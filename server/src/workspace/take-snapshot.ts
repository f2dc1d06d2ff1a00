import { looseObject, type CompileFlags, type PlannedObject } from '../kbuild/link-plan';
import type { LaidTable } from '../link/tables';
import { compilerMacros, configMacros } from '../syntax/c/predefined';
import type { IneffectiveUse, SectionEntry, UnitEntries } from '../syntax/c/section-entry';
import type { RunningScan } from '../source/prescan';
import type { SourceFile, UnitFiles } from '../syntax/c/unit';
import type { LinkerScript } from '../syntax/ldscript/script';
import type { Note } from '../syntax/note';
import { absentNames, absentTables } from '../watchers/absent-tables';
import { assembleTables, unlinkedRow, type Contribution } from '../watchers/assemble';
import { eventOfSection, findEvent, type Family } from '../watchers/family';
import type { CallSite, Snapshot } from '../watchers/snapshot';
import { sourceFiles, type RememberedFiles } from '../watchers/source-files';
import { looseWalker } from '../watchers/loose-walks';
import { unitWalker, type Unit } from '../watchers/unit-walks';
import { expandAnywhere, type LearntFamily } from '../watchers/wanted';
import { canMean, findCandidates, type Candidates, type KnownBefore } from './find-candidates';
import type { Scope } from './first-look';
import { layTables, readScript, withCertainSlots, type ReadScript } from './lay-tables';
import { memberSymbols, loadedMembers, type LoadedMembers } from './needed-members';
import { readAhead } from './read-ahead';
import { generatedEntries } from './generated-entries';
import type { WalkerMaker } from './remembered-walks';
import type { Kernel } from './open-kernel';
import { unreadInclude, unreadMakefile, unreadNotes, unreadTexts, withoutScript } from './unread-texts';
import { writtenInFile, type WrittenInFile } from './written-in-file';

export type { Scope } from './first-look';

/** What may be kept from one snapshot for the next. */
export interface SnapshotWork {
  readonly walker: WalkerMaker;
  readonly script: (read: () => ReadScript) => ReadScript;
  readonly needs: (
    symbols: ReadonlyMap<string, string>,
    find: () => Promise<LoadedMembers>,
  ) => Promise<LoadedMembers>;
  /** What a source says; `undefined`: there is no such file. */
  readonly written: (path: string, read: () => WrittenInFile | undefined) => WrittenInFile | undefined;
  /** Called between units: gives others their turn; rejects to break off. */
  readonly pause: () => Promise<void> | undefined;
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

/** Of more sources outside the link plan than this, the headers are not followed. */
const mostFollowed = 1000;

async function contribute(
  kernel: Kernel,
  files: UnitFiles,
  candidates: Candidates,
  notes: Note[],
  unseen: Contribution[],
  work: SnapshotWork,
): Promise<readonly Contribution[]> {
  const { plan, config } = kernel;
  const { learnt, withStatements, includers, doubtful } = candidates;
  const isDoubtful = (source: string): boolean => doubtful === 'all' || doubtful.has(source);
  const predefinedFor = predefinedMacros(kernel);
  const concerned = (path: string): boolean => withStatements.has(path) || includers.has(path);
  const unitOf = (source: string, object: PlannedObject, undecided: boolean): Unit => {
    const other = /^arch\/([^/]+)\//.exec(source)?.[1];
    const srcarch = other !== undefined && other !== 'um' ? other : plan.srcarch;
    return {
      source,
      flags: forArchitecture(plan.flags(object), plan.srcarch, srcarch),
      predefined: predefinedFor(srcarch),
      undecided,
    };
  };
  const planned = plan.objects.flatMap((object) =>
    object.source !== undefined && concerned(object.source)
      ? [{ object, unit: unitOf(object.source, object, false) }]
      : [],
  );
  const compiled = new Set(plan.objects.map(({ source }) => source));
  // Where only what is linked was looked at, the others that turned up are no fair sample of the rest.
  const unlinked = candidates.linkedOnly ? [] : [...withStatements, ...includers];
  const loose = [...new Set(unlinked)].filter((path) => path.endsWith('.c') && !compiled.has(path)).sort();
  const unplanned = loose.map((source) => ({
    source,
    unit: unitOf(source, looseObject(source), config === undefined),
  }));
  // What another .c file includes is no unit of its own: it sees what that one includes.
  const includedSources = new Set(
    [...includers].flatMap((path) =>
      (files.source(path)?.facts.includes ?? []).flatMap((include) =>
        include.text.endsWith('.c') ? loose.filter((source) => canMean(include, source)) : [],
      ),
    ),
  );
  const like = planned[0]?.unit ?? unplanned.find(({ source }) => !source.startsWith('arch/'))?.unit;
  const isLoose = like !== undefined && unplanned.length > mostFollowed;
  const walk = work.walker(
    [...planned, ...(isLoose ? [] : unplanned)].map(({ unit }) => unit),
    files,
    learnt.wanted,
  );
  const seen = new Set<string>();
  const found: Contribution[] = [];
  for (const { object, unit } of planned) {
    await work.pause();
    const result = walk(unit);
    noteAssumptions(result, notes);
    const status = object.membership === 'archive-member' ? ('archive-member' as const) : undefined;
    for (const entry of result.entries) {
      seen.add(keyOf(entry));
      found.push({ entry, object, status });
    }
    for (const use of result.ineffective) {
      const entry = use.reason === 'refused' ? undefined : ineffectiveEntry(use, learnt);
      if (!entry) continue;
      const effect = use.reason === 'compiled-out' ? ('compiled-out' as const) : ('no-effect' as const);
      const isKnown = !isDoubtful(unit.source);
      found.push({
        ...{ entry, object },
        ...(isKnown ? { status: effect } : { status: 'conditional', assumptions: [unreadInclude] }),
      });
    }
  }
  const walkLoose = isLoose ? looseWalker(like, files, learnt, candidates.elsewhere) : walk;
  for (const { source, unit } of unplanned) {
    await work.pause();
    const result = walkLoose(unit);
    const why = config ? plan.unlinked(source) : undefined;
    const steps = why?.why ?? plan.conditions(source);
    const status = why?.status ?? 'conditional';
    // What cannot be read may say otherwise.
    const known = isDoubtful(source) ? [] : result.ineffective;
    const uses = known.filter(
      ({ reason }) =>
        reason === 'compiled-out' ||
        (config !== undefined && (reason === 'not-visible' || status === 'module')),
    );
    const ineffective = uses.flatMap((use) => ineffectiveEntry(use, learnt) ?? []);
    for (const use of known) {
      const entry = use.reason === 'not-visible' ? ineffectiveEntry(use, learnt) : undefined;
      if (entry?.place.file === source && !seen.has(keyOf(entry)) && !includedSources.has(source))
        unseen.push({ entry, object: undefined, status, path: source.replace(/\.\w+$/, '.o'), why: steps });
    }
    for (const entry of [...result.entries, ...ineffective]) {
      // A .c file that a compiled one includes: its entries belong to the includer's object.
      if (seen.has(keyOf(entry))) continue;
      if (entry.place.file !== source && config) continue;
      seen.add(keyOf(entry));
      found.push({
        ...{ entry, object: undefined, status, path: source.replace(/\.\w+$/, '.o'), why: steps },
        ...(why?.status === 'conditional' ? { assumptions: [unreadMakefile] } : {}),
      });
    }
  }
  return found;
}

const keyOf = (entry: SectionEntry): string =>
  `${entry.place.file}:${entry.range.start}:${entry.function}:${entry.section}`;

/** Files of another architecture are compiled with that one's headers. */
function forArchitecture(flags: CompileFlags, planned: string, srcarch: string): CompileFlags {
  if (planned === srcarch) return flags;
  const other = (path: string): string => path.replace(`arch/${planned}/`, `arch/${srcarch}/`);
  return { ...flags, includePaths: flags.includePaths.map(other) };
}

const predefinedCache = new WeakMap<Kernel, Map<string, ReadonlyMap<string, string>>>();

function predefinedMacros(kernel: Kernel): (srcarch: string) => ReadonlyMap<string, string> {
  const { plan, config } = kernel;
  const known = predefinedCache.get(kernel) ?? new Map<string, ReadonlyMap<string, string>>();
  predefinedCache.set(kernel, known);
  return (srcarch) => {
    let macros = known.get(srcarch);
    if (!macros) {
      const arch = srcarch === plan.srcarch ? plan.arch : srcarch;
      macros = new Map([
        ...compilerMacros(srcarch, arch, config?.values),
        ...configMacros(config?.values ?? new Map()),
      ]);
      known.set(srcarch, macros);
    }
    return macros;
  };
}

function noteAssumptions(result: UnitEntries, notes: Note[]): void {
  for (const { message, file, line, isError } of result.assumptions)
    if (
      (result.entries.length > 0 || isError) &&
      !notes.some((note) => note.file === file && note.message === message)
    )
      notes.push({ file, line, message });
}

function ineffectiveEntry(use: IneffectiveUse, learnt: LearntFamily): SectionEntry | undefined {
  const pointer = expandAnywhere(`${use.macro}(${use.arguments.join(', ')});`, learnt.macros, learnt.wanted);
  if (!pointer) return undefined;
  return {
    ...pointer,
    place: use.place,
    range: use.range,
    macro: use.macro,
    arguments: use.arguments,
    guards: use.guards,
  };
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
