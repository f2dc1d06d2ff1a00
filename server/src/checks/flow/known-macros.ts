import { comparison } from './combine';
import { not, number, tested, type Known, type Value } from './values';

/**
 * What macros give that mean the same in every kernel, by the values of their arguments: one way, or several with what
 * is known on each. `undefined`: no such macro.
 */
export function knownMacro<K extends Known>(
  name: string,
  [first]: readonly Value[],
  state: K,
): readonly { readonly value: Value; readonly state: K }[] | undefined {
  if (first === undefined) return undefined;
  switch (name) {
    case 'likely':
    case 'unlikely':
    case '__builtin_expect':
    case 'READ_ONCE':
    case 'ACCESS_ONCE':
    case 'ERR_PTR':
    case 'PTR_ERR':
    case 'ERR_CAST':
    case 'rcu_dereference':
      return [{ value: first, state }];
    case 'IS_ERR':
    case 'IS_ERR_VALUE':
      return [{ value: comparison('<', signedSide(first), number(0), state), state }];
    case 'IS_ERR_OR_NULL':
      return [{ value: comparison('<=', signedSide(first), number(0), state), state }];
    case 'PTR_ERR_OR_ZERO':
      return tested(state, comparison('<', signedSide(first), number(0), state)).map((way) => ({
        value: way.holds ? first : number(0),
        state: way.known,
      }));
    case 'WARN_ON':
    case 'WARN_ON_ONCE':
    case 'WARN':
    case 'WARN_ONCE':
      return [{ value: not(not(first)), state }];
    case 'BUG_ON':
      return tested(state, first).flatMap((way) =>
        way.holds ? [] : [{ value: number(0), state: way.known }],
      );
    default:
      return undefined;
  }
}

const signedSide = (value: Value): Value =>
  value.kind === 'symbol' ? { kind: 'symbol', id: value.id } : value;
