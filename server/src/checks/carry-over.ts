import { lineAt, type Range } from '../syntax/positions';
import type { SourceFile } from '../syntax/c/unit';
import { textDifference } from '../syntax/text-difference';
import type { Finding } from './rule';

/**
 * Findings of an earlier version of the tree, moved to where their places are now; those that an edit touches are left
 * out. `before`: the files as they were; `now`: as they are.
 */
export function carryOver(
  findings: readonly Finding[],
  before: ReadonlyMap<string, SourceFile>,
  now: (path: string) => SourceFile | undefined,
): readonly Finding[] {
  const moves = new Map<string, Move>();
  const moveOf = (path: string): Move => {
    let move = moves.get(path);
    if (!move) moves.set(path, (move = moveBetween(before.get(path), now(path))));
    return move;
  };
  return findings.flatMap((finding): readonly Finding[] => {
    const range = moveOf(finding.file)(finding.range);
    const file = now(finding.file);
    if (!range || !file) return [];
    if (range === finding.range && finding.related.length === 0 && finding.fixes.length === 0)
      return [finding];
    const line = lineAt(file.lineStarts, range.start);
    return [
      {
        ...finding,
        range,
        line,
        column: range.start - (file.lineStarts[line - 1] ?? 0) + 1,
        related: finding.related.flatMap((related) => {
          const moved = moveOf(related.file)(related.range);
          return moved ? [{ ...related, range: moved }] : [];
        }),
        fixes: finding.fixes.flatMap((fix) => {
          const edits = fix.edits.flatMap((edit) => {
            const moved = moveOf(edit.file)(edit.range);
            return moved ? [{ ...edit, range: moved }] : [];
          });
          // A fix is taken whole or not at all.
          return edits.length === fix.edits.length ? [{ ...fix, edits }] : [];
        }),
      },
    ];
  });
}

/** `undefined`: what the range covered was edited. */
type Move = (range: Range) => Range | undefined;

const stay: Move = (range) => range;
const lost: Move = () => undefined;

/** What changed between two texts is taken to be one stretch: all between their common beginning and end. */
function moveBetween(before: SourceFile | undefined, now: SourceFile | undefined): Move {
  if (!before || !now) return lost;
  if (before === now || before.text === now.text) return stay;
  const { start, endBefore: end, endAfter } = textDifference(before, now);
  const by = endAfter - end;
  return (range) => {
    if (range.end <= start) return range;
    if (range.start >= end) return { start: range.start + by, end: range.end + by };
    return undefined;
  };
}
