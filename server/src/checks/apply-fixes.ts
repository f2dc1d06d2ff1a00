import type { Finding, Fix, TextEdit } from './rule';

/** The text after the edits of one file. Of edits that overlap, the first stands and the others are left out. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  let last: TextEdit | undefined;
  for (const edit of [...edits].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end)) {
    if (edit.range.start < at || (last !== undefined && isSame(last, edit))) continue;
    result += text.slice(at, edit.range.start) + edit.text;
    at = edit.range.end;
    last = edit;
  }
  return result + text.slice(at);
}

const isSame = (one: TextEdit, other: TextEdit): boolean =>
  one.text === other.text && one.range.start === other.range.start && one.range.end === other.range.end;

/** The fix that is taken without asking: the preferred one. */
export function preferredFix(finding: Finding): Fix | undefined {
  return finding.fixes.find(({ isPreferred }) => isPreferred);
}

/**
 * The preferred fixes of `findings`, as edits by file. A fix is taken whole or not at all: one that overlaps with what
 * an earlier finding's changes is left for the next round.
 */
export function preferredEdits(findings: readonly Finding[]): ReadonlyMap<string, readonly TextEdit[]> {
  const byFile = new Map<string, TextEdit[]>();
  for (const finding of findings) {
    const fix = preferredFix(finding);
    if (!fix) continue;
    const clashes = fix.edits.some((edit) =>
      (byFile.get(edit.file) ?? []).some((other) => overlap(edit, other) && !isSame(edit, other)),
    );
    if (clashes) continue;
    for (const edit of fix.edits) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit]);
  }
  return byFile;
}

/** Insertions at one place overlap too: which comes first would be chance. */
function overlap(one: TextEdit, other: TextEdit): boolean {
  if (one.range.start === other.range.start) return true;
  return one.range.start < other.range.end && other.range.start < one.range.end;
}
