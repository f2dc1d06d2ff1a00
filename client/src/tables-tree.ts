import type { CallSite, Entry, EventTable, Note, Tables } from './protocol';

/** A node of the Task Watchers view, as plain data. */
export type TreeNode =
  | { readonly kind: 'kernel'; readonly tables: Tables }
  | { readonly kind: 'event'; readonly tables: Tables; readonly event: EventTable }
  | { readonly kind: 'entry'; readonly tables: Tables; readonly event: string; readonly entry: Entry }
  | { readonly kind: 'callSite'; readonly tables: Tables; readonly site: CallSite }
  | { readonly kind: 'group'; readonly tables: Tables; readonly event: string; readonly group: Group }
  | { readonly kind: 'step'; readonly tables: Tables; readonly id: string; readonly step: Step }
  | { readonly kind: 'note'; readonly tables: Tables; readonly note: Note; readonly index: number };

export interface Group {
  readonly name: 'callSites' | 'notLinked' | 'unknown' | 'notes';
  readonly title: string;
  readonly size: number;
}

/** A line of a makefile or a condition, for which an entry is where it is. */
export interface Step {
  readonly text: string;
  readonly file?: string;
  readonly line?: number;
}

/** In the table, as far as is known: with a slot, or without a `.config` under its guards. */
export const isInTable = ({ status }: Entry): boolean => status === 'linked' || status === 'conditional';

/** The top of the tree: the events of the only kernel, or a node for each of several. */
export function topNodes(all: readonly Tables[], filter: string): readonly TreeNode[] {
  const [only, ...more] = all;
  if (only && more.length === 0) return kernelNodes(only, filter);
  return all.map((tables) => ({ kind: 'kernel', tables }));
}

export function childNodes(node: TreeNode, filter: string): readonly TreeNode[] {
  switch (node.kind) {
    case 'kernel':
      return kernelNodes(node.tables, filter);
    case 'event':
      return eventNodes(node.tables, node.event, filter);
    case 'group':
      return groupNodes(node.tables, node.event, node.group, filter);
    case 'entry':
      return entryNodes(node);
    case 'callSite':
    case 'step':
    case 'note':
      return [];
  }
}

function kernelNodes(tables: Tables, filter: string): readonly TreeNode[] {
  const events = tables.events.flatMap((event): readonly TreeNode[] => {
    const node = { kind: 'event', tables, event } as const;
    return filter === '' || eventNodes(tables, event, filter).length > 0 ? [node] : [];
  });
  const unknown = tables.unknown.filter((entry) => entryMatches(entry, filter));
  const groups = [
    group('unknown', 'Registered for no event', unknown.length),
    group('notes', 'Notes', filter === '' ? tables.notes.length : 0),
  ];
  return [
    ...events,
    ...groups.flat().map((one) => ({ kind: 'group', tables, event: '', group: one }) as const),
  ];
}

function eventNodes(tables: Tables, event: EventTable, filter: string): readonly TreeNode[] {
  const shown = event.entries.filter((entry) => entryMatches(entry, filter));
  const sites = sitesOf(tables, event.name, filter);
  const groups = [
    group('callSites', 'Call sites', sites.length),
    group('notLinked', 'Not linked', shown.filter((entry) => !isInTable(entry)).length),
  ];
  return [
    ...shown.filter(isInTable).map((entry) => ({ kind: 'entry', tables, event: event.name, entry }) as const),
    ...groups.flat().map((one) => ({ kind: 'group', tables, event: event.name, group: one }) as const),
  ];
}

const group = (name: Group['name'], title: string, size: number): readonly Group[] =>
  size === 0 ? [] : [{ name, title, size }];

function groupNodes(tables: Tables, event: string, { name }: Group, filter: string): readonly TreeNode[] {
  const entries = (list: readonly Entry[]): readonly TreeNode[] =>
    list
      .filter((entry) => entryMatches(entry, filter))
      .map((entry) => ({ kind: 'entry', tables, event, entry }) as const);
  switch (name) {
    case 'callSites':
      return sitesOf(tables, event, filter).map((site) => ({ kind: 'callSite', tables, site }));
    case 'notLinked':
      return entries(
        (tables.events.find((one) => one.name === event)?.entries ?? []).filter((entry) => !isInTable(entry)),
      );
    case 'unknown':
      return entries(tables.unknown);
    case 'notes':
      return tables.notes.map((note, index) => ({ kind: 'note', tables, note, index }));
  }
}

function entryNodes({ tables, event, entry }: Extract<TreeNode, { kind: 'entry' }>): readonly TreeNode[] {
  const steps: readonly Step[] = [
    ...(entry.reason === '' ? [] : [{ text: entry.reason }]),
    ...entry.assumptions.map((text) => ({ text: `assumed: ${text}` })),
    ...entry.why,
    ...(entry.guards.length === 0 ? [] : [{ text: `under ${entry.guards.join(' && ')}` }]),
  ];
  return steps.map((step, index) => ({
    kind: 'step',
    tables,
    step,
    id: `${entryId(event, entry)}/${index}`,
  }));
}

function sitesOf(tables: Tables, event: string, filter: string): readonly CallSite[] {
  return tables.callSites.filter(
    (site) => site.event === event && matches(filter, [site.file, site.caller ?? '', site.val ?? '', event]),
  );
}

const entryMatches = (entry: Entry, filter: string): boolean =>
  matches(filter, [entry.function, entry.file, entry.object ?? '', entry.status, ...entry.guards]);

/** Every word of the filter occurs in some of the texts, whatever the case. */
function matches(filter: string, texts: readonly string[]): boolean {
  const all = texts.join('\n').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** The same as long as the registration is the same: the view keeps what is expanded and selected by it. */
export const entryId = (event: string, entry: Entry): string =>
  `${event}/${entry.function}/${entry.file}/${entry.object ?? ''}/${entry.line}`;
