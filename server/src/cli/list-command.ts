import { statusOf } from './exit-status';
import { listJson, listText } from './list-text';
import { withShown } from './load-shown';
import { printNotes } from './notes-text';
import { printJson } from './print-json';
import type { Settings } from './settings';
import { print, stylesFor } from './terminal';

export async function runList(settings: Settings): Promise<number> {
  const { notes } = await withShown(settings, 'tree', async (snapshot) => {
    if (settings.format === 'json') {
      await printJson(listJson(snapshot));
      return;
    }
    await print(listText(snapshot, stylesFor(settings.color, process.stdout)));
    printNotes(snapshot.notes, settings);
  });
  return statusOf(notes);
}
