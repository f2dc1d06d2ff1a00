/**
 * A WebAssembly module of one function, which finds where text may begin that is looked for: `next(at, end)` is the first
 * position from `at` on, below `end`, at which each of {@link fingerprintLength} bytes is allowed; `end` if there is none.
 *
 * What is allowed lies at the beginning of its memory: for each byte of the fingerprint two tables of 16 bytes, for its
 * low and its high half. Each bit in them is one set of needles; a bit that all tables agree on makes a match. That is
 * Teddy, of Hyperscan and of ripgrep. It looks at 16 positions at once, and may read {@link readsBeyond} bytes behind
 * `end`. Written out in bytes, so that no compiler is needed: https://webassembly.github.io/spec/core/binary/
 */
export const fingerprintLength = 3;
export const tableBytes = fingerprintLength * 2 * 16;
export const readsBeyond = 16 + fingerprintLength;

const i32 = 0x7f;
const v128 = 0x7b;
const noResult = 0x40;

const localGet = (index: number): readonly number[] => [0x20, index];
const localSet = (index: number): readonly number[] => [0x21, index];
const localTee = (index: number): readonly number[] => [0x22, index];
/** Values up to 63 are one byte. */
const constant = (value: number): readonly number[] => [0x41, value];
const loadVector = (offset: number): readonly number[] => [0xfd, 0x00, 0x00, offset];
const zeroVector: readonly number[] = [0xfd, 0x0c, ...Array<number>(16).fill(0)];
const splat = [0xfd, 0x0f];
const swizzle = [0xfd, 0x0e];
const and = [0xfd, 0x4e];
const shiftRight = [0xfd, 0x6d];
const notEqual = [0xfd, 0x24];
const anyTrue = [0xfd, 0x53];
const bitmask = [0xfd, 0x64];
const lowestBit = [0x68];
const add = [0x6a];
const notBelow = [0x4f];
const below = [0x49];
const select = [0x1b];
const ifTrue = [0x04, noResult];
const loop = [0x03, noResult];
const again = (depth: number): readonly number[] => [0x0c, depth];
const giveBack = [0x0f];
const end = [0x0b];
const unreachable = [0x00];

const at = 0;
const limit = 1;
const matches = 2;
const bytes = 3;
const lowHalf = 4;
const firstTable = 5;

const body: readonly number[] = [
  ...Array.from({ length: fingerprintLength * 2 }, (_, table) => [
    ...constant(0),
    ...loadVector(table * 16),
    ...localSet(firstTable + table),
  ]).flat(),
  ...[...constant(15), ...splat, ...localSet(lowHalf)],
  ...loop,
  ...[...localGet(at), ...localGet(limit), ...notBelow, ...ifTrue, ...localGet(limit), ...giveBack, ...end],
  ...Array.from({ length: fingerprintLength }, (_, byte) => [
    ...[...localGet(at), ...loadVector(byte), ...localSet(bytes)],
    ...[...localGet(firstTable + byte * 2), ...localGet(bytes), ...localGet(lowHalf), ...and, ...swizzle],
    ...[
      ...localGet(firstTable + byte * 2 + 1),
      ...localGet(bytes),
      ...constant(4),
      ...shiftRight,
      ...swizzle,
    ],
    ...and,
    ...(byte === 0 ? [] : [...localGet(matches), ...and]),
    ...localSet(matches),
  ]).flat(),
  ...[...localGet(matches), ...anyTrue, ...ifTrue],
  ...[...localGet(matches), ...zeroVector, ...notEqual, ...bitmask, ...lowestBit],
  ...[...localGet(at), ...add, ...localTee(at), ...localGet(limit)],
  ...[...localGet(at), ...localGet(limit), ...below, ...select, ...giveBack],
  ...end,
  ...[...localGet(at), ...constant(16), ...add, ...localSet(at), ...again(0)],
  ...end,
  ...unreachable,
  ...end,
];

/** An unsigned number, seven bits a byte. */
function leb(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

const sized = (content: readonly number[]): readonly number[] => [...leb(content.length), ...content];
const section = (id: number, content: readonly number[]): readonly number[] => [id, ...sized(content)];
const word = (text: string): readonly number[] => sized([...Buffer.from(text, 'latin1')]);
const locals = [1, 3 + fingerprintLength * 2, v128];

/** Imports its memory as `text.memory`, exports `next`. */
export const fingerprintModule = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...section(1, [1, 0x60, 2, i32, i32, 1, i32]),
  ...section(2, [1, ...word('text'), ...word('memory'), 0x02, 0x00, 1]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...word('next'), 0x00, 0]),
  ...section(10, [1, ...sized([...locals, ...body])]),
]);
