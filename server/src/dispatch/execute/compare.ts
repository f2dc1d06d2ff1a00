import { common, wrap, type CType } from './c-type';
import { boundsIn, bounded, settled, type State } from './state';
import { compareNumbers, lastInt, mirrored, narrow, opposite, type Comparison, type Value } from './value';

/** Each way that `first operator second` may turn out, with what is known then. */
export function compare(
  operator: Comparison,
  first: Value,
  second: Value,
  state: State,
): readonly { readonly holds: boolean; readonly state: State }[] {
  const left = settled(state, first);
  const right = settled(state, second);
  if (left.kind === 'entry' && right.kind === 'entry')
    return [{ holds: compareNumbers(operator, BigInt(left.position), BigInt(right.position)), state }];
  if (
    left.kind === 'entry' ||
    left.kind === 'function' ||
    right.kind === 'entry' ||
    right.kind === 'function'
  ) {
    // A slot and a function are never NULL.
    const other = left.kind === 'number' ? left : right.kind === 'number' ? right : undefined;
    if (other?.value === 0n && (operator === '==' || operator === '!='))
      return [{ holds: operator === '!=', state }];
    return [true, false].map((holds) => ({ holds, state }));
  }
  if (left.kind === 'number' && right.kind === 'number') {
    const holds = numbersCompared(operator, left, right);
    return (holds === undefined ? [true, false] : [holds]).map((way) => ({ holds: way, state }));
  }
  if (left.kind === 'symbol' && right.kind === 'number') return against(operator, left, right, state);
  if (left.kind === 'number' && right.kind === 'symbol')
    return against(mirrored[operator], right, left, state);
  if (left.kind === 'symbol' && right.kind === 'symbol' && left.id === right.id && isAlike(left, right))
    return [{ holds: compareNumbers(operator, 0n, 0n), state }];
  return [true, false].map((holds) => ({ holds, state }));
}

type Numeric = Value & { kind: 'number' };
type Symbolic = Value & { kind: 'symbol' };
type Ways = ReturnType<typeof compare>;

const isAlike = (left: Symbolic, right: Symbolic): boolean =>
  left.type !== undefined && right.type !== undefined ? true : left.type === right.type;

const isOrder = (operator: Comparison): boolean => operator !== '==' && operator !== '!=';

const isPlain = (value: bigint): boolean => value >= 0n && value <= lastInt;

/** `undefined`: the types decide, and are not known. */
function numbersCompared(operator: Comparison, left: Numeric, right: Numeric): boolean | undefined {
  const type = left.type && right.type && meeting(left.type, right.type);
  if (!type)
    return isPlain(left.value) && isPlain(right.value)
      ? compareNumbers(operator, left.value, right.value)
      : undefined;
  return compareNumbers(operator, wrap(left.value, type), wrap(right.value, type));
}

/** The type in which two operands are compared. */
const meeting = (left: CType, right: CType): CType =>
  left.isPointer === true || right.isPointer === true
    ? { bits: Math.max(left.bits, right.bits) === 32 ? 32 : 64, signed: false }
    : common(left, right);

function against(operator: Comparison, symbol: Symbolic, right: Numeric, state: State): Ways {
  const bounds = boundsIn(state, symbol.id, symbol.type);
  const open: Ways = [true, false].map((holds) => ({ holds, state }));
  const narrowed = (value: bigint): Ways =>
    [true, false].flatMap((holds) => {
      const left = narrow(bounds, holds ? operator : opposite[operator], value);
      return left ? [{ holds, state: bounded(state, symbol.id, left) }] : [];
    });
  if (!symbol.type || !right.type) {
    // Only an unsigned operand that meets a negative one makes another number of it.
    const isExact = bounds.min >= 0n || !isOrder(operator) || right.type?.signed === true;
    if (isPlain(right.value)) return isExact ? narrowed(right.value) : open;
    // `x == -ENOMEM`: whatever type it has, as an int it is that.
    const isError = !symbol.type && right.type?.signed === true && right.value >= -lastInt;
    if (isOrder(operator) || !isError || bounds.min > right.value || bounds.max < right.value) return open;
    const known = bounded(state, symbol.id, { min: right.value, max: right.value, not: [] });
    return [true, false].map((holds) => ({ holds, state: holds === (operator === '==') ? known : state }));
  }
  const type = meeting(symbol.type, right.type);
  const value = wrap(right.value, type);
  // A signed symbol that is compared as unsigned is not the number that its bounds are about.
  if (type.signed || bounds.min >= 0n) return narrowed(value);
  if (isOrder(operator)) return open;
  const signed = wrap(value, symbol.type);
  return wrap(signed, type) === value ? narrowed(signed) : [{ holds: operator === '!=', state }];
}
