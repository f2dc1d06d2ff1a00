import type { Note } from '../syntax/note';
import type { Settings } from './settings';
import { oneLine, placeText, stylesFor } from './terminal';

const shownNotes = 12;

/** Notes go to stderr, so that results can be piped; `--quiet` leaves them to the JSON output. */
export function printNotes(notes: readonly Note[], settings: Pick<Settings, 'quiet' | 'color'>): void {
  if (settings.quiet || notes.length === 0) return;
  const styles = stylesFor(settings.color, process.stderr);
  for (const note of notes.slice(0, shownNotes)) {
    const where = note.file === undefined ? '' : `${placeText({ file: note.file, line: note.line ?? 1 })}: `;
    process.stderr.write(`${styles.yellow('note:')} ${where}${oneLine(note.message)}\n`);
  }
  if (notes.length > shownNotes)
    process.stderr.write(
      styles.dim(`… and ${notes.length - shownNotes} more notes (--format json has all)\n`),
    );
}
