import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { diskTree } from '../../server/src/source/disk-tree';
import { inputLog } from '../../server/src/source/input-log';
import { mayInclude } from '../../server/src/source/include-names';
import { mergedScans, prescanFiles, prescanTree, startScan } from '../../server/src/source/prescan';
import { chooseRoot, findRootAbove } from '../../server/src/source/root';

describe('the tree on disk', () => {
  let root = '';
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tw-source-'));
    write('Makefile', 'VERSION = 6\n');
    write('arch/x86/Makefile', '');
    write('include/linux/init.h', '');
    write('init/main.c', 'int main;\n');
    write('kernel/fork.c', 'task_watcher_func(init, f);\n');
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  describe('root', () => {
    it('is found above the current folder', () => {
      assert.equal(findRootAbove(join(root, 'arch/x86')), root);
      assert.deepEqual(chooseRoot(undefined, join(root, 'kernel')), { root });
    });

    it('named wrongly, is one line that says what is missing and where the tree seems to be', () => {
      const chosen = chooseRoot('kernel', root);
      assert.ok('failure' in chosen);
      assert.match(
        chosen.failure,
        /^--root kernel: not a kernel tree \(no Makefile, .*\); did you mean .*\?$/,
      );
      assert.ok(chosen.failure.includes(`did you mean ${root}?`));
    });

    it('is not invented where there is none', () => {
      assert.deepEqual(chooseRoot('nowhere', root), { failure: '--root nowhere: no such folder' });
    });
  });

  describe('what is where', () => {
    it('is what it was when it was first asked for, until it is to be looked at again', () => {
      const tree = diskTree(root);
      assert.equal(tree.kind('kernel/Kbuild'), undefined);
      assert.equal(tree.kind('arch/x86/Kbuild'), undefined);
      write('kernel/Kbuild', '');
      write('arch/x86/Kbuild', '');
      assert.equal(tree.kind('kernel/Kbuild'), undefined);
      assert.equal(tree.kind('kernel/fork.c'), 'file');
      assert.equal(tree.kind('kernel/Kbuild'), undefined);
      assert.deepEqual(tree.list('kernel'), ['fork.c']);
      assert.deepEqual(tree.listAgain('kernel'), [
        { path: 'kernel/Kbuild', before: undefined, after: 'file' },
      ]);
      assert.equal(tree.kind('kernel/Kbuild'), 'file');
      assert.deepEqual(tree.listAgainBelow('arch'), [
        { path: 'arch/x86/Kbuild', before: undefined, after: 'file' },
      ]);
      assert.deepEqual(tree.listAgain('arch/x86'), []);
      assert.deepEqual(tree.listAgain('arch/arm'), []);
      assert.equal(tree.kind('arch/x86/Kbuild'), 'file');
    });

    it('is logged: a name that is not there by itself, else the folder', () => {
      const log = inputLog();
      const tree = diskTree(root, log);
      tree.kind('kernel/Kbuild');
      tree.kind('init/main.c');
      assert.deepEqual([...log.files], [join(root, 'kernel/Kbuild')]);
      assert.deepEqual([...log.folders.keys()], [join(root, 'init')]);
      tree.kind('kernel/fork.c');
      assert.deepEqual([...log.folders.keys()], [join(root, 'init'), join(root, 'kernel')]);
    });
  });

  describe('reading', () => {
    it('takes UTF-8, and Latin-1 where it is not UTF-8, and keeps CRLF', () => {
      write('a.c', 'naïve — ok\r\n');
      write('b.c', Buffer.from('na\xefve\r\n', 'latin1'));
      const tree = diskTree(root);
      assert.equal(tree.read('a.c'), 'naïve — ok\r\n');
      assert.equal(tree.read('b.c'), 'naïve\r\n');
      assert.deepEqual(tree.problems(), []);
    });

    it('reads a version again, and no other', () => {
      const tree = diskTree(root);
      assert.equal(tree.read('kernel/fork.c'), 'task_watcher_func(init, f);\n');
      assert.equal(tree.again?.('kernel/fork.c'), 'task_watcher_func(init, f);\n');
      assert.equal(tree.again('init/main.c'), undefined, 'never read');
      write('kernel/fork.c', 'task_watcher_func(exit, f);\n');
      utimesSync(join(root, 'kernel/fork.c'), 1, 1);
      assert.equal(tree.again('kernel/fork.c'), undefined);
    });

    it('keeps a replacement character that the file itself holds', () => {
      write('a.c', 'x\ufffdy é');
      assert.equal(diskTree(root).read('a.c'), 'x\ufffdy é');
    });

    it('survives what is no text, and says why', () => {
      write('binary.c', Buffer.from([47, 42, 0, 1, 2]));
      write('huge.c', Buffer.alloc(9 * 1024 * 1024, 32));
      mkdirSync(join(root, 'folder.c'));
      symlinkSync('nowhere', join(root, 'dangling.c'));
      execFileSync('mkfifo', [join(root, 'fifo.c')]);
      const tree = diskTree(root);
      for (const name of ['binary.c', 'huge.c', 'folder.c', 'dangling.c', 'fifo.c', 'missing.c'])
        assert.equal(tree.read(name), undefined, name);
      assert.deepEqual(tree.problems(), [
        { file: 'binary.c', reason: 'binary, not read' },
        { file: 'huge.c', reason: 'larger than 8 MiB, not read' },
        { file: 'folder.c', reason: 'cannot be read (a folder)' },
        { file: 'dangling.c', reason: 'cannot be read (a link to nothing)' },
        { file: 'fifo.c', reason: 'cannot be read (no regular file)' },
      ]);
      rmSync(join(root, 'dangling.c'));
      rmSync(join(root, 'huge.c'));
      write('folder.c/../huge.c', '');
      for (const name of ['dangling.c', 'huge.c']) tree.read(name);
      assert.deepEqual(
        tree.problems().map(({ file }) => file),
        ['binary.c', 'folder.c', 'fifo.c'],
      );
    });

    it('follows links to files and not to folders', () => {
      symlinkSync('../kernel/fork.c', join(root, 'init/link.c'));
      symlinkSync('..', join(root, 'init/loop'));
      const tree = diskTree(root);
      assert.equal(tree.kind('init/link.c'), 'file');
      assert.equal(tree.kind('init/loop'), undefined);
      assert.deepEqual(tree.list('init'), ['link.c', 'main.c']);
    });
  });

  describe('prescan', () => {
    const needles = ['task_watcher', 'DEFINE_TASK_'];

    it('finds the files that hold a needle, with one thread and with two', async () => {
      write('drivers/a/b/deep.c', 'x DEFINE_TASK_INITCALL(f); task_watcher');
      write('drivers/a/other.c', 'task_watche r');
      write('drivers/a/readme.txt', 'task_watcher');
      const expected = [
        { file: 'drivers/a/b/deep.c', needles: [0, 1] },
        { file: 'kernel/fork.c', needles: [0] },
      ];
      for (const threads of [1, 2])
        assert.deepEqual((await prescanTree(root, needles, { threads })).hits, expected);
    });

    it('finds the same when other threads begin before this one takes part', async function () {
      // With one processor nobody else begins.
      if (availableParallelism() < 2) this.skip();
      write('drivers/a/deep.c', 'x DEFINE_TASK_INITCALL(f); task_watcher');
      write('include/linux/a/deep.h', '#include "deep.c"\n#define x task_watcher');
      write('include/linux/a/other.c', 'task_watcher');
      write('include/top.h', 'task_watcher');
      write('include/top.c', 'task_watcher');
      const options = { includes: true };
      const begun = startScan(root, needles, true, options);
      const first = await begun?.headers();
      const rest = await begun?.rest([]);
      assert.ok(first && rest);
      const whole = mergedScans([first, rest]);
      const expected = await prescanTree(root, needles, options);
      assert.deepEqual(whole.hits, expected.hits);
      assert.deepEqual(mayInclude(whole.includes, ['deep.c']), mayInclude(expected.includes, ['deep.c']));
      const headers = await startScan(root, needles, false, options)?.headers();
      assert.deepEqual(headers?.hits, [
        { file: 'include/linux/a/deep.h', needles: [0] },
        { file: 'include/top.h', needles: [0] },
      ]);
      assert.deepEqual(mayInclude(headers.includes, ['deep.c']), [
        { file: 'include/linux/a/deep.h', needles: [0] },
      ]);
      assert.ok(!headers.looked.files.includes('include/linux/a/other.c'));
    });

    it('goes on with files that are named only then', async function () {
      if (availableParallelism() < 2) this.skip();
      const files = Array.from({ length: 900 }, (_, index) => `drivers/many/${String(index)}.c`);
      files.forEach((path, index) => {
        write(path, index % 7 === 0 ? 'task_watcher' : '#include "deep.c"\n');
      });
      const begun = startScan(root, needles, false, { includes: true });
      assert.deepEqual((await begun?.headers())?.hits, []);
      const also = await begun?.rest(files);
      const expected = await prescanFiles(root, needles, files, { includes: true, threads: 1 });
      assert.deepEqual(also?.hits, expected.hits);
      assert.equal(also.files, files.length);
      assert.deepEqual(mayInclude(also.includes, ['deep.c']), mayInclude(expected.includes, ['deep.c']));
      assert.deepEqual((await begun?.rest(['kernel/fork.c']))?.hits.length, 1);
      begun?.end();
    });

    it('finds a needle that straddles two pieces of a large file', async () => {
      const pad = ' '.repeat((1 << 20) - 5);
      write('include/large.h', `${pad}task_watcher`);
      const { hits, bytes } = await prescanFiles(root, needles, ['include/large.h']);
      assert.deepEqual(hits, [{ file: 'include/large.h', needles: [0] }]);
      assert.equal(bytes, pad.length + 'task_watcher'.length);
    });

    it('leaves out build folders, other trees, links in a circle and what is excluded, and says which', async () => {
      const hit = 'task_watcher_func(init, f);';
      write('build/.config', '');
      write('build/Makefile', '');
      write('build/x.c', hit);
      write('build/kernel/x.c', hit);
      write('vendor/linux/init/main.c', hit);
      for (const part of ['arch/x', 'include/x', 'kernel/x', 'Makefile']) write(`vendor/linux/${part}`, hit);
      write('Documentation/x.c', hit);
      write('tools/x.c', hit);
      write('mine/x.c', hit);
      symlinkSync('..', join(root, 'kernel/loop'));
      const result = await prescanTree(root, needles, { threads: 1, exclude: ['mine'] });
      assert.deepEqual(
        result.hits.map(({ file }) => file),
        ['kernel/fork.c'],
      );
      assert.deepEqual(
        [...result.skipped].sort((a, b) => (a.file < b.file ? -1 : 1)),
        [
          { file: 'build', reason: 'a build folder (O=), left out' },
          { file: 'vendor/linux', reason: 'another kernel tree, left out' },
        ],
      );
    });

    it('does not stop at a file that vanished or a FIFO named as source', async () => {
      execFileSync('mkfifo', [join(root, 'kernel/fifo.c')]);
      const tree = await prescanTree(root, needles, { threads: 1 });
      assert.deepEqual(
        tree.hits.map(({ file }) => file),
        ['kernel/fork.c'],
      );
      const files = await prescanFiles(root, needles, ['gone.c', 'kernel/fork.c']);
      assert.deepEqual(files.problems, [{ file: 'gone.c', reason: 'cannot be read (ENOENT)' }]);
      assert.equal(files.hits.length, 1);
    });
  });
});
