import { textInstance } from '../syntax/text-instance';
import { needlePlan } from './needle-plan';

/** Looks for needles in text that is put into its buffer: see `server/assembly/needles.ts`. */
export interface NeedleSearch {
  /** The text is written here, from the beginning; after a search it may be another one. */
  readonly buffer: () => Buffer;
  /** Looks through the first `length` bytes, the next piece of a file or (`isFirst`) its first. */
  readonly search: (length: number, isFirst: boolean) => Seen;
  /** The indices of the needles that stand in the pieces of this file, ascending. */
  readonly found: () => readonly number[];
  /** How many names of includes were met so far, in all files. */
  readonly namesMet: () => number;
  /** Their hashes, from one of them on. */
  readonly names: (from: number) => Uint32Array;
}

export interface Seen {
  /** A needle was found in this piece. */
  readonly any: boolean;
  /** A zero stands among the first bytes of the file. */
  readonly isBinary: boolean;
}

const seen: readonly Seen[] = [0, 1, 2, 3].map((bits) => ({
  any: (bits & 1) !== 0,
  isBinary: (bits & 2) !== 0,
}));
const nothing: Seen = { any: false, isBinary: false };
const none: readonly number[] = [];

/**
 * A search for `needles` (each of one byte or more) in pieces of up to `size` bytes. `including`: the words, of three bytes
 * or more, behind which a file names what it includes.
 */
export function needleSearch(
  needles: readonly Buffer[],
  size: number,
  including: readonly Buffer[] = [],
): NeedleSearch {
  const { memory, ...calls } = textInstance();
  const plan = needlePlan(needles, including);
  const count = needles.length + including.length;
  const at = calls.planned(plan.bytes, size, count);
  plan.write(memory.buffer, at);
  const text = calls.textAddress();
  let buffer = Buffer.from(memory.buffer, text, size);
  return {
    buffer() {
      // Memory that has grown is another buffer.
      if (buffer.buffer !== memory.buffer) buffer = Buffer.from(memory.buffer, text, size);
      return buffer;
    },
    search: (length, isFirst) => seen[calls.search(length, isFirst)] ?? nothing,
    found() {
      const marks = new Uint8Array(memory.buffer, calls.foundAddress(), needles.length);
      return marks.includes(1) ? Array.from(marks.keys()).filter((index) => marks[index] === 1) : none;
    },
    namesMet: calls.namesMet,
    names: (from) =>
      new Uint32Array(memory.buffer, calls.namesAddress() + from * 4, calls.namesMet() - from).slice(),
  };
}
