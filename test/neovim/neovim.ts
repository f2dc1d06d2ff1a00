import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const project = join(__dirname, '../..');
/** The plugin as a user has it on the runtimepath. */
export const plugin = join(project, 'client/neovim');
export const server = join(project, 'server/bin/task-watchers-language-server.js');
/** The driver's script, and what a test's configuration may need. */
const driver = join(__dirname, 'driver.lua');

export interface InstalledNeovim {
  readonly path: string;
  /** `0.10.4` */
  readonly version: string;
  /** Has `vim.lsp.config` and `vim.lsp.enable`. */
  readonly modern: boolean;
}

/** Both interfaces to language servers that we support must be tried; each by the suite of Debian that has it. */
const wanted = [
  { suite: 'trixie', modern: false },
  { suite: 'forky', modern: true },
];

function versionOf(path: string): InstalledNeovim | undefined {
  const { stdout, status } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  const found = status === 0 ? /^NVIM v(\d+)\.(\d+)\.(\d+)/.exec(stdout) : null;
  if (!found) return undefined;
  const [, major = '', minor = '', patch = ''] = found;
  return { path, version: `${major}.${minor}.${patch}`, modern: major !== '0' || Number(minor) >= 11 };
}

/** The ones to test with: those of scripts/install-neovim.sh, or what `TW_NVIM` or the path has. */
export function installedNeovims(): readonly InstalledNeovim[] {
  const own = wanted
    .map(({ suite }) => join(project, `.editors/neovim-${suite}/nvim`))
    .filter((path) => existsSync(path));
  const paths = process.env.TW_NVIM ? [process.env.TW_NVIM] : own.length > 0 ? own : ['nvim'];
  return paths.flatMap((path) => {
    const found = versionOf(path);
    return found && (found.modern || found.version.startsWith('0.10.')) ? [found] : [];
  });
}

/** What is missing of the Neovims to test with, with the way to get it; where `TW_CI` is set nothing may be. */
export function missingNeovims(found: readonly InstalledNeovim[]): readonly string[] {
  return wanted
    .filter(({ modern }) => !found.some((one) => one.modern === modern))
    .map(
      ({ suite, modern }) =>
        `a Neovim ${modern ? '0.11 or newer' : '0.10'}: run scripts/install-neovim.sh ${suite}`,
    );
}

export interface Neovim {
  /**
   * Runs Lua in it: `...` are the arguments, what it returns comes back as JSON has it. `wait(condition)` waits for a
   * function to be true, with an error after 15 seconds.
   */
  lua(code: string, ...values: readonly unknown[]): Promise<unknown>;
  /** What it wrote to standard error: error messages, mostly. */
  errors(): string;
  stop(): Promise<void>;
}

const answerSchema = z.object({ id: z.number(), ok: z.boolean(), result: z.unknown() });

/** Puts into every piece of Lua of a test: what each of them needs. */
const prelude = `
local function wait(condition, what)
  if not vim.wait(15000, condition, 20) then
    error('waited in vain' .. (what and ' for ' .. what or '') .. vim.fn.execute('messages'), 2)
  end
end
`;

export interface Start {
  /** Lua that runs first, once Neovim is up. */
  readonly init?: string;
  /**
   * Puts configuration and plugins into the user's folders, which are empty: then these are used, as without `--clean`.
   * Without it the plugin is on the runtimepath, and nothing else is.
   */
  readonly prepare?: (folders: { readonly config: string; readonly data: string }) => void;
  /** Of the environment. */
  readonly path?: string;
  /** The user's home, which stays; without it an empty one, which is removed. */
  readonly home?: string;
}

/** Starts a headless Neovim with nothing of this machine's user. `folder` is the current folder. */
export async function startNeovim(
  neovim: InstalledNeovim,
  folder: string,
  { init, prepare, path, home: own }: Start,
): Promise<Neovim> {
  const home = own ?? mkdtempSync(join(tmpdir(), 'tw-neovim-'));
  const at = (name: string): string => {
    mkdirSync(join(home, name), { recursive: true });
    return join(home, name);
  };
  prepare?.({ config: at('config/nvim'), data: at('data/nvim') });
  const socket = join(mkdtempSync(join(tmpdir(), 'tw-driver-')), 'socket');
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(socket, resolve));
  const connected = new Promise<Socket>((resolve) => listener.once('connection', resolve));
  const child = spawn(
    neovim.path,
    [
      '--headless',
      ...(prepare ? [] : ['--clean', '--cmd', `set runtimepath^=${plugin}`]),
      ...['-c', `luafile ${driver}`],
    ],
    {
      cwd: folder,
      env: {
        ...process.env,
        TW_SOCKET: socket,
        HOME: home,
        ...(path === undefined ? {} : { PATH: path }),
        XDG_CONFIG_HOME: at('config'),
        XDG_DATA_HOME: at('data'),
        XDG_STATE_HOME: at('state'),
        XDG_CACHE_HOME: at('cache'),
        XDG_RUNTIME_DIR: at('run'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let errors = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      errors += data.toString();
    });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const gone = exited.then(() => {
    throw new Error(`Neovim ended: ${errors}`);
  });
  gone.catch(() => undefined);
  const connection = await Promise.race([connected, gone]);

  const waiting = new Map<number, (answer: z.infer<typeof answerSchema>) => void>();
  let pending = '';
  connection.on('data', (data: Buffer) => {
    pending += data.toString();
    for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
      const answer = answerSchema.parse(JSON.parse(pending.slice(0, end)));
      pending = pending.slice(end + 1);
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
    }
  });
  let last = 0;
  const lua: Neovim['lua'] = async (code, ...values) => {
    last += 1;
    const id = last;
    const answered = new Promise<z.infer<typeof answerSchema>>((resolve) => waiting.set(id, resolve));
    connection.write(`${JSON.stringify({ id, lua: `${prelude}\n${code}`, arguments: values })}\n`);
    const { ok, result } = await Promise.race([answered, gone]);
    if (!ok) throw new Error(`${String(result)}\n${errors}`);
    return result;
  };
  const session: Neovim = {
    lua,
    errors: () => errors,
    async stop() {
      connection.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 10000);
      await exited;
      clearTimeout(timer);
      listener.close();
      rmSync(dirname(socket), { recursive: true });
      if (own === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
  if (init !== undefined) await lua(init);
  return session;
}

/** The user's way of starting the server: `vim.lsp.enable` where there is one. */
export const enabling = (neovim: InstalledNeovim): string =>
  neovim.modern
    ? `vim.lsp.config('task_watchers', { cmd = { 'node', '${server}', '--stdio' } })
       vim.lsp.enable('task_watchers')`
    : `require('task_watchers').setup({ cmd = { 'node', '${server}', '--stdio' } })`;
