import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { applyEdits } from '../../server/src/checks/apply-fixes';
import type { Finding } from '../../server/src/checks/rule';
import { suppressionsIn } from '../../server/src/checks/suppression';
import { copyOfExample } from '../cli/kernel-under-test';
import { change, findingsIn, write } from './kernel-under-check';

const head =
  '#include <linux/sched.h>\n#include <linux/task_watchers.h>\nint prepare(struct task_struct *p);\n';
const watcher = (name: string): string =>
  `static int ${name}(unsigned long val, struct task_struct *tsk) { return 0; }\n`;
const call = 'notify_task_watchers(WATCH_TASK_INIT, 0, p)';

async function found(code: string, rule: string): Promise<readonly Finding[]> {
  const root = copyOfExample();
  write(root, 'kernel/sample.c', head + code);
  change(root, 'kernel/Makefile', (text) => `${text}\nobj-y += sample.o\n`);
  try {
    const all = await findingsIn(root);
    return all.filter((one) => one.file === 'kernel/sample.c' && one.rule === rule);
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function fixesOf(code: string, rule: string): Promise<Finding['fixes']> {
  const [first, ...more] = await found(code, rule);
  assert.ok(first, 'nothing is found');
  assert.equal(more.length, 0);
  return first.fixes;
}

describe('fixes are offered only where they do no harm', () => {
  it('none in a lone statement of an if', async () => {
    const code = `int f(struct task_struct *p)\n{\n\tint ret = 0;\n\n\tif (p)\n\t\tret = ${call};\n\treturn 0;\n}\n`;
    assert.deepEqual(await fixesOf(code, 'init-error-unhandled'), []);
  });

  it('none on a way out that is shared with ways from before', async () => {
    const code = `int f(struct task_struct *p)\n{\n\tint ret = prepare(p);\n\n\tif (ret == 0)\n\t\tret = ${call};\n\tif (ret < 0)\n\t\treturn ret;\n\treturn 0;\n}\n`;
    assert.deepEqual(await fixesOf(code, 'init-error-path-skips-free'), []);
  });

  it('ERR_PTR() comes with its header', async () => {
    const code = `struct task_struct *f(struct task_struct *p)\n{\n\tint ret;\n\n\tret = ${call};\n\treturn p;\n}\n`;
    const [fix] = await fixesOf(code, 'init-error-unhandled');
    assert.ok(fix?.edits.some(({ text }) => text.includes('<linux/err.h>')));
  });

  it('a duplicate that registers more stays', async () => {
    const code = `${watcher('a')}${watcher('b')}task_watcher_func(init, a);\ntask_watcher_pair(a, b);\n`;
    assert.deepEqual(await fixesOf(code, 'duplicate-registration'), []);
  });

  it('the whole of a duplicate goes', async () => {
    const pointer = 'static task_watcher_fn const again __used\n\t__section(".task_watchers.exit") = a;\n';
    const code = `${watcher('a')}task_watcher_func(exit, a);\n${pointer}`;
    const [fix] = await fixesOf(code, 'duplicate-registration');
    const text = head + code;
    const at = text.indexOf(pointer);
    assert.deepEqual(fix?.edits[0]?.range, { start: at, end: at + pointer.length });
  });
});

describe('a call that was left behind goes where it is a statement of its own', () => {
  const around = (body: string): string =>
    `void audit_free(struct task_struct *p);\nvoid f(struct task_struct *p)\n{\n${body}}\n`;
  const mended = async (body: string): Promise<string | undefined> => {
    const code = around(body);
    const calls = await found(code, 'caller-left-behind');
    const fix = calls.find(({ message }) => message.includes('called'))?.fixes[0];
    if (!fix) return undefined;
    const text = applyEdits(head + code, fix.edits);
    const { status, stderr } = spawnSync('gcc', ['-std=gnu89', '-fsyntax-only', '-xc', '-'], {
      input: `struct task_struct { int usage; };\n${text.replaceAll(/^#include.*/gm, '')}`,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return text.slice(text.indexOf('{\n') + 2, -2);
  };

  it('behind a comment', async () =>
    assert.equal(
      await mended('\tp->usage = 0;\n\t/* over */\n\taudit_free(p);\n'),
      '\tp->usage = 0;\n\t/* over */\n',
    ));

  it('behind a brace that stands in a comment', async () =>
    assert.equal(await mended('\tp->usage = 0; /* { */\n\taudit_free(p);\n'), '\tp->usage = 0; /* { */\n'));

  it('not where it is all that an if, an else or a loop holds, whatever comment stands between', async () => {
    const kept = [
      '\tif (p) /* really */\n\t\taudit_free(p);\n\telse\n\t\tp->usage = 0;\n',
      '\tif (p)\n\t\t/* over; */\n\t\taudit_free(p);\n\tp->usage = 0;\n',
      '\tif (p)\n\t\tp->usage = 0;\n\telse // none;\n\t\taudit_free(p);\n',
      '\tfor (p->usage = 0;\n\t     p->usage < 3;\n\t     p->usage++) /* three; */\n\t\taudit_free(p);\n',
    ];
    for (const body of kept) assert.equal(await mended(body), undefined, body);
  });

  it('not behind the #else of what an if holds', async () =>
    assert.equal(
      await mended('\tif (p)\n#ifdef CONFIG_A\n\t\tp->usage = 0;\n#else\n\t\taudit_free(p);\n#endif\n'),
      undefined,
    ));

  it('an empty statement stays behind a label that ends a block', async () =>
    assert.equal(
      await mended('\tif (p)\n\t\tgoto out;\n\tp->usage = 0;\nout:\n\taudit_free(p);\n'),
      '\tif (p)\n\t\tgoto out;\n\tp->usage = 0;\nout:\n\t;\n',
    ));

  it('the declaration stays where the function is used as a value', async () => {
    const code =
      'void audit_free(struct task_struct *p);\nvoid (*hook)(struct task_struct *) = audit_free;\n';
    assert.deepEqual(await fixesOf(code, 'caller-left-behind'), []);
  });
});

describe('suppressions', () => {
  it('a reason may hold a star', () =>
    assert.equal(suppressionsIn('/* tw-ignore: not-linked -- 2 * 3 */\nx;\n').length, 1));

  it('comments one below the other mean the line below all', () =>
    assert.deepEqual(
      suppressionsIn('/* tw-ignore: a */\n/* tw-ignore: b */\nx;\n').map(({ line }) => line),
      [3, 3],
    ));
});

it('a bool is no int', async () => {
  const code =
    'typedef _Bool bool;\nstatic bool w(unsigned long val, struct task_struct *tsk) { return 0; }\ntask_watcher_func(exit, w);\n';
  assert.equal((await found(code, 'watcher-signature')).length, 1);
});
