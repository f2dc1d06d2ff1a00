/** Random numbers that a seed repeats (mulberry32). */
export interface Random {
  /** 0 ≤ n < limit. */
  below(limit: number): number;
  chance(share: number): boolean;
  pick<const T>(from: readonly [T, ...T[]]): T;
  /** One of a list that may be empty. */
  oneOf<T>(from: readonly T[]): T | undefined;
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (share) => next() < share,
    pick: <const T>(from: readonly [T, ...T[]]) => from[below(from.length)] ?? from[0],
    oneOf: <T>(from: readonly T[]) => from[below(from.length)],
  };
}
