import { highest, lowest, wrap, type CType } from './c-type';

/** What an expression is known to be. */
export type Value =
  /**
   * `type`: `undefined` where it is not known. From 0 on the number is what such a value is; below, it is what the value
   * becomes as an `int` (an error number that may stand in an unsigned member).
   */
  | { readonly kind: 'number'; readonly value: bigint; readonly type: CType | undefined }
  /** Some value, the same wherever `id` is the same; what is known of it stands in the state's bounds, read as above. */
  | {
      readonly kind: 'symbol';
      readonly id: string;
      readonly type: CType | undefined;
      /** The function that gave it. */
      readonly callee?: string;
      /** Offset of that call, or of where it came from. */
      readonly at?: number;
    }
  /** A pointer into the family's tables: entries counted from the first slot of the first event. */
  | { readonly kind: 'entry'; readonly position: number }
  | { readonly kind: 'function'; readonly name: string };

/** Inclusive. `not`: single values inside that it is known not to have. */
export interface Bounds {
  readonly min: bigint;
  readonly max: bigint;
  readonly not: readonly bigint[];
}

export const number = (value: bigint | number, type: CType | undefined): Value => ({
  kind: 'number',
  value: BigInt(value),
  type,
});

const widest: CType = { bits: 64, signed: true };

export const boundsOfType = (type: CType | undefined): Bounds => ({
  min: lowest(type ?? widest),
  max: highest(type ?? widest),
  not: [],
});

/** Numbers from 0 to this are the same in every type that arithmetic is done in. */
export const lastInt = (1n << 31n) - 1n;

export const nameOfType = (type: CType): string =>
  `${type.signed ? 's' : 'u'}${type.isBool === true ? '1' : String(type.bits)}`;

/**
 * What a value becomes when it is stored in `type`; a symbol that may not fit becomes another symbol. Without a type it
 * becomes what `place`, a name for the type that it has, makes of it.
 */
export function convert(
  value: Value,
  type: CType | undefined,
  place: string,
  boundsOf: (id: string, type: CType | undefined) => Bounds,
): Value {
  if (value.kind === 'number') {
    if (type && (value.type || value.value >= 0n || (type.signed && type.bits <= 32)))
      return { kind: 'number', value: wrap(value.value, type), type };
    // Any type holds these alike.
    if (value.value === 0n || value.value === 1n) return { ...value, type };
    return { kind: 'symbol', id: `(${String(value.value)} in ${place})`, type };
  }
  if (value.kind !== 'symbol') return value;
  const bounds = boundsOf(value.id, value.type);
  if (isHeld(value.type, bounds, type))
    return { ...value, type: type ?? (value.type?.isPointer === true ? value.type : undefined) };
  return {
    kind: 'symbol',
    id: `(${type ? nameOfType(type) : place})${value.id}`,
    type,
    ...(value.callee === undefined ? {} : { callee: value.callee }),
    ...(value.at === undefined ? {} : { at: value.at }),
  };
}

/** Whether a value within `bounds` is the same in `to` as in `from`. */
function isHeld(from: CType | undefined, { min, max }: Bounds, to: CType | undefined): boolean {
  if (to === undefined) return from?.isPointer === true || (min >= 0n && max <= 1n);
  if (from) return min >= lowest(to) && max <= highest(to);
  // What a pointer is made from is one, or a word.
  if (to.isPointer === true) return true;
  return min >= (to.signed && to.bits <= 32 ? lowest(to) : 0n) && max <= lastInt && max <= highest(to);
}

export type Comparison = '<' | '>' | '<=' | '>=' | '==' | '!=';

export function compareNumbers(operator: Comparison, left: bigint, right: bigint): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
  }
}

/** Bounds where `operator right` holds; `undefined`: it cannot. */
export function narrow(bounds: Bounds, operator: Comparison, right: bigint): Bounds | undefined {
  const { min, max, not } = bounds;
  const within = (from: bigint, to: bigint): Bounds | undefined => {
    let [low, high] = [from > min ? from : min, to < max ? to : max];
    while (low <= high && not.includes(low)) low++;
    while (low <= high && not.includes(high)) high--;
    return low > high
      ? undefined
      : { min: low, max: high, not: not.filter((value) => value > low && value < high) };
  };
  switch (operator) {
    case '<':
      return within(min, right - 1n);
    case '<=':
      return within(min, right);
    case '>':
      return within(right + 1n, max);
    case '>=':
      return within(right, max);
    case '==':
      return not.includes(right) ? undefined : within(right, right);
    case '!=':
      return right < min || right > max ? bounds : narrow({ min, max, not: [...not, right] }, '>=', min);
  }
}

export const opposite: Readonly<Record<Comparison, Comparison>> = {
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
  '==': '!=',
  '!=': '==',
};

export const mirrored: Readonly<Record<Comparison, Comparison>> = {
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};
