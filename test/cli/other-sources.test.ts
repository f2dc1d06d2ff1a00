import { equal, match } from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfExample, exampleKernel, makeKernel, twIndex } from './kernel-under-test';

const twin = `#include <linux/sched.h>
#include <linux/task_watchers.h>

#ifdef SECOND
static int twin_two(unsigned long val, struct task_struct *tsk)
{
	return 0;
}
task_watcher_func(init, twin_two);
#else
static int twin_one(unsigned long val, struct task_struct *tsk)
{
	return 0;
}
task_watcher_func(init, twin_one);
#endif
static int twin_both(unsigned long val, struct task_struct *tsk)
{
	return 0;
}
task_watcher_func(free, twin_both);
`;

/** As Kbuild has them: rules for patterns, which those of a directory's makefile go before. */
const generic = ['c', 'S']
  .map((ending) => `$(obj)/%.o: $(src)/%.${ending} FORCE\n\t$(call if_changed_rule,cc_o)\n`)
  .join('');

describe('an object that a rule compiles from another source', function () {
  this.timeout(60_000);

  it('has in its tables what gcc and ld put there, and each of several objects has it', () => {
    const read = (path: string): string => readFileSync(join(exampleKernel, path), 'utf8');
    const build = read('scripts/Makefile.build')
      .replace(/^\$\(filter-out [^]*?\n\n/m, () => `${generic}\n`)
      .replace(
        'obj-y :=\n',
        () => '.DEFAULT_GOAL := all\nif_changed_rule = gcc $(c_flags) -c -o $@ $<\nobj-y :=\n',
      );
    match(build, /if_changed_rule,cc_o/);
    const folder = copyOfExample({
      'scripts/Makefile.build': build,
      'lib/shared/twin.c': twin,
      'mm/Makefile':
        `${read('mm/Makefile')}obj-y += slob-one.o slob-two.o\nCFLAGS_slob-two.o := -DSECOND\n` +
        '$(obj)/slob-%.o: $(src)/../lib/shared/twin.c FORCE\n\t$(call if_changed_rule,cc_o)\n',
      // Nothing is made of it.
      'mm/slob-one.c': `${twin}#error not this one\n`,
    });
    try {
      const { status, out } = twIndex(['verify', makeKernel(folder), '--root', folder, '--no-cache']);
      equal(status, 0, out);
      match(out, /all 28 entries equal/);
      const shown = twIndex(['table', 'FREE', '--root', folder, '--no-cache']).out;
      equal(shown.match(/twin_both +lib\/shared\/twin\.c:21 +mm\/slob-(?:one|two)\.o/g)?.length, 2, shown);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
