import { evaluatedBy, expressionsWithin, type FlowGraph } from '../../syntax/c/flow/control-flow';
import type { Expression } from '../../syntax/c/function-body';
import { cType, type CType } from './c-type';
import type { Program, RunnableFunction } from './program';

/** What a graph tells by itself, read once however often it is run. */
export interface GraphShape {
  readonly parameters: RunnableFunction['parameters'];
  readonly wordBits: Program['wordBits'];
  readonly types: ReadonlyMap<string, CType | undefined>;
  readonly texts: ReadonlyMap<string, string>;
  readonly labels: ReadonlySet<string>;
}

const shapes = new WeakMap<FlowGraph, GraphShape>();
const exposedOf = new WeakMap<FlowGraph, ReadonlySet<string>>();
const meetingsOf = new WeakMap<FlowGraph, ReadonlySet<number>>();
const headsOf = new WeakMap<FlowGraph, ReadonlySet<number>>();

/** The types of its variables as the code declares them, and its labels. */
export function shapeOf(
  wordBits: Program['wordBits'],
  { parameters }: RunnableFunction,
  graph: FlowGraph,
): GraphShape {
  const known = shapes.get(graph);
  if (known?.parameters === parameters && known.wordBits === wordBits) return known;
  const texts = new Map<string, string>();
  const types = new Map<string, CType | undefined>();
  const declare = (name: string, text: string): void => {
    types.set(name, cType(text, wordBits));
    texts.set(name, text);
  };
  for (const { name, type } of parameters) if (name !== undefined) declare(name, type);
  for (const node of graph.nodes)
    if (node.kind === 'declaration')
      for (const { name, text } of node.statement.declarators)
        declare(
          name,
          text === name ? node.statement.type : `${node.statement.type} ${text.replace(name, '')}`,
        );
  const labels = new Set(graph.nodes.flatMap((node) => (node.kind === 'label' ? [node.name] : [])));
  const shape: GraphShape = { parameters, wordBits, types, texts, labels };
  shapes.set(graph, shape);
  return shape;
}

/** Variables that more than plain assignments may change: their address is taken, or they are memory. */
export function exposedNames(graph: FlowGraph): ReadonlySet<string> {
  let names = exposedOf.get(graph);
  if (!names) exposedOf.set(graph, (names = findExposedNames(graph)));
  return names;
}

function findExposedNames(graph: FlowGraph): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of graph.nodes) {
    for (const expression of evaluatedBy(node))
      for (const inner of expressionsWithin(expression)) {
        if (inner.kind === 'address') {
          const root = rootName(inner.operand);
          if (root !== undefined) names.add(root);
        } else if (inner.kind === 'statement-expression' || inner.kind === 'unknown') continue;
      }
    // A static or extern variable keeps what others left in it; an array or structure is memory.
    if (node.kind === 'declaration')
      for (const { name, text } of node.statement.declarators)
        if (
          /static|extern/.test(node.statement.storage.join()) ||
          text.includes('[') ||
          (/^(?:const )?(?:struct|union)\b/.test(node.statement.type) && !text.includes('*'))
        )
          names.add(name);
  }
  return names;
}

function rootName(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'identifier':
      return expression.name;
    case 'member':
      return expression.arrow ? undefined : rootName(expression.object);
    case 'index':
      return rootName(expression.object);
    default:
      return undefined;
  }
}

/** Nodes where ways may meet again or end: only there is it worth asking whether one has been here before. */
export function meetingPoints(graph: FlowGraph): ReadonlySet<number> {
  let points = meetingsOf.get(graph);
  if (!points) meetingsOf.set(graph, (points = findMeetingPoints(graph)));
  return points;
}

function findMeetingPoints({ next, nodes }: FlowGraph): ReadonlySet<number> {
  const entered = new Set<number>();
  const points = new Set<number>();
  next.forEach((edges, node) => {
    if (edges.length === 0 || nodes[node]?.kind === 'return') points.add(node);
    for (const { to } of edges) (entered.has(to) ? points : entered).add(to);
  });
  return points;
}

/** Nodes to which some way leads back. */
export function loopHeads(graph: FlowGraph): ReadonlySet<number> {
  let heads = headsOf.get(graph);
  if (!heads) headsOf.set(graph, (heads = findLoopHeads(graph)));
  return heads;
}

function findLoopHeads(graph: FlowGraph): ReadonlySet<number> {
  const heads = new Set<number>();
  const done = new Set<number>();
  const active = new Set<number>();
  const stack: { readonly node: number; next: number }[] = [{ node: graph.entry, next: 0 }];
  active.add(graph.entry);
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const edge = graph.next[top.node]?.[top.next++];
    if (!edge) {
      stack.pop();
      active.delete(top.node);
      done.add(top.node);
    } else if (active.has(edge.to)) heads.add(edge.to);
    else if (!done.has(edge.to)) {
      active.add(edge.to);
      stack.push({ node: edge.to, next: 0 });
    }
  }
  return heads;
}
