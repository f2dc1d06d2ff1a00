import { listJson, listText } from './list-text';
import { loadShown } from './load-shown';
import { printNotes } from './notes-text';
import type { Settings } from './settings';
import { print, stylesFor } from './terminal';

export async function runList(settings: Settings): Promise<number> {
  const snapshot = await loadShown(settings, 'tree');
  if (settings.format === 'json') {
    await print(`${JSON.stringify(listJson(snapshot), null, 2)}\n`);
    return 0;
  }
  await print(listText(snapshot, stylesFor(settings.color, process.stdout)));
  printNotes(snapshot.notes, settings);
  return 0;
}
