import { callsWithin, evaluatedBy } from '../syntax/c/flow/control-flow';
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
    const took = (one: TableEntry): boolean => takesSomething(code, one, outcomesOf(code, one, given));
    return rowOf(code, entry, linked, simulate(code, { ...asked, failures }), took);
  });
}

function rowOf(
  code: TreeCode,
  failed: TableEntry,
  linked: readonly TableEntry[],
  result: DispatchResult,
  took: (entry: TableEntry) => boolean,
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
  const notGivenBack = linked
    .filter((entry) => ranBefore.includes(entry.function) || ranAfter.includes(entry.function))
    .filter((entry) => took(entry) && !givingBack.has(entry.place.file))
    .map((entry) => entry.function);
  const unique = (texts: readonly string[]): string => [...new Set(texts)].join(' or ');
  return {
    failed: { slot: failed.slot ?? at, function: failed.function },
    error: result.steps[at]?.chosen?.text ?? 'unknown',
    injected: result.steps[at]?.injected === true,
    ranBefore,
    ranAfter,
    dispatcherReturns: unique(result.result.map(({ text }) => text)),
    callerReturns: unique(result.caller.map(({ returns }) => returns?.text ?? 'it does not return')),
    freed,
    notGivenBack,
    certain: result.certain && result.caller.every(({ certain }) => certain),
  };
}

/** Where it does not fail, it may keep what it allocated. */
const takesSomething = (code: TreeCode, entry: TableEntry, outcomes: readonly Outcome[]): boolean =>
  outcomes.some(({ isLost }) => isLost)
    ? allocatesSomewhere(code, entry)
    : outcomes.some((outcome) => outcome.takes && isNegative(outcome) !== 'yes');

/** It allocates, itself or in a function of its file. */
function allocatesSomewhere(code: TreeCode, { place, function: name }: TableEntry): boolean {
  const seen = new Set<string>();
  const allocates = (target: RunnableFunction): boolean =>
    target.graphs.some(({ nodes }) =>
      nodes.some((node) =>
        evaluatedBy(node).some((expression) =>
          [...callsWithin(expression)].some((call) => {
            if (isAllocator(call.name)) return true;
            if (seen.has(call.name)) return false;
            seen.add(call.name);
            return code.definitions(place.file, call.name).some(allocates);
          }),
        ),
      ),
    );
  return code.definitions(place.file, name).some(allocates);
}
