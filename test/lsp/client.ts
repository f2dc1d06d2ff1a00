import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type InitializeResult,
  type Position,
  type MessageConnection,
} from 'vscode-languageserver/node';

const command = join(__dirname, '../../server/bin/task-watchers-language-server.js');

export interface Options {
  readonly folders: readonly string[];
  readonly capabilities?: object;
  readonly initializationOptions?: object;
  /** What the client answers to `workspace/configuration`. */
  readonly configuration?: () => unknown;
  /** The Node that runs the server; by itself, the one that runs the test. */
  readonly node?: string;
  /** Told what the server writes to standard error; by itself, that goes where the test's goes. */
  readonly onComplaint?: (text: string) => void;
}

/** A client that speaks real LSP over stdio to the built server. */
export interface TestClient {
  readonly connection: MessageConnection;
  readonly process: ChildProcess;
  readonly initialized: InitializeResult;
  /** Every notification of the server, in order. */
  readonly notifications: readonly { readonly method: string; readonly params: unknown }[];
  readonly requests: readonly string[];
  /** What the server registered. */
  readonly registrations: readonly unknown[];
  request(method: string, params: unknown): Promise<unknown>;
  notify(method: string, params: unknown): Promise<void>;
  /** Waits for a notification (also one already there, from index `from`) that `accept` takes. */
  wait(method: string, accept?: (params: unknown) => boolean, from?: number): Promise<unknown>;
  /** Until the kernel at `root` is ready. */
  ready(root: string): Promise<void>;
  open(path: string, text?: string): Promise<string>;
  stop(): Promise<number | null>;
}

export const uriOf = (path: string): string => pathToFileURL(path).href;

const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

export async function startClient(options: Options): Promise<TestClient> {
  const { node = process.execPath, onComplaint } = options;
  const child = spawn(node, [command, '--stdio'], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stderr.setEncoding('utf8').on('data', onComplaint ?? ((text) => process.stderr.write(String(text))));
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const notifications: { method: string; params: unknown }[] = [];
  const requests: string[] = [];
  const registrations: unknown[] = [];
  const waiters = new Set<() => void>();
  connection.onNotification((method, params) => {
    notifications.push({ method, params });
    for (const waiter of [...waiters]) waiter();
  });
  connection.onUnhandledProgress((params) => {
    notifications.push({ method: '$/progress', params });
    for (const waiter of [...waiters]) waiter();
  });
  connection.onRequest((method: string, params: unknown) => {
    requests.push(method);
    if (method === 'client/registerCapability') registrations.push(params);
    if (method !== 'workspace/configuration') return null;
    const { items } = fields(params);
    return Array.isArray(items) ? items.map(() => options.configuration?.() ?? null) : [];
  });
  connection.listen();
  const initialized = await connection.sendRequest<InitializeResult>('initialize', {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: options.folders.map((folder) => ({ uri: uriOf(folder), name: folder })),
    capabilities: options.capabilities ?? {},
    ...(options.initializationOptions ? { initializationOptions: options.initializationOptions } : {}),
  });
  await connection.sendNotification('initialized', {});
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (status) => {
      resolve(status);
    });
  });
  const wait: TestClient['wait'] = (method, accept = () => true, from = 0) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = notifications.slice(from).find((one) => one.method === method && accept(one.params));
        if (!found) return;
        clearTimeout(timer);
        waiters.delete(look);
        resolve(found.params);
      };
      const timer = setTimeout(() => {
        waiters.delete(look);
        reject(
          new Error(`no ${method}; there were: ${JSON.stringify(notifications.slice(from)).slice(0, 2000)}`),
        );
      }, 20000);
      waiters.add(look);
      look();
    });
  return {
    connection,
    process: child,
    initialized,
    notifications,
    requests,
    registrations,
    request: (method, params) => connection.sendRequest(method, params),
    notify: (method, params) => connection.sendNotification(method, params),
    wait,
    async ready(root) {
      await wait('taskWatchers/status', (params) => {
        const { root: uri, state } = fields(params);
        return uri === uriOf(root) && state === 'ready';
      });
    },
    async open(path, text) {
      const uri = uriOf(path);
      await connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'c', version: 1, text: text ?? readFileSync(path, 'utf8') },
      });
      return uri;
    },
    async stop() {
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      const status = await exited;
      connection.dispose();
      return status;
    },
  };
}

/** The text without its cursor marker `⟦⟧`, and the marker's place: offset, and position in UTF-16 units. */
export function marked(text: string): {
  readonly text: string;
  readonly offset: number;
  readonly position: Position;
} {
  const offset = text.indexOf('⟦⟧');
  if (offset < 0) throw new Error('no cursor marker');
  const before = text.slice(0, offset);
  const line = before.split('\n').length - 1;
  return {
    text: before + text.slice(offset + 2),
    offset,
    position: { line, character: offset - (before.lastIndexOf('\n') + 1) },
  };
}

/** The position of `needle` in a text, `into` characters behind its start. */
export function positionOf(text: string, needle: string, into = 1): Position {
  const at = text.indexOf(needle);
  if (at < 0) throw new Error(`no ${needle}`);
  return marked(`${text.slice(0, at + into)}⟦⟧${text.slice(at + into)}`).position;
}
