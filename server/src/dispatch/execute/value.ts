import { highest, lowest, wrap, type CType } from './c-type';

/** What an expression is known to be. */
export type Value =
  /** `type`: `undefined` where a typedef hides it; then the number is one that every type holds alike. */
  | { readonly kind: 'number'; readonly value: bigint; readonly type: CType | undefined }
  /** Some value, the same wherever `id` is the same; what is known of it stands in the state's bounds. */
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

/** What a value becomes when it is stored in `type`; a symbol that may not fit becomes another symbol. */
export function convert(
  value: Value,
  type: CType | undefined,
  boundsOf: (id: string, type: CType | undefined) => Bounds,
): Value {
  if (value.kind === 'number') {
    if (type) return { kind: 'number', value: wrap(value.value, type), type };
    // Any integer type holds these alike.
    if (value.value >= 0n && value.value < 128n) return { ...value, type: undefined };
    return { kind: 'symbol', id: `(${String(value.value)} in some type)`, type: undefined };
  }
  if (value.kind !== 'symbol' || type === undefined) return value;
  const { min, max } = boundsOf(value.id, value.type);
  if (value.type === undefined || (min >= lowest(type) && max <= highest(type))) return { ...value, type };
  return {
    kind: 'symbol',
    id: `(${type.signed ? 's' : 'u'}${String(type.bits)})${value.id}`,
    type,
    ...(value.callee === undefined ? {} : { callee: value.callee }),
    ...(value.at === undefined ? {} : { at: value.at }),
  };
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
