import { strict as assert } from 'node:assert';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { edit } from './dialect-b';
import { between, copyOfExample, makeKernel, symbolsOf, twIndex } from './kernel-under-test';

const schema = z.object({
  events: z.array(
    z.object({
      name: z.string(),
      entries: z.array(
        z.object({ function: z.string(), status: z.string(), slot: z.number().nullable().optional() }),
      ),
    }),
  ),
});

interface Case {
  /** What is appended to which file. */
  readonly edits: readonly (readonly [file: string, text: string])[];
  /** Whether the sources alone tell that ld takes the member. */
  readonly isTold: boolean;
}

const call = 'int exit_helper(struct task_struct *tsk);\nint exit_helper(struct task_struct *tsk)\n{\n';

/** Ways in which linked code needs, or seems to need, a function of lib/usage.c. */
const cases: Readonly<Record<string, Case>> = {
  'a call in linked code': {
    edits: [['kernel/exit.c', `${call}\treturn usage_of(tsk);\n}\n`]],
    isTold: true,
  },
  'a prototype alone': {
    edits: [['kernel/exit.c', 'int usage_of(struct task_struct *tsk);\n']],
    isTold: false,
  },
  'a call in a branch that is left out': {
    edits: [
      ['kernel/exit.c', `${call}#ifdef CONFIG_NOT_SET\n\treturn usage_of(tsk);\n#endif\n\treturn 0;\n}\n`],
    ],
    isTold: false,
  },
  'a call that the compiler leaves out': {
    edits: [['kernel/exit.c', `${call}\treturn IS_ENABLED(CONFIG_NOT_SET) ? usage_of(tsk) : 0;\n}\n`]],
    isTold: false,
  },
  'a call in a static function that nothing calls': {
    edits: [['kernel/exit.c', `static int nobody(struct task_struct *tsk)\n{\n\treturn usage_of(tsk);\n}\n`]],
    isTold: false,
  },
  'a pointer in a table of functions': {
    edits: [
      [
        'kernel/exit.c',
        'extern int (*exit_calls[])(struct task_struct *);\nint (*exit_calls[])(struct task_struct *) = { usage_of };\n',
      ],
    ],
    isTold: true,
  },
  'an inline function of a header, used': {
    edits: [
      [
        'include/linux/usage.h',
        'static inline int usage_twice(struct task_struct *tsk)\n{\n\treturn 2 * usage_of(tsk);\n}\n',
      ],
      ['kernel/exit.c', `${call}\treturn usage_twice(tsk);\n}\n`],
    ],
    isTold: true,
  },
  'an inline function of a header, not used': {
    edits: [
      [
        'include/linux/usage.h',
        'static inline int usage_twice(struct task_struct *tsk)\n{\n\treturn 2 * usage_of(tsk);\n}\n',
      ],
    ],
    isTold: false,
  },
  'an inline function of which this configuration has the stub': {
    edits: [
      [
        'include/linux/usage.h',
        '#ifdef CONFIG_NOT_SET\nstatic inline int usage_twice(struct task_struct *tsk)\n{\n\treturn 2 * usage_of(tsk);\n}\n#else\nstatic inline int usage_twice(struct task_struct *tsk)\n{\n\treturn 0;\n}\n#endif\n',
      ],
      ['kernel/exit.c', `${call}\treturn usage_twice(tsk);\n}\n`],
    ],
    isTold: false,
  },
  'a macro of a header over an inline function': {
    edits: [
      [
        'include/linux/usage.h',
        '#define usage_thrice(tsk) (usage_twice(tsk) + usage_of(tsk))\nstatic inline int usage_twice(struct task_struct *tsk)\n{\n\treturn 2 * usage_of(tsk);\n}\n',
      ],
      ['kernel/exit.c', `${call}\treturn usage_thrice(tsk);\n}\n`],
    ],
    isTold: true,
  },
};

describe('members of an archive', () => {
  let folder = '';
  beforeEach(() => {
    folder = copyOfExample();
    edit(join(folder, '.config'), (text) =>
      text.replace(/^CONFIG_MODULES=.*$/m, '# CONFIG_MODULES is not set'),
    );
    appendFileSync(
      join(folder, 'include/linux/usage.h'),
      '#include <linux/sched.h>\nint usage_of(struct task_struct *tsk);\n',
    );
    appendFileSync(
      join(folder, 'lib/usage.c'),
      '\n#include <linux/usage.h>\nint usage_of(struct task_struct *tsk)\n{\n\treturn tsk->usage;\n}\n',
    );
    edit(join(folder, 'kernel/exit.c'), (text) => `#include <linux/usage.h>\n${text}`);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const shown = (
    ...more: readonly string[]
  ): { readonly status: string; readonly table: readonly string[] } => {
    const { status, out, err } = twIndex(['EXIT', '--all', '--format', 'json', '--root', folder, ...more]);
    assert.equal(status, 0, err);
    const entries = schema.parse(JSON.parse(out)).events.flatMap((event) => event.entries);
    return {
      status: entries.find((entry) => entry.function === 'usage_exit')?.status ?? 'absent',
      table: entries.filter((entry) => entry.status === 'linked').map((entry) => entry.function),
    };
  };

  for (const [name, { edits, isTold }] of Object.entries(cases))
    it(`as ld loads them: ${name}`, () => {
      for (const [file, text] of edits) appendFileSync(join(folder, file), text);
      const predicted = shown();
      const symbols = symbolsOf(makeKernel(folder));
      const real = between(symbols, '__start_task_watchers_exit', '__start_task_watchers_free').map(
        (variable) => variable.replace(/^__task_watcher_exit_/, ''),
      );
      assert.equal(real.includes('usage_exit'), isTold, 'the case is not what it says');
      assert.equal(predicted.status, isTold ? 'linked' : 'archive-member');
      assert.deepEqual(predicted.table, real);
      assert.deepEqual(shown('--build', folder), predicted);
    });
});
