import {
  callsWithin,
  evaluatedBy,
  reachable,
  type FlowGraph,
  type FlowNode,
} from '../syntax/c/flow/control-flow';
import { isReleasing, mayRelease } from './execute/known-calls';

/**
 * Whether a node of a function may give back memory that somebody else took: it has a call that does so, or one of which
 * that is not known. `text`: the file's; `followed`: functions that are looked at themselves; `task`: what may be given
 * back as such, without what hangs on it.
 */
export function mayGiveBack(
  node: FlowNode,
  text: string,
  followed: ReadonlySet<string>,
  task: string | undefined,
): boolean {
  if (node.kind === 'unknown') return true;
  return evaluatedBy(node).some((expression) =>
    [...callsWithin(expression)].some((call) => {
      if (followed.has(call.name)) return false;
      const given = call.arguments.map(({ range }) => text.slice(range.start, range.end).trim());
      return isReleasing(call.name) ? task === undefined || !given.includes(task) : mayRelease(call.name);
    }),
  );
}

const found = new WeakMap<FlowGraph, Map<string, boolean>>();

/** Whether anything that control can reach from a node may do so. */
export function mayGiveBackFrom(
  graph: FlowGraph,
  node: number,
  ...[text, followed, task]: readonly [text: string, followed: ReadonlySet<string>, task: string | undefined]
): boolean {
  let known = found.get(graph);
  if (!known) found.set(graph, (known = new Map<string, boolean>()));
  const key = [node, task, ...followed].join(' ');
  let answer = known.get(key);
  if (answer === undefined) {
    const nodes = [...reachable(graph, node)].flatMap((at) => graph.nodes[at] ?? []);
    known.set(key, (answer = nodes.some((one) => mayGiveBack(one, text, followed, task))));
  }
  return answer;
}
