import { looseObject, type CompileFlags, type PlannedObject } from '../kbuild/link-plan';
import { compilerMacros, configMacros } from '../syntax/c/predefined';
import type { IneffectiveUse, SectionEntry, UnitEntries } from '../syntax/c/section-entry';
import type { UnitFiles } from '../syntax/c/unit';
import type { Note } from '../syntax/note';
import type { Contribution } from '../watchers/assemble';
import { looseWalker } from '../watchers/loose-walks';
import type { Unit } from '../watchers/unit-walks';
import { expandAnywhere, type LearntFamily } from '../watchers/wanted';
import { canMean, type Candidates } from './find-candidates';
import type { Kernel } from './open-kernel';
import type { WalkerMaker } from './remembered-walks';
import { unreadInclude, unreadMakefile } from './unread-texts';

/** How units are walked. */
export interface UnitWork {
  readonly walker: WalkerMaker;
  /** Called between units: gives others their turn; rejects to break off. */
  readonly pause: () => Promise<void> | undefined;
}

/** Of more sources outside the link plan than this, the headers are not followed. */
const mostFollowed = 1000;

/**
 * What every unit registers, compiled or not, each once. `notes` and `unseen` are added to: what was assumed, and uses of
 * macros that are not visible where they stand.
 */
export async function contribute(
  kernel: Kernel,
  files: UnitFiles,
  candidates: Candidates,
  notes: Note[],
  unseen: Contribution[],
  work: UnitWork,
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
