import { deepEqual, equal, ok } from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureTable } from '../../server/src/dispatch/failure-table';
import { change, contextOf } from '../checks/kernel-under-check';
import { copyOfExample } from '../cli/kernel-under-test';
import { dispatcherBodies, dispatcherFile } from './generated-code';
import { moreDispatchers } from './generated-walkers';
import { dispatched, inCopy } from './simulated';

describe('dispatch: what dispatchers do with errors', function () {
  this.timeout(60_000);
  // By hand from the bodies in generated-code.ts, in their order; the gcc tests hold the same against real runs.
  const expected = [
    'calls every watcher and returns the first error',
    'calls every watcher and never returns an error: every failure is lost',
    'stops at the first error and returns it',
    'calls every watcher and returns the last error',
    'calls every watcher and returns the lowest error',
    'stops at the first error and returns an error of its own',
  ];
  dispatcherBodies.forEach((body, index) => {
    it(`${String(index)}: ${expected[index] ?? ''}`, async () => {
      const root = copyOfExample();
      try {
        writeFileSync(join(root, 'kernel/task_watchers.c'), dispatcherFile(body));
        const result = dispatched(await contextOf(root), {
          event: 'INIT',
          fail: [{ function: 'audit_alloc' }],
        });
        equal(result.dispatcher?.semantics, expected[index]);
        equal(result.dispatcher?.keepsErrors, index !== 1);
        equal(result.result[0]?.text, index === 1 ? '0' : '-ENOMEM');
        equal(result.caller[0]?.returns?.text, index === 1 ? 'p' : '-ENOMEM');
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    });
  });

  // By hand from generated-walkers.ts, in its order.
  const more = [
    // -11 joined with -22 is -1.
    'calls every watcher and returns the errors combined into another number',
    'calls every watcher, the last slot first, and returns the last error',
    'calls every watcher and returns the first error',
    'stops at the first error and returns it',
    'calls every watcher and returns the first error',
    'calls every watcher and returns the last error',
  ];
  moreDispatchers.forEach((body, index) => {
    it(`${String(dispatcherBodies.length + index)}: ${more[index] ?? ''}`, () =>
      inCopy(
        (root) => {
          writeFileSync(join(root, 'kernel/task_watchers.c'), dispatcherFile(body));
        },
        (reader) => {
          const { dispatcher } = dispatched(reader, { event: 'INIT' });
          equal(dispatcher?.semantics, more[index]);
          const rows = failureTable(reader, { event: 'INIT', val: '0' });
          if ('problem' in rows) throw new Error(rows.problem);
          const row = rows.find(({ failed }) => failed.function === 'audit_alloc');
          const before = ['copy_thread_tls', 'init_hardirq_state'];
          const after = ['lockdep_init_task', 'init_task_mempolicy', 'copy_semundo', 'copy_keys'];
          deepEqual(row?.ranBefore, index === 1 ? after.toReversed() : before);
          deepEqual(row.ranAfter, index === 1 ? before.toReversed() : index === 3 ? [] : after);
        },
      ));
  });

  it('a watcher without a return leaves the result to chance, and nothing is certain', async () => {
    const root = copyOfExample();
    try {
      change(root, 'kernel/auditsc.c', (text) =>
        text
          .replace(/(int audit_alloc\([^)]*\)\s*\{)/, '$1\n\tif (val == 3)\n\t\tgoto end;\n')
          .replace(/(\n\treturn 0;\n)(\}\s*\n*task_watcher_func\(init)/, '$1end:\n\t;\n$2'),
      );
      const result = dispatched(await contextOf(root), { event: 'INIT', val: '3' });
      equal(result.certain, false);
      ok(result.notes.some((note) => note.includes('audit_alloc() may end without a value')));
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
