import { strict as assert } from 'node:assert';
import { rmSync } from 'node:fs';
import { allRules } from '../../server/src/checks/all-rules';
import type { CheckContext } from '../../server/src/checks/check-context';
import { checkSnapshot } from '../../server/src/checks/check-snapshot';
import { copyOfExample } from '../cli/kernel-under-test';
import { change, contextOf, write } from './kernel-under-check';
import { random } from './planting';

/** Statements of fork, alone or with an `else`: some of account to who follows notifications and locks, some not. */
const pieces = [
  'p->usage = 0;',
  'p->usage = p->tgid = 1;',
  'prepare(p);',
  'int unused;',
  'forget(&p->usage);',
  'forget(&retval);',
  'retval = prepare(p);',
  'retval = 0;',
  'if (prepare(p))\n\t\tgoto out_free;',
  'if (prepare(p))\n\t\tgoto out;',
  'if (retval < 0)',
  'if (clone)',
  'if (retval)\n\t\treturn retval;',
  'return prepare(p);',
  'spin_lock(&lock);',
  'spin_unlock(&lock);',
  'printk("%d", retval);',
  'notify_task_watchers(WATCH_TASK_FREE, 0, p);',
  'tell(p, retval);',
  'BUG();',
];

const wanted = new Set([
  'free-before-init',
  'init-error-ignored',
  'init-error-unhandled',
  'init-error-path-skips-free',
  'sleeps-in-atomic',
]);

function functionText(name: string, seed: number): string {
  const { pick, below } = random(seed);
  const piece = (): string => {
    const body = `\t${pick(pieces) ?? ''}\n`;
    const other = below(4) === 0 ? `#else\n\t${pick(pieces) ?? ''}\n` : '';
    return `#ifdef CONFIG_${pick(['A', 'B', 'C', 'D']) ?? ''}\n${body}${other}#endif\n`;
  };
  const some = (): string => Array.from({ length: below(4) }, piece).join('');
  return `int ${name}(struct task_struct *p)
{
	int retval;

${some()}	retval = prepare(p);
	if (retval)
		goto out;
${some()}	retval = notify_task_watchers(WATCH_TASK_INIT, 0, p);
${some()}	if (retval < 0)
		goto out_free;
${some()}	return 0;
out_free:
${some()}	notify_task_watchers(WATCH_TASK_FREE, 0, p);
out:
${some()}	return retval;
}
`;
}

describe('branches that are of no account to what is followed', () => {
  it('make no difference to what is found', async () => {
    const root = copyOfExample();
    try {
      write(
        root,
        'kernel/sample.c',
        `#include <linux/sched.h>\n#include <linux/task_watchers.h>\nextern int lock;\n${Array.from(
          { length: 90 },
          (_, seed) => functionText(`fork_${String(seed)}`, seed),
        ).join('\n')}
static int sleeper(unsigned long val, struct task_struct *tsk)
{
	msleep(1);
	return 0;
}
task_watcher_func(init, sleeper);
task_watcher_func(free, sleeper);
`,
      );
      change(root, 'kernel/Makefile', (text) => `${text}\nobj-y += sample.o\n`);
      const rules = allRules.filter(({ name }) => wanted.has(name));
      const found = async (isQuick: boolean): Promise<readonly string[]> => {
        const context = await contextOf(root);
        const slow: CheckContext = { ...context, bodies: (path, fact) => context.bodies(path, fact) };
        return checkSnapshot(isQuick ? context : slow, rules).map(
          ({ rule, line, column, message }) => `${String(line)}:${String(column)} ${rule} ${message}`,
        );
      };
      const all = await found(false);
      assert.ok(all.length > 60, `only ${String(all.length)} found`);
      assert.deepEqual(await found(true), all);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
