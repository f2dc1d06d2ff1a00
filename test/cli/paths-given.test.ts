import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleKernel, twIndex } from './kernel-under-test';

describe('paths given to --why and --at', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tw-paths-'));
  const linked = join(folder, 'link');
  const why = (path: string, root = exampleKernel, current = folder): ReturnType<typeof twIndex> =>
    twIndex(['link-order', '--why', path, '--root', root, '--quiet'], current);
  before(() => {
    symlinkSync(exampleKernel, linked);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('count from the root, from the current folder, or from /, and through links', () => {
    const plain = why('kernel/fork.o');
    match(plain.out, /^kernel\/fork\.o is linked, number \d+\n/);
    const inside = join(exampleKernel, 'kernel/sched');
    for (const [path, root, current] of [
      ['kernel/fork.c', exampleKernel, folder],
      ['./kernel//fork', exampleKernel, folder],
      [join(exampleKernel, 'kernel/fork.c'), exampleKernel, folder],
      ['../fork.c', exampleKernel, inside],
      ['../fork.o', exampleKernel, inside],
      [join(linked, 'kernel/fork.o'), exampleKernel, folder],
      [join(realpathSync(exampleKernel), 'kernel/fork.o'), linked, folder],
    ] as const)
      deepEqual(why(path, root, current), plain, `${path} of ${root} in ${current}`);
    const at = (path: string, root: string): ReturnType<typeof twIndex> =>
      twIndex(['dispatch', '--at', `${path}:37`, '--root', root, '--format', 'markdown'], folder);
    const byRoot = at('kernel/fork.c', exampleKernel);
    equal(byRoot.status, 0, byRoot.err);
    deepEqual(at(join(linked, 'kernel/fork.c'), exampleKernel), byRoot);
  });

  it('are refused in one line where nothing is', () => {
    const refused = ['link-order', '--why'];
    for (const [words, line] of [
      [[...refused, ''], '--why: is empty'],
      [[...refused, 'kernel/'], '--why kernel/: a folder; name an object'],
      [[...refused, 'kernel'], '--why kernel: a folder; name an object'],
      [[...refused, '.'], '--why .: a folder; name an object'],
      [[...refused, 'kernel/nope.c'], '--why kernel/nope.c: no such file in the tree'],
      [[...refused, '/etc/passwd'], '--why /etc/passwd: no such file in the tree'],
      [[...refused, 'kernel/Makefile'], '--why kernel/Makefile: not a source of an object; name an object'],
      [['dispatch', '--at', 'kernel/nope.c:38'], '--at kernel/nope.c:38: no such file in the tree'],
      [['check', '--explain', ''], '--explain: is empty'],
    ] as const)
      deepEqual(twIndex([...words, '--root', exampleKernel], exampleKernel), {
        status: 2,
        out: '',
        err: `tw-index: ${line}\n`,
      });
  });
});
