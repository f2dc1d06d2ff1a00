import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isScanCertain } from '../../server/src/cli/foresee-scan';
import { threadsInAll } from '../../server/src/source/scan-thread';
import { command, copyOfExample } from './kernel-under-test';

/** Says on stderr which threads are started, and when the program is loaded. */
const probe = `
  const threads = require('node:worker_threads');
  const vm = require('node:vm');
  const { basename } = require('node:path');
  const say = (path) => process.stderr.write(basename(path) + '\\n');
  threads.Worker = class extends threads.Worker {
    constructor(path, options) {
      super(path, options);
      say(path);
    }
  };
  vm.Script = class extends vm.Script {
    constructor(text, options) {
      super(text, options);
      if (options.filename.endsWith('program.js')) say(options.filename);
    }
  };`;

describe('threads that tw-index starts before it knows what they are to do', function () {
  this.timeout(60_000);
  let folder = '';
  let root = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tw-threads-'));
    root = copyOfExample();
    writeFileSync(join(folder, 'probe.cjs'), probe);
    // Nothing is kept of files that changed in the last two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2200));
  });
  after(() => {
    for (const one of [folder, root]) rmSync(one, { recursive: true });
  });
  const started = (...words: readonly string[]): readonly string[] => {
    const { stderr, status } = spawnSync(
      process.execPath,
      ['--require', join(folder, 'probe.cjs'), command, ...words],
      { cwd: root, encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: join(folder, 'home') } },
    );
    equal(status, 0, stderr);
    return stderr.trim().split('\n');
  };

  it('are there before the rest is loaded where a scan is certain, as many as it takes', () => {
    const all = Array.from({ length: threadsInAll() - 1 }, () => 'prescan-worker.js');
    deepEqual(started('table', '--no-cache', '--quiet'), [...all, 'program.js']);
  });

  it('are not there for a kept answer, for help, or where no tree is looked through', () => {
    ok(started('table', '--quiet').includes('program.js'));
    for (const words of [
      ['table', '--quiet'],
      ['--help'],
      ['check', '--explain', 'unknown-event'],
      ['link-order'],
    ])
      deepEqual(started(...words), ['program.js'], words.join(' '));
  });

  it('are told from the words alone', () => {
    const certain = (line: string, hasCache: boolean): boolean =>
      isScanCertain(line.split(' '), () => hasCache);
    for (const line of ['check', 'dispatch INIT', 'table --no-cache', '--no-cache', 'verify vmlinux'])
      ok(certain(line, true), line);
    for (const line of ['table', 'list', 'INIT']) {
      ok(certain(line, false), line);
      ok(!certain(line, true), line);
    }
    for (const line of [
      'check --help',
      'check --explain=x',
      'table --from=vmlinux --no-cache',
      'completion bash',
    ])
      ok(!certain(line, false), line);
  });
});
