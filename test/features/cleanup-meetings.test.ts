import { deepEqual } from 'node:assert/strict';
import type { DispatchStep } from '../../server/src/dispatch/dispatch-result';
import { withMeetings } from '../../server/src/features/cleanup-meetings';
import type { Snapshot } from '../../server/src/watchers/snapshot';
import { taskWatchersFamily } from '../../server/src/watchers/task-watchers-family';
import { errorSteps, failure, result, returned, run, step } from './made-dispatch';

/** A FREE table of one watcher in each of these files. */
const snapshotWith = (files: readonly string[]): Snapshot =>
  ({
    family: taskWatchersFamily,
    tables: [
      {
        event: 'FREE',
        entries: files.map((file, slot) => ({ slot, status: 'linked', place: { file, line: 7 } })),
      },
    ],
  }) as unknown as Snapshot;

const meetings = (steps: readonly DispatchStep[], files: readonly string[], event = 'INIT'): unknown => {
  const watchers = files.map((_, slot) => ({ slot, function: `free_${String(slot)}` }));
  const shown = withMeetings(snapshotWith(files), {
    ...result(steps, { caller: [run(errorSteps(watchers))] }),
    event,
  });
  return shown.caller[0]?.steps.flatMap((one) =>
    one.kind === 'notify' ? one.watchers.map(({ meets, place }) => meets ?? place?.file) : [],
  );
};

describe('what cleanup watchers meet', () => {
  it('is what became of the watchers of their own file', () => {
    deepEqual(
      meetings(
        [
          step(0, 'ran'),
          step(1, 'failed', { chosen: failure }),
          step(2, 'skipped', { called: 'no', chosen: undefined }),
          step(3, 'perhaps', { called: 'maybe' }),
          step(4, 'unsure', { chosen: returned('unknown') }),
        ],
        ['ran', 'failed', 'skipped', 'perhaps', 'unsure', 'other'].map((name) => `kernel/${name}.c`),
      ),
      ['done', 'failed', 'not-called', 'unknown', 'unknown', 'kernel/other.c'],
    );
  });

  it('is not known where the watcher hands on what another function returned: that may be an error', () => {
    const chosen = {
      ...returned('unknown'),
      text: 'what get_undo_list() returns',
      kind: 'propagated',
    } as const;
    deepEqual(meetings([step(0, 'a', { chosen })], ['kernel/a.c']), ['unknown']);
  });

  it('is the worst where a file has several', () => {
    const file = 'kernel/same.c';
    deepEqual(meetings([step(0, 'a', { file }), step(1, 'b', { file, chosen: failure })], [file]), [
      'failed',
    ]);
  });

  it('is asked only of the event that undoes the simulated one', () => {
    deepEqual(meetings([step(0, 'ran')], ['kernel/ran.c'], 'CLONE'), ['kernel/ran.c']);
  });
});
