import {
  expressionsWithin,
  type FlowEdge,
  type FlowGraph,
  type FlowNode,
} from '../../syntax/c/flow/control-flow';
import { writtenName } from '../../syntax/c/flow/own-names';
import type { Expression } from '../../syntax/c/function-body';
import { finish, type Steps } from '../../syntax/steps';
import { cType, int, promoted } from './c-type';
import { compare } from './compare';
import { evaluator } from './evaluate';
import { exposedNames, loopHeads, meetingPoints, shapeOf } from './graph-shape';
import { testStep } from './test-step';
import {
  tooMany,
  type Answer,
  type Budget,
  type Call,
  type Frame,
  type Program,
  type RunnableFunction,
} from './program';
import { assigned, boundsIn, convertedIn, disturbed, fresh, noted, type State } from './state';
import type { Comparison, Value } from './value';

/** One way a function may end. */
export interface Ending {
  readonly state: State;
  /** `undefined`: it ends without a value, or (with `lost`) nobody knows how. */
  readonly value: Value | undefined;
  /** The `return`, or the closing brace. 0-based UTF-16 offset in the function's file. */
  readonly at: number;
  /** The way could not be followed to its end: why. */
  readonly lost: string | undefined;
  /** It ends in a call that never returns, at `at`. */
  readonly leaves: boolean;
}

export interface RunOptions {
  /** Start here instead of at the entry. */
  readonly from?: number;
  /** Only these variables are followed; ways that differ in nothing followed are taken as one. */
  readonly followed?: ReadonlySet<string>;
  readonly running?: readonly string[];
  /** Ways that end in a function that never returns count as endings too. */
  readonly withLeaving?: boolean;
  /** What is left of the caller's; `undefined`: a new one. */
  readonly budget?: Budget;
  /** What makes two ways different beside what is followed. */
  readonly keyOf?: () => (state: State) => number;
}

/** More states than this and the rest is given up. */
const maximumStates = 4000;
/** The same over a function and all that it calls, tests and calls included. */
const maximumWork = 40_000;
/** A call inside a call inside …: deeper is not looked at. */
const deepest = 6;

interface Way {
  readonly node: number;
  readonly state: State;
  readonly passes: ReadonlyMap<number, Passes>;
}

/** What was seen of a loop when its head was passed last. */
interface Passes {
  readonly count: number;
  /** As `count`, but rounds in which nothing was left open do not count, as long as they are few. */
  readonly spent: number;
  readonly trail: State['trail'];
}

/** Rounds of a loop that are followed where it is known how each test turns out. */
const mostKnownRounds = 8;

function passAgain(before: Passes | undefined, { trail }: State): Passes {
  if (!before) return { count: 1, spent: 1, trail };
  let isOpen = false;
  for (let at = trail; at && at !== before.trail && !isOpen; at = at.before)
    isOpen = at.step.kind === 'test' && !at.step.decided;
  const count = before.count + 1;
  return { count, spent: before.spent + (isOpen || count > mostKnownRounds ? 1 : 0), trail };
}

/** States after which others may have their turn. */
const statesInTurn = 16;

/** Follows every way through one graph of a function. */
export const runGraph = (
  program: Program,
  target: RunnableFunction,
  graph: FlowGraph,
  start: State,
  options: RunOptions = {},
): readonly Ending[] => finish(graphSteps(program, target, graph, start, options));

/** The same in steps. */
export function* graphSteps(
  program: Program,
  target: RunnableFunction,
  graph: FlowGraph,
  start: State,
  options: RunOptions = {},
): Steps<readonly Ending[]> {
  const frame = frameOf(program, target, graph, options);
  const { evaluate, test } = evaluator((outer, call, state) => runInto(outer, call, state));
  const heads = loopHeads(graph);
  const meetings = meetingPoints(graph);
  const keyOf = options.keyOf?.();
  const localsKey = localsNumbers();
  const endings: Ending[] = [];
  const seen = new Set<string>();
  const open: Way[] = [{ node: options.from ?? graph.entry, state: start, passes: new Map() }];
  let states = 0;
  const end = (
    state: State,
    value: Value | undefined,
    node: FlowNode,
    lost?: string,
    leaves = false,
  ): void => {
    endings.push({ state, value, at: node.range.start, lost, leaves });
  };
  const lose = (state: State, node: FlowNode, reason: string): void => {
    const step = { kind: 'unknown', file: target.file, at: node.range.start, reason } as const;
    end(noted(state, step), undefined, node, reason);
  };

  for (let way = open.pop(); way; way = open.pop()) {
    const node = graph.nodes[way.node];
    if (!node) continue;
    if (++states > maximumStates || --frame.budget.left < 0) {
      lose(way.state, node, tooMany);
      break;
    }
    if (states % statesInTurn === 0) yield;
    const edges = graph.next[way.node] ?? [];
    let { state } = way;
    let { passes } = way;
    if (state.doubt !== undefined) {
      lose(state, node, state.doubt);
      continue;
    }
    if (heads.has(way.node)) {
      const pass = passAgain(passes.get(way.node), state);
      const { spent } = pass;
      passes = new Map(passes).set(way.node, pass);
      // After the exact rounds comes one for all the others together; what that one leads back to is known.
      if (spent > program.loopLimit + 1) continue;
      if (spent === program.loopLimit + 1) {
        const reason = 'the loop may go round more often than is followed';
        const step = { kind: 'unknown', file: target.file, at: node.range.start, reason } as const;
        state = noted({ ...disturbed(state), locals: new Map() }, step);
      }
    }
    if (options.followed && meetings.has(way.node)) {
      const key = `${String(way.node)}|${String(keyOf?.(state) ?? 0)}|${String(localsKey(state))}`;
      if (seen.has(key)) continue;
      seen.add(key);
    }
    const go = (to: number, after: State): void => {
      open.push({ node: to, state: after, passes });
    };
    const goAll = (after: State): void => {
      // The last one pushed is followed first: source order.
      for (const { to } of edges.toReversed()) go(to, after);
    };

    switch (node.kind) {
      case 'entry':
      case 'join':
      case 'case':
        goAll(state);
        break;
      case 'exit':
        break;
      case 'label':
        goAll(noted(state, { kind: 'label', file: target.file, at: node.range.start, name: node.name }));
        break;
      case 'goto':
        goAll(noted(state, { kind: 'goto', file: target.file, at: node.range.start, name: node.label }));
        break;
      case 'end':
        end(state, undefined, node);
        break;
      case 'return': {
        if (!node.value) {
          end(state, undefined, node);
          break;
        }
        const type = cType(target.returnType, program.wordBits);
        for (const { value, state: after } of evaluate(frame, node.value, state))
          end(after, convertedIn(after, value, type, target.returnType), node, after.doubt);
        break;
      }
      case 'expression':
        for (const answer of evaluate(frame, node.expression, state)) {
          if (edges.length > 0) goAll(answer.state);
          else if (options.withLeaving) end(answer.state, undefined, node, undefined, true);
        }
        break;
      case 'declaration':
        for (const after of declare(frame, node, state)) goAll(after);
        break;
      case 'branch': {
        const outcomes = test(frame, node.condition, state);
        const decided = outcomes.every(({ holds }) => holds === outcomes[0]?.holds);
        for (const { holds, state: after } of outcomes.toReversed()) {
          const edge = edges.find(({ when }) => when === (holds ? 'true' : 'false'));
          const step = testStep(target, node.condition, holds, decided);
          const matters = !options.followed || step.names.some((name) => options.followed?.has(name));
          if (edge) go(edge.to, matters ? noted(after, step) : after);
        }
        break;
      }
      case 'switch':
        for (const [edge, after] of switchWays(frame, node, edges, state)) go(edge.to, after);
        break;
      case 'macro-loop':
        goAll({ ...disturbed(state), locals: withoutNames(state, node.loop.arguments) });
        break;
      case 'asm':
        goAll({
          ...disturbed(state),
          locals: new Map([...state.locals].filter(([name]) => !node.names.includes(writtenName(name)))),
        });
        break;
      case 'unknown':
        lose(state, node, 'code that is not understood');
        break;
    }
  }
  return endings;

  function* declare(inside: Frame, node: FlowNode & { kind: 'declaration' }, from: State): Generator<State> {
    let ways: readonly State[] = [from];
    for (const { name, initialiser } of node.statement.declarators) {
      ways = ways.flatMap((state) => {
        if (!initialiser) {
          const locals = new Map(state.locals);
          locals.delete(name);
          return [{ ...state, locals }];
        }
        // A static one is initialised once, before anything runs.
        if (node.statement.storage.includes('static')) return [state];
        return evaluate(inside, initialiser, state).map((answer) =>
          inside.exposed.has(name) || (inside.followed && !inside.followed.has(name))
            ? answer.state
            : assigned(answer.state, name, answer.value, inside.types.get(name), inside.texts.get(name)),
        );
      });
    }
    yield* ways;
  }

  function* switchWays(
    inside: Frame,
    node: FlowNode & { kind: 'switch' },
    edges: readonly FlowEdge[],
    from: State,
  ): Generator<readonly [FlowEdge, State]> {
    // What is switched on is evaluated once, and then compared with each case.
    for (const switched of evaluate(inside, node.value, from)) {
      const type =
        'type' in switched.value ? switched.value.type && promoted(switched.value.type) : undefined;
      let rest: readonly State[] = [switched.state];
      const compared = (operator: Comparison, label: Expression): ReturnType<typeof compare> =>
        rest.flatMap((state) =>
          evaluate(inside, label, state).flatMap((answer) => {
            const value = type ? convertedIn(answer.state, answer.value, type, '') : answer.value;
            return compare(operator, switched.value, value, answer.state);
          }),
        );
      for (const edge of edges) {
        if (edge.when !== 'case') continue;
        if (edge.last) {
          const above = compared('>=', edge.value);
          const outside = above.filter(({ holds }) => !holds);
          rest = above.flatMap(({ holds, state }) => (holds ? [state] : []));
          const within = compared('<=', edge.last);
          for (const { holds, state } of within) if (holds) yield [edge, state];
          rest = [...outside, ...within.filter(({ holds }) => !holds)].map(({ state }) => state);
        } else {
          const outcomes = compared('==', edge.value);
          for (const { holds, state } of outcomes) if (holds) yield [edge, state];
          rest = outcomes.flatMap(({ holds, state }) => (holds ? [] : [state]));
        }
      }
      const otherwise = edges.find(({ when }) => when === 'default');
      if (otherwise) for (const state of rest) yield [otherwise, state];
    }
  }

  function runInto(outer: Frame, call: Call, state: State): readonly Answer[] | undefined {
    const definition = program.definition(outer.function.file, call.name);
    if (!definition || outer.running.includes(call.name) || outer.running.length >= deepest) return undefined;
    const answers: Answer[] = [];
    for (const inner of definition.graphs) {
      // Paths are named after variables, and those are others in there.
      const entered = withParameters(program, definition, inner, call.arguments, disturbed(state));
      const inside = runGraph(program, definition, inner, entered, {
        running: [...outer.running, call.name],
        budget: outer.budget,
      });
      // One lost way, and nothing is certain of this call.
      if (inside.some(({ lost }) => lost !== undefined) || inside.length === 0) {
        if (!outer.followed) return undefined;
        const reason = `${call.name}() could not be followed to its end`;
        const step = { kind: 'unknown', file: call.file, at: call.at, reason } as const;
        return [fresh(noted(disturbed(state), step), `${call.name}()`, call.at, true, { callee: call.name })];
      }
      for (const ending of inside)
        answers.push({
          value: handedOn(ending.value, call, ending.state),
          state: { ...disturbed(ending.state), locals: state.locals },
        });
    }
    return answers;
  }

  function handedOn(value: Value | undefined, call: Call, state: State): Value {
    return (
      value ?? { kind: 'symbol', id: `${call.name}()#${String(state.calls)}`, type: int, callee: call.name }
    );
  }
}

/** A state in which the parameters have their values, and no other variable has one. */
export function withParameters(
  program: Program,
  target: RunnableFunction,
  graph: FlowGraph,
  given: readonly Value[],
  state: State,
): State {
  const exposed = exposedNames(graph);
  let entered: State = { ...state, locals: new Map() };
  target.parameters.forEach(({ name, type }, index) => {
    const value = given[index];
    if (name === undefined || value === undefined || exposed.has(name)) return;
    entered = assigned(entered, name, value, cType(type, program.wordBits), type);
  });
  return entered;
}

function frameOf(program: Program, target: RunnableFunction, graph: FlowGraph, options: RunOptions): Frame {
  const { types, texts, labels } = shapeOf(program.wordBits, target, graph);
  return {
    program,
    function: target,
    types,
    texts,
    exposed: exposedNames(graph),
    labels,
    running: options.running ?? [target.name],
    followed: options.followed,
    budget: options.budget ?? { left: maximumWork },
  };
}

function withoutNames(state: State, expressions: readonly Expression[]): ReadonlyMap<string, Value> {
  const names = new Set(
    expressions.flatMap((expression) =>
      [...expressionsWithin(expression)].flatMap((inner) =>
        inner.kind === 'identifier' ? [inner.name] : [],
      ),
    ),
  );
  return new Map([...state.locals].filter(([name]) => !names.has(name)));
}

/** A number for what is known of the variables, the same in one run for all that know the same. */
function localsNumbers(): (state: State) => number {
  // A state shares its variables with the one before it as long as nothing is assigned.
  const known = new Map<State['locals'], { readonly bounds: State['bounds']; readonly key: number }>();
  const numbers = new Map<string, number>();
  return (state) => {
    const { locals, bounds } = state;
    const before = known.get(locals);
    if (before?.bounds === bounds) return before.key;
    const text = makeLocalsKey(state);
    const key = numbers.get(text) ?? numbers.size;
    numbers.set(text, key);
    known.set(locals, { bounds, key });
    return key;
  };
}

function makeLocalsKey(state: State): string {
  return [...state.locals]
    .map(([name, value]) => {
      if (value.kind === 'number') return `${name}=${String(value.value)}`;
      if (value.kind !== 'symbol') return `${name}=${JSON.stringify(value)}`;
      const { min, max, not } = boundsIn(state, value.id, value.type);
      return `${name}=${value.id}[${String(min)},${String(max)},${not.join()}]`;
    })
    .sort()
    .join(';');
}
