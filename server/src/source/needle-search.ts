import { fingerprintLength, fingerprintModule, readsBeyond, tableBytes } from './fingerprint-module';
import { findNeedles } from './find-needles';

/** Looks for needles in text that is put into its buffer. */
export interface NeedleSearch {
  /** The text is written here, from the beginning. */
  readonly buffer: Buffer;
  /** Adds the index of every needle that stands in the first `length` bytes of the buffer to `found`. */
  readonly find: (length: number, found: Set<number>) => void;
}

/** Called with the position behind the needle; it may look up to `length`. */
export type Meeting = (behind: number, length: number) => void;

/** Sets that one pass tells apart. */
const sets = 8;
/** With more needles in one pass, too much looks like one of them. */
const mostInPass = 48;
const page = 1 << 16;

/**
 * A search for `needles` (each of one byte or more) in `size` bytes. `meetings`: called at every place where the needle
 * of that index stands, where there is one.
 */
export function needleSearch(
  needles: readonly Buffer[],
  size: number,
  meetings: ReadonlyMap<number, Meeting> = new Map(),
): NeedleSearch {
  const isShort = needles.some(({ length }) => length < fingerprintLength);
  if (isShort || needles.length === 0) return withoutFingerprints(needles, size, meetings);
  const memory = new WebAssembly.Memory({ initial: Math.ceil((tableBytes + size + readsBeyond) / page) });
  const next = fingerprintSearch(memory);
  if (!next) return withoutFingerprints(needles, size, meetings);
  const buffer = Buffer.from(memory.buffer, tableBytes, size);
  const tables = new Uint8Array(memory.buffer, 0, tableBytes);
  const passes = passesFor(
    needles.map((needle, index) => ({
      needle,
      index,
      from: rarestPart(needle),
      meeting: meetings.get(index),
    })),
  );
  return {
    buffer,
    find(length, found) {
      const end = tableBytes + length;
      for (const pass of passes) {
        tables.set(pass.tables);
        for (let at = next(tableBytes, end); at < end; at = next(at + 1, end)) {
          const here = at - tableBytes;
          for (const one of pass.byFingerprint.get(fingerprintAt(buffer, here)) ?? []) {
            const { needle, index, from, meeting } = one;
            if (meeting === undefined && found.has(index)) continue;
            const start = here - from;
            if (start < 0 || start + needle.length > length || !standsAt(buffer, start, needle)) continue;
            found.add(index);
            meeting?.(start + needle.length, length);
          }
        }
      }
    },
  };
}

/** What one look at the text finds. */
interface Pass {
  /** What {@link fingerprintModule} reads. */
  readonly tables: Uint8Array;
  readonly byFingerprint: ReadonlyMap<number, readonly Sought[]>;
}

/** Neighbours in order have a beginning in common, so that together they allow little else. */
function passesFor(unsorted: readonly Sought[]): readonly Pass[] {
  const sought = [...unsorted].sort(
    (a, b) => fingerprintAt(a.needle, a.from) - fingerprintAt(b.needle, b.from),
  );
  const count = Math.ceil(sought.length / mostInPass);
  const share = Math.ceil(sought.length / count);
  return Array.from({ length: count }, (_, pass) => passFor(sought.slice(pass * share, (pass + 1) * share)));
}

function passFor(sought: readonly Sought[]): Pass {
  const tables = new Uint8Array(tableBytes);
  const byFingerprint = new Map<number, Sought[]>();
  sought.forEach((one, rank) => {
    const fingerprint = fingerprintAt(one.needle, one.from);
    byFingerprint.set(fingerprint, [...(byFingerprint.get(fingerprint) ?? []), one]);
    const bit = 1 << Math.floor((rank * sets) / sought.length);
    for (let at = 0; at < fingerprintLength; at++) {
      const byte = one.needle[one.from + at] ?? 0;
      const low = at * 32 + (byte & 15);
      const high = at * 32 + 16 + (byte >> 4);
      tables[low] = (tables[low] ?? 0) | bit;
      tables[high] = (tables[high] ?? 0) | bit;
    }
  });
  return { tables, byFingerprint };
}

interface Sought {
  readonly needle: Buffer;
  readonly index: number;
  /** Where in the needle its fingerprint begins. */
  readonly from: number;
  readonly meeting: Meeting | undefined;
}

function standsAt(text: Buffer, start: number, needle: Buffer): boolean {
  for (let at = 0; at < needle.length; at++) if (text[start + at] !== needle[at]) return false;
  return true;
}

const fingerprintAt = (text: Buffer, at: number): number =>
  (text[at] ?? 0) | ((text[at + 1] ?? 0) << 8) | ((text[at + 2] ?? 0) << 16);

/** Bytes of C, most frequent first. */
const frequent = Buffer.from(' te_rsi\tnadcolpu0m,f(g)*;x\nvb=->h/kED1SRTy2IACN4OPL3w8"M6', 'latin1');

/** Where the needle's rarest part begins. */
function rarestPart(needle: Buffer): number {
  const rarity = (byte: number): number => {
    const rank = frequent.indexOf(byte);
    return Math.log2(2 + (rank < 0 ? frequent.length : rank));
  };
  let best = 0;
  let most = -1;
  for (let from = 0; from + fingerprintLength <= needle.length; from++) {
    let sum = 0;
    for (let at = from; at < from + fingerprintLength; at++) sum += rarity(needle[at] ?? 0);
    if (sum > most) [best, most] = [from, sum];
  }
  return best;
}

type Next = (at: number, end: number) => number;

/** `undefined`: this machine, or this way of running, has no vectors for WebAssembly. */
function fingerprintSearch(memory: WebAssembly.Memory): Next | undefined {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(fingerprintModule), {
      text: { memory },
    });
    const { next } = exports;
    return typeof next === 'function' ? (next as Next) : undefined;
  } catch {
    return undefined;
  }
}

function withoutFingerprints(
  needles: readonly Buffer[],
  size: number,
  meetings: ReadonlyMap<number, Meeting>,
): NeedleSearch {
  const buffer = Buffer.allocUnsafe(size);
  const search = findNeedles(needles);
  return {
    buffer,
    find(length, found) {
      const text = buffer.subarray(0, length);
      search(text, found);
      for (const [index, meeting] of meetings) {
        const needle = needles[index];
        if (needle === undefined || !found.has(index)) continue;
        for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1))
          meeting(at + needle.length, length);
      }
    },
  };
}
