import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleKernel } from './kernel-under-test';

const dist = join(__dirname, '../../server/dist');
/** What `table` loads, in this order. */
const compiled = ['scan-thread.js', 'program.js', 'load-snapshot.js'];
const names = ['tw-index.js', ...compiled, 'prescan-worker.js'];

/** Says of every bundle on stderr whether V8 took the code that was kept of it; `none`: there was none for it. */
const probe = `
  const vm = require('node:vm');
  vm.Script = class extends vm.Script {
    constructor(text, options) {
      super(text, options);
      const said = { undefined: 'none', false: 'taken', true: 'rejected' }[this.cachedDataRejected];
      process.stderr.write(require('node:path').basename(options.filename) + ' ' + said + '\\n');
    }
  };`;

const codeOf = (name: string): Buffer => readFileSync(join(dist, `${name}.code`));

const all = (how: string): readonly string[] => compiled.map((name) => `${name} ${how}`);

describe('bundles that were compiled when they were built', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tw-compiled-'));
    writeFileSync(join(folder, 'probe.cjs'), probe);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const run = (bundles: string, ...flags: readonly string[]): { taken: readonly string[]; table: string } => {
    const words = [join(bundles, 'tw-index.js'), 'table', '--no-cache', '--quiet', '--root', exampleKernel];
    const probed = ['--require', join(folder, 'probe.cjs'), ...flags, ...words];
    const { stdout, stderr, status } = spawnSync(process.execPath, probed, { encoding: 'utf8' });
    equal(status, 0, stderr);
    return { taken: stderr.trim().split('\n'), table: stdout };
  };

  it('are taken as they were compiled', () => {
    deepEqual(run(dist).taken, all('taken'));
  });

  it('are compiled again where V8 has other flags, where they are not the same, and where there is no code', () => {
    const plain = run(dist);
    ok(plain.table.includes('INIT'));
    const flagged = run(dist, '--stack-size=900');
    deepEqual(flagged, { ...plain, taken: all('rejected') });

    for (const name of names) cpSync(join(dist, name), join(folder, name));
    const none = { ...plain, taken: all('none') };
    deepEqual(run(folder), none);
    // Of the same length, but not the same.
    for (const name of compiled) {
      cpSync(join(dist, `${name}.code`), join(folder, `${name}.code`));
      utimesSync(join(folder, name), 1, 1);
    }
    deepEqual(run(folder), none);
    writeFileSync(join(folder, 'program.js.code'), codeOf('program.js').subarray(0, 9));
    deepEqual(run(folder), none);
  });

  it('are compiled again by another Node, though its V8 would take the code', () => {
    // Node 20.20's, run in Node 20.12, has no `path.join`: test/nodes tries other versions.
    const other = mkdtempSync(join(folder, 'other-'));
    for (const name of names) cpSync(join(dist, name), join(other, name));
    const writeCode = (version: string): void => {
      for (const name of compiled) {
        const { size, mtimeMs } = statSync(join(other, name));
        const header = `${size} ${mtimeMs} ${version} ${process.arch}`.padEnd(63);
        const code = codeOf(name);
        writeFileSync(
          join(other, `${name}.code`),
          Buffer.concat([Buffer.from(`${header}\n`), code.subarray(header.length + 1)]),
        );
      }
    };
    writeCode(process.version);
    deepEqual(run(other).taken, all('taken'));
    writeCode('v20.12.0');
    deepEqual(run(other).taken, all('none'));
  });
});
