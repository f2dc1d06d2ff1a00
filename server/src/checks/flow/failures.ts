import {
  bareCondition,
  callsWithin,
  evaluatedBy,
  expressionsWithin,
  type FlowNode,
} from '../../syntax/c/flow/control-flow';
import type { CallExpression, Expression } from '../../syntax/c/function-body';
import type { CheckContext } from '../check-context';
import { codeOf, type Code } from './code';
import type { State } from './evaluate';
import { givesNullOnFailure, isTransparent, onlyPrints } from './known-functions';
import { anySign, negative, positive, zero, type Signs } from './signs';
import { dependsOn, signsOf, symbol, type Known, type Value } from './values';
import { isPath } from './variables';
import { walk, type Trail, type Way } from './walk';

/** A call that was taken to have failed, or was seen to. */
export interface Failure {
  readonly name: string;
  readonly call: CallExpression;
  /** How it tells: NULL, or a negative number (as a pointer too). */
  readonly as: 'null' | 'negative';
}

export interface Exit {
  readonly node: FlowNode;
  readonly value: Value | undefined;
  /** Signs that the returned value may have; 0 where there is none. */
  readonly signs: Signs;
  /** What failed on the way here, first; `undefined`: nothing that is known. */
  readonly failure: Failure | undefined;
  /** The result of what failed was tested. */
  readonly isTested: boolean;
  /** What is returned was computed from the result of what failed. */
  readonly tellsOf: boolean;
  /** What variables and members hold. */
  readonly variables: ReadonlyMap<string, Value>;
  /** What is known of symbols. */
  readonly known: ReadonlyMap<string, Signs>;
  readonly signsOf: (value: Value) => Signs;
  readonly trail: Trail;
}

interface Phase {
  readonly failure: Failure | undefined;
  readonly id: string;
  readonly isTested: boolean;
  /** Something else stands in for what failed. */
  readonly isMadeUp: boolean;
  /** Variables and members that have held its result. */
  readonly holders: ReadonlySet<string>;
}

const none: Phase = { failure: undefined, id: '', isTested: false, isMadeUp: false, holders: new Set() };

/** How a function tells its caller that it failed. */
export interface FailsWith {
  readonly null: boolean;
  readonly negative: boolean;
  /** What it returns where it does not fail. */
  readonly fine: Signs;
  /** Members of `current` that are NULL whenever it fails. */
  readonly nullThen: ReadonlySet<string>;
}

const never: FailsWith = { null: false, negative: false, fine: anySign, nullThen: new Set() };
const knownFailures = new WeakMap<CheckContext, Map<string, FailsWith>>();

/** Functions that call one another are followed so far. */
const deepest = 4;

/** What a function of `file` does when something in it fails; `undefined`: it is not defined there. */
export function failsWith(
  context: CheckContext,
  file: string,
  name: string,
  depth = 0,
): FailsWith | undefined {
  let known = knownFailures.get(context);
  if (!known) knownFailures.set(context, (known = new Map<string, FailsWith>()));
  const key = `${file}:${name}`;
  const found = known.get(key);
  if (found) return found;
  const facts = context.functions(file).filter((fact) => fact.name === name && fact.body !== undefined);
  if (facts.length === 0) return undefined;
  // A function that calls itself fails as the rest of it does.
  known.set(key, never);
  let result: FailsWith = { ...never, fine: 0 };
  let nullThen: ReadonlySet<string> | undefined;
  if (depth >= deepest) result = never;
  else
    for (const fact of facts)
      for (const code of codeOf(context, file, fact)) {
        const exits = followFailures(context, code, true, depth + 1);
        if (!exits) result = { ...result, fine: anySign };
        for (const exit of exits ?? []) {
          const isNull = fact.returnType.includes('*') && exit.signs === zero && exit.failure !== undefined;
          const isNegative = fact.returnType !== 'void' && exit.signs === negative && !saysNone(exit.node);
          if (isNull || isNegative) {
            const here = nullMembers(exit);
            nullThen = nullThen ? new Set([...nullThen].filter((one) => here.has(one))) : here;
          }
          result = {
            null: result.null || isNull,
            negative: result.negative || isNegative,
            fine: result.fine | (isNull ? 0 : exit.signs & ~negative),
            nullThen: nullThen ?? new Set(),
          };
        }
      }
  known.set(key, result);
  return result;
}

/** `->sysvsem.undo_list` where `current`'s was seen to be NULL. */
function nullMembers({ known }: Exit): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [id, signs] of known) {
    const member = /^current(->[\w.]+)#/.exec(id)?.[1];
    if (member !== undefined && signs === zero) found.add(member);
  }
  return found;
}

/**
 * Every way out of a body, each call that can fail taken to have failed and to have worked. `undefined`: the body could
 * not be followed.
 */
export function followFailures(
  context: CheckContext,
  code: Code,
  keepsMembers: boolean,
  depth = 0,
): readonly Exit[] | undefined {
  const exits: Exit[] = [];
  const isComplete = walk<Phase>(code, {
    start: none,
    keepsMembers,
    key: ({ failure, isTested, isMadeUp: made, id }) =>
      `${id} ${String(failure?.call.range.start)} ${String(isTested)} ${String(made)}`,
    isSpecial: (id, phase) => phase.id !== '' && id.includes(phase.id),
    call({ name, expression, values }, state) {
      if (name === undefined) return undefined;
      // Somebody is told of it: what they do with it is theirs.
      if (isKnownError(state.phase) && !onlyPrints(name) && !isTransparent(name))
        if (values.some((value) => dependsOn(value, state.phase.id)))
          return [
            {
              value: symbol(`told@${String(expression.range.start)};`),
              state: { ...state, phase: { ...state.phase, isMadeUp: true } },
            },
          ];
      const id = `${name}()@${String(expression.range.start)};`;
      // Once more, after a look at what came of it: what counts is how it ends then.
      const isRetried =
        state.phase.isTested && state.phase.failure?.call.range.start === expression.range.start;
      const known = isRetried ? { ...withoutValue(state, id), phase: none } : state;
      const own = givesNullOnFailure(name)
        ? { ...never, null: true }
        : failsWith(context, code.file, name, depth);
      if (!own || (!own.null && !own.negative))
        return isRetried ? [{ value: symbol(id), state: known }] : undefined;
      const outcome = (signs: Signs, phase: Phase): { value: Value; state: typeof state } => ({
        value: symbol(id),
        state: { ...known, phase, signs: new Map(known.signs).set(id, signs) },
      });
      const failing = (as: Failure['as']): Phase => ({
        failure: { name, call: expression, as },
        id,
        isTested: false,
        isMadeUp: false,
        holders: new Set(),
      });
      // With one failure on the way already, another one says no more; but it may make up for the first.
      if (known.phase.failure) return undefined;
      return [
        ...(own.null ? [outcome(zero, failing('null'))] : []),
        ...(own.negative ? [outcome(negative, failing('negative'))] : []),
        outcome(own.null || own.fine === 0 ? positive : own.fine & ~negative, known.phase),
      ];
    },
    stored(key, value, state) {
      const { phase } = state;
      if (!phase.failure || key === undefined) return state;
      if (dependsOn(value, phase.id)) {
        const holders = new Set(phase.holders).add(key);
        // An error that is seen and noted down is there for who looks.
        const isMadeUp = phase.isMadeUp || (isKnownError(phase) && isPath(key));
        return { ...state, phase: { ...phase, holders, isMadeUp } };
      }
      // An error that is overwritten unseen has nothing to stand in for it.
      const mayStandIn = phase.isTested || phase.failure.as === 'null';
      return mayStandIn && phase.holders.has(key) && signsOf(state, value) !== zero
        ? { ...state, phase: { ...phase, isMadeUp: true } }
        : state;
    },
    choose(node, state, ways) {
      const { phase } = state;
      return ways(state).map((way) => {
        const own = way.state.phase;
        if (own.failure) {
          // What fails in the condition itself is tested there.
          const isTested =
            own.failure !== phase.failure ||
            ((node.kind === 'branch' || node.kind === 'switch') &&
              evaluatedBy(node).some((one) => refersTo(code, one, own, way.state.variables)));
          // Who picks one error out knows what it means.
          const isMadeUp = own.isMadeUp || (isTested && isOneError(code, node, way, own));
          return isTested ? { ...way, state: { ...way.state, phase: { ...own, isTested, isMadeUp } } } : way;
        }
        if (phase.failure) return way;
        const seen =
          way.edge.when === 'true' || way.edge.when === 'false'
            ? seenToFail(code, node, way.edge.when, way.state)
            : undefined;
        // Of a function of this file it is known how it fails.
        const isOther = seen !== undefined && !failsWith(context, code.file, seen.failure.name, depth);
        return isOther
          ? { ...way, state: { ...way.state, phase: { ...none, ...seen, isTested: true } } }
          : way;
      });
    },
    passed(node, state) {
      const { phase } = state;
      if (!phase.failure || phase.isMadeUp) return state;
      return standsInFor(code, node, state) ? { ...state, phase: { ...phase, isMadeUp: true } } : state;
    },
    left(node, value, state, trail) {
      const { phase } = state;
      exits.push({
        node,
        value,
        signs: value === undefined ? 0 : signsOf(state, value),
        failure: phase.isMadeUp ? undefined : phase.failure,
        isTested: phase.isTested,
        tellsOf: value !== undefined && phase.id !== '' && dependsOn(value, phase.id),
        variables: state.variables,
        known: state.signs,
        signsOf: (one) => signsOf(state, one),
        trail,
      });
    },
  });
  return isComplete ? exits : undefined;
}

/** A negative number that was looked at. */
const isKnownError = ({ failure, isTested }: Phase): boolean => isTested && failure?.as === 'negative';

/** `return -1;`, which may say no more than that there is nothing. */
const saysNone = (node: FlowNode): boolean =>
  node.kind === 'return' && node.value?.kind === 'number' && node.value.value === -1;

/** The way is taken for one error number only: `err == -ESRCH`, `case -ESRCH:`. */
function isOneError(code: Code, node: FlowNode, { edge, state }: Way<Phase>, phase: Phase): boolean {
  const isErrorNumber = (one: Expression): boolean =>
    (one.kind === 'unary' && one.operator === '-' && one.operand.kind === 'identifier') ||
    (one.kind === 'number' && one.value !== undefined && one.value < 0);
  if (node.kind === 'switch') return edge.when === 'case' && isErrorNumber(edge.value);
  if (node.kind !== 'branch') return false;
  const condition = bareCondition(node.condition);
  if (condition.kind !== 'binary' || !/^[=!]=$/.test(condition.operator)) return false;
  const { left, right, operator } = condition;
  const other = isErrorNumber(right) ? left : isErrorNumber(left) ? right : undefined;
  return (
    other !== undefined &&
    edge.when === (operator === '==' ? 'true' : 'false') &&
    refersTo(code, other, phase, state.variables)
  );
}

/** `x = failed ?: other;` */
function standsInFor(code: Code, node: FlowNode, state: State<Phase>): boolean {
  const stores = evaluatedBy(node).flatMap((expression) => {
    const target =
      expression.kind === 'assign' && expression.operator === '=' ? expression.target : undefined;
    const value = expression.kind === 'assign' ? expression.value : expression;
    return value.kind === 'conditional' ? [{ target, value }] : [];
  });
  return stores.some(({ target, value }) => {
    if (!refersTo(code, value.condition, state.phase, state.variables)) return false;
    const key = target && code.variables.keyOf(target);
    const held = key === undefined ? undefined : state.variables.get(key);
    return held !== undefined && (signsOf(state, held) & (zero | negative)) === 0;
  });
}

/** Nothing holds the value any more, and nothing is known of it. */
function withoutValue(state: State<Phase>, id: string): State<Phase> {
  return {
    ...state,
    variables: new Map([...state.variables].filter(([, value]) => !dependsOn(value, id))),
    signs: new Map([...state.signs].filter(([one]) => !one.includes(id))),
  };
}

function refersTo(
  code: Code,
  condition: Expression,
  phase: Phase,
  variables: ReadonlyMap<string, Value>,
): boolean {
  for (const one of expressionsWithin(condition)) {
    if (one.range.start === phase.failure?.call.range.start) return true;
    const key = code.variables.keyOf(one);
    const value = key === undefined ? undefined : variables.get(key);
    if (value && dependsOn(value, phase.id)) return true;
  }
  return false;
}

/** The names that kernel code gives to errors. */
const errorName = /^(?:err|error|ret|retval|rc)$/;

/**
 * The call whose failing a test has just shown: `if (IS_ERR(x))`, `if (x < 0)`, or `if (err)`, of what a function gave
 * that is defined elsewhere.
 */
function seenToFail(
  code: Code,
  node: FlowNode,
  when: 'true' | 'false',
  state: Known,
): { readonly failure: Failure; readonly id: string } | undefined {
  if (node.kind !== 'branch' || when !== 'true') return undefined;
  const condition = bareCondition(node.condition);
  const tested =
    condition.kind === 'call' && condition.callee.kind === 'identifier' && condition.callee.name === 'IS_ERR'
      ? condition.arguments[0]
      : condition.kind === 'binary' &&
          condition.operator === '<' &&
          condition.right.kind === 'number' &&
          condition.right.value === 0
        ? condition.left
        : condition.kind === 'identifier' && errorName.test(condition.name)
          ? condition
          : undefined;
  if (!tested) return undefined;
  const inner = tested.kind === 'assign' ? tested.target : tested;
  const key = code.variables.keyOf(inner);
  const value = key === undefined ? undefined : state.variables.get(key);
  if (value && (signsOf(state, value) & negative) === 0) return undefined;
  const call =
    tested.kind === 'assign' && tested.value.kind === 'call'
      ? tested.value
      : value?.kind === 'symbol'
        ? callAt(code, value.id)
        : undefined;
  if (call?.callee.kind !== 'identifier') return undefined;
  const { name } = call.callee;
  return {
    failure: { name, call, as: 'negative' },
    id: `${name}()@${String(call.range.start)};`,
  };
}

/** `f()@120;` is the call at 120. */
function callAt({ graph }: Code, id: string): CallExpression | undefined {
  const at = /^\w+\(\)@(\d+);$/.exec(id)?.[1];
  if (at === undefined) return undefined;
  for (const node of graph.nodes)
    for (const expression of evaluatedBy(node))
      for (const call of callsWithin(expression)) if (call.range.start === Number(at)) return call;
  return undefined;
}
