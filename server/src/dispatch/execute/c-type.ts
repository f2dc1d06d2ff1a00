/** An integer or pointer type, as far as arithmetic needs it. */
export interface CType {
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
  readonly isBool?: boolean;
  /** Read as signed, because that is how errors stand in pointers; C orders pointers as unsigned. */
  readonly isPointer?: boolean;
}

export const int: CType = { bits: 32, signed: true };
export const unsignedInt: CType = { bits: 32, signed: false };
export const signedLong = (wordBits: 32 | 64): CType => ({ bits: wordBits, signed: true });
export const unsignedLong = (wordBits: 32 | 64): CType => ({ bits: wordBits, signed: false });
export const pointer = (wordBits: 32 | 64): CType => ({ bits: wordBits, signed: true, isPointer: true });

const fixed: ReadonlyMap<string, CType> = new Map(
  ([8, 16, 32, 64] as const).flatMap((bits): readonly (readonly [string, CType])[] => [
    ...[`u${bits}`, `__u${bits}`, `uint${bits}_t`, `u_int${bits}_t`].map(
      (name) => [name, { bits, signed: false }] as const,
    ),
    ...[`s${bits}`, `__s${bits}`, `int${bits}_t`].map((name) => [name, { bits, signed: true }] as const),
  ]),
);

const typedefs: ReadonlyMap<string, CType> = new Map<string, CType>([
  ...['pid_t', 'key_serial_t', 'time32_t', 'clockid_t'].map((name) => [name, int] as const),
  ...['uid_t', 'gid_t', 'gfp_t', 'dev_t', 'uint', 'fmode_t'].map((name) => [name, unsignedInt] as const),
  ['loff_t', { bits: 64, signed: true }],
  ['umode_t', { bits: 16, signed: false }],
]);

/**
 * The type that a declaration names, its qualifiers and `*`s written out: `const struct x *`, `unsigned long`.
 * `undefined`: a structure, `void`, or a typedef that is not one of the kernel's well-known ones.
 */
export function cType(text: string, wordBits: 32 | 64): CType | undefined {
  if (text.includes('*') || text.includes('[')) return pointer(wordBits);
  const words = text.split(/\s+/).filter((word) => !/^(?:const|volatile|register|static|)$/.test(word));
  const [only] = words;
  if (only === undefined) return undefined;
  if (words.length === 1) {
    if (only === 'bool' || only === '_Bool') return { bits: 8, signed: false, isBool: true };
    if (only === 'size_t' || only === 'uintptr_t' || only === 'ulong')
      return { bits: wordBits, signed: false };
    if (only === 'ssize_t' || only === 'intptr_t') return { bits: wordBits, signed: true };
    const known = fixed.get(only) ?? typedefs.get(only);
    if (known) return known;
  }
  // Signed where a member is negative, which is not looked up.
  if (words[0] === 'enum') return undefined;
  if (!words.every((word) => /^(?:unsigned|signed|char|short|int|long)$/.test(word))) return undefined;
  const signed = !words.includes('unsigned');
  const longs = words.filter((word) => word === 'long').length;
  if (longs === 2) return { bits: 64, signed };
  if (longs === 1) return { bits: wordBits, signed };
  if (words.includes('short')) return { bits: 16, signed };
  // The sign of a plain char is the architecture's choice: nothing may hang on it.
  if (words.includes('char')) return words.length > 1 ? { bits: 8, signed } : undefined;
  return { bits: 32, signed };
}

/** What a number becomes when it is stored in this type (C11 6.3.1.3, as GCC defines it). */
export function wrap(value: bigint, type: CType): bigint {
  if (type.isBool) return value === 0n ? 0n : 1n;
  return type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value);
}

export const lowest = (type: CType): bigint => (type.signed ? -(1n << BigInt(type.bits - 1)) : 0n);
export const highest = (type: CType): bigint =>
  type.isBool ? 1n : (1n << BigInt(type.signed ? type.bits - 1 : type.bits)) - 1n;

export const promoted = (type: CType): CType => (type.bits < 32 ? int : type);

/**
 * The type of an integer constant (C11 6.4.4.1): one of its size that holds it, where hexadecimal and octal ones may be
 * unsigned and decimal ones go on to long. `suffix`: in lower case. `undefined`: none is large enough.
 */
export function typeOfConstant(
  magnitude: bigint,
  suffix: string,
  isDecimal: boolean,
  wordBits: 32 | 64,
): CType | undefined {
  const least = suffix.includes('ll') ? 64 : suffix.includes('l') ? wordBits : 32;
  for (const bits of [32, 64] as const) {
    if (bits < least) continue;
    const [signed, unsigned]: readonly CType[] = [
      { bits, signed: true },
      { bits, signed: false },
    ];
    if (signed && !suffix.includes('u') && magnitude <= highest(signed)) return signed;
    if (unsigned && (suffix.includes('u') || !isDecimal) && magnitude <= highest(unsigned)) return unsigned;
  }
  return undefined;
}

/** The type in which two operands meet (C11 6.3.1.8). */
export function common(one: CType, other: CType): CType {
  const [a, b] = [promoted(one), promoted(other)];
  if (a.bits !== b.bits) return a.bits > b.bits ? a : b;
  return a.signed ? b : a;
}
