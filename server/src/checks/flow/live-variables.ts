import { evaluatedBy, partsOf, type FlowGraph, type FlowNode } from '../../syntax/c/flow/control-flow';
import type { Expression } from '../../syntax/c/function-body';
import type { Variables } from './variables';

/** For each node, the local variables that may be read from there on before they are set: all others are forgotten. */
export function liveVariables(graph: FlowGraph, variables: Variables): readonly ReadonlySet<string>[] {
  const uses = graph.nodes.map((node) => usesOf(node, variables));
  const names = [...new Set(uses.flatMap(({ reads }) => [...reads]))];
  const words = Math.ceil(names.length / 32);
  const bitOf = new Map(names.map((name, at) => [name, at]));
  const bitsOf = (set: ReadonlySet<string>): Uint32Array => {
    const bits = new Uint32Array(words);
    for (const name of set) {
      const at = bitOf.get(name);
      if (at !== undefined) bits[at >> 5] = (bits[at >> 5] ?? 0) | (1 << (at & 31));
    }
    return bits;
  };
  const live = uses.map(({ reads }) => bitsOf(reads));
  const sets = uses.map((use) => (use.sets.size === 0 ? undefined : bitsOf(use.sets)));
  const before: number[][] = graph.nodes.map(() => []);
  graph.next.forEach((edges, from) => {
    for (const { to } of edges) before[to]?.push(from);
  });
  // Last first: what is read flows backwards, and nodes stand in the order of the code.
  const open = [...graph.nodes.keys()];
  const isOpen = open.map(() => true);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    isOpen[at] = false;
    const own = live[at];
    if (!own) continue;
    let isMore = false;
    for (const { to } of graph.next[at] ?? [])
      for (let word = 0; word < words; word++) {
        const read = (live[to]?.[word] ?? 0) & ~(sets[at]?.[word] ?? 0);
        const known = own[word] ?? 0;
        if ((read & ~known) === 0) continue;
        own[word] = known | read;
        isMore = true;
      }
    if (isMore)
      for (const from of before[at] ?? [])
        if (isOpen[from] !== true) {
          isOpen[from] = true;
          open.push(from);
        }
  }
  return named(live, names);
}

/** Neighbours mostly have the same set: it is kept once, for functions stay in an editor's memory. */
function named(live: readonly Uint32Array[], names: readonly string[]): readonly ReadonlySet<string>[] {
  const known = new Map<string, ReadonlySet<string>>();
  return live.map((bits) => {
    const key = bits.join();
    let set = known.get(key);
    if (!set) {
      set = new Set(names.filter((_, at) => ((bits[at >> 5] ?? 0) & (1 << (at & 31))) !== 0));
      known.set(key, set);
    }
    return set;
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
      // Only what the body declares is remembered on the way.
      if (key !== undefined && variables.locals.has(key)) reads.add(key);
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
