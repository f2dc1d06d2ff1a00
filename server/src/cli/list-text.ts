import type { TableEntry } from '../link/entry';
import type { ShownSnapshot } from '../watchers/snapshot';
import { callSiteJson, entryJson } from '../features/table-json';
import { reason } from '../features/reason';
import { columns, placeText, type Styles } from './terminal';

/** Every registration, whatever became of it, by file and line. */
export function allEntries(snapshot: ShownSnapshot): readonly TableEntry[] {
  return [...snapshot.tables.flatMap(({ entries }) => entries), ...snapshot.unknownEvents].sort(
    (a, b) =>
      (a.place.file < b.place.file ? -1 : a.place.file > b.place.file ? 1 : 0) || a.place.line - b.place.line,
  );
}

/** `list`: registrations, then call sites, one a line. */
export function listText(snapshot: ShownSnapshot, styles: Styles): string {
  const known = new Set(snapshot.tables.map(({ event }) => event));
  const entries = allEntries(snapshot).map((entry) => [
    placeText(entry.place),
    known.has(entry.event) ? entry.event : styles.red(`${entry.event} (no such event)`),
    styles.bold(entry.function),
    entry.slot === undefined ? styles.yellow(entry.status) : `slot ${entry.slot}`,
    styles.dim(whereOrWhy(entry, known)),
  ]);
  const sites = snapshot.callSites.map((site) => [
    placeText(site),
    site.event ?? styles.red('unknown event'),
    `${site.dispatcher}() in ${styles.bold(`${site.caller ?? '?'}()`)}`,
    `result ${site.result}`,
    styles.dim(site.status),
  ]);
  const notifiers = snapshot.notifiers.map((notifier) => [
    placeText(notifier),
    notifier.text,
    styles.yellow('notifier chain (June 2006): no table'),
  ]);
  return [
    `${styles.bold('Registrations')} (${entries.length})`,
    ...columns(entries),
    '',
    `${styles.bold('Call sites')} (${sites.length})`,
    ...columns(sites),
    ...(notifiers.length === 0
      ? []
      : ['', `${styles.bold('Notifier registrations')} (${notifiers.length})`, ...columns(notifiers)]),
    '',
  ].join('\n');
}

/** The object it is linked from, or why it is not. */
function whereOrWhy(entry: TableEntry, known: ReadonlySet<string>): string {
  if (entry.status === 'linked' || entry.status === 'conditional') return entry.object ?? '';
  // A pattern may take its section all the same, for another family's table.
  const isElsewhere = entry.status === 'orphan' && !known.has(entry.event);
  return isElsewhere ? `${entry.section} belongs to no event: in none of these tables` : reason(entry);
}

export function listJson(snapshot: ShownSnapshot): unknown {
  const known = new Set(snapshot.tables.map(({ event }) => event));
  return {
    schema: 1,
    root: snapshot.root,
    family: snapshot.family.name,
    config: snapshot.configFile ?? null,
    registrations: allEntries(snapshot).map((entry) => ({
      event: entry.event,
      knownEvent: known.has(entry.event),
      ...entryJson(entry),
    })),
    callSites: snapshot.callSites.map(callSiteJson),
    notifiers: snapshot.notifiers,
    notes: snapshot.notes,
  };
}
