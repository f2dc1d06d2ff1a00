import { strict as assert } from 'node:assert';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type InitializeResult,
} from 'vscode-languageserver/node';
import { z } from 'zod';
import { allRules } from '../../server/src/checks/all-rules';
import { exampleKernel } from '../cli/kernel-under-test';

const project = join(__dirname, '../..');

/** Programs that say whether what we made is right. Where `TW_CI` is set they must be there. */
const has = (program: string): boolean => {
  if (spawnSync(program, ['--version']).error === undefined) return true;
  if (process.env.TW_CI) throw new Error(`missing: ${program}`);
  console.log(`  not run, missing: ${program}`);
  return false;
};

/** Options in the help of a command, as `--format`. */
const optionsIn = (help: string): readonly string[] =>
  [...help.matchAll(/^\s+(--[\w-]+)/gm)].map(([, option = '']) => option).sort();

describe('npm package of the server', () => {
  let home = '';
  let environment: NodeJS.ProcessEnv = {};
  let installed = '';

  const run = (command: string, ...words: readonly string[]): string =>
    execFileSync(join(home, 'prefix/bin', command), words, {
      cwd: home,
      encoding: 'utf8',
      env: environment,
    });
  const commands = (): readonly string[] =>
    [...run('tw-index', '--help').matchAll(/^ {2}([a-z][\w-]+) (?=.*\S)/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help');

  before(() => {
    home = mkdtempSync(join(tmpdir(), 'tw-package-'));
    execFileSync('npm', ['pack', '-w', 'server', '--pack-destination', home], {
      cwd: project,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [tarball] = readdirSync(home).filter((name) => name.endsWith('.tgz'));
    assert.ok(tarball);
    // Nothing of this machine: no cache, no settings, no network; no compiler on the path.
    environment = {
      HOME: home,
      PATH: [dirname(process.execPath), '/bin'].join(delimiter),
      npm_config_cache: join(home, 'cache'),
    };
    const words = ['install', '--offline', '--global', '--prefix', join(home, 'prefix'), tarball];
    execFileSync('npm', words, { cwd: home, env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    installed = join(home, 'prefix/lib/node_modules/task-watchers-language-server');
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  it('has no dependencies and nothing to compile', () => {
    const manifest = z
      .looseObject({ dependencies: z.unknown().optional(), scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')));
    assert.equal(manifest.dependencies, undefined);
    assert.deepEqual(
      Object.keys(manifest.scripts).filter((name) => /install|^prepare$/.test(name)),
      [],
    );
    assert.ok(!existsSync(join(installed, 'node_modules')));
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      files.filter((name) => /\.node$|binding\.gyp$|\.map$/.test(name)),
      [],
    );
    for (const name of ['LICENSE', 'README.md', 'THIRD-PARTY-NOTICES.md', 'task-watchers.schema.json'])
      assert.ok(files.includes(name), name);
    const notices = readFileSync(join(installed, 'THIRD-PARTY-NOTICES.md'), 'utf8');
    for (const name of ['commander', 'tree-sitter-c', 'vscode-languageserver', 'web-tree-sitter', 'zod'])
      assert.match(notices, new RegExp(`^## ${name} \\d`, 'm'));
  });

  it('has both commands, of one version', () => {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(join(project, 'server/package.json'), 'utf8')));
    for (const command of ['tw-index', 'task-watchers-language-server'])
      assert.equal(run(command, '--version'), `${version}\n`);
  });

  it('analyses a kernel', () => {
    const out = run('tw-index', '--root', exampleKernel, '--no-cache', '--quiet', 'table', 'INIT');
    // In the example's own order: test/cli/example-kernel.test.ts compares it with nm.
    assert.ok(out.indexOf('copy_thread_tls') < out.indexOf('audit_alloc'), out);
    // The C parser is WebAssembly beside the bundle: only checks need it.
    assert.match(
      run('tw-index', 'check', '--root', exampleKernel, '--no-cache', '--format', 'json'),
      /findings/,
    );
  });

  it('serves an editor', async () => {
    const child = spawn(join(home, 'prefix/bin/task-watchers-language-server'), ['--stdio'], {
      env: environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    connection.listen();
    const { serverInfo } = await connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
    });
    assert.equal(serverInfo?.name, 'task-watchers-language-server');
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    assert.equal(await exited, 0);
    connection.dispose();
  });

  const page = (name: string): string => readFileSync(join(home, `prefix/share/man/man1/${name}.1`), 'utf8');
  /** Options that a page has entries for. */
  const entriesOf = (text: string): readonly string[] =>
    [...text.replaceAll('\\-', '-').matchAll(/^\.TP\n\.B (--[\w-]+)/gm)].map(([, option = '']) => option);

  it('has manual pages that tell the same options as the help', () => {
    const all = new Set(optionsIn(run('tw-index', '--help')));
    assert.ok(commands().includes('check') && commands().length >= 6, commands().join());
    for (const command of commands()) {
      const help = run('tw-index', command, '--help');
      for (const option of optionsIn(help)) all.add(option);
      assert.ok(page('tw-index').replaceAll('\\-', '-').includes(`.SS ${command}`), command);
    }
    assert.deepEqual([...new Set(entriesOf(page('tw-index')))].sort(), [...all].sort());
    const help = run('task-watchers-language-server', '--help');
    assert.deepEqual([...entriesOf(page('task-watchers-language-server'))].sort(), optionsIn(help));
  });

  if (has('mandoc'))
    it('has manual pages without mistakes', () => {
      for (const name of ['tw-index', 'task-watchers-language-server']) {
        const words = ['-T', 'lint', '-W', 'warning', join(home, `prefix/share/man/man1/${name}.1`)];
        assert.equal(spawnSync('mandoc', words, { encoding: 'utf8' }).stdout, '');
      }
    });

  /** What each shell must offer for a line, at its end; what it may offer is its own business. */
  const completed: readonly { readonly line: string; readonly offers: readonly string[] }[] = [
    { line: 'tw-index ver', offers: ['verify'] },
    { line: 'tw-index table --fo', offers: ['--format'] },
    { line: 'tw-index check --format ', offers: ['text', 'json', 'sarif', 'github'] },
    { line: 'tw-index --root x table --format ', offers: ['text', 'json'] },
    {
      line: 'tw-index check --explain init-error-',
      offers: allRules.flatMap(({ name }) => (name.startsWith('init-error-') ? [name] : [])),
    },
    { line: 'tw-index table E', offers: ['EXEC', 'EXIT'] },
    { line: 'tw-index --family ', offers: ['task-watchers', 'initcalls'] },
    { line: 'tw-index completion ', offers: ['bash', 'zsh', 'fish'] },
    { line: 'tw-index verify vml', offers: ['vmlinux of mine'] },
    { line: 'tw-index table --root fol', offers: ['folder'] },
  ];

  const completes = (shell: string, offersFor: (line: string, folder: string) => readonly string[]): void => {
    if (!has(shell)) return;
    it(`completes in ${shell}`, () => {
      const folder = join(home, `in-${shell}`);
      mkdirSync(join(folder, 'folder'), { recursive: true });
      writeFileSync(join(folder, 'vmlinux of mine'), '');
      for (const { line, offers } of completed)
        assert.deepEqual([...offersFor(line, folder)].sort(), [...offers].sort(), line);
    });
  };
  const shellOutput = (folder: string, program: string, ...words: readonly string[]): string =>
    execFileSync(program, words, { cwd: folder, encoding: 'utf8', env: { ...process.env, HOME: home } });

  completes('bash', (line, folder) => {
    const words = line.split(' ').map((word) => `'${word}'`);
    const script = `source '${installed}/completions/tw-index.bash'
      COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}
      _tw_index
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return shellOutput(folder, 'bash', '--norc', '-c', script).trim().split('\n');
  });

  completes('fish', (line, folder) =>
    shellOutput(
      folder,
      'fish',
      '-N',
      '-c',
      `source '${installed}/completions/tw-index.fish'; complete -C '${line}'`,
    )
      .trim()
      .split('\n')
      .map((offer) => (offer.split('\t')[0] ?? '').replace(/\/$/, '').replaceAll('\\ ', ' ')),
  );

  completes('zsh', (line, folder) => {
    const out = shellOutput(
      folder,
      'zsh',
      '-f',
      join(__dirname, 'complete.zsh'),
      `${installed}/completions`,
      line,
    );
    // One word may be offered in more than one way.
    return [
      ...new Set(
        [...out.matchAll(/<([^<>\n]+)>/g)].map(([, offer = '']) => offer.trim().replaceAll('\\ ', ' ')),
      ),
    ];
  });

  it('prints the same completions as it has', () => {
    for (const [shell, file] of Object.entries({
      bash: 'tw-index.bash',
      zsh: '_tw-index',
      fish: 'tw-index.fish',
    }))
      assert.equal(
        run('tw-index', 'completion', shell),
        readFileSync(join(installed, 'completions', file), 'utf8'),
      );
  });

  it('has types that a client can be written with', () => {
    const folder = join(home, 'client');
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'commonjs', private: true }));
    const words = ['install', '--offline', installed];
    execFileSync('npm', words, { cwd: folder, env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    writeFileSync(
      join(folder, 'client.ts'),
      `import { statusNotification, type ShownTables, type StatusParams } from 'task-watchers-language-server/protocol';
export const slots = (tables: ShownTables): readonly (number | null)[] =>
  tables.events.flatMap(({ entries }) => entries.map(({ slot }) => slot));
export const isReady = ({ state }: StatusParams): boolean => state === 'ready';
export const method: 'taskWatchers/status' = statusNotification;
// @ts-expect-error there is no such state
export const wrong: StatusParams['state'] = 'asleep';
`,
    );
    const options = [
      '--strict',
      '--noEmit',
      '--module',
      'nodenext',
      '--skipLibCheck',
      'false',
      '--typeRoots',
      '.',
      'client.ts',
    ];
    const tsc = spawnSync(process.execPath, [join(project, 'node_modules/typescript/bin/tsc'), ...options], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(tsc.stdout, '');
    const ask = "console.log(require('task-watchers-language-server/protocol').statusNotification)";
    assert.equal(
      execFileSync(process.execPath, ['-e', ask], { cwd: folder, encoding: 'utf8' }),
      'taskWatchers/status\n',
    );
  });

  it('answers the client of docs/editors/any-client.md', () => {
    const text = readFileSync(join(project, 'docs/editors/any-client.md'), 'utf8');
    const script = /^```js\n(.*?)^```/ms.exec(text)?.[1];
    assert.ok(script);
    writeFileSync(join(home, 'client.mjs'), script);
    const out = execFileSync(process.execPath, ['client.mjs', exampleKernel, 'FREE'], {
      cwd: home,
      encoding: 'utf8',
      env: {
        ...environment,
        PATH: [join(home, 'prefix/bin'), environment.PATH].join(delimiter),
        XDG_CACHE_HOME: join(home, 'cache'),
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.match(out, /^\d+ audit_free kernel\/auditsc\.c:\d+$/m);
  });
});
