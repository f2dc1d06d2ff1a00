/** Values of C's literals (C11 6.4.4). Suffixes do not change them. */

/** `undefined`: floating point, no number, or 2^53 and above, which a double does not hold exactly. */
export function numberValue(text: string): number | undefined {
  // The grammar takes a sign before digits into the literal.
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[+-]\s*/, '').replace(/[uUlL]{1,3}$/, '');
  const value = /^0[0-7]+$/.test(digits)
    ? Number.parseInt(digits, 8)
    : /^(?:\d+|0[xX][\da-fA-F]+|0[bB][01]+)$/.test(digits)
      ? Number(digits)
      : Number.NaN;
  return Number.isSafeInteger(value) ? sign * value : undefined;
}

const escapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  e: 27,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
};

/** `'a'`, `'\n'`, `'\x41'`, `'\0'` below 128 (above, the sign of char decides). `undefined`: anything else. */
export function charValue(text: string): number | undefined {
  const inside = /^'(.+)'$/.exec(text)?.[1];
  if (inside === undefined) return undefined;
  if (inside.length === 1) return inside.charCodeAt(0) < 128 ? inside.charCodeAt(0) : undefined;
  if (!inside.startsWith('\\')) return undefined;
  const code = inside.slice(1);
  const simple = escapes[code];
  if (simple !== undefined) return simple;
  const value = /^x[\da-fA-F]{1,2}$/.test(code)
    ? Number.parseInt(code.slice(1), 16)
    : /^[0-7]{1,3}$/.test(code)
      ? Number.parseInt(code, 8)
      : Number.NaN;
  return value < 128 ? value : undefined;
}
