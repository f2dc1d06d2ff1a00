import {
  bareCondition,
  callsWithin,
  controlFlow,
  evaluatedBy,
  expressionsWithin,
  type FlowNode,
} from '../../syntax/c/flow/control-flow';
import type { CallExpression } from '../../syntax/c/function-body';
import type { Range } from '../../syntax/positions';
import type { Code } from './code';
import { onlyPrints } from './known-functions';
import type { Signs } from './signs';
import { dependsOn, type Known } from './values';
import type { Trail } from './walk';
import { baseOf } from './variables';

/** What a call in the function does to the task that is being made. */
export type Effect =
  | {
      readonly kind: 'take';
      readonly task: string | undefined;
      /** What it gives where a watcher failed, and where none did. */
      readonly failed: Signs;
      readonly done: Signs;
    }
  | {
      readonly kind: 'give-back';
      readonly task: string | undefined;
      /** It surely does, and for that task. */
      readonly isSure: boolean;
    };

/** `jumps`: it holds a `goto`, a `return` or a notification; `unknown`: it may. */
export type MacroKind = 'jumps' | 'unknown';

/** Places outside of the body's own variables that the result of a taking call is stored in. */
export function placesOutside(
  { graph, variables }: Code,
  effectOf: (call: CallExpression) => Effect | undefined,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of graph.nodes)
    for (const expression of evaluatedBy(node).flatMap((one) => [...expressionsWithin(one)])) {
      if (expression.kind !== 'assign' || expression.operator !== '=') continue;
      const key = variables.keyOf(expression.target);
      if (key === undefined || variables.locals.has(key)) continue;
      if ([...callsWithin(expression.value)].some((call) => effectOf(call)?.kind === 'take')) found.add(key);
    }
  return found;
}

/** Others can see the place: it is no member of a structure that the function has to itself. */
export const isOutside = ({ variables }: Code, place: string): boolean =>
  place.includes('->') || place.startsWith('*') || !variables.locals.has(baseOf(place));

/** Something that counts is done inside of a statement expression, whose ways are not followed. */
export function isHidden({ graph }: Code, effectOf: (call: CallExpression) => Effect | undefined): boolean {
  return graph.nodes.flatMap(evaluatedBy).some((expression) =>
    [...expressionsWithin(expression)].some((one) => {
      if (one.kind !== 'statement-expression') return false;
      const inner = controlFlow({ name: '', block: one.block, assumed: [] });
      return inner.nodes.some(
        (node) =>
          node.kind === 'return' ||
          node.kind === 'goto' ||
          callsOfNode(node).some((call) => effectOf(call) !== undefined),
      );
    }),
  );
}

/** A loop sets the variable in every turn: it stands for several tasks. */
export const isOfLoop = ({ graph, variables }: Code, task: string): boolean =>
  graph.nodes.some(
    (node) =>
      node.kind === 'macro-loop' &&
      node.loop.arguments.some((given) => given.kind === 'identifier' && variables.keyOf(given) === task),
  );

/** Tasks as the function's own taking calls name them. */
export function tasksTaken(
  code: Code,
  effectOf: (call: CallExpression) => Effect | undefined,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const call of callsOf(code)) {
    const effect = effectOf(call);
    if (effect?.kind === 'take' && effect.task !== undefined) found.add(effect.task);
  }
  return found;
}

const callsOfNode = (node: FlowNode): readonly CallExpression[] =>
  evaluatedBy(node).flatMap((expression) => [...callsWithin(expression)]);

export const callsOf = ({ graph }: Code): readonly CallExpression[] => graph.nodes.flatMap(callsOfNode);

/** The call decides, within its own expression, which other part of it counts: `f() ? a : b`. */
export const isConsulted = (node: FlowNode, call: CallExpression): boolean =>
  evaluatedBy(node).some((expression) =>
    [...expressionsWithin(expression)].some((inner) => {
      const test =
        inner.kind === 'conditional'
          ? inner.condition
          : inner.kind === 'binary' && /^(?:&&|\|\|)$/.test(inner.operator)
            ? inner
            : undefined;
      return test !== undefined && isInside(call.range, test.range);
    }),
  );

export const isInside = (inner: Range, outer: Range): boolean =>
  outer.start <= inner.start && inner.end <= outer.end;

/** `return p;` */
export const givesTask = (node: FlowNode, task: string | undefined): boolean =>
  task !== undefined &&
  node.kind === 'return' &&
  node.value?.kind === 'identifier' &&
  node.value.name === task;

/** `return ERR_PTR(…);` */
export function isErrorPointer(node: FlowNode): boolean {
  if (node.kind !== 'return' || !node.value) return false;
  const bare = bareCondition(node.value);
  return bare.kind === 'call' && bare.callee.kind === 'identifier' && bare.callee.name === 'ERR_PTR';
}

/** Something is done on the failing way alone, besides printing and giving back: what that means cannot be told. */
export function acts(
  trail: Trail,
  call: CallExpression,
  passedWhenDone: ReadonlySet<FlowNode>,
  effectOf: (call: CallExpression) => Effect | undefined,
): boolean {
  for (let at: Trail | undefined = trail; at; at = at.before) {
    const { node } = at;
    if (isInside(call.range, node.range)) return false;
    if (passedWhenDone.has(node)) continue;
    if (node.kind === 'asm') return true;
    if (node.kind === 'expression' || node.kind === 'declaration')
      for (const one of callsOfNode(node))
        if (!effectOf(one) && (one.callee.kind !== 'identifier' || !onlyPrints(one.callee.name))) return true;
    if (
      node.kind === 'expression' &&
      node.expression.kind === 'assign' &&
      node.expression.target.kind !== 'identifier'
    )
      return true;
  }
  return false;
}

/** Given back is what the parent has, which is not the task that was taken for. */
export function isOfParent(
  back: string | undefined,
  taken: string | undefined,
  { variables }: Known,
): boolean {
  if (back !== 'current' || taken === undefined || taken === 'current' || !/^\w+$/.test(taken)) return false;
  const [value] = [...variables].flatMap(([key, held]) =>
    key === taken || key.startsWith(`${taken}@`) ? [held] : [],
  );
  return value?.kind !== 'symbol' || value.id !== 'current';
}

/** The test asks for what the taking call gave. */
export function asksFor({ variables }: Code, node: FlowNode, state: Known, id: string): boolean {
  return evaluatedBy(node).some((expression) =>
    [...expressionsWithin(expression)].some((one) => {
      const key = variables.keyOf(one);
      const held = key === undefined ? undefined : state.variables.get(key);
      return held !== undefined && dependsOn(held, id);
    }),
  );
}
