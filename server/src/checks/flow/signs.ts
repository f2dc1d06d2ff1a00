/**
 * What is known of a value, as a set of signs. The kernel's conventions are about no more than that: an error is
 * negative, as a number and as a pointer (`ERR_PTR`); zero is success, and NULL; all else is positive.
 */
export type Signs = number;

export const negative: Signs = 1;
export const zero: Signs = 2;
export const positive: Signs = 4;
export const anySign: Signs = 7;

export type Comparison = '<' | '>' | '<=' | '>=' | '==' | '!=';

export const isComparison = (operator: string): operator is Comparison => /^(?:[<>]=?|[=!]=)$/.test(operator);

/** `a < b` is `b > a`. */
export const mirrored: Readonly<Record<Comparison, Comparison>> = {
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};

export const signOf = (value: number): Signs => (value < 0 ? negative : value === 0 ? zero : positive);

export function holds(operator: Comparison, left: number, right: number): boolean {
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

/** Of `signs`, those with which `value operator against` may hold, and those with which it may not. */
export function split(
  signs: Signs,
  operator: Comparison,
  against: number,
): { readonly whenTrue: Signs; readonly whenFalse: Signs } {
  let whenTrue = 0;
  let whenFalse = 0;
  for (const { sign, low, high } of spans) {
    if ((signs & sign) === 0) continue;
    // Besides its ends, what matters of a span is whether the number lies in it.
    const probes = [low, high, ...(low <= against && against <= high ? [against] : [])];
    if (probes.some((probe) => holds(operator, probe, against))) whenTrue |= sign;
    if (probes.some((probe) => !holds(operator, probe, against))) whenFalse |= sign;
  }
  return { whenTrue, whenFalse };
}

const spans: readonly { readonly sign: Signs; readonly low: number; readonly high: number }[] = [
  { sign: negative, low: -Infinity, high: -1 },
  { sign: zero, low: 0, high: 0 },
  { sign: positive, low: 1, high: Infinity },
];

/** Read as unsigned, a negative number is a large one. */
export const asUnsigned = (signs: Signs): Signs =>
  (signs & ~negative) | ((signs & negative) === 0 ? 0 : positive);

/** Of `one | other`. */
export function signsOfOr(one: Signs, other: Signs): Signs {
  const either = one | other;
  if (one === negative || other === negative) return negative;
  return (either & (negative | positive)) | (one & other & zero);
}
