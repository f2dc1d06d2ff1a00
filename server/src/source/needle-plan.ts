/** How needles are looked for, as `server/assembly/needles.ts` reads it. */
export interface NeedlePlan {
  readonly bytes: number;
  /** Writes it to an address, which is a multiple of four. */
  readonly write: (memory: ArrayBuffer, at: number) => void;
}

/** Of each needle so many bytes are looked for first. */
const fingerprintLength = 3;
/** Sets that one pass tells apart. */
const sets = 8;
/** With more needles in one pass, too much looks like one of them. */
const mostInPass = 48;

const tableBytes = fingerprintLength * 2 * 16;
const heads = 64;
const wordsInEntry = 6;
const wordsInShort = 3;
/** In an entry's index: what stands behind the needle is an include. */
const includes = 1 << 30;

interface Sought {
  readonly needle: Buffer;
  /** With {@link includes}, where that is so. */
  readonly index: number;
  /** Where in the needle its fingerprint begins. */
  readonly from: number;
}

export function needlePlan(needles: readonly Buffer[], including: readonly Buffer[]): NeedlePlan {
  const all = [
    ...needles.map((needle, index) => ({ needle, index })),
    ...including.map((needle, index) => ({ needle, index: (needles.length + index) | includes })),
  ];
  const isShort = ({ needle }: { readonly needle: Buffer }): boolean => needle.length < fingerprintLength;
  const short = all.filter(isShort);
  const passes = passesOf(
    all.filter((one) => !isShort(one)).map((one) => ({ ...one, from: rarestPart(one.needle) })),
  );
  const words =
    2 +
    passes.reduce((sum, pass) => sum + tableBytes / 4 + heads + 1 + pass.length * wordsInEntry, 0) +
    short.length * wordsInShort;
  return {
    bytes: words * 4 + all.reduce((sum, { needle }) => sum + needle.length, 0),
    write(memory, start) {
      const bytes = new Uint8Array(memory);
      const plan = new Int32Array(memory, start, words);
      let text = start + words * 4;
      /** Puts a needle behind the plan, and gives its address. */
      const placed = ({ needle }: { readonly needle: Buffer }): number => {
        bytes.set(needle, text);
        text += needle.length;
        return text - needle.length;
      };
      plan.fill(0);
      plan.set([passes.length, short.length]);
      let at = 2;
      for (const pass of passes) {
        writeTables(bytes.subarray(start + at * 4), pass);
        const firstHead = at + tableBytes / 4;
        const entries = firstHead + heads + 1;
        plan[entries - 1] = pass.length;
        pass.forEach((one, index) => {
          const fingerprint = fingerprintAt(one.needle, one.from);
          const head = firstHead + headOf(fingerprint);
          const entry = [fingerprint, one.index, one.from, one.needle.length, placed(one), plan[head] ?? 0];
          plan.set(entry, entries + index * wordsInEntry);
          plan[head] = index + 1;
        });
        at = entries + pass.length * wordsInEntry;
      }
      for (const one of short) {
        plan.set([one.index, one.needle.length, placed(one)], at);
        at += wordsInShort;
      }
    },
  };
}

/** What one look at the text finds. Neighbours in order have a beginning in common, so that together they allow little else. */
function passesOf(unsorted: readonly Sought[]): readonly (readonly Sought[])[] {
  const sought = [...unsorted].sort(
    (a, b) => fingerprintAt(a.needle, a.from) - fingerprintAt(b.needle, b.from),
  );
  const count = Math.ceil(sought.length / mostInPass);
  const share = Math.ceil(sought.length / count);
  return Array.from({ length: count }, (_, pass) => sought.slice(pass * share, (pass + 1) * share));
}

/** For each byte of a fingerprint, the sets that allow its low half, and those that allow its high half. */
function writeTables(tables: Uint8Array, pass: readonly Sought[]): void {
  pass.forEach(({ needle, from }, rank) => {
    const bit = 1 << Math.floor((rank * sets) / pass.length);
    for (let at = 0; at < fingerprintLength; at++) {
      const byte = needle[from + at] ?? 0;
      const low = at * 32 + (byte & 15);
      const high = at * 32 + 16 + (byte >> 4);
      tables[low] = (tables[low] ?? 0) | bit;
      tables[high] = (tables[high] ?? 0) | bit;
    }
  });
}

const fingerprintAt = (text: Buffer, at: number): number =>
  (text[at] ?? 0) | ((text[at + 1] ?? 0) << 8) | ((text[at + 2] ?? 0) << 16);

/** As `headOf` in `server/assembly/needles.ts`. */
const headOf = (fingerprint: number): number => Math.imul(fingerprint, 0x9e3779b1) >>> 26;

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
