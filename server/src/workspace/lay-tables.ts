import { looseObject, type PlannedObject } from '../kbuild/link-plan';
import type { InputSection, LinkedObject } from '../link/input-section';
import { layOut, type Layout } from '../link/layout';
import { objectSections } from '../link/object-sections';
import { partialLink } from '../link/partial-link';
import { tables, type LaidTable, type TableRequest } from '../link/tables';
import { compilerMacros, configMacros, is64Bit } from '../syntax/c/predefined';
import type { SectionEntry } from '../syntax/c/section-entry';
import { parseLinkerScript } from '../syntax/ldscript/parse';
import { preprocessScript } from '../syntax/ldscript/preprocess';
import type { LinkerScript } from '../syntax/ldscript/script';
import type { Note } from '../syntax/note';
import { sectionsOf, type Contribution } from '../watchers/assemble';
import { elfRequests } from '../watchers/elf-requests';
import { eventOfSection, type Family } from '../watchers/family';
import type { Kernel } from './open-kernel';

/** The linker script, and what it was made from. */
export interface ReadScript {
  readonly script: LinkerScript | undefined;
  readonly notes: readonly Note[];
  readonly files: ReadonlySet<string>;
}

/** The linker script of the planned architecture, preprocessed for this configuration. */
export function readScript(kernel: Kernel): ReadScript {
  const { plan, tree, build, config } = kernel;
  const files = new Set<string>();
  if (plan.linkerScript === undefined) {
    const message = `arch/${plan.srcarch} has no vmlinux.lds.S: nothing is known about tables`;
    return { script: undefined, notes: [{ message }], files };
  }
  const settings = configMacros(config?.values ?? new Map());
  const flags = plan.flags(looseObject(plan.linkerScript));
  const { text, places, assumptions } = preprocessScript(plan.linkerScript, {
    read: (path) => {
      files.add(path);
      return tree.read(path) ?? build?.read(path);
    },
    includePaths: flags.includePaths,
    forcedIncludes: flags.forcedIncludes.filter((path) => path.endsWith('kconfig.h')),
    defines: [
      ...[...compilerMacros(plan.srcarch, plan.arch, config?.values)].map(([name, value]) => ({
        name,
        text: value,
      })),
      ...flags.defines,
    ],
    config: (name) => settings.get(name),
    asmDirectory: [`include/asm-${plan.srcarch}`, `include/asm-${plan.arch}`].find(
      (path) => tree.kind(path) === 'directory',
    ),
  });
  const unread = tree.problems().find(({ file }) => files.has(file))?.file;
  if (unread !== undefined) {
    const message = `is part of the linker script and cannot be read: nothing is known about tables`;
    return { script: undefined, notes: [{ file: unread, message, isUnread: true }], files };
  }
  const notes = assumptions.map(({ message, file, line }) => ({ message, file, line }));
  return { script: parseLinkerScript(text, places), notes, files };
}

/**
 * Lays out what is linked, objects in `order`, and reads the family's tables off. `unread`: what of an object's text could
 * not be read, if anything.
 */
export function layTables(
  kernel: Kernel,
  family: Family,
  script: LinkerScript,
  linked: readonly Contribution[],
  order: readonly PlannedObject[],
  unread: (object: PlannedObject) => string | undefined,
): { readonly laid: readonly LaidTable[]; readonly notes: readonly Note[] } {
  const { plan, config } = kernel;
  const pointerSize = is64Bit(plan.srcarch, plan.arch, config?.values) ? 8 : 4;
  const entriesOf = new Map<PlannedObject, SectionEntry[]>();
  for (const { object, entry } of linked)
    if (object) entriesOf.set(object, [...(entriesOf.get(object) ?? []), entry]);
  const objects = order.flatMap((object) => {
    const entries = entriesOf.get(object);
    if (!entries) return [];
    const compilation = { compiler: plan.compiler, flags: plan.flags(object), pointerSize };
    return [{ object, sections: objectSections(object.path, entries, compilation).sections }];
  });
  const layout = layOut(asGiven(objects), script, {
    garbageCollected: config?.values.get('CONFIG_LD_DEAD_CODE_DATA_ELIMINATION') === 'y',
  });
  const notes = layout.notes.filter(
    ({ message }) =>
      message.startsWith('linker script:') ||
      family.sections.some(({ template }) => message.includes(template.split('{')[0] ?? template)),
  );
  const used = new Set(objects.flatMap(({ sections }) => sections.map((section) => section.name)));
  const laid = tables(layout, namedRequests(family, layout, used), pointerSize);
  return { laid: withoutOpenSlots(laid, openObjects(order, unread)), notes };
}

/** Objects whose place in a table is not known, by path, each with the reason. */
function openObjects(
  order: readonly PlannedObject[],
  unread: (object: PlannedObject) => string | undefined,
): ReadonlyMap<string, string> {
  const open = new Map<string, string>();
  let behind: string | undefined;
  for (const object of order) {
    behind ??= unread(object);
    const reason = object.behindUnknown ?? behind;
    if (reason !== undefined) open.set(object.path, reason);
  }
  return open;
}

/** Entries of such an object, and what follows them, have no slot. Any table may hold more than is known. */
function withoutOpenSlots(
  laid: readonly LaidTable[],
  open: ReadonlyMap<string, string>,
): readonly LaidTable[] {
  const [anyReason] = open.values();
  if (anyReason === undefined) return laid;
  return laid.map((table) => {
    const found = table.entries.findIndex(({ section }) => open.has(section.object));
    const first = found < 0 ? table.entries.length : found;
    return {
      ...table,
      entries: table.entries.map((one, at) => (at < first ? one : { ...one, slot: undefined })),
      orderUnknown: table.orderUnknown ?? open.get(table.entries[first]?.section.object ?? '') ?? anyReason,
    };
  });
}

/**
 * A member of an archive that may or may not be linked shifts what stands behind it. Slots stay only where it makes no
 * difference: the same in `laid`, without any such member, as in `full`, with all of them.
 */
export function withCertainSlots(
  laid: readonly LaidTable[],
  full: readonly LaidTable[],
): readonly LaidTable[] {
  return laid.map((table) => {
    const other = full.find(({ event }) => event === table.event);
    const places = new Map(other?.entries.map(({ entry }, at) => [entry, at]));
    const entries = table.entries.map((one, at) =>
      places.get(one.entry) === at ? one : { ...one, slot: undefined },
    );
    const isSame = entries.every((one, at) => one === table.entries[at]);
    return isSame
      ? table
      : {
          ...table,
          entries,
          orderUnknown: table.orderUnknown ?? 'an archive member before it may not be linked',
        };
  });
}

/**
 * What to read as each event's table: between the family's usual boundary symbols where the script assigns both, else
 * between those around the pattern that takes the event's sections. `used`: the names of all input sections.
 */
function namedRequests(family: Family, layout: Layout, used: ReadonlySet<string>): readonly TableRequest[] {
  const assigned = new Set([
    ...layout.unclear.keys(),
    ...layout.sections.flatMap(({ items }) =>
      items.flatMap((item) => (item.kind === 'symbol' ? [item.symbol] : [])),
    ),
  ]);
  const has = (symbol: string | undefined): symbol is string => symbol !== undefined && assigned.has(symbol);
  const known = elfRequests(family);
  return family.events.map(({ name }) => {
    const suffixed = [...used].filter((section) => eventOfSection(family, section) === name);
    const sections = [...new Set([...sectionsOf(family, name), ...suffixed])];
    for (const requests of known) {
      const { start, stop } = requests.find(({ event }) => event === name) ?? {};
      if (has(start) && has(stop)) return { event: name, sections, start, stop };
    }
    return { event: name, sections };
  });
}

/** The files that ld is given, by the names that it knows them by. */
function asGiven(
  objects: readonly { readonly object: PlannedObject; readonly sections: readonly InputSection[] }[],
): readonly LinkedObject[] {
  const files = new Map<
    string,
    { readonly linked: LinkedObject; readonly isPartial: boolean; readonly parts: LinkedObject[] }
  >();
  for (const { object, sections } of objects) {
    const { partial, archive, isThin } = object.given;
    const path = partial ?? object.path;
    const name = archive === undefined || isThin ? path : path.slice(path.lastIndexOf('/') + 1);
    const linked = { path: name, sections, ...(archive === undefined ? {} : { archive }) };
    const known = files.get(path);
    if (known) known.parts.push(linked);
    else files.set(path, { linked, isPartial: partial !== undefined, parts: [linked] });
  }
  return [...files.values()].map(({ linked, isPartial, parts }) =>
    isPartial ? partialLink(linked.path, parts, linked.archive) : linked,
  );
}
