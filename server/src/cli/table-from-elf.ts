import type { ElfTable } from '../link/elf-tables';
import { registeredName } from '../link/registered-name';
import { chooseRoot } from '../source/root';
import type { TableEntry } from '../link/entry';
import { elfRequests, elfRequestsOf } from '../watchers/elf-requests';
import { findEvent, noEvent, type Family } from '../watchers/family';
import { builtInFamilies } from '../watchers/project-file';
import { Failure, orFail } from './failure';
import { loadSnapshot } from './load-snapshot';
import { readTablesFrom } from '../workspace/elf-file';
import type { Settings } from './settings';
import { columns, placeText, print, stylesFor } from './terminal';

/** `table --from VMLINUX`: what the file holds, mapped back to source where a kernel tree is at hand. */
export async function runTableFromElf(
  events: readonly string[],
  settings: Settings,
  path: string,
): Promise<number> {
  if (path === '') throw new Failure('--from: is empty');
  const chosenRoot = chooseRoot(settings.root, process.cwd());
  if (settings.root !== undefined) orFail(chosenRoot);
  const hasTree = 'root' in chosenRoot;
  const snapshot = hasTree ? await loadSnapshot(settings, 'tree') : undefined;
  const family = snapshot?.family ?? builtInFamilies.find(({ name }) => name === settings.family);
  if (family === undefined) throw new Failure(`no family ${settings.family} without a kernel tree (--root)`);
  // The tree's own linker script knows best what its boundary symbols are called.
  const requests = [
    ...(snapshot === undefined || snapshot.laid.length === 0 ? [] : [elfRequestsOf(family, snapshot.laid)]),
    ...elfRequests(family),
  ];
  const tables = chosen(family, orFail(readTablesFrom(path, requests, family.functionField)), events);
  if (tables.every(({ section }) => section === undefined))
    throw new Failure(
      `${path}: no table of ${family.name} in it (no boundary symbols, no sections)${snapshot?.config === undefined ? '; with --root and --config or --build, the linker script of its tree is asked what they are called' : ''}`,
    );
  const sources = sourceIndex(snapshot?.tables.flatMap(({ entries }) => entries) ?? []);
  if (settings.format === 'json') {
    await print(`${JSON.stringify(tablesJson(path, family, tables, sources), null, 2)}\n`);
    return 0;
  }
  const styles = stylesFor(settings.color, process.stdout);
  for (const table of tables) {
    const noun = family.noun[table.entries.length === 1 ? 0 : 1];
    const heading = `${styles.bold(table.event)}  ${table.entries.length} ${noun}  ${styles.dim(table.section?.name ?? 'not in the file')}`;
    const rows = table.entries.map((entry) => {
      const source = sources(entry);
      return [
        `  ${styles.cyan(String(entry.slot).padStart(2))}`,
        styles.bold(entry.function ?? '(no symbol)'),
        source === undefined ? '' : placeText(source),
        styles.dim(entry.variable ?? ''),
      ];
    });
    await print([heading, ...columns(rows), ''].join('\n') + '\n');
    for (const problem of table.problems) process.stderr.write(`note: ${table.event}: ${problem}\n`);
  }
  return 0;
}

function chosen(family: Family, tables: readonly ElfTable[], events: readonly string[]): readonly ElfTable[] {
  if (events.length === 0)
    return tables.filter(({ entries, section }) => section !== undefined || entries.length > 0);
  return events.map((asked) => {
    const found = tables.find(({ event }) => event === findEvent(family, asked)?.name);
    if (found) return found;
    throw new Failure(noEvent(family, asked));
  });
}

type ElfRow = ElfTable['entries'][number];
type SourceOf = (entry: ElfRow) => { readonly file: string; readonly line: number } | undefined;

/** By variable, else by function and line (initcall variables hold the line), else by a function that is unique. */
function sourceIndex(entries: readonly TableEntry[]): SourceOf {
  const byVariable = new Map(entries.map((entry) => [entry.variable, entry.place]));
  const byFunction = new Map<string, TableEntry[]>();
  for (const entry of entries)
    byFunction.set(entry.function, [...(byFunction.get(entry.function) ?? []), entry]);
  return ({ variable, function: called }) => {
    const known = variable === undefined ? undefined : byVariable.get(variable);
    if (known) return known;
    const named = variable === undefined ? undefined : registeredName(variable, called);
    const candidates = byFunction.get(called ?? '') ?? [];
    const exact = named && candidates.find(({ place }) => place.line === named.line);
    return (exact ?? (candidates.length === 1 ? candidates[0] : undefined))?.place;
  };
}

function tablesJson(path: string, family: Family, tables: readonly ElfTable[], sources: SourceOf): unknown {
  return {
    schema: 1,
    from: path,
    family: family.name,
    events: tables.map(({ event, section, form, entries, problems }) => ({
      name: event,
      index: family.events.findIndex(({ name }) => name === event),
      section: section?.name ?? null,
      form,
      entries: entries.map((entry) => ({
        slot: entry.slot,
        function: entry.function ?? null,
        variable: entry.variable ?? null,
        file: sources(entry)?.file ?? null,
        line: sources(entry)?.line ?? null,
      })),
      notes: problems,
    })),
  };
}
