import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { DispatchResult } from '../../server/src/dispatch/dispatch-result';
import { failureTable } from '../../server/src/dispatch/failure-table';
import { simulateDispatch, type DispatchRequest } from '../../server/src/dispatch/simulate';
import type { CodeReader } from '../../server/src/watchers/code-reader';
import { change, contextOf } from '../checks/kernel-under-check';
import { exampleKernel } from '../cli/kernel-under-test';
import { dispatched, inCopy } from './simulated';

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
    // Both ways to line 24 (no current task; one without an undo list) have these two in common.
    equal(failing.chosen?.reason, 'clone_flags & CLONE_SYSVSEM (line 16), kzalloc() gives NULL (line 22)');
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
    match(problem(reader, { event: 'FORK' }), /^no event FORK in task-watchers; there are: INIT, CLONE, /);
    match(problem(reader, {}), /^name an event: INIT/);
    match(
      problem(reader, { event: 'INIT', val: 'CLONE_MOON' }),
      /CLONE_MOON is not a constant that kernel\/fork\.c sees/,
    );
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

describe('dispatch: the way on', function () {
  this.timeout(20_000);
  it('knows at the call what is passed as val, be it a variable of the caller’s own (as in 6.1)', () =>
    inCopy(
      (root) => {
        change(root, 'kernel/fork.c', (text) =>
          text
            .replace('copy_process(unsigned long clone_flags)', 'copy_process(unsigned long *args)')
            .replace('\tint retval;', '\tunsigned long clone_flags = args[0];\n\tint retval;')
            .replace(
              '\treturn p;\n',
              '\tif (clone_flags & CLONE_THREAD) {\n\t\tretval = -EAGAIN;\n\t\tgoto bad_fork_cleanup;\n\t}\n\treturn p;\n',
            ),
        );
      },
      (reader) => {
        const returned = (val?: string): readonly string[] =>
          dispatched(reader, { event: 'INIT', ...(val === undefined ? {} : { val }) }).caller.map(
            ({ returns }) => returns?.text ?? '',
          );
        deepEqual(returned('CLONE_VM'), ['p']);
        deepEqual(returned('CLONE_VM|CLONE_THREAD'), ['-EAGAIN']);
        deepEqual(returned(), ['p', '-EAGAIN']);
      },
    ));

  it('calls what it returns by its name, where nothing else is known of it', async () => {
    const reader = await contextOf(exampleKernel);
    equal(dispatched(reader, { event: 'INIT' }).caller[0]?.returns?.text, 'p');
  });

  it('puts the way that goes on furthest first, and says which function does not come back', () =>
    inCopy(
      (root) => {
        change(root, 'kernel/exit.c', (text) =>
          text.replace(
            '\ttsk->exit_code = code;',
            '\tif (!tsk->usage)\n\t\tpanic("Attempted to kill init!");\n\ttsk->exit_code = code;',
          ),
        );
      },
      (reader) => {
        const { caller } = dispatched(reader, { event: 'EXIT' });
        deepEqual(
          caller.map(({ steps }) => steps.map((step) => (step.kind === 'unknown' ? step.reason : step.kind))),
          [['notify', 'return'], ['panic() does not come back']],
        );
      },
    ));

  it('says of a return what all ways to it have in common', async () => {
    const reader = await contextOf(exampleKernel);
    const { steps } = dispatched(reader, { event: 'UID' });
    // Both ways of the test in line 39 end in line 41.
    deepEqual(
      steps
        .find((step) => step.function === 'key_fsuid_changed')
        ?.returns.map(({ line, reason }) => [line, reason]),
      [[41, '']],
    );
  });

  it('says when nobody notifies the event', () =>
    inCopy(
      (root) => {
        change(root, 'fs/exec.c', (text) => text.replace(/.*notify_task_watchers\(.*\n/, ''));
      },
      (reader) => {
        const { notes, caller } = dispatched(reader, { event: 'EXEC' });
        deepEqual(notes, ['no linked code notifies EXEC: this would happen if it did']);
        deepEqual(caller, []);
      },
    ));

  const keeper = (root: string, after = ''): void => {
    writeFileSync(
      `${root}/kernel/keeper.c`,
      `#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>
static int keeper(unsigned long val, struct task_struct *tsk)
{
	void *scratch = kzalloc(16);

	if (!scratch)
		return -ENOMEM;
	kfree(scratch);
	if (!(val & CLONE_SYSVSEM))
		return 0;
	tsk->undo_list = kzalloc(16);
	if (!tsk->undo_list)
		return -ENOMEM;
	${after}
	return 0;
}
task_watcher_func(init, keeper);
`,
    );
    change(root, 'kernel/Makefile', (text) => `${text}\nobj-y += keeper.o\n`);
  };
  const withoutFree = (root: string): void => {
    change(root, 'kernel/fork.c', (text) => text.replace(/.*notify_task_watchers\(WATCH_TASK_FREE.*\n/, ''));
  };
  /** What is kept where copy_keys() fails: for sure, and perhaps. */
  const kept = (reader: CodeReader, val: string): readonly (readonly string[])[] => {
    const rows = failureTable(reader, { event: 'INIT', val });
    if ('problem' in rows) throw new Error(rows.problem);
    const row = rows.find(({ failed }) => failed.function === 'copy_keys');
    return row ? [row.notGivenBack, row.maybeNotGivenBack] : [];
  };

  it('counts as not given back only what is kept, for this val', () =>
    inCopy(
      (root) => {
        keeper(root);
        withoutFree(root);
      },
      (reader) => {
        const [sure, perhaps] = kept(reader, 'CLONE_SYSVSEM');
        ok(sure?.includes('keeper') && sure.includes('copy_semundo'));
        deepEqual(perhaps, []);
        ok(!kept(reader, 'CLONE_VM').flat().includes('keeper'));
      },
    ));

  it('does not count what may be given back where it is not followed', async () => {
    // exit_sem(), of another file, gives back tsk->undo_list.
    const ofOthers = (root: string): void => {
      keeper(root);
    };
    // So may the watcher itself, or the caller.
    const byItself = (root: string): void => {
      keeper(root, 'forget(tsk);');
      withoutFree(root);
    };
    const byCaller = (root: string): void => {
      keeper(root);
      withoutFree(root);
      change(root, 'kernel/fork.c', (text) => text.replace('\tkfree(p);', '\tforget(p);\n$&'));
    };
    const byItsMember = (root: string): void => {
      keeper(root);
      withoutFree(root);
      change(root, 'kernel/fork.c', (text) => text.replace('\tkfree(p);', '\tkfree(p->undo_list);\n$&'));
    };
    for (const edit of [ofOthers, byItself, byCaller, byItsMember])
      await inCopy(edit, (reader) => {
        const [sure, perhaps] = kept(reader, 'CLONE_SYSVSEM');
        ok(!sure?.includes('keeper') && perhaps?.includes('keeper'), edit.name);
      });
  });
});
