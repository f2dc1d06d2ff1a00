import { evaluatedBy, partsOf, type FlowGraph, type FlowNode } from '../../syntax/c/flow/control-flow';
import type { Expression } from '../../syntax/c/function-body';
import type { Variables } from './variables';

/** For each node, the local variables that may be read from there on before they are set: all others are forgotten. */
export function liveVariables(graph: FlowGraph, variables: Variables): readonly ReadonlySet<string>[] {
  const uses = graph.nodes.map((node) => usesOf(node, variables));
  const live = graph.nodes.map(() => new Set<string>());
  const before: number[][] = graph.nodes.map(() => []);
  graph.next.forEach((edges, from) => {
    for (const { to } of edges) before[to]?.push(from);
  });
  const open = new Set(graph.nodes.keys());
  for (const at of open) {
    open.delete(at);
    const own = live[at];
    const use = uses[at];
    if (!own || !use) continue;
    const size = own.size;
    for (const { to } of graph.next[at] ?? [])
      for (const name of live[to] ?? []) if (!use.sets.has(name)) own.add(name);
    for (const name of use.reads) own.add(name);
    if (own.size > size) for (const from of before[at] ?? []) open.add(from);
  }
  return shared(live);
}

/** Neighbours mostly have the same set: it is kept once, for functions stay in an editor's memory. */
function shared(sets: readonly ReadonlySet<string>[]): readonly ReadonlySet<string>[] {
  const known = new Map<string, ReadonlySet<string>>();
  return sets.map((set) => {
    const key = [...set].sort().join(' ');
    const same = known.get(key) ?? set;
    known.set(key, same);
    return same;
  });
}

interface Uses {
  readonly reads: ReadonlySet<string>;
  readonly sets: ReadonlySet<string>;
}

function usesOf(node: FlowNode, variables: Variables): Uses {
  const reads = new Set<string>();
  const sets = new Set<string>();
  const read = (expression: Expression): void => {
    if (expression.kind === 'identifier') {
      const key = variables.keyOf(expression);
      if (key !== undefined) reads.add(key);
      return;
    }
    const parts = partsOf(expression);
    const isSet =
      expression.kind === 'assign' && expression.operator === '=' && expression.target.kind === 'identifier';
    for (const part of isSet ? [expression.value] : parts) read(part);
  };
  // `x = …;` as a statement surely sets x; inside a larger expression it may not be reached.
  if (node.kind === 'expression' && node.expression.kind === 'assign' && node.expression.operator === '=') {
    const key = variables.keyOf(node.expression.target);
    if (key !== undefined && node.expression.target.kind === 'identifier') sets.add(key);
  }
  if (node.kind === 'asm') for (const name of node.names) reads.add(name);
  for (const expression of evaluatedBy(node)) read(expression);
  return { reads, sets };
}
