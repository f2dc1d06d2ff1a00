import { deepEqual, doesNotMatch, equal, ok } from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { change } from '../checks/kernel-under-check';
import { unescaped } from '../features/picture-boxes';
import { copyOfExample, exampleKernel, twIndex } from './kernel-under-test';

describe('trees and files with odd names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tw-odd-'));
  const root = join(folder, `linux 6.1 #7 100% ü(neu)[x] 'a' & <b>`);
  const oddFile = 'ipc/sem#1 (50%) ä&b.c';
  before(() => {
    cpSync(exampleKernel, root, { recursive: true });
    renameSync(join(root, 'ipc/sem.c'), join(root, oddFile));
    // The included file keeps its odd name; make could not name it.
    change(root, 'ipc/Makefile', (text) => text.replace('sem.o', 'all.o'));
    cpSync(join(root, oddFile), join(root, 'ipc/all.c'));
    change(root, 'ipc/all.c', () => `#include "sem#1 (50%) ä&b.c"\n`);
    // A condition is shown as it is written; a comment in it may hold anything.
    change(root, 'kernel/fork.c', (text) =>
      text.replace(
        'if (retval < 0)',
        'if (retval /* </svg><script>alert(1)</script> | [x](javascript:1) ``` */ < 0)',
      ),
    );
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const show = (format: string, ...words: readonly string[]): string => {
    const { status, out, err } = twIndex([
      ...['dispatch', 'INIT', '--val', '0x40000', '--fail', 'copy_semundo', '--root', root],
      ...['--format', format, ...words],
    ]);
    equal(status, 0, err);
    return out;
  };

  it('steer no terminal', () => {
    const steering = 'sem\u001b]0;title\u0007.c';
    const tree = copyOfExample({ 'ipc/all.c': `#include "${steering}"\n` });
    renameSync(join(tree, 'ipc/sem.c'), join(tree, 'ipc', steering));
    change(tree, 'ipc/Makefile', (text) => text.replace('sem.o', 'all.o'));
    const { status, out } = twIndex(['table', 'INIT', '--root', tree]);
    equal(status, 0);
    ok(out.includes('ipc/sem\\x1b]0;title\\x07.c:'), out);
    ok(!/\p{Cc}/u.test(out.replaceAll('\n', '')), out);
    rmSync(tree, { recursive: true });
    const { err } = twIndex(['--root', '/no\u001b[2J\nwhere']);
    equal(err, 'tw-index: --root /no\\x1b[2J\\nwhere: no such folder\n');
  });

  const addresses = (markup: string): readonly string[] => [
    ...new Set([...markup.matchAll(/href="([^"#][^"]*)"/g)].map(([, written = '']) => unescaped(written))),
  ];

  for (const format of ['svg', 'html'])
    it(`links to files that are there, as ${format}`, () => {
      const files = addresses(show(format)).map((address) => new URL(address));
      ok(files.length > 3);
      // As a browser reads it: nothing is taken for a query or a fragment.
      for (const { pathname, hash, search, protocol } of files) {
        deepEqual([protocol, hash, search], ['file:', '', '']);
        ok(existsSync(decodeURIComponent(pathname)), pathname);
      }
      ok(files.some(({ pathname }) => decodeURIComponent(pathname) === join(root, oddFile)));
      for (const address of addresses(show(format, '--link', 'vscode')))
        ok(/^vscode:\/\/file\/\S+:\d+$/.test(address), address);
    });

  it('lets nothing of the source into the markup', () => {
    for (const shown of [show('svg'), show('html'), twIndex(['report', '-', '--root', root]).out]) {
      ok(shown.includes('copy_semundo'));
      doesNotMatch(shown, /<script|<b>|javascript:1"/i);
    }
  });

  it('lets nothing of the source into Markdown', () => {
    const out = show('markdown');
    const [line = ''] = out.split('\n').filter((text) => text.includes('alert'));
    // In a code span with a fence longer than any run of backquotes inside.
    ok(/````.* ````/.test(line), line);
    doesNotMatch(line.replace(/````.*````/, ''), /script|javascript/);
  });
});
