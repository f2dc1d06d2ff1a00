import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const project = join(__dirname, '../..');
const installed = join(project, '.vscode-test');
const entry = join(installed, 'node_modules/code-server/out/node/entry.js');
const browsers = [
  process.env.TW_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** A Chromium that is installed; `undefined`: none. */
export const chromiumPath = (): string | undefined =>
  browsers.find((path) => path !== undefined && path !== '' && existsSync(path));

/** The C grammar that VS Code ships. */
export const shippedCGrammar = join(
  installed,
  'node_modules/code-server/lib/vscode/extensions/cpp/syntaxes/c.tmLanguage.json',
);

/** What the end-to-end tests need and this machine does not have, with the way to get it. */
export function missingPieces(): readonly string[] {
  return [
    ...(existsSync(entry) ? [] : ['a VS Code: run scripts/install-vscode.sh']),
    ...(chromiumPath() === undefined
      ? ['Chromium: apt-get install chromium, or name one in TW_CHROMIUM']
      : []),
  ];
}

export interface VsCode {
  readonly port: number;
  readonly folder: string;
  /** User data: settings and log files. */
  readonly home: string;
  /** Where extensions are installed. */
  readonly extensions: string;
  stop(): Promise<void>;
}

const userSettings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'workbench.tips.enabled': false,
  'git.enabled': false,
  'chat.commandCenter.enabled': false,
  'editor.minimap.enabled': false,
  'editor.autoClosingBrackets': 'never',
  'files.autoSave': 'off',
  'workbench.colorTheme': 'Default Dark Modern',
  'files.simpleDialog.enable': true,
};

let packaged: string | undefined;

/** The extension as users get it, packaged once a run. `TW_VSIX` names one that is there already. */
export function packagedExtension(): string {
  if (process.env.TW_VSIX) return process.env.TW_VSIX;
  if (packaged === undefined) {
    const name = 'end-to-end.vsix';
    execFileSync(process.execPath, [join(project, 'scripts/package.mjs'), name], {
      cwd: project,
      stdio: 'ignore',
    });
    packaged = join(project, name);
  }
  return packaged;
}

/** Files of another extension, by path in its folder. */
export type OtherExtension = Readonly<Record<string, string>>;

/** Starts a VS Code with our packaged extension installed, for `folder`, and nothing else but `other`. */
export async function startVsCode(
  folder: string,
  settings: object = {},
  other: OtherExtension = {},
): Promise<VsCode> {
  const home = mkdtempSync(join(tmpdir(), 'tw-vscode-'));
  const extensions = join(home, 'extensions');
  mkdirSync(join(home, 'User'), { recursive: true });
  writeFileSync(join(home, 'User/settings.json'), JSON.stringify({ ...userSettings, ...settings }));
  writeFileSync(join(home, 'config.yaml'), '');
  // What lies there before the first installation counts as installed.
  for (const [path, text] of Object.entries(other)) {
    mkdirSync(join(extensions, 'other'), { recursive: true });
    writeFileSync(join(extensions, 'other', path), text);
  }
  const folders = [
    '--user-data-dir',
    home,
    '--extensions-dir',
    extensions,
    '--config',
    join(home, 'config.yaml'),
  ];
  const env = { ...process.env, EXTENSIONS_GALLERY: '{}' };
  execFileSync(process.execPath, [entry, ...folders, '--install-extension', packagedExtension()], {
    env,
    stdio: 'ignore',
  });
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      entry,
      ...folders,
      ...[
        '--auth',
        'none',
        '--bind-addr',
        `127.0.0.1:${port}`,
        '--disable-telemetry',
        '--disable-update-check',
      ],
      ...['--disable-workspace-trust', '--disable-getting-started-override', folder],
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = createWriteStream(join(home, 'code-server.log'));
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await answering(`http://127.0.0.1:${port}/healthz`);
  return {
    port,
    folder,
    home,
    extensions,
    async stop() {
      child.kill();
      await exited;
      if (!process.env.TW_KEEP)
        rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address) resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}

async function answering(url: string): Promise<void> {
  for (
    const end = Date.now() + 60000;
    Date.now() < end;
    await new Promise((resolve) => setTimeout(resolve, 100))
  ) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`${url}: no answer`);
}
