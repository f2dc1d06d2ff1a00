import { doesNotMatch, equal, match } from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfExample, exampleKernel, makeKernel, twIndex } from './kernel-under-test';

const read = (path: string): string => readFileSync(join(exampleKernel, path), 'utf8');

/** A script that writes a source which registers; the rule for it stands in a makefile that another includes. */
const generator = `#!/bin/sh
cat <<END
#include <linux/sched.h>
#include <linux/task_watchers.h>
static int $1_made(unsigned long val, struct task_struct *tsk)
{
	return 0;
}
task_watcher_func(free, $1_made);
END
`;

describe('an object whose source only a build makes', function () {
  this.timeout(60_000);

  it('takes the slots of what stands behind it where its generator names the macro, until it is made', () => {
    const files = {
      'scripts/Makefile.build': read('scripts/Makefile.build').replace(
        '$(firstword $(wildcard $(@:.o=.c) $(@:.o=.S)))',
        '$(firstword $(wildcard $(@:.o=.c) $(@:.o=.S)) $(@:.o=.c))',
      ),
      'kernel/Makefile': `.DEFAULT_GOAL := all
obj-y := twin-image.o
${read('kernel/Makefile').replace('obj-y :=', 'obj-y +=')}
include $(src)/../mm/Makefile.images
$(obj)/twin-image.o: $(obj)/twin-image.c
`,
      'mm/Makefile.images': '$(obj)/%-image.c: $(src)/../mm/write.sh FORCE\n\tsh $< $* > $@\n',
      'mm/write.sh': generator,
    };
    const [source, built] = [copyOfExample(files), copyOfExample(files)];
    try {
      const vmlinux = makeKernel(built);
      const ahead = twIndex(['verify', vmlinux, '--root', source, '--no-cache']);
      equal(ahead.status, 0, ahead.out);
      match(
        ahead.out,
        /order is not predicted.*only a build makes kernel\/twin-image\.c, and mm\/write\.sh:9/,
      );
      const table = twIndex(['table', 'FREE', '--root', source, '--no-cache']);
      match(table.out, /\? +\(unknown\) +mm\/write\.sh:9 +kernel\/twin-image\.o/);
      doesNotMatch(table.out, /twin-image\.o[^]*\n +\d+ /);
      // Another event's table has nothing to do with it.
      match(twIndex(['table', 'INIT', '--root', source, '--no-cache']).out, /\n +0 +\w/);
      doesNotMatch(twIndex(['dispatch', 'FREE', '--root', source, '--no-cache']).out, /^ +\d+ +\w/m);

      const behind = twIndex(['verify', vmlinux, '--root', built, '--no-cache']);
      equal(behind.status, 0, behind.out);
      doesNotMatch(behind.out, /not predicted/);
      match(
        twIndex(['table', 'FREE', '--root', built, '--no-cache']).out,
        /\d +twin_made +kernel\/twin-image\.c:7/,
      );
    } finally {
      for (const folder of [source, built]) rmSync(folder, { recursive: true });
    }
  });

  it('as Rust has them, of the level of module_init()', () => {
    const folder = copyOfExample({
      'kernel/Makefile': `obj-y := early.o rusty.o late.o\n${read('kernel/Makefile').replace('obj-y :=', 'obj-y +=')}`,
      ...Object.fromEntries(
        ['early', 'late'].map((name) => [
          `kernel/${name}.c`,
          `#include <linux/init.h>\nstatic int ${name}_one(void)\n{\n\treturn 0;\n}\nmodule_init(${name}_one);\n`,
        ]),
      ),
      'kernel/rusty.rs': '//! A driver.\n\nmodule! {\n    type: Rusty,\n    name: "rusty",\n}\n',
    });
    try {
      const { out } = twIndex(['table', '6', '--family', 'initcalls', '--root', folder, '--no-cache']);
      match(out, / 0 +early_one/);
      match(
        out,
        /\? +\(unknown\) +kernel\/rusty\.rs:3 .*what Rust registers at kernel\/rusty\.rs:3 is not known/,
      );
      match(out, /\? +late_one/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
