import { deepEqual, ok } from 'node:assert/strict';
import { compareWalk } from './against-gcc';
import { wrongClaims } from './compiled';

// What is right, GCC's compiled code says.
describe('dispatch: names and their blocks', function () {
  this.timeout(60_000);

  it('each variable keeps to its block', async () => {
    const samples = [
      [
        '',
        'int err = 0;\n\n\tif (!val) {\n\t\tint err = -EINVAL;\n\n\t\ttsk->usage = err;\n\t}\n\treturn err;',
      ],
      ['', 'if (tsk) {\n\t\tlong val = 3;\n\n\t\ttsk->usage = val;\n\t}\n\treturn val ? -EINVAL : 0;'],
      [
        '',
        'int sum = 0;\n\n\t{\n\t\tunsigned char x = 300;\n\n\t\tsum += x;\n\t}\n\t{\n\t\tint x = 300;\n\n\t\tsum += x;\n\t}\n\treturn sum;',
      ],
      [
        '',
        'int i = 9;\n\n\tfor (int i = 0; i < 3; i++) {\n\t\tint i = 7;\n\n\t\ttsk->usage = i;\n\t}\n\treturn i;',
      ],
      ['', 'int a = 3;\n\n\t{\n\t\tint b = a, a = 4;\n\n\t\treturn a * 10 + b;\n\t}'],
      [
        '',
        'int err = 1;\n\n\t{\n\t\tint err = 5;\n\n\t\tif (val == 0)\n\t\t\tgoto out;\n\t\terr = 6;\n\t}\nout:\n\treturn err;',
      ],
      [
        'static void set(int *to)\n{\n\t*to = 9;\n}',
        'int x = 1;\n\n\t{\n\t\tint x = 2;\n\n\t\tset(&x);\n\t}\n\treturn x;',
      ],
    ] as const;
    deepEqual(
      await wrongClaims(
        samples.map(([before, body]) => ({ what: body, before, body: `\t${body}`, isKnown: true })),
      ),
      [],
    );
  });

  it('what stands outside a block is not what it declares', async () => {
    const samples = [
      [
        'static int count = 7;',
        'if (!val) {\n\t\tint count = 5;\n\n\t\ttsk->usage = count;\n\t}\n\treturn count;',
      ],
      [
        'int all;\nvoid ext_change(void)\n{\n\tall = 5;\n}',
        'extern int all;\n\n\tall = 0;\n\text_change();\n\treturn all;',
      ],
      [
        '#define SET() (err = 3)',
        'int err = 0;\n\n\t{\n\t\tint err = 1;\n\n\t\tSET();\n\t\tif (err != 3)\n\t\t\treturn -EINVAL;\n\t}\n\treturn err;',
      ],
      [
        '',
        'int x = 1;\n\n\t{\n\t\tint x = 2;\n\n\t\tasm("movl $5, %0" : "=r" (x));\n\t\tif (x == 5)\n\t\t\treturn -EINVAL;\n\t}\n\treturn x;',
      ],
    ] as const;
    deepEqual(
      await wrongClaims(samples.map(([before, body]) => ({ what: body, before, body: `\t${body}` }))),
      [],
    );
  });

  it('a dispatcher and a caller that hide the variable they return', async () => {
    const walk = (declared: string): string => `	const task_watcher_fn *watcher;
	int err = 0;

	for (watcher = twtable[ev]; watcher < twtable[ev + 1]; watcher++) {
		${declared}err = (*watcher)(val, tsk);
		if (err < 0)
			break;
	}
	return err;`;
    const caller = `	unsigned long val = clone_flags;

	{
		unsigned long clone_flags = val & CLONE_VM;
		int retval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);

		if (retval < 0)
			return retval;
	}
	return clone_flags == 0x100 ? -EAGAIN : retval;`;
    for (const declared of ['', 'int ']) {
      const { wrong, certain } = await compareWalk(walk(declared), { caller });
      deepEqual(wrong, []);
      // Where nobody fails, one watcher after the other may give any number from 0 on.
      ok(certain >= 5);
    }
  });
});
