import { common, wrap, type CType } from './c-type';
import { boundsIn, bounded, settled, type State } from './state';
import { compareNumbers, mirrored, narrow, opposite, type Comparison, type Value } from './value';

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
  const type = left.type && right.type ? common(left.type, right.type) : undefined;
  const asType = (value: bigint): bigint => (type ? wrap(value, type) : value);
  if (left.kind === 'number' && right.kind === 'number')
    return [{ holds: compareNumbers(operator, asType(left.value), asType(right.value)), state }];
  if (left.kind === 'symbol' && right.kind === 'number')
    return against(operator, left, asType(right.value), type, state);
  if (left.kind === 'number' && right.kind === 'symbol')
    return against(mirrored[operator], right, asType(left.value), type, state);
  if (left.kind === 'symbol' && right.kind === 'symbol' && left.id === right.id)
    return [{ holds: compareNumbers(operator, 0n, 0n), state }];
  return [true, false].map((holds) => ({ holds, state }));
}

function against(
  operator: Comparison,
  symbol: Value & { kind: 'symbol' },
  right: bigint,
  type: CType | undefined,
  state: State,
): readonly { readonly holds: boolean; readonly state: State }[] {
  const bounds = boundsIn(state, symbol.id, symbol.type);
  // A signed symbol that is compared as unsigned is not the number that its bounds are about.
  const reinterpreted = type !== undefined && !type.signed && bounds.min < 0n;
  if (reinterpreted && operator !== '==' && operator !== '!=')
    return [true, false].map((holds) => ({ holds, state }));
  const value = reinterpreted && symbol.type ? wrap(right, symbol.type) : right;
  return [true, false].flatMap((holds) => {
    const narrowed = narrow(bounds, holds ? operator : opposite[operator], value);
    return narrowed ? [{ holds, state: bounded(state, symbol.id, narrowed) }] : [];
  });
}
