import { callsWithin } from '../../syntax/c/flow/control-flow';
import type { CallExpression } from '../../syntax/c/function-body';
import type { Range } from '../../syntax/positions';
import type { SourceFile } from '../../syntax/c/unit';
import type { CheckContext } from '../check-context';
import { failingEvents, undoingEvents } from '../entries';
import type { Code } from './code';
import { notifyingCallee, siteAt, taskOf } from './notifications';
import { passingCallee } from './passing-on';

/** `notify_task_watchers(WATCH_TASK_FREE, 0, p);` for the task of a call. */
export function givingBack(context: CheckContext, code: Code, call: CallExpression): string | undefined {
  const { family } = context.snapshot;
  const site = siteAt(context, code.file, call);
  if (!site) return undefined;
  const dispatcher = family.dispatchers.find((one) => one.function === site.dispatcher);
  const task = taskOf(context, site);
  const undoing = [...undoingEvents(family)].find(([, from]) => from === site.event)?.[0];
  const constant = family.events.find(({ name }) => name === undoing)?.constant;
  if (dispatcher?.valArgument !== 1 || dispatcher.taskArgument !== 2 || constant === undefined)
    return undefined;
  return task === undefined ? undefined : `${site.dispatcher}(${constant}, 0, ${task});`;
}

/** The label behind `from` from which straight on something gives back, nearest to it. */
export function givingBackLabel(context: CheckContext, code: Code, from: number): string | undefined {
  const taking = new Set(failingEvents(context.snapshot).map(({ name }) => name));
  const undoing = undoingEvents(context.snapshot.family);
  let best: { readonly name: string; readonly steps: number } | undefined;
  code.graph.nodes.forEach((node, index) => {
    if (node.kind !== 'label' || node.range.start < from) return;
    let at: number | undefined = index;
    for (let steps = 0; at !== undefined && steps < 200; steps++) {
      const here = code.graph.nodes[at];
      if (here?.kind === 'expression')
        for (const call of callsWithin(here.expression)) {
          const sites = siteAt(context, code.file, call)
            ? [siteAt(context, code.file, call)]
            : (notifyingCallee(context, code.file, call.name)?.sites ?? []);
          if (
            sites.some((site) => taking.has(undoing.get(site?.event ?? '') ?? '')) ||
            passingCallee(context, code.file, call.name)
          ) {
            if (!best || steps < best.steps) best = { name: node.name, steps };
            return;
          }
        }
      const edges: readonly { readonly to: number }[] = code.graph.next[at] ?? [];
      at = edges.length === 1 ? edges[0]?.to : undefined;
    }
  });
  return best?.name;
}

/** What lies behind the label returns the variable, or an error pointer of it. */
export function isReturnedFrom({ graph, variables }: Code, label: string, key: string | undefined): boolean {
  const start = graph.nodes.findIndex((node) => node.kind === 'label' && node.name === label);
  const seen = new Set<number>([start]);
  const open = [start];
  const returns: boolean[] = [];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const node = graph.nodes[at];
    if (node?.kind === 'return') {
      const value = node.value?.kind === 'call' ? node.value.arguments[0] : node.value;
      returns.push(value !== undefined && variables.keyOf(value) === key);
    }
    for (const { to } of graph.next[at] ?? [])
      if (!seen.has(to)) {
        seen.add(to);
        open.push(to);
      }
  }
  return returns.length > 0 && returns.every((one) => one);
}

export interface Line {
  readonly indent: string;
  /** Behind the last character that is not white space. */
  readonly end: number;
}

/** The lines that a statement stands on alone. */
export function lineOf({ text }: SourceFile, range: Range): Line | undefined {
  const start = text.lastIndexOf('\n', range.start - 1) + 1;
  const newline = text.indexOf('\n', range.end);
  const end = newline < 0 ? text.length : newline;
  const indent = text.slice(start, range.start);
  const rest = text.slice(range.end, end).replace(/\/\*.*?\*\/|\/\/.*/g, '');
  return indent.trim() === '' && /^\s*;?\s*$/.test(rest) ? { indent, end: end } : undefined;
}
