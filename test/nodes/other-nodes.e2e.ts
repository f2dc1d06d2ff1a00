import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { copyOfExample, exampleKernel } from '../cli/kernel-under-test';
import { positionOf, startClient } from '../lsp/client';

const project = join(__dirname, '../..');
const installed = join(project, '.nodes');
const command = join(project, 'server/bin/tw-index.js');

/** By version, without its `v`: the programs that `npm run nodes:install` installed. */
const nodes = existsSync(join(installed, 'installed'))
  ? readdirSync(installed).flatMap((name) => {
      const version = /^node-(\d.*)$/.exec(name)?.[1];
      return version === undefined ? [] : [{ version, program: join(installed, name) }];
    })
  : [];

/** A server at rest has made itself small after six seconds. */
const untilRest = 8_000;

describe('another Node than the one that built the bundles', () => {
  let home = '';
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'tw-nodes-'));
  });
  after(() => {
    rmSync(home, { recursive: true });
  });

  if (nodes.length === 0) {
    it('is tried', function () {
      if (process.env.TW_CI) throw new Error('missing: other Nodes; npm run nodes:install');
      this.skip();
    });
    return;
  }

  const run = (program: string, cache: string, words: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(program, [command, ...words], {
      encoding: 'utf8',
      env: { PATH: '/bin', HOME: home, XDG_CACHE_HOME: join(home, cache) },
    });
    return { status, stdout, stderr };
  };
  /** What it prints must be what this Node prints, with nothing on standard error. */
  const answers = (root: string): readonly (readonly string[])[] =>
    [
      ['table', '--all'],
      ['table', '--family', 'initcalls', '--format', 'json'],
      ['check', '--format', 'json'],
      ['dispatch', 'INIT', '--each-failure'],
      ['report', '-'],
    ].map((words) => [...words, '--root', root, '--quiet']);

  for (const { version, program } of nodes)
    describe(version, () => {
      it('is the one that is meant', () => {
        equal(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout, `v${version}\n`);
        notEqual(`v${version}`, process.version);
      });

      it('answers as this one does, also from what was kept', () => {
        for (const root of [exampleKernel, copyOfExample({ 'kernel/broken.c': 'task_watcher_func(' })])
          for (const words of answers(root)) {
            const here = run(process.execPath, 'here', words);
            equal(here.stderr, '');
            for (const turn of ['anew', 'kept'])
              deepEqual(run(program, version, words), here, `${words.join(' ')}, ${turn}`);
          }
      });

      it('takes no answer wrongly that this one kept, nor the other way about', () => {
        const words = answers(exampleKernel)[0] ?? [];
        const cache = `both-${version}`;
        const here = run(process.execPath, cache, words);
        for (const each of [program, process.execPath, program]) deepEqual(run(each, cache, words), here);
      });

      it('serves an editor, makes itself small, and has nothing to complain of', async () => {
        let complaints = '';
        const client = await startClient({
          folders: [exampleKernel],
          node: program,
          onComplaint: (text) => (complaints += text),
        });
        try {
          await client.ready(exampleKernel);
          const file = join(exampleKernel, 'kernel/fork.c');
          const uri = await client.open(file);
          const position = positionOf(readFileSync(file, 'utf8'), 'WATCH_TASK_INIT', 1);
          const hover = async (): Promise<string> =>
            JSON.stringify(await client.request('textDocument/hover', { textDocument: { uri }, position }));
          const first = await hover();
          match(first, /audit_alloc/);
          await pause(untilRest);
          equal(await hover(), first);
        } finally {
          equal(await client.stop(), 0);
        }
        equal(complaints, '');
      });
    });
});
