import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { change } from '../checks/kernel-under-check';
import { command, copyOfExample, exampleKernel } from './kernel-under-test';

describe('tw-index with its cache', function () {
  this.timeout(60_000);
  let root: string;
  let home: string;
  const run = (...words: readonly string[]): string => {
    const { stdout, status, stderr } = spawnSync(process.execPath, [command, ...words], {
      encoding: 'utf8',
      env: { ...process.env, XDG_CACHE_HOME: home, NO_COLOR: '1' },
    });
    equal(status, 0, stderr);
    return stdout;
  };
  before(async () => {
    root = copyOfExample();
    home = mkdtempSync(join(tmpdir(), 'tw-home-'));
    // Nothing is kept of files that changed in the last two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2200));
  });
  after(() => {
    rmSync(root, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  });

  it('prints the same with it and without, before a change and after', () => {
    const questions = [
      ['table', 'init', 'free'],
      ['table', '--all', '--format', 'json'],
    ];
    const both = (): readonly string[] =>
      questions.map((words) => {
        const plain = run(...words, '--root', root, '--no-cache');
        equal(run(...words, '--root', root), plain);
        return plain;
      });
    const before = both();
    both();
    // One for the linked part and one for the whole tree: the events asked for do not matter.
    const names = readdirSync(join(home, 'task-watchers')).map((name) => name.replace(/^\w+/, ''));
    deepEqual(names.sort(), ['.answer', '.answer', '.parts', '.parts']);
    change(root, 'kernel/auditsc.c', (text) => text.replaceAll('audit_alloc', 'audit_blloc'));
    const after = both();
    ok(after.every((text, index) => text !== before[index] && text.includes('audit_blloc')));
    change(root, '.config', (text) =>
      text.replace('CONFIG_AUDITSYSCALL=y', '# CONFIG_AUDITSYSCALL is not set'),
    );
    ok(!both()[0]?.includes('audit_blloc'));
  });

  it('shows what is kept, and clears it', () => {
    match(run('cache'), /task-watchers: [12] answers?, 0\.\d MiB/);
    match(run('cache', 'clear'), /removed/);
    match(run('cache', 'show'), /: 0 answers, 0\.0 MiB/);
  });

  /** With an environment that has no good place for it; a run that does not end is ended. */
  const without = (words: readonly string[], environment: NodeJS.ProcessEnv): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [command, ...words], {
      cwd: home,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', ...environment },
      timeout: 15_000,
    });

  it('does without where no folder can be made: Node’s own mkdir -p never ends below /proc', () => {
    const { status, signal, stdout } = without(['table', '--root', exampleKernel], {
      XDG_CACHE_HOME: '/proc/foo',
    });
    deepEqual([status, signal], [0, null]);
    match(stdout, /INIT/);
  });

  it('does without, and leaves the current folder alone, where HOME is empty', () => {
    const nowhere = { XDG_CACHE_HOME: '', HOME: '' };
    equal(without(['table', '--root', exampleKernel], nowhere).status, 0);
    ok(!existsSync(join(home, '.cache')));
    const { status, stderr } = without(['cache'], nowhere);
    equal(status, 2);
    match(stderr, /^tw-index: no home folder, so nothing is kept; set HOME or XDG_CACHE_HOME .*\n$/);
  });
});
