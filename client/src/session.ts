import { commands, type Event, EventEmitter, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { type LanguageClient, State } from 'vscode-languageclient/node';
import { languageClient } from './language-server';
import { changedSchema, statusSchema, type Status } from './protocol';
import { requestsTo, type Requests } from './requests';
import { traceChannel } from './trace-channel';

/** Argument of the server's `taskWatchers.selectConfig`. */
export interface ConfigSelection {
  readonly uri?: string;
  readonly root?: string;
  readonly config: string | null;
  readonly buildDir: string | null;
}

export type ServerState = 'stopped' | 'starting' | 'running';

/** The server as the extension sees it: started and stopped here, asked through `requests`. */
export interface ServerSession {
  dispose(): void;
  readonly requests: Requests;
  /** The last status of each kernel, by the URI of its root. */
  readonly kernels: ReadonlyMap<string, Status>;
  readonly state: () => ServerState;
  /** Something in `kernels` or `state` is another now. */
  readonly onStatus: Event<void>;
  /** Tables of this kernel may have changed; `undefined`: of any. */
  readonly onTables: Event<string | undefined>;
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Applies a configuration, also to servers that are started later; `null`: as in the settings. */
  selectConfig(selection: ConfigSelection): Promise<void>;
  stop(): Promise<void>;
}

export function serverSession(context: ExtensionContext, log: LogOutputChannel): ServerSession {
  const status = new EventEmitter<void>();
  const tables = new EventEmitter<string | undefined>();
  const kernels = new Map<string, Status>();
  const trace = traceChannel(log);
  let client: LanguageClient | undefined;
  let state: ServerState = 'stopped';

  const moved = (next: ServerState): void => {
    state = next;
    if (next !== 'running') kernels.clear();
    // Once there is a kernel the view stays, whatever becomes of the server.
    if (next !== 'stopped') void commands.executeCommand('setContext', 'taskWatchers.active', true);
    void commands.executeCommand('setContext', 'taskWatchers.stopped', next === 'stopped');
    status.fire();
    tables.fire(undefined);
  };

  const stop = async (): Promise<void> => {
    const current = client;
    client = undefined;
    // A server that is hung or was never up must not keep the editor from going on.
    await current?.dispose(2000).catch(() => undefined);
    moved('stopped');
  };

  const start = async (): Promise<void> => {
    if (client) return;
    const started = languageClient(context, log, trace.channel);
    client = started;
    started.onNotification('taskWatchers/status', (params: unknown) => {
      const read = statusSchema.safeParse(params);
      if (!read.success) return;
      const before = kernels.get(read.data.root);
      if (read.data.state === 'idle') kernels.delete(read.data.root);
      else kernels.set(read.data.root, read.data);
      status.fire();
      if (before?.state !== read.data.state) tables.fire(read.data.root);
    });
    started.onNotification('taskWatchers/changed', (params: unknown) => {
      const read = changedSchema.safeParse(params);
      if (read.success) tables.fire(read.data.root);
    });
    started.onDidChangeState(({ newState }) => {
      if (client !== started) return;
      // A server that was restarted knows nothing of it.
      if (newState === State.Running && selected) select(selected).catch(() => undefined);
      moved(newState === State.Running ? 'running' : newState === State.Stopped ? 'stopped' : 'starting');
    });
    await started.start();
  };

  const requests = requestsTo(() => client);
  let selected: ConfigSelection | undefined;
  const select = async (selection: ConfigSelection): Promise<void> => {
    await requests.command('taskWatchers.selectConfig', selection);
  };

  return {
    requests,
    kernels,
    state: () => state,
    onStatus: status.event,
    onTables: tables.event,
    start,
    stop,
    async selectConfig(selection) {
      await select(selection);
      selected = selection;
    },
    async restart() {
      await stop();
      await start();
    },
    dispose() {
      trace.watch.dispose();
      status.dispose();
      tables.dispose();
    },
  };
}
