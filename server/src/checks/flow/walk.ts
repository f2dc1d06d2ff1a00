import { bareCondition, type FlowEdge, type FlowNode } from '../../syntax/c/flow/control-flow';
import type { Expression } from '../../syntax/c/function-body';
import { finish, type Steps } from '../../syntax/steps';
import type { Code } from './code';
import { evaluator, type EvaluateOptions, type State, type Watcher } from './evaluate';
import { anySign, holds, signOf } from './signs';
import { compared, number, signsOf, signsOfSymbol, symbol, tested, type Value } from './values';
import { baseOf, isPath } from './variables';

/** A way taken so far, newest first. */
export interface Trail {
  readonly node: FlowNode;
  readonly before: Trail | undefined;
}

export interface Way<P> {
  readonly edge: FlowEdge;
  readonly state: State<P>;
}

/** Follows every way through a body, as far as what is known tells ways apart. */
export interface Walker<P> extends Watcher<P> {
  readonly start: P;
  /** Equal for phases that need not be told apart. */
  readonly key: (phase: P) => string;
  /** Symbols that must not be mixed up with others of the same signs. */
  readonly isSpecial?: (id: string, phase: P) => boolean;
  readonly keepsMembers?: boolean;
  /** As the evaluator's. */
  readonly kept?: EvaluateOptions<P>['kept'];
  /** A branch or a switch: by default each way that `ways` gives for the state. */
  readonly choose?: (
    node: FlowNode,
    state: State<P>,
    ways: (state: State<P>) => readonly Way<P>[],
    trail: Trail,
  ) => readonly Way<P>[];
  /** After a node; `undefined`: nothing beyond it matters. */
  readonly passed?: (node: FlowNode, state: State<P>, trail: Trail) => State<P> | undefined;
  /** At a `return`, or at the end of the body (no value). */
  readonly left?: (node: FlowNode, value: Value | undefined, state: State<P>, trail: Trail) => void;
}

/** What is told apart at most; a body with more ways is given up. */
const mostStates = 40_000;

/** With more signs than these, it pays to forget those of no use. */
const mostSigns = 6;

/** False where the body was too large, or something in it was not understood: then not every way was followed. */
export const walk = <P>(code: Code, walker: Walker<P>): boolean => finish(walkSteps(code, walker));

/** So many nodes are one step. */
const nodesInStep = 200;

/** The same in steps. */
export function* walkSteps<P>(code: Code, walker: Walker<P>): Steps<boolean> {
  const { graph, variables, live } = code;
  const keepsMembers = walker.keepsMembers ?? false;
  const kept = walker.kept ?? new Set();
  const { evaluate, test, store, declare, forget } = evaluator<P>({
    variables,
    watcher: walker,
    keepsMembers,
    kept,
  });
  const joins = joinsOf(graph.next);
  const seen = new Set<string>();
  let states = 0;
  const open: { readonly at: number; readonly state: State<P>; readonly trail: Trail | undefined }[] = [];
  let isComplete = true;

  /** Forgets variables that are not read any more. */
  function withoutDead(state: State<P>, at: number): State<P> {
    const wanted = live[at];
    const dead: string[] = [];
    for (const key of state.variables.keys()) {
      const isKept =
        kept.has(key) ||
        (isPath(key) || key.startsWith('!')
          ? keepsMembers
          : wanted?.has(baseOf(key)) === true || variables.exposed.has(baseOf(key)));
      if (!isKept) dead.push(key);
    }
    if (dead.length === 0) return state;
    const values = new Map(state.variables);
    for (const key of dead) values.delete(key);
    return { ...state, variables: values };
  }

  /** Forgets what is known of symbols that nothing holds. */
  function withoutUnheld(state: State<P>): State<P> {
    const held = new Set<string>();
    for (const value of state.variables.values()) if (value.kind !== 'number') held.add(value.id);
    const signs = new Map(
      [...state.signs].filter(
        ([id]) =>
          held.has(id) || isStable(id) || isSpecial(id, state.phase) || (keepsMembers && id.includes('#')),
      ),
    );
    return { ...state, signs };
  }

  /** A condition that means the same wherever it stands: of parameters and other variables that nothing sets. */
  const stable = stableSymbols(code);
  const isStable = (id: string): boolean => stable.has(id);
  /** What is left of earlier turns of a loop is not told apart: it would be new in every turn. */
  const isSpecial = (id: string, phase: P): boolean =>
    !id.includes(";'") && walker.isSpecial?.(id, phase) === true;

  function keyOf(at: number, state: State<P>): string {
    const names = new Map<string, string>();
    const named = (id: string): string => {
      if (isSpecial(id, state.phase) || isStable(id)) return id;
      let name = names.get(id);
      if (name === undefined)
        names.set(id, (name = `${String(names.size)}:${String(signsOfSymbol(state, id))}`));
      return name;
    };
    const parts = [String(at), walker.key(state.phase)];
    for (const key of [...state.variables.keys()].sort()) {
      const value = state.variables.get(key);
      if (!value || key.startsWith('!')) continue;
      if (value.kind === 'number') parts.push(`${key}=${String(value.value)}`);
      else if (value.kind === 'symbol')
        parts.push(`${key}=${named(value.id)}${value.isUnsigned === true ? 'u' : ''}`);
      else parts.push(`${key}=${named(value.id)}${value.operator}${String(value.against)}`);
    }
    for (const [id, signs] of [...state.signs].sort(([one], [other]) => (one < other ? -1 : 1)))
      if ((isStable(id) || isSpecial(id, state.phase) || id.includes('#')) && signs !== anySign)
        parts.push(`${id}~${String(signs)}`);
    return parts.join(' ');
  }

  function push(at: number, state: State<P>, trail: Trail | undefined): void {
    const alive = withoutDead(state, at);
    if (states >= mostStates) {
      isComplete = false;
      return;
    }
    states++;
    // Only where ways come together may two of them be the same.
    if (joins[at] !== true) {
      open.push({ at, state: alive.signs.size > mostSigns ? withoutUnheld(alive) : alive, trail });
      return;
    }
    const kept = withoutUnheld(alive);
    const key = keyOf(at, kept);
    if (seen.has(key)) return;
    seen.add(key);
    open.push({ at, state: kept, trail });
  }

  const edgesOf = (at: number): readonly FlowEdge[] => graph.next[at] ?? [];

  function branch(at: number, condition: Expression, state: State<P>): readonly Way<P>[] {
    return test(condition, state).flatMap(({ holds: yes, state: after }) =>
      edgesOf(at).flatMap((edge) => (edge.when === (yes ? 'true' : 'false') ? [{ edge, state: after }] : [])),
    );
  }

  function choice(at: number, expression: Expression, state: State<P>): readonly Way<P>[] {
    const labels = new Set(
      edgesOf(at).flatMap((edge) =>
        edge.when === 'case' && edge.value.kind === 'identifier' ? [edge.value.name] : [],
      ),
    );
    return evaluate(expression, state).flatMap(({ value, state: before }) => {
      const ways: Way<P>[] = [];
      let rest: State<P> | undefined = before;
      for (const edge of edgesOf(at)) {
        if (edge.when !== 'case' || !rest) continue;
        const [wanted] = evaluate(edge.value, rest);
        // Two labels of one switch are never the same number.
        if (wanted?.value.kind === 'symbol' && value.kind === 'symbol' && !edge.last) {
          if (wanted.value.id === value.id) return [...ways, { edge, state: rest }];
          if (labels.has(value.id)) continue;
        }
        if (!wanted || edge.last || wanted.value.kind !== 'number') {
          ways.push({ edge, state: rest });
          continue;
        }
        const from: State<P> = rest;
        rest = undefined;
        for (const way of tested(from, equals(value, wanted.value.value, from)))
          if (way.holds) ways.push({ edge, state: way.known });
          else rest = way.known;
      }
      for (const edge of edgesOf(at)) if (edge.when === 'default' && rest) ways.push({ edge, state: rest });
      return ways;
    });
  }

  function equals(value: Value, against: number, state: State<P>): Value {
    if (value.kind === 'number') return number(holds('==', value.value, against) ? 1 : 0);
    if (value.kind === 'symbol') return compared(value, '==', against);
    if ((signsOf(state, value) & signOf(against)) === 0) return number(0);
    return symbol(`(${value.id} is ${String(against)})`);
  }

  function step(at: number, state: State<P>, before: Trail | undefined): void {
    const node = graph.nodes[at];
    if (!node) return;
    const trail: Trail = { node, before };
    const on = (states: readonly State<P>[]): void => {
      for (const one of states) {
        const after = walker.passed ? walker.passed(node, one, trail) : one;
        if (after) for (const { to } of edgesOf(at)) push(to, after, trail);
      }
    };
    switch (node.kind) {
      case 'branch':
      case 'switch': {
        const condition = node.kind === 'branch' ? bareCondition(node.condition) : node.value;
        const ways = (from: State<P>): readonly Way<P>[] =>
          node.kind === 'branch' ? branch(at, condition, from) : choice(at, condition, from);
        const taken = walker.choose ? walker.choose(node, state, ways, trail) : ways(state);
        for (const way of taken) {
          const after = walker.passed ? walker.passed(node, way.state, trail) : way.state;
          if (after) push(way.edge.to, after, trail);
        }
        return;
      }
      case 'declaration': {
        let states: readonly State<P>[] = [state];
        for (const { nameRange, name, initialiser } of node.statement.declarators) {
          const own = variables.keyOf({ kind: 'identifier', range: nameRange, name });
          if (initialiser && own !== undefined)
            states = states.flatMap((one) =>
              evaluate(initialiser, one).map((outcome) => {
                const told = walker.stored?.(own, outcome.value, outcome.state, {
                  kind: 'identifier',
                  range: nameRange,
                  name,
                });
                return declare(own, outcome.value, told ?? outcome.state);
              }),
            );
          else if (own !== undefined)
            states = states.map((one) => {
              const values = new Map(one.variables);
              values.delete(own);
              return { ...one, variables: values };
            });
        }
        on(states);
        return;
      }
      case 'expression':
        on(evaluate(node.expression, state).map((outcome) => outcome.state));
        return;
      case 'macro-loop': {
        let states: readonly State<P>[] = [state];
        for (const argument of node.loop.arguments) {
          states = states.flatMap((one) => evaluate(argument, one).map((outcome) => outcome.state));
          // Which of its arguments a macro sets cannot be seen.
          if (argument.kind === 'identifier')
            states = states.map((one) =>
              store(argument, symbol(`${argument.name}@${String(node.range.start)};`), one),
            );
        }
        on(states);
        return;
      }
      case 'return':
        for (const outcome of node.value ? evaluate(node.value, state) : [{ value: undefined, state }])
          walker.left?.(node, outcome.value, outcome.state, trail);
        return;
      case 'end':
        walker.left?.(node, undefined, state, trail);
        return;
      case 'asm':
        on([forget(state, node.names)]);
        return;
      case 'unknown':
        isComplete = false;
        return;
      case 'exit':
        return;
      default:
        on([state]);
    }
  }

  push(graph.entry, { variables: new Map(), signs: new Map(), phase: walker.start }, undefined);
  let passed = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    step(next.at, next.state, next.trail);
    if (++passed % nodesInStep === 0) yield;
  }
  return isComplete;
}

/** Nodes that several edges lead to. */
function joinsOf(next: Code['graph']['next']): readonly boolean[] {
  const counts = next.map(() => 0);
  for (const edges of next) for (const { to } of edges) counts[to] = (counts[to] ?? 0) + 1;
  return counts.map((count) => count > 1);
}

/** At most so many conditions are told apart for the whole of a body: each doubles its ways. */
const mostStable = 6;

/**
 * Symbols of conditions that stand around two or more pieces of the body and compare what nothing there sets. They are
 * the ones that make `if (flags & X) take(); … if (flags & X) give_back();` one condition.
 */
function stableSymbols({ graph, variables }: Code): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const isFixed = (name: string): boolean =>
    variables.locals.has(name) && !variables.changed.has(name) && !variables.exposed.has(name);
  for (const node of graph.nodes) {
    const id = node.kind === 'branch' ? stableId(node.condition, isFixed) : undefined;
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return new Set([...counts].flatMap(([id, count]) => (count > 1 ? [id] : [])).slice(0, mostStable));
}

/** As the evaluator names it: `(clone_flags & CLONE_VM)`, or a parameter. */
function stableId(expression: Expression, isFixed: (name: string) => boolean): string | undefined {
  const bare = bareCondition(expression);
  if (bare.kind === 'identifier') return isFixed(bare.name) ? bare.name : undefined;
  if (bare.kind !== 'binary' || (bare.operator !== '&' && !/^[=!]=$/.test(bare.operator))) return undefined;
  const { left, right } = bare;
  if (left.kind !== 'identifier' || !isFixed(left.name)) return undefined;
  if (bare.operator !== '&')
    return right.kind === 'number' || (right.kind === 'identifier' && right.name === 'NULL')
      ? left.name
      : undefined;
  return right.kind === 'identifier' ? `(${left.name} & ${right.name})` : undefined;
}
