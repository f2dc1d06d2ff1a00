import type { TableEntry } from '../link/entry';
import type { Range } from '../syntax/positions';
import { registrationsIn } from './grouped-entries';
import { registrationTitle } from './lenses';
import { functionTarget } from './function-target';
import { constantDefinitions, registrationTarget } from './navigation';
import { scriptPlaces } from './script-places';
import { registrationParts } from './registration-parts';
import { indexOf } from './snapshot-index';
import type { Target, View } from './view';

export interface DocumentSymbol {
  readonly kind: 'registration' | 'call-site';
  readonly name: string;
  readonly detail: string;
  readonly range: Range;
  readonly selection: Range;
  readonly container: string | undefined;
}

/** Registrations and call sites of one file, by place. */
export function documentSymbols(view: View, path: string): readonly DocumentSymbol[] {
  const file = view.source(path);
  if (!file) return [];
  const { family } = view.snapshot;
  const registrations = registrationsIn(view, path).flatMap((entries): readonly DocumentSymbol[] => {
    // A header's line is an entry in every unit that includes it.
    const details = new Map<string, { readonly entry: TableEntry; readonly titles: string[] }>();
    for (const entry of entries) {
      const key = `${entry.event}:${entry.function}`;
      const titles = details.get(key)?.titles ?? [];
      titles.push(registrationTitle(view, entry));
      details.set(key, { entry, titles });
    }
    return [...details.values()].map(({ entry, titles }) => ({
      kind: 'registration',
      name: entry.function,
      detail: shortList([...new Set(titles)]),
      range: entry.range,
      selection: registrationParts(family, file, entry).function ?? entry.range,
      container: undefined,
    }));
  });
  const sites = indexOf(view.snapshot)
    .sitesIn(path)
    .map((site): DocumentSymbol => {
      const linked = linkedOf(view, site.event).length;
      const noun = family.noun[linked === 1 ? 0 : 1];
      return {
        kind: 'call-site',
        name: `${site.dispatcher}(${site.event ?? site.arguments[0] ?? '?'})`,
        detail: `${site.caller === undefined ? '' : `in ${site.caller}, `}${linked} ${noun}`,
        range: site.range,
        selection: { start: site.range.start, end: site.range.start + site.dispatcher.length },
        container: site.caller,
      };
    });
  return [...registrations, ...sites].sort((a, b) => a.range.start - b.range.start);
}

/** More than a few are only counted. */
function shortList(texts: readonly string[]): string {
  const [shown, more] = [texts.slice(0, 3), texts.length - 3];
  return `${shown.join(', ')}${more > 0 ? `, ${more} more` : ''}`;
}

function linkedOf(view: View, event: string | undefined): readonly TableEntry[] {
  const table = view.snapshot.tables.find((candidate) => candidate.event === event);
  return (table?.entries ?? []).filter(({ status }) => status === 'linked' || status === 'conditional');
}

export interface WorkspaceSymbol {
  readonly kind: 'event' | 'watcher';
  readonly name: string;
  readonly container: string;
  readonly target: Target;
}

/** More answers than this are of no use to a person who types on. */
const mostSymbols = 512;

/**
 * What the query names. `#` lists the tables, `#INIT` (or a beginning, `#in`) a table in slot order, `#INIT keys` those
 * of its watchers whose slot or name holds these letters; else events and
 * registered functions whose name holds the query's letters in this order. An empty query lists all functions. Editors
 * filter by name once more, and sort: the names of a table's list begin with the query and the slot.
 */
export function workspaceSymbols(view: View, query: string): readonly WorkspaceSymbol[] {
  const { tables, unknownEvents } = view.snapshot;
  if (query.startsWith('#')) {
    const [wanted = '', ...rest] = query.slice(1).trim().toLowerCase().split(/\s+/);
    const name = rest.join('');
    const named = (symbol: WorkspaceSymbol, prefix = ''): WorkspaceSymbol => ({
      ...symbol,
      name: `#${prefix}${symbol.name}`,
    });
    if (wanted === '')
      return tables.flatMap(({ event }) => (eventSymbol(view, event) ?? []).map((one) => named(one)));
    const exact = tables.filter(({ event }) => event.toLowerCase() === wanted);
    const chosen =
      exact.length > 0 ? exact : tables.filter(({ event }) => event.toLowerCase().startsWith(wanted));
    return chosen
      .flatMap(({ event, entries }) => {
        const width = String(entries.length).length;
        return [
          ...(name === '' ? (eventSymbol(view, event) ?? []).map((one) => named(one)) : []),
          ...entries
            .filter((entry) => matches(`${entry.slot ?? '-'}${entry.function}`, name))
            .map((entry) => {
              const slot = entry.slot === undefined ? undefined : String(entry.slot);
              return named(watcherSymbol(view, entry), `${event} ${slot?.padStart(width, '0') ?? '-'} `);
            }),
        ];
      })
      .slice(0, mostSymbols);
  }
  const events = tables.flatMap(({ event }) => {
    const constant = view.snapshot.family.events.find(({ name }) => name === event)?.constant;
    return query !== '' && (matches(event, query) || (constant !== undefined && matches(constant, query)))
      ? (eventSymbol(view, event) ?? [])
      : [];
  });
  const entries = [...tables.flatMap((table) => table.entries), ...unknownEvents].filter((entry) =>
    matches(entry.function, query),
  );
  return [...events, ...entries.map((entry) => watcherSymbol(view, entry))].slice(0, mostSymbols);
}

/** All letters of the query stand in the name, in order. */
function matches(name: string, query: string): boolean {
  let at = 0;
  const text = name.toLowerCase();
  for (const letter of query.toLowerCase()) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function eventSymbol(view: View, event: string): readonly WorkspaceSymbol[] | undefined {
  const [target] = [...constantDefinitions(view, event), ...scriptPlaces(view, event)];
  if (!target) return undefined;
  const count = linkedOf(view, event).length;
  const noun = view.snapshot.family.noun[count === 1 ? 0 : 1];
  return [
    { kind: 'event', name: event, container: `${view.snapshot.family.title}, ${count} ${noun}`, target },
  ];
}

function watcherSymbol(view: View, entry: TableEntry): WorkspaceSymbol {
  return {
    kind: 'watcher',
    name: entry.function,
    container: registrationTitle(view, entry),
    target: functionTarget(view, entry) ?? registrationTarget(entry),
  };
}
