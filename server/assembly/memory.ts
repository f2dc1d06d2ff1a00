/**
 * How this module's memory is laid out, anew for each text: the text itself, one byte for each UTF-16 code unit, then
 * what is found in it. Whoever grows a part moves nothing that was written.
 */

/** Behind the text stand so many zeroes: vectors are read without asking where it ends. */
export const PAD: usize = 64;

/** The words of what was found, at the beginning of the memory: see `Found` in syntax/c/text-scan.ts. */
export const FOUND: usize = memory.data(64, 16);

export const TEXT: usize = (__heap_base + 63) & ~63;

/** Pages of WebAssembly's memory. */
const PAGE: usize = 65536;

/** Makes the memory reach to `end`. */
export function reach(end: usize): void {
  const have = <usize>memory.size() * PAGE;
  if (end <= have) return;
  // A quarter more: the next text may be a little longer.
  const wanted = (end + (end >> 2) - have + PAGE - 1) / PAGE;
  if (memory.grow(<i32>wanted) < 0) unreachable();
}

export function setFound(word: usize, value: i32): void {
  store<i32>(FOUND + (word << 2), value);
}
