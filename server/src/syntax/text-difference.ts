/** The one stretch in which two texts differ: all between their common beginning and their common end. */
export interface TextDifference {
  /** Where it begins in both; offsets in UTF-16 code units. */
  readonly start: number;
  /** Where it ends in the text as it was. */
  readonly endBefore: number;
  /** Where it ends in the text as it is. */
  readonly endAfter: number;
}

interface Version {
  readonly text: string;
}

/** An old version may be held for long: it must not hold all that came after it. */
const compared = new WeakMap<Version, { readonly after: WeakRef<Version>; readonly found: TextDifference }>();

/** Compares two versions of a file. The answer is kept: after an edit several ask about the same two. */
export function textDifference(before: Version, after: Version): TextDifference {
  const known = compared.get(before);
  if (known?.after.deref() === after) return known.found;
  const found = compare(before.text, after.text);
  compared.set(before, { after: new WeakRef(after), found });
  return found;
}

/** Whole blocks are compared much faster than single characters. */
const block = 1024;

function compare(before: string, after: string): TextDifference {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start + block <= most && before.slice(start, start + block) === after.slice(start, start + block))
    start += block;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  const fromEnd = (text: string): string => text.slice(text.length - same - block, text.length - same);
  while (same + block <= most - start && fromEnd(before) === fromEnd(after)) same += block;
  while (
    same < most - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  )
    same++;
  return { start, endBefore: before.length - same, endAfter: after.length - same };
}
