/**
 * Looks for many needles at once, as far as they have three bytes or more. Of the three bytes at a position, each is
 * looked up in two tables of 16 bytes, for its low and its high half. Each bit in them is one set of needles; a bit that
 * all tables agree on makes a match, which is then compared. That is Teddy, of Hyperscan and of ripgrep. It looks at 16
 * positions at once.
 *
 * What has been found is written down as source/needle-search.ts reads it, which also writes the plan: in words, the
 * number of passes and of short needles; for each pass its tables, 64 words that tell by a fingerprint's hash the first
 * entry, the number of entries, and those; then the short needles. An entry: fingerprint, index, where the fingerprint
 * stands in the needle, length, address of the needle, the next entry of the same hash. Entries count from 1; 0: none.
 */
import { NEWLINE, RETURN, SPACE, TAB, is } from './bytes';
import { PAD, reach } from './memory';

const TABLES: usize = 6 * 16;
const HEADS: usize = 64;
const ENTRY: usize = 6 * 4;
const SHORT: usize = 3 * 4;
/** In an entry's index: what stands behind the needle is an include. */
const INCLUDES: i32 = 1 << 30;

/** Stands for an include whose name is broken by a comment or a continued line: it may be any. */
const ANY_NAME: i32 = 0;
/** Stands for a name that ends in `.c`, beside its own hash. */
const ANY_SOURCE: i32 = 1;
/** Stands for a name in quotes that goes through folders, beside its own hash: it may lead anywhere. */
const BY_FOLDER: i32 = 2;

/** Bytes at the beginning in which a zero tells that a file is no text. */
const BINARY_LOOKS_IN: i32 = 8192;

const ANY_FOUND: i32 = 1;
const IS_BINARY: i32 = 2;

let plan: usize = 0;
let text: usize = 0;
/** A byte for each needle: whether it was found. */
let found: usize = 0;
let needles: i32 = 0;
let names: usize = 0;
let namesEnd: usize = 0;

/** Makes room for a plan, a text of up to `size` bytes, and what is found of so many needles. Gives the plan's address. */
export function planned(planBytes: i32, size: i32, count: i32): usize {
  plan = (__heap_base + 63) & ~63;
  text = (plan + planBytes + 63) & ~63;
  found = text + size + PAD;
  needles = count;
  names = namesEnd = (found + count + 63) & ~63;
  reach(names);
  return plan;
}

/** Where the text is to be written. */
export function textAddress(): usize {
  return text;
}

export function foundAddress(): usize {
  return found;
}

/** Where the hashes of all includes' base names are, met so far. */
export function namesAddress(): usize {
  return names;
}

export function namesMet(): i32 {
  return <i32>((namesEnd - names) >> 2);
}

/**
 * Looks through `length` bytes. `isFirst`: nothing was found in this file before. Bits: a needle that is no including
 * word was found; a zero stands at the beginning.
 */
export function search(length: i32, isFirst: bool): i32 {
  memory.fill(text + length, 0, PAD);
  let result = 0;
  if (isFirst) {
    memory.fill(found, 0, needles);
    if (hasZero(min(length, BINARY_LOOKS_IN))) result |= IS_BINARY;
  }
  let at = plan + 8;
  for (let passes = load<i32>(plan); passes > 0; passes--) {
    if (pass(at, length)) result |= ANY_FOUND;
    at += TABLES + (HEADS << 2);
    at += 4 + load<i32>(at) * ENTRY;
  }
  for (let shorts = load<i32>(plan, 4); shorts > 0; shorts--, at += SHORT)
    if (short(load<i32>(at), load<i32>(at, 4), load<i32>(at, 8), length)) result |= ANY_FOUND;
  return result;
}

function hasZero(length: i32): bool {
  let at = 0;
  for (; at + 16 <= length; at += 16) if (!i8x16.all_true(v128.load(text + at))) return true;
  for (; at < length; at++) if (load<u8>(text + at) === 0) return true;
  return false;
}

function pass(at: usize, length: i32): bool {
  const low0 = v128.load(at);
  const high0 = v128.load(at + 16);
  const low1 = v128.load(at + 32);
  const high1 = v128.load(at + 48);
  const low2 = v128.load(at + 64);
  const high2 = v128.load(at + 80);
  const half = i8x16.splat(15);
  const zero = i8x16.splat(0);
  const heads = at + TABLES;
  const entries = heads + (HEADS << 2) + 4 - ENTRY;
  const end = text + length;
  let isFound = false;
  // Each position's bytes are looked up once: the sets that its first, second or third byte allows. Of the 16 positions
  // that are told, the last two begin before the vector.
  let firsts = zero;
  let seconds = zero;
  for (let here = text; here < end; here += 16) {
    const bytes = v128.load(here);
    const low = v128.and(bytes, half);
    const high = i8x16.shr_u(bytes, 4);
    const first = v128.and(i8x16.swizzle(low0, low), i8x16.swizzle(high0, high));
    const second = v128.and(i8x16.swizzle(low1, low), i8x16.swizzle(high1, high));
    const third = v128.and(i8x16.swizzle(low2, low), i8x16.swizzle(high2, high));
    const matches = v128.and(
      v128.and(
        i8x16.shuffle(firsts, first, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29),
        i8x16.shuffle(seconds, second, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30),
      ),
      third,
    );
    firsts = first;
    seconds = second;
    if (!v128.any_true(matches)) continue;
    for (let bits = i8x16.bitmask(i8x16.ne(matches, zero)); bits !== 0; bits &= bits - 1) {
      const place = here + ctz(bits) - 2;
      const fingerprint = load<i32>(place) & 0xffffff;
      for (
        let one = load<i32>(heads + (headOf(fingerprint) << 2));
        one !== 0;
        one = load<i32>(entries + one * ENTRY, 20)
      ) {
        const entry = entries + one * ENTRY;
        if (load<i32>(entry) !== fingerprint) continue;
        const start = place - load<i32>(entry, 8);
        const size = load<i32>(entry, 12);
        if (start < text || start + size > end) continue;
        const index = load<i32>(entry, 4);
        const isIncluding = (index & INCLUDES) !== 0;
        if (!isIncluding && load<u8>(found + index) !== 0) continue;
        if (memory.compare(start, load<i32>(entry, 16), size) !== 0) continue;
        store<u8>(found + (index & ~INCLUDES), 1);
        if (isIncluding) include(start + size, end);
        else isFound = true;
      }
    }
  }
  return isFound;
}

/** As `headOf` in source/needle-search.ts. */
function headOf(fingerprint: i32): i32 {
  return (fingerprint * 0x9e3779b1) >>> 26;
}

function short(index: i32, size: i32, needle: usize, length: i32): bool {
  if (load<u8>(found + index) !== 0) return false;
  for (let at = text; at + size <= text + length; at++)
    if (load<u8>(at) === load<u8>(needle) && memory.compare(at, needle, size) === 0) {
      store<u8>(found + index, 1);
      return true;
    }
  return false;
}

/** What an include names, behind its word: the hash of the base name. */
function include(at: usize, end: usize): void {
  if (at + 5 <= end && is(at, '_next')) at += 5;
  while (at < end && (load<u8>(at) === SPACE || load<u8>(at) === TAB)) at++;
  if (at >= end) return;
  const open = <i32>load<u8>(at);
  const close = open === 34 ? 34 : open === 60 ? 62 : 0;
  if (close === 0) {
    if ((open === 47 && load<u8>(at + 1) === 42) || (open === 92 && isLineEnd(load<u8>(at + 1))))
      meet(ANY_NAME);
    return;
  }
  let hash: u32 = EMPTY;
  let hasFolder = false;
  for (at++; at < end; at++) {
    const byte = <i32>load<u8>(at);
    if (byte === close) break;
    if (byte === NEWLINE) return;
    if (byte === 92 && isLineEnd(load<u8>(at + 1))) {
      meet(ANY_NAME);
      return;
    }
    if (byte === 47) {
      hash = EMPTY;
      hasFolder = true;
    } else hash = (hash ^ byte) * PRIME;
  }
  if (at >= end) return;
  meet(<i32>max<u32>(BY_FOLDER + 1, hash));
  if (hasFolder && close === 34) meet(BY_FOLDER);
  if (load<u8>(at - 1) === 99 && load<u8>(at - 2) === 46) meet(ANY_SOURCE);
}

/** FNV-1a, 32 bits. */
const EMPTY: u32 = 0x811c9dc5;
const PRIME: u32 = 0x01000193;

function isLineEnd(byte: i32): bool {
  return byte === NEWLINE || byte === RETURN;
}

function meet(name: i32): void {
  reach(namesEnd + 4);
  store<i32>(namesEnd, name);
  namesEnd += 4;
}
