/**
 * A number that stands for a sequence of numbers or names: 53 bits, so that two that differ are never taken for the same
 * in practice. Never 0.
 */
export type Mark = number;

export interface MarkMaker {
  readonly number: (value: number) => void;
  readonly name: (text: string) => void;
  readonly mark: () => Mark;
}

export function markMaker(): MarkMaker {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  const number = (value: number): void => {
    low = Math.imul(low ^ value, 0x01000193);
    low ^= low >>> 15;
    high = Math.imul(high ^ value, 0x85ebca6b);
    high ^= high >>> 13;
  };
  return {
    number,
    name(text) {
      for (let at = 0; at < text.length; at++) number(text.charCodeAt(at));
      number(text.length);
    },
    mark: () => packed(low, high),
  };
}

/** What a folder holds, in whatever order it is listed. */
export function listingMark(
  entries: readonly {
    readonly name: string;
    isFile(): boolean;
    isDirectory(): boolean;
    isSymbolicLink(): boolean;
  }[],
): Mark {
  let low = 0;
  let high = 0;
  for (const entry of entries) {
    const { name } = entry;
    let one = entry.isFile() ? 1 : entry.isDirectory() ? 2 : entry.isSymbolicLink() ? 3 : 4;
    let other = ~one;
    for (let at = 0; at < name.length; at++) {
      one = Math.imul(one ^ name.charCodeAt(at), 0x01000193);
      other = Math.imul(other ^ name.charCodeAt(at), 0x85ebca6b);
      other ^= other >>> 13;
    }
    low = (low + Math.imul(one ^ (one >>> 15), 0x2c1b3c6d)) | 0;
    high = (high + other) | 0;
  }
  return packed(low, high);
}

const packed = (low: number, high: number): Mark => Math.max(1, (high & 0x1fffff) * 2 ** 32 + (low >>> 0));
