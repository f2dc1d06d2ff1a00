import type { EventTable } from '../link/entry';
import { nearest } from '../syntax/nearest-name';
import { findEvent, noEvent } from '../watchers/family';
import type { ShownSnapshot } from '../watchers/snapshot';
import { statusOf } from './exit-status';
import { Failure } from './failure';
import { withShown } from './load-shown';
import { printNotes } from './notes-text';
import type { Settings } from './settings';
import { tableJson } from '../features/table-json';
import { printJson } from './print-json';
import { tableText } from './table-text';
import { print, stylesFor } from './terminal';

export interface TableOptions {
  readonly all?: boolean | undefined;
  /** What a word that is no event may have been meant to be. */
  readonly commands?: readonly string[];
}

export async function runTable(
  events: readonly string[],
  settings: Settings,
  { all = false, commands = [] }: TableOptions,
): Promise<number> {
  const { notes } = await withShown(settings, all ? 'tree' : 'linked', async (snapshot) => {
    const tables = chosenTables(snapshot, events, commands);
    if (settings.format === 'json') {
      await printJson(tableJson(snapshot, tables, all));
      return;
    }
    await print(tableText(snapshot, tables, all, stylesFor(settings.color, process.stdout)));
    printNotes(snapshot.notes, settings);
  });
  return statusOf(notes);
}

/** The tables asked for, in the order asked, each once; all of them without a choice. */
export function chosenTables(
  snapshot: ShownSnapshot,
  events: readonly string[],
  commands: readonly string[] = [],
): readonly EventTable[] {
  if (events.length === 0) return snapshot.tables;
  const found = events.map((asked) => {
    if (asked === '') throw new Failure('[event]: is empty');
    const event = findEvent(snapshot.family, asked);
    const table = snapshot.tables.find((candidate) => candidate.event === event?.name);
    if (table !== undefined) return table;
    const meant = nearest(asked, commands);
    if (meant !== undefined) throw new Failure(`no command and no event ${asked}; did you mean ${meant}?`);
    throw new Failure(noEvent(snapshot.family, asked));
  });
  return [...new Set(found)];
}
