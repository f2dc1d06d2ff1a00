import { holds, isComparison, mirrored, signsOfOr, type Comparison } from './signs';
import { compared, computed, not, number, signsOf, type Known, type Value } from './values';

/** With `|`, one negative number is enough for the result to be one. */
export function joined<K extends Known>(
  operator: string,
  left: Value,
  right: Value,
  state: K,
): { readonly value: Value; readonly state: K } {
  const value = combine(operator, left, right, state);
  if (operator !== '|' || value.kind !== 'symbol') return { value, state };
  const signs = signsOfOr(signsOf(state, left), signsOf(state, right));
  return { value, state: { ...state, signs: new Map(state.signs).set(value.id, signs) } };
}

function combine(operator: string, left: Value, right: Value, state: Known): Value {
  if (isComparison(operator)) return comparison(operator, left, right, state);
  if (left.kind === 'number' && right.kind === 'number') {
    const result = arithmetic(operator, left.value, right.value);
    if (result !== undefined) return number(result);
  }
  return computed(operator, left, right);
}

/** 1 or 0 where it is known, else a truth or something that depends on both. */
export function comparison(operator: Comparison, left: Value, right: Value, state: Known): Value {
  if (left.kind === 'number' && right.kind === 'number')
    return number(holds(operator, left.value, right.value) ? 1 : 0);
  if (left.kind === 'number') return comparison(mirrored[operator], right, left, state);
  if (right.kind === 'number') {
    if (left.kind === 'symbol') return compared(left, operator, right.value);
    if (right.value === 0 && operator === '!=') return left;
    if (right.value === 0 && operator === '==') return not(left);
    return computed(operator, left, right);
  }
  if (left.kind === 'symbol' && right.kind === 'symbol') {
    if (left.id === right.id && left.isUnsigned === right.isUnsigned)
      return number(holds(operator, 0, 0) ? 1 : 0);
    if ((signsOf(state, left) & signsOf(state, right)) === 0 && (operator === '==' || operator === '!='))
      return number(operator === '!=' ? 1 : 0);
  }
  return computed(operator, left, right);
}

/** Stored in an unsigned variable, an error is no longer negative. */
export function asType(value: Value, type: string): Value {
  const words = type.replace(/\*.*/, '').split(/\s+/);
  if (type.includes('*') || value.kind !== 'symbol') return value;
  if (words.some((word) => /^(?:bool|_Bool)$/.test(word))) return compared(value, '!=', 0);
  return words.some((word) => /^(?:unsigned|u8|u16|u32|u64|uint|size_t|ulong|__u\d+|uint\d+_t)$/.test(word))
    ? { ...value, isUnsigned: true }
    : words.some((word) => /^(?:int|long|short|signed|s32|s64|pid_t|ssize_t)$/.test(word))
      ? { kind: 'symbol', id: value.id }
      : value;
}

function arithmetic(operator: string, left: number, right: number): number | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<<':
      return right < 31 ? left * 2 ** right : undefined;
    default:
      return undefined;
  }
}
