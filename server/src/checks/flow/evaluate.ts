import { bareCondition } from '../../syntax/c/flow/control-flow';
import type { CallExpression, Expression, ExpressionOf } from '../../syntax/c/function-body';
import { asType, joined } from './combine';
import { givesNullOnFailure } from './known-functions';
import { knownMacro } from './known-macros';
import { positive, zero, type Signs } from './signs';
import { computed, namedValue, negated, not, number, symbol, tested, type Known, type Value } from './values';
import { baseOf, isPath, type Variables } from './variables';

/** Where a walk through a function stands. */
export interface State<P> extends Known {
  /** The walker's own. */
  readonly phase: P;
}

export interface Outcome<P> {
  readonly value: Value;
  readonly state: State<P>;
}

export interface CallSeen {
  readonly name: string | undefined;
  readonly expression: CallExpression;
  readonly values: readonly Value[];
}

/** What a walker wants to be asked, and told. */
export interface Watcher<P> {
  /**
   * What a call does; `undefined`: what any call does. In the state, what it may change is unknown already.
   */
  readonly call?: (call: CallSeen, state: State<P>) => readonly Outcome<P>[] | undefined;
  /** A value is stored; `key`: as {@link Variables.keyOf}. */
  readonly stored?: (key: string | undefined, value: Value, state: State<P>, target: Expression) => State<P>;
  /** `object->member`, `*object` or `object[…]` is read or written. */
  readonly reached?: (object: Value, state: State<P>, expression: Expression) => State<P>;
}

export interface EvaluateOptions<P> {
  readonly variables: Variables;
  readonly watcher: Watcher<P>;
  /** Members (`tsk->x`) are remembered too, not only variables. */
  readonly keepsMembers: boolean;
  /** Places outside of the body (members, globals) that are remembered, and that no call is taken to change. */
  readonly kept?: ReadonlySet<string>;
}

/** More ways than this through one expression are not told apart. */
const mostWays = 64;

export interface Evaluator<P> {
  /** Every value that an expression may have, each with what is known then. */
  readonly evaluate: (expression: Expression, state: State<P>) => readonly Outcome<P>[];
  readonly test: (
    expression: Expression,
    state: State<P>,
  ) => readonly { readonly holds: boolean; readonly state: State<P> }[];
  readonly store: (target: Expression, value: Value, state: State<P>) => State<P>;
  readonly declare: (key: string, value: Value, state: State<P>) => State<P>;
  /** Nothing that was known of variables holds any more. */
  readonly forget: (state: State<P>, names?: readonly string[]) => State<P>;
}

export function evaluator<P>({
  variables,
  watcher,
  keepsMembers,
  kept = new Set(),
}: EvaluateOptions<P>): Evaluator<P> {
  type S = State<P>;

  /** A new value; what was known under the same id belongs to an older one, of an earlier turn of a loop. */
  function fresh(id: string, state: S, signs?: Signs): Outcome<P> {
    let isKnown = state.signs.has(id);
    for (const one of state.signs.keys()) if (one.includes(id)) isKnown = true;
    const held: [string, Exclude<Value, { kind: 'number' }>][] = [];
    for (const [key, value] of state.variables)
      if (value.kind !== 'number' && value.id.includes(id)) held.push([key, value]);
    if (!isKnown && held.length === 0)
      return {
        value: symbol(id),
        state: signs === undefined ? state : { ...state, signs: new Map(state.signs).set(id, signs) },
      };
    const older = `${id}'`;
    const values = new Map(state.variables);
    for (const [key, value] of held) values.set(key, { ...value, id: value.id.replaceAll(id, older) });
    const known = new Map([...state.signs].filter(([one]) => !one.includes(id)));
    if (held.length > 0)
      for (const [one, mask] of state.signs) if (one.includes(id)) known.set(one.replaceAll(id, older), mask);
    if (signs !== undefined) known.set(id, signs);
    return { value: symbol(id), state: { ...state, variables: values, signs: known } };
  }

  const unknown = (what: string, at: number, state: S): readonly Outcome<P>[] => [
    fresh(`${what}@${String(at)};`, state),
  ];

  function evaluate(expression: Expression, state: S): readonly Outcome<P>[] {
    const outcomes = evaluateAny(expression, state);
    return outcomes.length > mostWays ? outcomes.slice(0, mostWays) : outcomes;
  }

  function evaluateAny(expression: Expression, state: S): readonly Outcome<P>[] {
    switch (expression.kind) {
      case 'number':
      case 'char':
        return expression.value === undefined
          ? [{ value: symbol(expression.text), state }]
          : [{ value: number(expression.value), state }];
      case 'string':
        return [fresh(`"@${String(expression.range.start)};`, state, positive)];
      case 'identifier':
        return [{ value: read(expression.name, variables.keyOf(expression), state), state }];
      case 'member':
      case 'dereference':
      case 'index':
        return place(expression, state);
      case 'address':
        return address(expression, state);
      case 'call':
        return call(expression, state);
      case 'unary':
        return unary(expression, state);
      case 'binary':
        return binary(expression, state);
      case 'assign':
        return assign(expression, state);
      case 'update': {
        const key = variables.keyOf(expression.operand);
        const inner =
          expression.operand.kind === 'identifier'
            ? [{ value: number(0), state }]
            : place(expression.operand, state);
        return inner.flatMap(({ state: after }) => {
          const made = fresh(`${expression.operator}@${String(expression.range.start)};`, after);
          return [{ value: made.value, state: keep(key, made.value, made.state, expression.operand) }];
        });
      }
      case 'conditional':
        if (!expression.whenTrue)
          return evaluate(expression.condition, state).flatMap(({ value, state: after }) =>
            tested(after, value).flatMap(({ holds, known: then }) =>
              holds ? [{ value, state: then }] : evaluate(expression.whenFalse, then),
            ),
          );
        return test(expression.condition, state).flatMap(({ holds: yes, state: after }) =>
          evaluate(yes && expression.whenTrue ? expression.whenTrue : expression.whenFalse, after),
        );
      case 'comma':
        return expression.expressions.reduce<readonly Outcome<P>[]>(
          (outcomes, one) => outcomes.flatMap(({ state: after }) => evaluate(one, after)),
          [{ value: number(0), state }],
        );
      case 'cast':
        return evaluate(expression.operand, state).map(({ value, state: after }) => ({
          value: asType(value, expression.type),
          state: after,
        }));
      case 'sizeof':
      case 'type':
        return [{ value: symbol(`size@${String(expression.range.start)};`), state }];
      case 'initialiser-list':
        return expression.items.reduce<readonly Outcome<P>[]>(
          (outcomes, { value }) =>
            outcomes.flatMap(({ state: after }) =>
              evaluate(value, after).map((one) => ({ value: symbol('{}'), state: one.state })),
            ),
          [{ value: symbol('{}'), state }],
        );
      case 'compound-literal':
        return evaluate(expression.initialiser, state);
      case 'statement-expression':
        return unknown('({})', expression.range.start, forget(state));
      case 'label-address':
        return [{ value: symbol(expression.label), state }];
      case 'unknown':
        return unknown('?', expression.range.start, forget(state));
    }
  }

  function read(name: string, key: string | undefined, state: S): Value {
    const local = key === undefined ? undefined : variables.locals.get(key);
    if (key !== undefined && local) return state.variables.get(key) ?? symbol(key);
    return (kept.has(name) ? state.variables.get(name) : undefined) ?? namedValue(name);
  }

  /** A place behind a pointer or in a structure. */
  function place(expression: Expression, state: S): readonly Outcome<P>[] {
    const at = `${String(expression.range.start)};`;
    if (expression.kind === 'index')
      return evaluate(expression.object, state).flatMap((object) =>
        evaluate(expression.index, object.state).flatMap((index) => {
          const after = watcher.reached?.(object.value, index.state, expression) ?? index.state;
          return [fresh(`[]@${at}`, after)];
        }),
      );
    const object =
      expression.kind === 'member'
        ? expression.object
        : expression.kind === 'dereference'
          ? expression.operand
          : expression;
    const through = expression.kind === 'dereference' || (expression.kind === 'member' && expression.arrow);
    const objects = object === expression ? [{ value: number(0), state }] : evaluate(object, state);
    return objects.map(({ value, state: before }) => {
      const after = through ? (watcher.reached?.(value, before, expression) ?? before) : before;
      const key = variables.keyOf(expression);
      const held = key === undefined ? undefined : after.variables.get(key);
      if (key !== undefined && kept.has(key) && held) return { value: held, state: after };
      if (!keepsMembers || key === undefined || !isPath(key)) return fresh(`.@${at}`, after);
      return { value: held ?? symbol(initialId(key, after)), state: after };
    });
  }

  /** What a member held before anything here touched it. */
  const initialId = (key: string, state: S): string => {
    const changed = state.variables.get(`!${baseOf(key)}`);
    return `${key}#${changed?.kind === 'number' ? String(changed.value) : ''}`;
  };

  function address({ operand, range }: ExpressionOf<'address'>, state: S): readonly Outcome<P>[] {
    if (operand.kind === 'identifier')
      return [{ value: symbol(`&${operand.name}`), state: known(`&${operand.name}`, state) }];
    // &p->member reads p only.
    const inner = operand.kind === 'member' ? evaluate(operand.object, state) : place(operand, state);
    return inner.map(({ state: after }) => fresh(`&@${String(range.start)};`, after, positive));
  }

  const known = (id: string, state: S): S => ({ ...state, signs: new Map(state.signs).set(id, positive) });

  function unary({ operator, operand }: ExpressionOf<'unary'>, state: S): readonly Outcome<P>[] {
    return evaluate(operand, state).map(({ value, state: after }) => {
      if (operator === '+') return { value, state: after };
      if (operator === '!') return { value: not(value), state: after };
      if (operator === '~')
        return value.kind === 'number'
          ? { value: number(~value.value), state: after }
          : { value: computed('~', value), state: after };
      const result = negated(after, value);
      return { value: result.value, state: result.known };
    });
  }

  function binary(expression: ExpressionOf<'binary'>, state: S): readonly Outcome<P>[] {
    const { operator } = expression;
    if (operator === '&&' || operator === '||')
      return test(expression, state).map(({ holds: yes, state: after }) => ({
        value: number(yes ? 1 : 0),
        state: after,
      }));
    return evaluate(expression.left, state).flatMap((left) =>
      evaluate(expression.right, left.state).map((right) =>
        joined(operator, left.value, right.value, right.state),
      ),
    );
  }

  function assign(expression: ExpressionOf<'assign'>, state: S): readonly Outcome<P>[] {
    const { target, operator } = expression;
    return evaluate(expression.value, state).flatMap(({ value, state: after }) => {
      if (operator !== '=')
        return evaluate(target, after).map((old) => {
          const result = joined(operator.slice(0, -1), old.value, value, old.state);
          return {
            value: result.value,
            state: keep(variables.keyOf(target), result.value, result.state, target),
          };
        });
      const typed = asTypeOf(target, value);
      const reachedTarget = target.kind === 'identifier' ? [{ state: after }] : place(target, after);
      return reachedTarget.map((one) => ({ value: typed, state: store(target, typed, one.state) }));
    });
  }

  const store = (target: Expression, value: Value, state: S): S =>
    keep(variables.keyOf(target), value, state, target);

  function keep(key: string | undefined, value: Value, before: S, target: Expression): S {
    const state = watcher.stored?.(key, value, before, target) ?? before;
    if (key === undefined) return state;
    const values = new Map(state.variables);
    for (const other of values.keys()) if (other !== key && isInside(other, key)) values.delete(other);
    if (variables.locals.has(key) || kept.has(key) || (keepsMembers && isPath(key))) values.set(key, value);
    return { ...state, variables: values };
  }

  function declare(key: string, value: Value, state: S): S {
    const values = new Map(state.variables);
    const local = variables.locals.get(key);
    values.set(key, local ? asType(value, local.type) : value);
    return { ...state, variables: values };
  }

  function asTypeOf(target: Expression, value: Value): Value {
    const key = target.kind === 'identifier' ? variables.keyOf(target) : undefined;
    const local = key === undefined ? undefined : variables.locals.get(key);
    return local ? asType(value, local.type) : value;
  }

  function call(expression: CallExpression, state: S): readonly Outcome<P>[] {
    const name = expression.callee.kind === 'identifier' ? expression.callee.name : undefined;
    let ways: readonly { readonly values: readonly Value[]; readonly state: S }[] =
      name === undefined
        ? evaluate(expression.callee, state).map((one) => ({ values: [], state: one.state }))
        : [{ values: [], state }];
    for (const argument of expression.arguments)
      ways = ways
        .flatMap((way) =>
          evaluate(argument, way.state).map((one) => ({
            values: [...way.values, one.value],
            state: one.state,
          })),
        )
        .slice(0, mostWays);
    return ways.flatMap(({ values, state: after }) => {
      const seen: CallSeen = { name, expression, values };
      const touched = disturbed(expression, after);
      return watcher.call?.(seen, touched) ?? knownCall(seen, after, touched) ?? anyCall(seen, touched);
    });
  }

  /** Functions that mean the same in every kernel. */
  function knownCall(
    { name, values, expression }: CallSeen,
    state: S,
    touched: S,
  ): readonly Outcome<P>[] | undefined {
    if (name === undefined || values.length === 0) return undefined;
    const known = knownMacro(name, values, state);
    if (known) return known;
    return givesNullOnFailure(name)
      ? [fresh(`${name}()@${String(expression.range.start)};`, touched, zero | positive)]
      : undefined;
  }

  const anyCall = ({ name, expression }: CallSeen, state: S): readonly Outcome<P>[] => [
    fresh(`${name ?? '*'}()@${String(expression.range.start)};`, state),
  ];

  /** A call may change what it has the address of, and what is behind the pointers it is given. */
  function disturbed({ arguments: given, range }: CallExpression, state: S): S {
    if (!keepsMembers && !holdsAny(state, variables.exposed)) return state;
    const values = new Map(state.variables);
    for (const key of variables.exposed) {
      if (values.has(key)) values.set(key, symbol(`${key}@${String(range.start)};`));
    }
    if (keepsMembers)
      for (const argument of given) {
        const key = variables.keyOf(argument.kind === 'address' ? argument.operand : argument);
        if (key === undefined) continue;
        for (const other of values.keys()) if (other !== key && isInside(other, key)) values.delete(other);
        if (argument.kind === 'address') values.delete(key);
        values.set(`!${baseOf(key)}`, number(range.start));
      }
    const signs = new Map(state.signs);
    for (const key of variables.exposed) signs.delete(`${key}@${String(range.start)};`);
    return { ...state, variables: values, signs };
  }

  function test(expression: Expression, state: S): readonly { readonly holds: boolean; readonly state: S }[] {
    const bare = bareCondition(expression);
    if (bare.kind === 'binary' && (bare.operator === '&&' || bare.operator === '||')) {
      const stops = bare.operator === '||';
      return test(bare.left, state).flatMap((left) =>
        left.holds === stops ? [left] : test(bare.right, left.state),
      );
    }
    if (bare.kind === 'unary' && bare.operator === '!')
      return test(bare.operand, state).map((one) => ({ ...one, holds: !one.holds }));
    return evaluate(bare, state).flatMap(({ value, state: after }) =>
      tested(after, value).map((one) => ({ holds: one.holds, state: one.known })),
    );
  }

  function forget(state: S, names?: readonly string[]): S {
    if (!names) return { ...state, variables: new Map(), signs: new Map() };
    const values = new Map(state.variables);
    for (const key of values.keys()) if (names.includes(baseOf(key).replace(/@.*/, ''))) values.delete(key);
    return { ...state, variables: values };
  }

  return { evaluate, test, store, declare, forget };
}

function holdsAny(state: Known, keys: ReadonlySet<string>): boolean {
  for (const key of keys) if (state.variables.has(key)) return true;
  return false;
}

/** `p->x` and `*p` lie behind `p`. */
const isInside = (key: string, outer: string): boolean =>
  (key.startsWith(outer) && /^(?:->|\.)/.test(key.slice(outer.length))) ||
  (key.startsWith('*') && baseOf(key) === outer);
