import { strict as assert } from 'node:assert';
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSession, type Session } from '../../server/src/workspace/session';
import { copyOfExample } from '../cli/kernel-under-test';

const late = `#include <linux/sched.h>
#include <linux/task_watchers.h>
static int late_exit(unsigned long val, struct task_struct *tsk) { return 0; }
task_watcher_func(exit, late_exit);
`;

describe('files that come and go', () => {
  let root = '';
  let session: Session | undefined;
  const open = (): Session =>
    (session = openSession(root, {}, ['task-watchers'], {
      state: () => undefined,
      changed: () => undefined,
    }));
  const statuses = async (event: string): Promise<readonly string[]> => {
    const view = await session?.settledView('task-watchers');
    const table = view?.snapshot.tables.find((one) => one.event === event);
    return (table?.entries ?? []).map((entry) => `${entry.function} ${entry.status}`);
  };
  beforeEach(() => {
    root = copyOfExample();
    appendFileSync(join(root, 'kernel/Makefile'), 'obj-y += late.o\n');
  });
  afterEach(() => {
    session?.close();
    rmSync(root, { recursive: true });
  });

  /** The folder's listing was dropped, and not made again: nobody asked, for the file is open. */
  const saveOpenFile = async (): Promise<void> => {
    const running = open();
    await statuses('EXIT');
    running.edit('kernel/exit.c', '/* open */\n');
    running.changedOnDisk(['kernel/exit.c']);
    await statuses('EXIT');
  };

  it('are searched for a name again when the project file excludes others', async () => {
    const running = open();
    const mentioning = async (excluded: readonly string[]): Promise<readonly string[] | undefined> => {
      writeFileSync(join(root, '.task-watchers.json'), JSON.stringify({ exclude: excluded }));
      running.changedOnDisk(['.task-watchers.json']);
      await statuses('EXIT');
      return (await running.mentions(['stats_stop'])).get('stats_stop');
    };
    assert.deepEqual(await mentioning([]), ['kernel/sched/stats.c']);
    assert.deepEqual(await mentioning(['kernel/sched']), []);
    assert.deepEqual(await mentioning([]), ['kernel/sched/stats.c']);
  });

  it('are noticed after another file of the folder was saved', async () => {
    await saveOpenFile();
    writeFileSync(join(root, 'kernel/late.c'), late);
    session?.changedOnDisk(['kernel/late.c']);
    assert.ok((await statuses('EXIT')).includes('late_exit linked'));
    rmSync(join(root, 'kernel/late.c'));
    session?.changedOnDisk(['kernel/late.c']);
    assert.ok(!(await statuses('EXIT')).some((entry) => entry.startsWith('late_exit')));
  });

  it('are noticed when their own event comes only after the folder was listed again', async () => {
    await saveOpenFile();
    writeFileSync(join(root, 'kernel/late.c'), late);
    session?.changedOnDisk(['kernel/exit.c']);
    await statuses('EXIT');
    session?.changedOnDisk(['kernel/late.c']);
    assert.ok((await statuses('EXIT')).includes('late_exit linked'));
  });

  it('are noticed as a folder', async () => {
    open();
    assert.ok((await statuses('INIT')).includes('audit_alloc linked'));
    mkdirSync(join(root, 'away'));
    renameSync(join(root, 'kernel/sched'), join(root, 'away/sched'));
    session?.changedOnDisk(['kernel/exit.c']);
    await statuses('INIT');
    session?.changedOnDisk(['kernel/sched']);
    const all = (await session?.settledView('task-watchers'))?.snapshot.tables.flatMap(
      ({ entries }) => entries,
    );
    assert.deepEqual(
      all?.filter(({ place }) => place.file.startsWith('kernel/sched/')),
      [],
    );
  });
});
