/** Where something stands in a text. Shared by every parser here. */

/** Half-open range of UTF-16 code units in a file's text, 0-based. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A place a person can go to: a file relative to the kernel root (`/` as separator) and a 1-based line. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Offsets (0-based, UTF-16 code units) at which each line starts; the first is always 0. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The 1-based line that holds `offset`, given the starts from {@link lineStarts}. */
export function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
