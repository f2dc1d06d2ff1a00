import type { CheckContext } from '../checks/check-context';
import {
  callsWithin,
  controlFlow,
  evaluatedBy,
  expressionsWithin,
  reachable,
  type FlowGraph,
} from '../syntax/c/flow/control-flow';
import type { FunctionBody } from '../syntax/c/function-body';
import type { SourceFile } from '../syntax/c/unit';
import { lineAt } from '../syntax/positions';
import type { CallSite } from '../watchers/snapshot';
import { wordAt } from './code-words';
import type { Hover } from './hover';
import { code, plain } from './markdown';
import { indexOf } from './snapshot-index';
import { place, type LinkTo } from './table-markdown';
import type { View } from './view';

/** Whether the cursor is on a label, or on the name in a `goto`, of a function that notifies: a first, cheap look. */
export function mayBeLabel(view: View, path: string, offset: number): boolean {
  const file = view.source(path);
  if (!file || indexOf(view.snapshot).sitesIn(path).length === 0) return false;
  const word = wordAt(file, offset);
  if (word?.kind !== 'name') return false;
  const before = file.text.slice(Math.max(0, word.range.start - 40), word.range.start);
  const after = file.text.slice(word.range.end, word.range.end + 40);
  return /\bgoto\s+$/.test(before) || (/^\s*:(?!:)/.test(after) && /(?:^|[;{}:])\s*$/.test(before));
}

/**
 * What an error label is about: the notifications behind it, with their watchers, and the `goto`s that reach it, before
 * or after the event whose failure it may be about. `undefined`: no notification stands behind it.
 */
export function labelHover(
  view: View,
  reader: Pick<CheckContext, 'functions' | 'builtBodies'>,
  path: string,
  offset: number,
  linkTo: LinkTo,
): Hover | undefined {
  const file = view.source(path);
  const word = file && wordAt(file, offset);
  if (!file || !word) return undefined;
  const fact = reader
    .functions(path)
    .find(({ body }) => body !== undefined && body.start <= offset && offset < body.end);
  if (!fact) return undefined;
  const sites = indexOf(view.snapshot)
    .sitesIn(path)
    .filter(({ range }) => fact.range.start <= range.start && range.end <= fact.range.end);
  const seen = reader
    .builtBodies(path, fact)
    .flatMap((body) => labelFacts(view, body, word.text, sites) ?? []);
  const behind = sites.filter((site) => seen.some((one) => one.behind.has(site)));
  if (behind.length === 0) return undefined;
  const jumps = new Map<number, Set<Jump['seen']>>();
  for (const { start, seen: state } of seen.flatMap((one) => one.jumps))
    jumps.set(start, (jumps.get(start) ?? new Set()).add(state));
  return { range: word.range, markdown: markdownOf(view, file, word.text, behind, jumps, linkTo) };
}

interface Jump {
  /** Offset of the `goto`. */
  readonly start: number;
  /** Whether the event that may fail was notified on the way there. */
  readonly seen: 'always' | 'never' | 'sometimes';
}

interface LabelFacts {
  readonly behind: ReadonlySet<CallSite>;
  readonly jumps: readonly Jump[];
}

function labelFacts(
  view: View,
  body: FunctionBody,
  name: string,
  sites: readonly CallSite[],
): LabelFacts | undefined {
  const { graph, siteOf, may, must } = waysThrough(view, body, sites);
  const label = graph.nodes.findIndex((node) => node.kind === 'label' && node.name === name);
  if (label < 0) return undefined;
  const behind = new Set([...reachable(graph, label)].flatMap((node) => siteOf[node] ?? []));
  const leading = nodesBefore(graph, label);
  const jumps = graph.nodes.flatMap((node, at): readonly Jump[] => {
    if (node.kind !== 'goto' || !leading.has(at) || may[at] === undefined) return [];
    return [
      { start: node.range.start, seen: must[at] === true ? 'always' : may[at] ? 'sometimes' : 'never' },
    ];
  });
  return { behind, jumps };
}

/** What all labels of a body have in common. */
interface WaysThrough extends Notified {
  readonly graph: FlowGraph;
  /** The call sites that a node is. */
  readonly siteOf: readonly (readonly CallSite[])[];
}

const known = new WeakMap<FunctionBody, { readonly of: View['snapshot']; readonly ways: WaysThrough }>();

function waysThrough({ snapshot }: View, body: FunctionBody, sites: readonly CallSite[]): WaysThrough {
  const found = known.get(body);
  if (found?.of === snapshot) return found.ways;
  const graph = controlFlow(body);
  const siteOf = graph.nodes.map((node) =>
    evaluatedBy(node)
      .flatMap((expression) => [...expressionsWithin(expression)])
      .flatMap((expression) => [...callsWithin(expression)])
      .flatMap((call) => sites.find(({ range }) => range.start === call.range.start) ?? []),
  );
  const failing = new Set(
    snapshot.family.events.flatMap(({ name: event, mayFail }) => (mayFail === true ? [event] : [])),
  );
  const notifies = (node: number): boolean =>
    siteOf[node]?.some(({ event }) => event !== undefined && failing.has(event)) ?? false;
  const ways = { graph, siteOf, ...notified(graph, notifies) };
  known.set(body, { of: snapshot, ways });
  return ways;
}

/** The nodes from which some way leads to `target`. */
function nodesBefore(graph: FlowGraph, target: number): ReadonlySet<number> {
  const before = graph.nodes.map((): number[] => []);
  graph.next.forEach((edges, from) => {
    for (const { to } of edges) before[to]?.push(from);
  });
  const found = new Set<number>();
  const waiting = [target];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop())
    for (const from of before[node] ?? [])
      if (!found.has(from)) {
        found.add(from);
        waiting.push(from);
      }
  return found;
}

/** For each node, whether some way there, and every way, comes by a node that notifies; `undefined`: no way there. */
interface Notified {
  readonly may: readonly (boolean | undefined)[];
  readonly must: readonly (boolean | undefined)[];
}

function notified(graph: FlowGraph, notifies: (node: number) => boolean): Notified {
  const may: (boolean | undefined)[] = graph.nodes.map(() => undefined);
  const must: (boolean | undefined)[] = graph.nodes.map(() => undefined);
  may[graph.entry] = false;
  must[graph.entry] = false;
  const waiting = [graph.entry];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const own = notifies(node);
    for (const { to } of graph.next[node] ?? []) {
      const nextMay = (may[to] ?? false) || (may[node] ?? false) || own;
      const nextMust = (must[to] ?? true) && ((must[node] ?? false) || own);
      if (may[to] === nextMay && must[to] === nextMust) continue;
      may[to] = nextMay;
      must[to] = nextMust;
      waiting.push(to);
    }
  }
  return { may, must };
}

function markdownOf(
  view: View,
  file: SourceFile,
  label: string,
  behind: readonly CallSite[],
  jumps: ReadonlyMap<number, ReadonlySet<Jump['seen']>>,
  linkTo: LinkTo,
): string {
  const { family, tables } = view.snapshot;
  const lines = behind.map((site) => {
    const called = (tables.find(({ event }) => event === site.event)?.entries ?? []).filter(
      ({ status }) => status === 'linked' || status === 'conditional',
    );
    const names =
      called.length === 0 ? `no ${family.noun[1]}` : called.map((entry) => code(entry.function)).join(', ');
    return `- ${place(site, linkTo)} notifies ${code(site.event ?? '?')}: ${names}`;
  });
  const failing = family.events.filter(({ mayFail }) => mayFail === true).map(({ name }) => name);
  const what = failing.map(code).join(' or ');
  const words = { always: `after ${what}`, never: `before ${what}`, sometimes: `before or after ${what}` };
  const ways = [...jumps]
    .sort(([a], [b]) => a - b)
    .map(([start, states]) => {
      const [state] = states;
      const said =
        failing.length === 0 || state === undefined
          ? ''
          : `: ${words[states.size > 1 ? 'sometimes' : state]}`;
      return `- ${place({ file: file.path, line: lineAt(file.lineStarts, start) }, linkTo)} ${code('goto')}${said}`;
    });
  return [
    `**${plain(label)}**: behind this label`,
    lines.join('\n'),
    ...(ways.length === 0 ? [] : ['Reached by', ways.join('\n')]),
  ].join('\n\n');
}
