const bits = 64n;

/**
 * Whether the numbers of an expression fit into an unsigned long, and no shift goes beyond it: what evaluates it would
 * cut them off. `text`: as written, `CLONE_VM|0x100UL`.
 */
export function fitsUnsignedLong(text: string): boolean {
  const numbers = text.match(/(?<!\w)\d\w*/g) ?? [];
  const shifts = [...text.matchAll(/<<[\s(]*(\d\w*)/g)].map(([, count = '']) => numberOf(count));
  return numbers.every((number) => numberOf(number) < 1n << bits) && shifts.every((count) => count < bits);
}

/** 0 for what is no number: that is said elsewhere. */
function numberOf(literal: string): bigint {
  const bare = literal.replace(/[ul]+$/i, '');
  if (/^0[0-7]+$/.test(bare)) return BigInt(`0o${bare.slice(1)}`);
  return /^(?:\d+|0x[\da-f]+|0b[01]+)$/i.test(bare) ? BigInt(bare) : 0n;
}
