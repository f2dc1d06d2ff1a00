import type { ReadFile } from './read-file';

/**
 * Holds the texts that were asked for last, up to `most` UTF-16 code units; of others, `keep` says how they come back.
 * A tree's sources are hundreds of megabytes, and most are looked at once.
 */
export function heldTexts(
  most: number,
  keep: (path: string, text: string) => () => string,
): (file: ReadFile) => void {
  let waiting: ReadFile[] = [];
  let first = 0;
  let held = 0;
  return (file) => {
    waiting.push(file);
    held += file.weight;
    while (held > most && first < waiting.length - 1) {
      const oldest = waiting[first++];
      if (oldest === undefined) break;
      // What was asked for since it was put into the row goes to its end, once.
      if (oldest.wasWanted()) waiting.push(oldest);
      else {
        held -= oldest.weight;
        oldest.putAway(keep);
      }
      if (first > 1024 && first * 2 > waiting.length) {
        waiting = waiting.slice(first);
        first = 0;
      }
    }
  };
}
