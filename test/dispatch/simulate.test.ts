import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DispatchResult } from '../../server/src/dispatch/dispatch-result';
import { failureTable } from '../../server/src/dispatch/failure-table';
import { simulateDispatch, type DispatchRequest } from '../../server/src/dispatch/simulate';
import type { CodeReader } from '../../server/src/watchers/code-reader';
import { change, contextOf } from '../checks/kernel-under-check';
import { copyOfExample, exampleKernel } from '../cli/kernel-under-test';
import { dispatcherBodies, dispatcherFile } from './generated-code';

const dispatched = (reader: CodeReader, request: DispatchRequest): DispatchResult => {
  const result = simulateDispatch(reader, request);
  if ('problem' in result) throw new Error(result.problem);
  return result;
};

const problem = (reader: CodeReader, request: DispatchRequest): string => {
  const result = simulateDispatch(reader, request);
  return 'problem' in result ? result.problem : 'no problem';
};

/** What the caller does, one word a step. */
const way = ({ caller }: DispatchResult): readonly string[] =>
  (caller[0]?.steps ?? []).map((step) => {
    switch (step.kind) {
      case 'test':
        return `${step.text} is ${String(step.holds)}`;
      case 'goto':
        return `goto ${step.label}`;
      case 'label':
        return `${step.name}:`;
      case 'notify':
        return `${step.event} after INIT ${step.afterInit}: ${step.watchers.map((one) => one.function).join(' ')}`;
      case 'call':
        return `${step.function}()`;
      default:
        return step.kind;
    }
  });

describe('dispatch: the example kernel', function () {
  this.timeout(20_000);
  let reader: CodeReader;
  before(async () => {
    reader = await contextOf(exampleKernel);
  });

  it('answers what fork does when semaphore undo cannot allocate', () => {
    const result = dispatched(reader, {
      event: 'INIT',
      val: 'CLONE_SYSVSEM|CLONE_VM',
      fail: [{ function: 'copy_semundo' }],
    });
    equal(result.val.value, String(0x40000 | 0x100));
    ok(result.certain);
    deepEqual(
      result.result.map(({ text, reason }) => [text, reason]),
      [['-ENOMEM', 'from copy_semundo()']],
    );
    ok(result.steps.every(({ called }) => called === 'yes'));
    const failing = result.steps.find((step) => step.function === 'copy_semundo');
    equal(failing?.injected, false);
    match(failing.chosen?.reason ?? '', /CLONE_SYSVSEM \(line 16\), .*kzalloc\(\) gives NULL \(line 22\)/);
    equal(result.caller.length, 1);
    equal(result.caller[0]?.returns?.text, '-ENOMEM');
    ok(result.caller[0].certain);
    deepEqual(way(result), [
      'retval < 0 is true',
      'goto bad_fork_cleanup',
      'bad_fork_cleanup:',
      'FREE after INIT failed: audit_free free_task_mempolicy exit_sem exit_keys box_forget',
      'kfree()',
      'return',
    ]);
  });

  it('sees that without CLONE_SYSVSEM there is nothing to allocate, and says when a failure is only asked for', () => {
    const result = dispatched(reader, {
      event: 'INIT',
      val: 'CLONE_VM',
      fail: [{ function: 'copy_semundo' }],
    });
    const step = result.steps.find((one) => one.function === 'copy_semundo');
    deepEqual(
      step?.returns.map(({ text }) => text),
      ['0'],
    );
    equal(step.injected, true);
    equal(step.chosen?.text, '-ENOMEM');
  });

  it('fails a watcher with the error that is asked for, by name and by number', () => {
    for (const errno of ['EAGAIN', '-EAGAIN', '11'])
      equal(
        dispatched(reader, { event: 'INIT', fail: [{ function: 'audit_alloc', errno }] }).result[0]?.value,
        -11,
      );
  });

  it('offers the flags of clone_flags, and no others', () => {
    deepEqual(
      dispatched(reader, { event: 'INIT' }).val.flags.map(({ name }) => name),
      ['CLONE_VM', 'CLONE_FILES', 'CLONE_THREAD', 'CLONE_SYSVSEM', 'CLONE_SETTLS'],
    );
    deepEqual(dispatched(reader, { event: 'EXIT' }).val.flags, []);
  });

  it('fails every watcher in turn', () => {
    const rows = failureTable(reader, { event: 'INIT', val: 'CLONE_SYSVSEM' });
    if ('problem' in rows) throw new Error(rows.problem);
    const row = rows.find(({ failed }) => failed.function === 'audit_alloc');
    deepEqual(row?.ranBefore, ['copy_thread_tls', 'init_hardirq_state']);
    equal(row.callerReturns, '-ENOMEM');
    equal(row.freed.length, 5);
    deepEqual(row.notGivenBack, []);
  });

  it('says in one line what it cannot answer', () => {
    match(problem(reader, { event: 'FORK' }), /^no event FORK; there are INIT, CLONE, /);
    match(problem(reader, {}), /^name an event: INIT/);
    match(problem(reader, { event: 'INIT', val: 'CLONE_MOON' }), /CLONE_MOON: not a number/);
    match(
      problem(reader, { event: 'INIT', fail: [{ function: 'audit_free' }] }),
      /^audit_free is not in the table of INIT/,
    );
    match(
      problem(reader, { event: 'INIT', fail: [{ function: 'audit_alloc', errno: 'EMOON' }] }),
      /^EMOON is no error number/,
    );
  });
});

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
        equal(result.caller[0]?.returns?.text, index === 1 ? 'unknown' : '-ENOMEM');
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    });
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
