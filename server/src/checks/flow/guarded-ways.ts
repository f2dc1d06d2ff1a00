import {
  callsWithin,
  evaluatedBy,
  reachable,
  type FlowEdge,
  type FlowNode,
} from '../../syntax/c/flow/control-flow';
import type { CallExpression } from '../../syntax/c/function-body';
import type { Code } from './code';
import { isInside } from './taking-code';
import type { Trail } from './walk';

/** What lies ahead of each node of a body, whichever way is taken. */
export interface Ahead {
  readonly mayTake: readonly boolean[];
  readonly mayGiveBack: readonly boolean[];
  /** The end is reached without giving back. */
  readonly mayEndWithout: readonly boolean[];
}

/** `kindOf`: what a call does. */
export function aheadOf(
  { graph }: Code,
  kindOf: (call: CallExpression) => 'take' | 'give-back' | undefined,
): Ahead {
  const kinds = graph.nodes.map(
    (node) =>
      new Set(
        evaluatedBy(node).flatMap((expression) =>
          [...callsWithin(expression)].flatMap((call) => kindOf(call) ?? []),
        ),
      ),
  );
  const spread = (isHere: (at: number) => boolean, isPassed: (at: number) => boolean): readonly boolean[] => {
    const before: number[][] = graph.nodes.map(() => []);
    graph.next.forEach((edges, from) => {
      for (const { to } of edges) before[to]?.push(from);
    });
    const found = graph.nodes.map((_, at) => isHere(at));
    const open = [...graph.nodes.keys()].filter((at) => found[at]);
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (const from of before[at] ?? [])
        if (found[from] === false && isPassed(from)) {
          found[from] = true;
          open.push(from);
        }
    return found;
  };
  const always = (): boolean => true;
  const isBack = (at: number): boolean => kinds[at]?.has('give-back') === true;
  return {
    mayTake: spread((at) => kinds[at]?.has('take') === true, always),
    mayGiveBack: spread(isBack, always),
    mayEndWithout: spread(
      (at) => at === graph.exit,
      (at) => !isBack(at),
    ),
  };
}

/**
 * Where nothing was taken, and nothing will be: another way from the same test reaches the end without giving back. The
 * test may be what tells whether there is something to be given back.
 */
export const mayDecideNotTo = (
  { mayTake, mayEndWithout }: Ahead,
  way: FlowEdge,
  others: readonly FlowEdge[],
): boolean =>
  mayTake[way.to] === false && others.some(({ to }) => mayTake[to] === false && mayEndWithout[to] === true);

/** After something was taken: another way from the same test surely gives back, and this one may not. */
export const mayDecideTo = (
  { mayGiveBack, mayEndWithout }: Ahead,
  way: FlowEdge,
  others: readonly FlowEdge[],
): boolean =>
  mayEndWithout[way.to] === true &&
  others.some(({ to }) => mayGiveBack[to] === true && mayEndWithout[to] === false);

/**
 * On the way from `call` to an error, a test that only errors meet decided not to give back. `good`: where all else ends.
 */
export function isDecided(
  { graph }: Code,
  ahead: Ahead,
  call: CallExpression,
  trail: Trail,
  good: ReadonlySet<FlowNode>,
): boolean {
  let after = trail.node;
  for (let at = trail.before; at && !isInside(call.range, at.node.range); at = at.before) {
    const { node } = at;
    const here = graph.nodes.indexOf(node);
    const edges = node.kind === 'branch' || node.kind === 'switch' ? (graph.next[here] ?? []) : [];
    const way = edges.find(({ to }) => graph.nodes[to] === after);
    const others = edges.filter((edge) => edge !== way);
    const onlyErrors = (): boolean =>
      [...reachable(graph, here)].every((to) => !good.has(graph.nodes[to] ?? node));
    if (way && mayDecideTo(ahead, way, others) && onlyErrors()) return true;
    after = node;
  }
  return false;
}
