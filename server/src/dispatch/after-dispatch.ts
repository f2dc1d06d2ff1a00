import type { Steps } from '../syntax/steps';
import { findEvent, type FamilyEvent } from '../watchers/family';
import type { CallSite } from '../watchers/snapshot';
import { callerRuns } from './caller-runs';
import type { CallerRun, PossibleReturn } from './dispatch-result';
import type { Bounds, Value } from './execute/value';
import type { DispatcherEnding } from './run-dispatcher';
import { linkedEntries } from './table-positions';
import type { TreeCode } from './tree-code';
import { anyInt } from './watcher-returns';

export interface Notification {
  readonly event: FamilyEvent;
  readonly site: CallSite;
  readonly val: Value;
}

interface Given {
  readonly value: Value;
  readonly bounds: Bounds;
}

/** More ways on from call sites than these are not remembered. */
const mostRemembered = 200;
const remembered = new WeakMap<TreeCode, Map<string, readonly CallerRun[]>>();

/** What the caller does with each result that the dispatcher may give; `shown` is how those are written. */
export function* runsAfter(
  code: TreeCode,
  notification: Notification,
  endings: readonly DispatcherEnding[],
  shown: readonly PossibleReturn[],
): Steps<readonly CallerRun[]> {
  const { event, site, val } = notification;
  const results = resultsOf(endings);
  const key = [
    ...[site.file, String(site.range.start), event.name, val.kind === 'number' ? String(val.value) : '?'],
    ...results.map(keyOfResult),
    ...shown.map(({ value, text }) => (value === undefined ? '' : `${String(value)} ${text}`)),
  ].join('|');
  let known = remembered.get(code);
  if (!known) remembered.set(code, (known = new Map<string, readonly CallerRun[]>()));
  let runs = known.get(key);
  if (!runs) {
    if (known.size >= mostRemembered) known.clear();
    known.set(key, (runs = yield* follow(code, notification, results, shown)));
  }
  return runs;
}

function resultsOf(endings: readonly DispatcherEnding[]): readonly Given[] {
  const results = new Map<string, Given>();
  for (const { value, bounds } of endings) {
    const given: Value = value ?? { kind: 'symbol', id: 'result', type: undefined };
    results.set(
      given.kind === 'number' ? String(given.value) : `${String(bounds.min)} ${String(bounds.max)}`,
      { value: given, bounds },
    );
  }
  return [...results.values()];
}

function keyOfResult({ value, bounds }: Given): string {
  const { min, max, not } = bounds;
  const what =
    value.kind === 'number'
      ? String(value.value)
      : value.kind === 'symbol'
        ? `${value.id} ${value.callee ?? ''}`
        : value.kind;
  return `${what} ${String(min)} ${String(max)} ${not.join()}`;
}

function* follow(
  code: TreeCode,
  { event, site, val }: Notification,
  results: readonly Given[],
  shown: readonly PossibleReturn[],
): Steps<readonly CallerRun[]> {
  const { snapshot } = code.reader;
  const { family } = snapshot;
  const failed = results.every(({ bounds }) => bounds.max < 0n);
  const succeeded = results.every(({ bounds }) => bounds.min >= 0n);
  return yield* callerRuns(code, {
    site,
    results:
      results.length > 0
        ? results
        : [{ value: { kind: 'symbol', id: 'result', type: undefined }, bounds: anyInt }],
    textOf: (value) => shown.find((one) => one.value === value)?.text,
    val: val.kind === 'number' ? val : undefined,
    eventOf: (text) => findEvent(family, text),
    dispatchers: new Map(
      family.dispatchers.flatMap((one) =>
        one.eventArgument === undefined
          ? []
          : [
              [
                one.function,
                { event: one.eventArgument, val: one.valArgument, task: one.taskArgument },
              ] as const,
            ],
      ),
    ),
    notify: (later, line) => ({
      kind: 'notify',
      line,
      event: later.event?.name ?? later.eventText,
      val: later.valText,
      afterInit:
        event.mayFail !== true || results.length === 0
          ? 'unknown'
          : failed
            ? 'failed'
            : succeeded
              ? 'complete'
              : 'unknown',
      watchers: later.event
        ? linkedEntries(snapshot, later.event.name).map((entry) => ({
            slot: entry.slot,
            function: entry.function,
          }))
        : [],
    }),
  });
}
