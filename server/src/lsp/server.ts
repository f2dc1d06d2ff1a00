import {
  type CancellationToken,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { version } from '../version';
import type { KernelChoice } from '../workspace/open-kernel';
import type { SessionListener } from '../workspace/session';
import { clientOf, type Client } from './client';
import { commandNames, commandRequests } from './commands';
import type { Context } from './context';
import { documents } from './documents';
import { guarded, type Handle } from './handle';
import { languageRequests } from './language-requests';
import { didChange, didOpen, inDocument, watchedFiles } from './params';
import { progressOf, type ProgressReporter } from './progress';
import { roots } from './roots';
import { defaultSettings, readSettings, type Settings } from './settings';
import { pathOf, uriOf } from './uris';

/** Quiet time after which file events count as one change: a checkout makes thousands. */
const quietTime = 100;
/** More files than this at once, and everything is looked at again. */
const mostFiles = 500;

/** Serves one client over a connection that does not listen yet. */
export function serve(connection: Connection): void {
  let client: Client | undefined;
  let base: Settings = defaultSettings;
  let settings: Settings = defaultSettings;
  const open = documents();
  const log = (message: string): void => {
    connection.console.log(message);
  };
  const progress = new Map<string, ProgressReporter>();

  const choiceFor = (): Omit<KernelChoice, 'root'> => ({
    config: settings.config,
    build: settings.buildDir,
    arch: settings.arch,
  });

  const listenerFor = (root: string): SessionListener => ({
    state(state) {
      const uri = uriOf(root);
      const session = kernels.byRoot(root);
      const view = session?.peek(settings.families[0] ?? 'task-watchers');
      void connection.sendNotification('taskWatchers/status', {
        root: uri,
        state: state.kind,
        message: state.kind === 'ready' ? 'ready' : state.message,
        ...(state.kind === 'indexing' && state.fraction !== undefined ? { fraction: state.fraction } : {}),
        ...(view === undefined
          ? {}
          : {
              registrations: view.snapshot.tables.reduce((sum, { entries }) => sum + entries.length, 0),
              config: view.snapshot.configFile ?? null,
              notes: view.snapshot.notes.slice(0, 50).map(({ message }) => message),
            }),
      });
      let reporter = progress.get(root);
      if (!reporter && state.kind === 'indexing' && client?.workDoneProgress === true) {
        reporter = progressOf(connection, 'Task Watchers');
        progress.set(root, reporter);
      }
      reporter?.report(state);
      if (state.kind !== 'indexing') progress.delete(root);
      if (state.kind === 'failed') {
        log(state.message);
        void connection.sendNotification('window/showMessage', {
          type: 2,
          message: `Task Watchers: ${state.message}`,
        });
      }
    },
    changed() {
      changedRoots.add(root);
      refreshSoon();
    },
  });
  const kernels = roots(choiceFor, () => settings.families, listenerFor);

  const changedRoots = new Set<string>();
  let refreshTimer: NodeJS.Timeout | undefined;
  const refreshSoon = (): void => {
    refreshTimer ??= setTimeout(() => {
      refreshTimer = undefined;
      for (const root of changedRoots)
        void connection.sendNotification('taskWatchers/changed', { root: uriOf(root) });
      changedRoots.clear();
      const refresh = client?.refresh;
      const ask = (method: string): void => {
        connection.sendRequest(method).catch(() => undefined);
      };
      if (refresh?.codeLens === true) ask('workspace/codeLens/refresh');
      if (refresh?.inlayHint === true) ask('workspace/inlayHint/refresh');
      if (refresh?.semanticTokens === true) ask('workspace/semanticTokens/refresh');
    }, quietTime);
  };

  const context = (): Context => {
    if (!client) throw new Error('not initialized');
    return { client, settings: () => settings, documents: open, roots: kernels, log };
  };

  const applySettings = (next: Settings): void => {
    const before = settings;
    settings = next;
    const kernelChanged =
      before.config !== next.config || before.buildDir !== next.buildDir || before.arch !== next.arch;
    for (const session of kernels.sessions()) {
      if (kernelChanged) session.choose(choiceFor());
      for (const family of next.families) session.view(family);
    }
    refreshSoon();
  };

  const pullSettings = async (): Promise<void> => {
    if (client?.configuration !== true) return;
    const sent: unknown = await connection.workspace.getConfiguration('taskWatchers');
    applySettings(readSettings(sent, base));
  };

  connection.onInitialize((params): InitializeResult => {
    client = clientOf(params);
    base = readSettings(params.initializationOptions, defaultSettings);
    settings = base;
    folders = foldersOf(params);
    const handle: Handle = (method, answer) => {
      connection.onRequest(method, (sent: unknown, token: CancellationToken) =>
        guarded(method, log, () => answer(sent, token)),
      );
    };
    languageRequests(context(), handle);
    commandRequests(context(), handle);
    return {
      capabilities: capabilities(client),
      serverInfo: { name: 'task-watchers-language-server', version },
    };
  });
  let folders: readonly string[] = [];

  connection.onInitialized(() => {
    void start().catch((error: unknown) => {
      log(`start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  });
  const start = async (): Promise<void> => {
    if (client?.configurationRegistration === true)
      void connection.client.register(DidChangeConfigurationNotification.type, { section: 'taskWatchers' });
    await pullSettings().catch(() => undefined);
    for (const folder of folders) {
      const path = pathOf(folder);
      if (path === undefined) continue;
      if (kernels.addFolder(path) === undefined)
        log(`${path}: no kernel tree at or above it, nothing to do there`);
    }
    for (const { uri, text } of open.all()) edited(uri, text);
    if (client?.watchedFiles === true) await watchFiles(connection);
    if (client?.workspaceFolders === true)
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const { uri } of removed) {
          const path = pathOf(uri);
          if (path !== undefined) kernels.removeFolder(path);
        }
        for (const { uri } of added) {
          const path = pathOf(uri);
          if (path !== undefined) kernels.addFolder(path);
        }
      });
    started = true;
  };
  let started = false;

  const edited = (uri: string, text: string | undefined): void => {
    const path = pathOf(uri);
    const located = path === undefined ? undefined : kernels.locate(path);
    located?.session.edit(located.path, text);
  };

  connection.onNotification('textDocument/didOpen', (params: unknown) => {
    const read = didOpen.safeParse(params);
    if (!read.success) return;
    const { uri, text } = open.open(read.data);
    if (started) edited(uri, text);
  });
  connection.onNotification('textDocument/didChange', (params: unknown) => {
    const read = didChange.safeParse(params);
    if (!read.success || !client) return;
    const document = open.change(read.data, client.encoding);
    if (document && started) edited(document.uri, document.text);
  });
  connection.onNotification('textDocument/didClose', (params: unknown) => {
    const read = inDocument.safeParse(params);
    if (!read.success) return;
    const { uri } = read.data.textDocument;
    if (open.close(uri) && started) edited(uri, undefined);
  });
  connection.onNotification('textDocument/didSave', (params: unknown) => {
    const read = inDocument.safeParse(params);
    if (read.success) onDisk([read.data.textDocument.uri]);
  });
  connection.onDidChangeConfiguration(({ settings: sent }: { readonly settings: unknown }) => {
    if (client?.configuration === true) void pullSettings().catch(() => undefined);
    else applySettings(readSettings(sent, base));
  });

  const waiting = new Set<string>();
  let diskTimer: NodeJS.Timeout | undefined;
  const onDisk = (uris: readonly string[]): void => {
    for (const uri of uris) waiting.add(uri);
    clearTimeout(diskTimer);
    diskTimer = setTimeout(() => {
      const byRoot = new Map<string, string[]>();
      for (const uri of waiting) {
        const path = pathOf(uri);
        const located = path === undefined ? undefined : kernels.known(path);
        if (located)
          byRoot.set(located.session.root, [...(byRoot.get(located.session.root) ?? []), located.path]);
      }
      waiting.clear();
      for (const [root, paths] of byRoot)
        kernels.byRoot(root)?.changedOnDisk(paths.length > mostFiles ? 'everything' : paths);
    }, quietTime);
  };
  connection.onNotification('workspace/didChangeWatchedFiles', (params: unknown) => {
    const read = watchedFiles.safeParse(params);
    if (read.success) onDisk(read.data.changes.map(({ uri }) => uri));
  });

  connection.onShutdown(() => {
    clearTimeout(refreshTimer);
    clearTimeout(diskTimer);
    kernels.closeAll();
  });
  connection.listen();
}

function foldersOf(params: InitializeParams): readonly string[] {
  const { workspaceFolders } = params;
  if (workspaceFolders) return workspaceFolders.map(({ uri }) => uri);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- what clients before workspace folders send
  const { rootUri } = params;
  return rootUri === null ? [] : [rootUri];
}

function capabilities(client: Client): ServerCapabilities {
  return {
    positionEncoding: client.encoding,
    textDocumentSync: {
      openClose: true,
      change: TextDocumentSyncKind.Incremental,
      save: { includeText: false },
    },
    definitionProvider: true,
    declarationProvider: true,
    implementationProvider: true,
    referencesProvider: true,
    hoverProvider: true,
    codeLensProvider: {},
    executeCommandProvider: { commands: commandNames },
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}

/** Only what can change an answer: sources, linker scripts, makefiles, configurations. */
async function watchFiles(connection: Connection): Promise<void> {
  const patterns = [
    '**/*.{c,h,S}',
    '**/*.lds',
    '**/*.lds.{S,h}',
    '**/{Makefile,Kbuild}*',
    '**/Kconfig*',
    '**/.config',
    '**/.task-watchers.json',
  ];
  await connection.client.register(DidChangeWatchedFilesNotification.type, {
    watchers: patterns.map((globPattern) => ({ globPattern })),
  });
}
