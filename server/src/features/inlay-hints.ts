import type { Range } from '../syntax/positions';
import { registrationsIn } from './grouped-entries';
import { registrationTitle } from './lenses';
import { registrationParts } from './registration-parts';
import { indexOf } from './snapshot-index';
import type { View } from './view';

export interface InlayHint {
  /** UTF-16 offset in the file; the hint stands in front of it. */
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
}

/** Behind a registration its slot, behind an event's constant its number, for what lies in `range`. */
export function inlayHints(view: View, path: string, range: Range): readonly InlayHint[] {
  const file = view.source(path);
  if (!file) return [];
  const { family, tables } = view.snapshot;
  const inside = (offset: number): boolean => range.start <= offset && offset <= range.end;
  const slots = registrationsIn(view, path).flatMap((entries): readonly InlayHint[] => {
    const [first] = entries;
    if (!first) return [];
    const labels = [
      ...new Set(
        entries.map((entry) => {
          // A line that names no event by itself registers for several: the slots need their names.
          const name = entries.some(({ event }) => event !== first.event) ? `${entry.event} ` : '';
          return entry.slot === undefined
            ? `${name}${entry.status === 'linked' ? 'slot unknown' : entry.status}`
            : `${name}slot ${entry.slot}`;
        }),
      ),
    ];
    const parts = registrationParts(family, file, first);
    const close = file.text.lastIndexOf(')', first.range.end - 1);
    const behind = parts.macro && close > parts.macro.end ? close + 1 : first.range.end;
    const offset = Math.min(behind, first.range.end);
    if (!inside(offset)) return [];
    return [
      {
        offset,
        label: labels.join(', '),
        tooltip: [...new Set(entries.map((entry) => registrationTitle(view, entry)))].join('\n'),
      },
    ];
  });
  const index = indexOf(view.snapshot);
  const numbers = index.sitesIn(path).flatMap((site): readonly InlayHint[] => {
    const event = family.events.find(({ name }) => name === site.event);
    const table = tables.find((candidate) => candidate.event === site.event);
    if (event?.constant === undefined || !table) return [];
    const at = file.text.indexOf(event.constant, site.range.start);
    if (at < 0 || at >= site.range.end || !inside(at + event.constant.length)) return [];
    return [
      {
        offset: at + event.constant.length,
        label: `= ${table.index}`,
        tooltip: [event.meaning, event.val === undefined ? undefined : `val: ${event.val}`]
          .filter((text) => text !== undefined)
          .join('\n'),
      },
    ];
  });
  return [...slots, ...numbers].sort((a, b) => a.offset - b.offset);
}
