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

/** Text at the end of kernel/exit.c that names the function and does not need it. */
const notNeeded = (texts: Readonly<Record<string, string>>): Readonly<Record<string, Case>> =>
  Object.fromEntries(
    Object.entries(texts).map(([what, text]) => [what, { edits: [['kernel/exit.c', text]], isTold: false }]),
  );

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
  ...notNeeded({
    'a member of a structure, called': `${call}\treturn tsk->ops->usage_of(tsk);\n}\n`,
    'a member in an initializer': 'struct usage_ops exit_ops = { .usage_of = 0 };\n',
    'a member of a structure, declared': 'struct exit_ops { int (*usage_of)(void); int other; };\n',
    'a variable of the function':
      'int exit_helper(void);\nint exit_helper(void)\n{\n\tint usage_of = 3;\n\treturn usage_of;\n}\n',
    'a parameter':
      'int exit_helper(int (*usage_of)(void));\nint exit_helper(int (*usage_of)(void))\n{\n\treturn usage_of();\n}\n',
    'a label':
      'int exit_helper(int x);\nint exit_helper(int x)\n{\n\tif (x)\n\t\tgoto usage_of;\n\tx = 4;\nusage_of:\n\treturn x;\n}\n',
    'what is not evaluated': `${call}\treturn sizeof(usage_of(tsk)) + sizeof usage_of(tsk);\n}\n`,
    'a weak symbol': `int __attribute__((weak)) usage_of(struct task_struct *tsk);\n${call}\treturn usage_of ? usage_of(tsk) : 0;\n}\n`,
    'behind a test of nothing': `${call}\tif (0)\n\t\treturn usage_of(tsk);\n\treturn 0;\n}\n`,
    'a macro of the file': `#define usage_of(tsk) 3\n${call}\treturn usage_of(tsk);\n}\n`,
    'a function of the object': `int usage_of(struct task_struct *tsk)\n{\n\treturn 2;\n}\n${call}\treturn usage_of(tsk);\n}\n`,
  }),
  'a static function of that name': {
    edits: [
      [
        'kernel/sys.c',
        'static int usage_of(int x)\n{\n\treturn x + 1;\n}\nint sys_helper(int x);\nint sys_helper(int x)\n{\n\treturn usage_of(x);\n}\n',
      ],
    ],
    isTold: false,
  },
  'a function of another object': {
    edits: [
      ['kernel/exit.c', `${call}\treturn usage_of(tsk);\n}\n`],
      ['kernel/sys.c', 'int usage_of(void *tsk);\nint usage_of(void *tsk)\n{\n\treturn 2;\n}\n'],
    ],
    isTold: false,
  },
  'a member that an inline function of a header calls': {
    edits: [
      [
        'include/linux/usage.h',
        'static inline int usage_twice(struct task_struct *tsk)\n{\n\treturn 2 * tsk->ops->usage_of(tsk);\n}\n',
      ],
      ['kernel/exit.c', `${call}\treturn usage_twice(tsk);\n}\n`],
    ],
    isTold: false,
  },
  'a call beside members and labels': {
    edits: [
      [
        'kernel/exit.c',
        `${call}\tif (tsk->ops->usage_of)\n\t\tgoto out;\nout:\n\treturn 2 * usage_of(tsk);\n}\n`,
      ],
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
    edit(join(folder, 'include/linux/sched.h'), (text) =>
      text
        .replace(
          /^struct task_struct \{/m,
          'struct usage_ops { int (*usage_of)(struct task_struct *); };\n$&',
        )
        .replace(/^struct task_struct \{/m, '$&\n\tstruct usage_ops *ops;'),
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
