import { callsWithin, evaluatedBy, type FlowNode } from '../syntax/c/flow/control-flow';
import type { TableEntry } from '../link/entry';
import type { CodeReader } from '../watchers/code-reader';
import type { DispatchResult, FailureRow } from './dispatch-result';
import { isAllocator } from './execute/known-calls';
import type { RunnableFunction } from './execute/program';
import {
  givenToWatchers,
  outcomesOf,
  simulate,
  understand,
  type DispatchProblem,
  type DispatchRequest,
} from './simulate';
import { mayGiveBack } from './giving-back';
import { treeCode, type TreeCode } from './tree-code';
import { isNegative, type Outcome } from './watcher-returns';

/** Fails every watcher of an event in turn, and tells what each failure leads to. One row for each, by slot. */
export function failureTable(
  reader: CodeReader,
  request: Omit<DispatchRequest, 'fail'>,
): readonly FailureRow[] | DispatchProblem {
  const code = treeCode(reader);
  const asked = understand(code, request);
  if ('problem' in asked) return asked;
  const table = reader.snapshot.tables.find(({ event }) => event === asked.event.name);
  const linked = table?.entries.filter(({ status }) => status === 'linked') ?? [];
  return linked.map((entry) => {
    const given = givenToWatchers(code, asked.val);
    const failures = [{ function: entry.function, errno: undefined }];
    const took = (one: TableEntry): Outcome['takes'] =>
      takesSomething(code, one, outcomesOf(code, one, given));
    return rowOf(code, entry, linked, simulate(code, { ...asked, failures }), took);
  });
}

function rowOf(
  code: TreeCode,
  failed: TableEntry,
  linked: readonly TableEntry[],
  result: DispatchResult,
  took: (entry: TableEntry) => Outcome['takes'],
): FailureRow {
  const at = result.steps.findIndex((step) => step.slot === failed.slot && step.function === failed.function);
  const ran = (from: number, to: number): readonly string[] =>
    result.steps.slice(from, to).flatMap((step) => (step.called === 'yes' ? [step.function] : []));
  const [lower, higher] = [ran(0, at), ran(at + 1, result.steps.length)];
  const isBackwards = result.dispatcher?.backwards === true;
  const ranBefore = isBackwards ? higher.toReversed() : lower;
  const ranAfter = isBackwards ? lower.toReversed() : higher;
  const undoing = code.reader.snapshot.family.events.find(({ name }) => name === result.event)?.undoneBy;
  const freedOn = result.caller.map(({ steps }) =>
    steps.flatMap((step) =>
      step.kind === 'notify' && step.event === undoing
        ? step.watchers.map((watcher) => watcher.function)
        : [],
    ),
  );
  const freed = (freedOn[0] ?? []).filter((name) => freedOn.every((names) => names.includes(name)));
  const freeing = code.reader.snapshot.tables
    .find(({ event }) => event === undoing)
    ?.entries.filter((entry) => entry.status === 'linked' && freed.includes(entry.function));
  const givingBack = new Set(freeing?.map(({ place }) => place.file));
  const kept = linked
    .filter((entry) => ranBefore.includes(entry.function) || ranAfter.includes(entry.function))
    .filter((entry) => took(entry) !== 'no' && !givingBack.has(entry.place.file));
  // Watchers of other files, and the caller, may give back what they find in the task.
  const anyFreed = new Set(freedOn.flat());
  const mayFree = (entry: TableEntry): boolean =>
    anyFreed.has(entry.function) && givesSomethingBack(code, entry);
  const isOpen =
    result.caller.some((run) => run.mayGiveBack) ||
    code.reader.snapshot.tables.some(({ event, entries }) => event === undoing && entries.some(mayFree));
  const isSure = (entry: TableEntry): boolean => !isOpen && took(entry) === 'yes';
  const unique = (texts: readonly string[]): string => [...new Set(texts)].join(' or ');
  return {
    failed: { slot: failed.slot, function: failed.function },
    error: result.steps[at]?.chosen?.text ?? 'unknown',
    injected: result.steps[at]?.injected === true,
    ranBefore,
    ranAfter,
    dispatcherReturns: unique(result.result.map(({ text }) => text)),
    callerReturns: unique(result.caller.map(({ returns }) => returns?.text ?? 'it does not return')),
    freed,
    notGivenBack: kept.filter(isSure).map((entry) => entry.function),
    maybeNotGivenBack: kept.filter((entry) => !isSure(entry)).map((entry) => entry.function),
    certain: result.certain && result.caller.every(({ certain }) => certain),
  };
}

/** Where it does not fail, it may keep what it allocated. */
function takesSomething(code: TreeCode, entry: TableEntry, outcomes: readonly Outcome[]): Outcome['takes'] {
  if (outcomes.some(({ isLost }) => isLost))
    return hasNode(code, entry, (node) => callsIn(node).some(isAllocator)) ? 'maybe' : 'no';
  const kept = outcomes.filter((outcome) => isNegative(outcome) !== 'yes').map(({ takes }) => takes);
  return kept.includes('yes') ? 'yes' : kept.includes('maybe') ? 'maybe' : 'no';
}

/** It gives back memory, itself or in a function of its file, or calls something that may. */
const givesSomethingBack = (code: TreeCode, entry: TableEntry): boolean =>
  hasNode(code, entry, (node, { file, text }) =>
    mayGiveBack(
      node,
      text,
      new Set(callsIn(node).filter((name) => code.definitions(file, name).length > 0)),
      undefined,
    ),
  );

const callsIn = (node: FlowNode): readonly string[] =>
  evaluatedBy(node).flatMap((expression) => [...callsWithin(expression)].map(({ name }) => name));

/** Whether a node of an entry's function, or of one that it calls in its file, is such. */
function hasNode(
  code: TreeCode,
  { place, function: name }: TableEntry,
  isSuch: (node: FlowNode, target: RunnableFunction) => boolean,
): boolean {
  const seen = new Set([name]);
  const open = [...code.definitions(place.file, name)];
  for (let target = open.pop(); target; target = open.pop())
    for (const { nodes } of target.graphs)
      for (const node of nodes) {
        if (isSuch(node, target)) return true;
        for (const called of callsIn(node)) {
          if (seen.has(called)) continue;
          seen.add(called);
          open.push(...code.definitions(place.file, called));
        }
      }
  return false;
}
