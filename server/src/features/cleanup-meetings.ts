import type { CallerStep, DispatchResult, LaterWatcher } from '../dispatch/dispatch-result';
import type { Snapshot } from '../watchers/snapshot';

/**
 * The same result, with what each watcher of the event that undoes the simulated one (FREE after INIT) meets: whether
 * the watchers that its own file has for the simulated event ran. A file is taken as one subsystem, as in the postings.
 */
export function withMeetings(snapshot: Snapshot, result: DispatchResult): DispatchResult {
  const undoing = snapshot.family.events.find(({ name }) => name === result.event)?.undoneBy;
  const filesOf = (event: string): ReadonlyMap<number, { readonly file: string; readonly line: number }> =>
    new Map(
      snapshot.tables
        .find((table) => table.event === event)
        ?.entries.flatMap((entry) =>
          entry.status === 'linked' && entry.slot !== undefined
            ? [[entry.slot, { file: entry.place.file, line: entry.place.line }] as const]
            : [],
        ),
    );
  const shown = (step: CallerStep): CallerStep => {
    if (step.kind !== 'notify') return step;
    const places = filesOf(step.event);
    return {
      ...step,
      watchers: step.watchers.map((watcher): LaterWatcher => {
        const place = watcher.slot === undefined ? undefined : places.get(watcher.slot);
        if (!place) return watcher;
        const meets = step.event === undoing ? metIn(result, place.file) : undefined;
        return { ...watcher, place, ...(meets === undefined ? {} : { meets }) };
      }),
    };
  };
  return { ...result, caller: result.caller.map((run) => ({ ...run, steps: run.steps.map(shown) })) };
}

function metIn({ steps }: DispatchResult, file: string): LaterWatcher['meets'] {
  const own = steps.filter((step) => step.file === file);
  if (own.length === 0) return undefined;
  if (own.some(({ called, chosen }) => called === 'yes' && chosen?.kind === 'error')) return 'failed';
  if (own.some(({ called }) => called === 'no')) return 'not-called';
  const isKnown = own.every(
    ({ called, chosen }) =>
      called === 'yes' && chosen !== undefined && chosen.kind !== 'unknown' && chosen.kind !== 'propagated',
  );
  return isKnown ? 'done' : 'unknown';
}
