import { common, promoted, typeOfConstant, wrap, type CType } from './c-type';
import type { Answer } from './program';
import { bounded, type State } from './state';
import { nameOfType, number, type Value } from './value';

/** `u64`; an `int`, in which most is done, has none. Operands of one value give another result in another type. */
const tag = (type: CType | undefined): string =>
  type === undefined || (type.bits === 32 && type.signed) ? '' : nameOfType(type);

const idOf = (value: Value): string =>
  value.kind === 'number'
    ? `${String(value.value)}${tag(value.type)}`
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
      ? `(${operator}${idOf(parts[0])})${tag(type)}`
      : `(${idOf(parts[0])} ${operator} ${idOf(parts[1])})${tag(type)}`;
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
  // A step of a pointer is as long as what it points at.
  const isScaled = [left, right].some((one) => 'type' in one && one.type?.isPointer === true);
  if (left.kind === 'number' && right.kind === 'number' && !isScaled) {
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

export function arithmeticType(
  operator: string,
  left: CType | undefined,
  right: CType | undefined,
): CType | undefined {
  if (operator === '<<' || operator === '>>') return left && promoted(left);
  if (!left || !right) return undefined;
  // `p - q` is a number, and how large one, what they point at decides.
  if (left.isPointer === true && right.isPointer === true) return { bits: left.bits, signed: true };
  return left.isPointer === true ? left : right.isPointer === true ? right : common(left, right);
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

/** An integer literal as written, with the sign that the grammar takes into it. */
export function literal(text: string, wordBits: 32 | 64): Value {
  const [, sign = '', digits = '', suffix = ''] = literalShape.exec(text) ?? [];
  const magnitude = digits === '' ? undefined : bigintOf(digits);
  const isDecimal = /^[1-9]/.test(digits);
  const type =
    magnitude === undefined
      ? undefined
      : typeOfConstant(magnitude, suffix.toLowerCase(), isDecimal, wordBits);
  if (magnitude === undefined || type === undefined)
    return { kind: 'symbol', id: `(${text})`, type: undefined };
  return number(wrap(sign === '-' ? -magnitude : magnitude, type), type);
}

const literalShape = /^([+-]?)\s*(0[xX][\da-fA-F]+|0[bB][01]+|0[0-7]*|[1-9]\d*)([uUlL]*)$/;

const bigintOf = (digits: string): bigint =>
  BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
