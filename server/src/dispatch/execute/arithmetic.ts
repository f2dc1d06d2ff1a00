import { common, int, promoted, unsignedInt, wrap, type CType } from './c-type';
import type { Answer } from './program';
import { bounded, type State } from './state';
import { number, type Value } from './value';

const idOf = (value: Value): string =>
  value.kind === 'number'
    ? String(value.value)
    : value.kind === 'symbol'
      ? value.id
      : value.kind === 'entry'
        ? `slot ${String(value.position)}`
        : value.name;

/** Some value that depends on others: the same wherever they are. */
export function derived(
  operator: string,
  ...parts: readonly [Value, CType | undefined] | [Value, Value, CType | undefined]
): Value {
  const type = parts.length === 2 ? parts[1] : parts[2];
  const id =
    parts.length === 2
      ? `(${operator}${idOf(parts[0])})`
      : `(${idOf(parts[0])} ${operator} ${idOf(parts[1])})`;
  return { kind: 'symbol', id, type };
}

/** The value of `left operator right`: a number where both are and C's own arithmetic gives one, else a symbol. */
export function arithmetic(operator: string, left: Value, right: Value, state: State): Answer {
  if (left.kind === 'entry' && right.kind === 'number' && (operator === '+' || operator === '-')) {
    const by = Number(right.value);
    return { value: { kind: 'entry', position: left.position + (operator === '+' ? by : -by) }, state };
  }
  if (left.kind === 'entry' && right.kind === 'entry' && operator === '-')
    return { value: number(left.position - right.position, { bits: 64, signed: true }), state };
  const type =
    'type' in left && 'type' in right ? arithmeticType(operator, left.type, right.type) : undefined;
  if (left.kind === 'number' && right.kind === 'number') {
    const result =
      type && exact(operator, wrap(left.value, type), rightOperand(operator, right.value, type), type);
    if (result !== undefined && type) return { value: number(wrap(result, type), type), state };
  }
  const value = derived(operator, left, right, type);
  const mask = right.kind === 'number' ? right.value : left.kind === 'number' ? left.value : undefined;
  if (operator === '&' && mask !== undefined && mask >= 0n && value.kind === 'symbol')
    return {
      value,
      state: state.bounds.has(value.id) ? state : bounded(state, value.id, { min: 0n, max: mask, not: [] }),
    };
  return { value, state };
}

const rightOperand = (operator: string, value: bigint, type: CType): bigint =>
  operator === '<<' || operator === '>>' ? value : wrap(value, type);

function arithmeticType(
  operator: string,
  left: CType | undefined,
  right: CType | undefined,
): CType | undefined {
  if (operator === '<<' || operator === '>>') return left && promoted(left);
  return left && right ? common(left, right) : undefined;
}

function exact(operator: string, left: bigint, right: bigint, type: CType): bigint | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0n ? undefined : left / right;
    case '%':
      return right === 0n ? undefined : left % right;
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<<':
      return right < 0n || right >= BigInt(type.bits) ? undefined : left << right;
    case '>>':
      return right < 0n || right >= BigInt(type.bits) ? undefined : left >> right;
    default:
      return undefined;
  }
}

/** An integer literal; `value`: `undefined` where it is too large to be read. */
export function literal(text: string, value: number | undefined): Value {
  if (value === undefined) return { kind: 'symbol', id: `(${text})`, type: undefined };
  const suffix = /[uUlL]+$/.exec(text)?.[0].toLowerCase() ?? '';
  if (suffix.includes('l')) return number(value, { bits: 64, signed: !suffix.includes('u') });
  if (suffix === 'u') return number(value, value > 0xffffffff ? { bits: 64, signed: false } : unsignedInt);
  return number(value, literalType(BigInt(value), /^0[xXbB0-7]/.test(text)));
}

/** Hexadecimal and octal literals may be unsigned where decimal ones go on to long (C11 6.4.4.1). */
export function literalType(value: bigint, orUnsigned: boolean): CType {
  if (value >= -(1n << 31n) && value < 1n << 31n) return int;
  if (orUnsigned && value >= 0n && value < 1n << 32n) return unsignedInt;
  return { bits: 64, signed: true };
}
