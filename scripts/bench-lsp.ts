// Measures the built language server on a kernel tree, as an editor uses it: npm run bench:lsp -- TREE [--config FILE]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-languageserver/node';

const usage = `usage: npm run bench:lsp -- TREE [--config FILE] [--file kernel/fork.c] [--edits N] [--requests N]
TREE: Linux 6.1 with task watchers (scripts/graft-kernel.ts makes one); it is only read.
`;

const { values, positionals } = readOptions();
const [given] = positionals;
if (given === undefined) {
  process.stderr.write(usage);
  process.exit(2);
}

function readOptions(): ReturnType<typeof parsed> {
  try {
    const options = parsed();
    if (options.values.help === true) {
      process.stdout.write(usage);
      process.exit(0);
    }
    return options;
  } catch (error) {
    process.stderr.write(`bench:lsp: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

function parsed() {
  return parseArgs({
    allowPositionals: true,
    options: {
      edits: { type: 'string', default: '1000' },
      requests: { type: 'string', default: '3000' },
      file: { type: 'string', default: 'kernel/fork.c' },
      config: { type: 'string', default: '.config' },
      help: { type: 'boolean' },
    },
  });
}

const root = resolve(given);
const edits = Number(values.edits);
const requests = Number(values.requests);

interface Published {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly unknown[];
}

const uriOf = (path: string): string => pathToFileURL(join(root, path)).href;

/** The same numbers in each run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function percentile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

const shown = (milliseconds: number): string => `${milliseconds.toFixed(1)} ms`;

/** `VmRSS` (now) or `VmHWM` (at most) of a process, in MB. */
function memory(pid: number | undefined, field: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}

/** Seconds of processor time that a process has used. */
function processorTime(pid: number | undefined): number {
  const fields =
    readFileSync(`/proc/${pid ?? 0}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Milliseconds that a process' main thread has run: what it takes on a machine that has nothing else to do. */
function mainThreadTime(pid: number | undefined): number {
  const [ran] = readFileSync(`/proc/${pid ?? 0}/task/${pid ?? 0}/schedstat`, 'utf8').split(' ');
  return Number(ran) / 1e6;
}

interface Server {
  readonly connection: MessageConnection;
  readonly pid: number | undefined;
  readonly next: Next;
  stop(): Promise<void>;
}

/** The built server, initialized. */
async function startServer(): Promise<Server> {
  const server = spawn(
    process.execPath,
    [
      ...(process.env.TW_PROFILE === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${process.env.TW_PROFILE}`]),
      // As the extension for VS Code starts it.
      '--max-semi-space-size=8',
      join(__dirname, '../server/bin/task-watchers-language-server.js'),
      '--stdio',
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, MALLOC_TRIM_THRESHOLD_: '65536' } },
  );
  const connection = createMessageConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  const listeners = new Set<(method: string, params: unknown) => void>();
  connection.onNotification((method, params) => {
    for (const listener of [...listeners]) listener(method, params);
  });
  connection.onRequest(() => null);
  connection.listen();
  const next: Next = (accept) =>
    new Promise((resolve) => {
      const listener = (method: string, params: unknown): void => {
        if (!accept(method, params)) return;
        listeners.delete(listener);
        resolve(params);
      };
      listeners.add(listener);
    });
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: [{ uri: pathToFileURL(root).href, name: 'kernel' }],
    initializationOptions: { config: values.config },
    capabilities: { textDocument: { hover: { contentFormat: ['markdown'] } } },
  });
  const stop = async (): Promise<void> => {
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    connection.dispose();
  };
  return { connection, pid: server.pid, next, stop };
}

/** Opens the kernel with the document in it; resolves once the whole tree was looked at. */
async function openKernel({ connection, next }: Server, uri: string, text: string): Promise<void> {
  const ready = next(
    (method, params) =>
      method === 'taskWatchers/status' &&
      typeof params === 'object' &&
      params !== null &&
      'state' in params &&
      params.state === 'ready',
  );
  await connection.sendNotification('initialized', {});
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'c', version: 1, text },
  });
  await ready;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function main(): Promise<void> {
  const server = await startServer();
  const { connection, pid, next } = server;
  const text = readFileSync(join(root, values.file), 'utf8');
  const lines = text.split('\n');
  const uri = uriOf(values.file);
  const site = lines.findIndex((line) => line.includes('notify_task_watchers(WATCH_TASK_INIT'));
  const start = performance.now();
  const since = (): string => shown(performance.now() - start);
  const firstDiagnostics = next((method) => method === 'textDocument/publishDiagnostics').then(() => since());
  const isReady = openKernel(server, uri, text);
  await firstAnswer(connection, uri, site, next);
  console.log(
    `first full answer      ${since()} after initialized (watchers of the INIT call, in slot order)`,
  );
  await isReady;
  console.log(`whole tree looked at   ${since()}`);
  console.log(`first diagnostics      ${await firstDiagnostics}`);
  console.log(`memory then            ${memory(pid, 'VmRSS').toFixed(0)} MB`);
  // The search for other users of watchers' names goes on for a while.
  await pause(4000);

  const dispatch = await replayDispatch(connection, uri, site, pid);
  console.log(
    `first dispatch         ${shown(dispatch.took)} (main thread ${shown(dispatch.ran)}); definitions asked meanwhile at most ${shown(Math.max(...dispatch.meanwhile))} (${dispatch.meanwhile.length}); second ${shown(dispatch.again)}`,
  );
  const before = processorTime(pid);
  const { delays, ran, sizes, left } = await replayEdits(server, uri, lines);
  console.log(
    `edit to diagnostics    p50 ${shown(percentile(delays, 0.5))}, p95 ${shown(percentile(delays, 0.95))}, max ${shown(Math.max(...delays))} (${delays.length} edits in ${lines.length} lines)`,
  );
  console.log(
    `                       ${shown(((processorTime(pid) - before) / delays.length) * 1000)} of processor time an edit`,
  );
  console.log(
    `                       main thread p50 ${shown(percentile(ran, 0.5))}, p95 ${shown(percentile(ran, 0.95))}, max ${shown(Math.max(...ran))}`,
  );
  console.log(
    `                       memory meanwhile ${sizes.map((size) => size.toFixed(0)).join(', ')} MB`,
  );
  for (const [method, { times, ran: own }] of await replayRequests(connection, uri, left, pid))
    console.log(
      `${method.replace('textDocument/', '').padEnd(22)} p50 ${shown(percentile(times, 0.5))}, p99 ${shown(percentile(times, 0.99))}, max ${shown(Math.max(...times))} (${times.length}); main thread p99 ${shown(percentile(own, 0.99))}`,
    );
  console.log(
    `memory                 ${memory(pid, 'VmRSS').toFixed(0)} MB, at most ${memory(pid, 'VmHWM').toFixed(0)} MB`,
  );
  // A server that hears nothing makes itself small after six seconds; V8 gives memory back some seconds later.
  await pause(20_000);
  console.log(`memory at rest         ${memory(pid, 'VmRSS').toFixed(0)} MB`);
  const lasting = await lastingAnswer(connection);
  await server.stop();
  const fresh = await startServer();
  await openKernel(fresh, uri, left.join('\n'));
  const wanted = await lastingAnswer(fresh.connection);
  await fresh.stop();
  const isSame = lasting === wanted;
  console.log(
    `tables and findings    ${isSame ? 'as' : 'NOT as'} a fresh server has them (${lasting.length} characters)`,
  );
  if (!isSame) {
    process.stderr.write(`${lasting}\n\n${wanted}\n`);
    process.exitCode = 1;
  }
}

/** All tables and all diagnostics, once they stay as they are. */
async function lastingAnswer(connection: MessageConnection): Promise<string> {
  let before = '';
  for (let same = 0; same < 3;) {
    await pause(1500);
    const table: unknown = await connection.sendRequest('workspace/executeCommand', {
      command: 'taskWatchers.table',
      arguments: [{ all: true }],
    });
    const diagnostics: unknown = await connection.sendRequest('workspace/diagnostic', {
      previousResultIds: [],
    });
    const now = JSON.stringify({ table, diagnostics: inOrder(diagnostics) });
    same = now === before ? same + 1 : 0;
    before = now;
  }
  return before;
}

/** Documents come in the order in which something was found in them first. */
function inOrder(report: unknown): readonly string[] {
  if (typeof report !== 'object' || report === null || !('items' in report) || !Array.isArray(report.items))
    throw new Error('no report of diagnostics');
  return report.items
    .map((item: unknown) => JSON.stringify(item).replace(/"version":(?:\d+|null)/, '"version":0'))
    .sort();
}

/** A dispatch of INIT, which reads headers and functions that nobody asked for before, and definitions asked while it is made. */
async function replayDispatch(
  connection: MessageConnection,
  uri: string,
  line: number,
  pid: number | undefined,
): Promise<{ took: number; ran: number; again: number; meanwhile: readonly number[] }> {
  const dispatch = (): Promise<unknown> =>
    connection.sendRequest('workspace/executeCommand', {
      command: 'taskWatchers.dispatch',
      arguments: [{ uri, line, character: 0, val: 'CLONE_VM' }],
    });
  const start = performance.now();
  const ranBefore = mainThreadTime(pid);
  let took = NaN;
  const meanwhile: number[] = [];
  const first = dispatch().then(() => {
    took = performance.now() - start;
  });
  while (Number.isNaN(took)) {
    const before = performance.now();
    await connection.sendRequest('textDocument/definition', {
      textDocument: { uri },
      position: { line, character: 12 },
    });
    meanwhile.push(performance.now() - before);
  }
  await first;
  const ran = mainThreadTime(pid) - ranBefore;
  const before = performance.now();
  await dispatch();
  return { took, ran, again: performance.now() - before, meanwhile };
}

type Next = (accept: (method: string, params: unknown) => boolean) => Promise<unknown>;

/** Asks again whenever something changed, until there are watchers. */
async function firstAnswer(
  connection: MessageConnection,
  uri: string,
  line: number,
  next: Next,
): Promise<void> {
  const character = 2 + 'notify_task_watchers'.length;
  for (;;) {
    const changed = next((method) => method === 'taskWatchers/status' || method === 'taskWatchers/changed');
    const answer: unknown = await connection.sendRequest('textDocument/implementation', {
      textDocument: { uri },
      position: { line, character: Math.max(0, character) },
    });
    if (Array.isArray(answer) && answer.length > 1) return;
    await changed;
  }
}

const isPublished = (params: unknown): params is Published =>
  typeof params === 'object' && params !== null && 'diagnostics' in params && 'uri' in params;

/**
 * Edits as a person makes them. Most are a line that comes or goes somewhere, which moves what is found below it; some
 * type a registration at the end of the file, letter by letter, with an event that does not exist.
 */
async function replayEdits(
  { connection, next, pid }: Server,
  uri: string,
  lines: readonly string[],
): Promise<{
  readonly delays: readonly number[];
  readonly ran: readonly number[];
  /** Memory at ten moments, in MB. */
  readonly sizes: readonly number[];
  /** The lines of the document after all edits. */
  readonly left: readonly string[];
}> {
  const pick = random(7);
  const delays: number[] = [];
  /** Of the server's main thread, for each edit. */
  const ran: number[] = [];
  let version = 1;
  const typed = 'task_watcher_func(inti, mm_release);';
  let count = lines.length;
  const left = [...lines];
  const sizes: number[] = [];
  const change = async (
    line: number,
    character: number,
    to: [number, number],
    text: string,
  ): Promise<void> => {
    version++;
    const wanted = version;
    const published = next(
      (method, params) =>
        method === 'textDocument/publishDiagnostics' &&
        isPublished(params) &&
        params.uri === uri &&
        params.version === wanted,
    );
    const before = performance.now();
    const ranBefore = mainThreadTime(pid);
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [
        { range: { start: { line, character }, end: { line: to[0], character: to[1] } }, text },
      ],
    });
    const [toLine, toCharacter] = to;
    const head = (left[line] ?? '').slice(0, character);
    const tail = (left[toLine] ?? '').slice(toCharacter);
    left.splice(line, toLine - line + 1, ...`${head}${text}${tail}`.split('\n'));
    await published;
    delays.push(performance.now() - before);
    ran.push(mainThreadTime(pid) - ranBefore);
    if (delays.length % Math.ceil(edits / 10) === 0) sizes.push(memory(pid, 'VmRSS'));
  };
  const end = (): number => count - 1;
  while (delays.length < edits) {
    // What is found at the end of the file makes every edit before it visible.
    await change(end(), 0, [end(), 0], `${typed}\n`);
    count++;
    for (let step = 0; step < 20 && delays.length < edits; step++) {
      const line = 100 + pick(count - 400);
      await change(line, 0, [line, 0], '\n');
      count++;
      await change(line, 0, [line + 1, 0], '');
      count--;
    }
    for (let length = 1; length <= 6 && delays.length < edits; length++) {
      const line = end() - 1;
      await change(line, 18, [line, 18], 'x');
    }
    await change(end() - 1, 0, [end(), 0], '');
    count--;
  }
  return { delays, ran, sizes, left };
}

async function replayRequests(
  connection: MessageConnection,
  uri: string,
  lines: readonly string[],
  pid: number | undefined,
): Promise<ReadonlyMap<string, { readonly times: readonly number[]; readonly ran: readonly number[] }>> {
  const pick = random(11);
  const all = new Map<string, { readonly times: number[]; readonly ran: number[] }>();
  const interesting = lines.flatMap((line, index) =>
    /task_watcher|WATCH_TASK|goto|bad_fork/.test(line) ? [index] : [],
  );
  const methods = [
    'textDocument/definition',
    'textDocument/hover',
    'textDocument/codeLens',
    'textDocument/references',
    'textDocument/documentHighlight',
    'textDocument/inlayHint',
    'textDocument/semanticTokens/full',
    'textDocument/completion',
  ];
  for (let count = 0; count < requests; count++) {
    const method = methods[count % methods.length] ?? '';
    const line = pick(2) === 0 ? (interesting[pick(interesting.length)] ?? 0) : pick(lines.length);
    const character = pick((lines[line]?.length ?? 0) + 1);
    const before = performance.now();
    const ranBefore = mainThreadTime(pid);
    await connection.sendRequest(method, {
      textDocument: { uri },
      position: { line, character },
      range: { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } },
      context: { includeDeclaration: true },
    });
    const known = all.get(method) ?? { times: [], ran: [] };
    all.set(method, known);
    known.times.push(performance.now() - before);
    known.ran.push(mainThreadTime(pid) - ranBefore);
  }
  return all;
}

void main();
