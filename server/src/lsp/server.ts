import {
  type CancellationToken,
  type Connection,
  DidChangeConfigurationNotification,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  PublishDiagnosticsNotification,
  ResponseError,
} from 'vscode-languageserver/node';
import { version } from '../version';
import type { KernelChoice } from '../workspace/open-kernel';
import type { Session, SessionListener } from '../workspace/session';
import { capabilities, watchFiles } from './capabilities';
import { checking, noFindings, type Checking } from './checking';
import { clientOf, type Client } from './client';
import { codeActionRequests } from './code-action-requests';
import { commandRequests } from './commands';
import { contentRequests } from './content-requests';
import { configWatcher } from './config-watcher';
import type { Context } from './context';
import { diagnosticRequests, publisher } from './diagnostics';
import { diskEvents } from './disk-events';
import { documents } from './documents';
import { editingRequests } from './editing-requests';
import { guarded, type Handle } from './handle';
import { hierarchyRequests } from './hierarchy-requests';
import { languageRequests } from './language-requests';
import { didChange, didOpen, inDocument, movedFiles, watchedFiles } from './params';
import { progressOf, type ProgressReporter } from './progress';
import { refresher } from './refresher';
import { resting } from './resting';
import { roots } from './roots';
import { defaultSettings, readSettings, settingWords, type Settings } from './settings';
import { statusOf } from './status';
import { statusNotification } from './protocol';
import { symbolRequests } from './symbol-requests';
import { unknownNames } from './unknown-names';
import { pathOf, uriOf } from './uris';

/** Serves one client over a connection that does not listen yet. */
export function serve(connection: Connection): void {
  let client: Client | undefined;
  let base: Settings = defaultSettings;
  let settings: Settings = defaultSettings;
  let folders: readonly string[] = [];
  /** Folders are open: from here on, documents open kernels. */
  let started = false;
  let isShutDown = false;
  let lastAsked = 0;
  const open = documents();
  const progress = new Map<string, ProgressReporter>();
  /** By root: what was said last of a kernel that cannot be opened. */
  const warned = new Map<string, string>();
  const warnedOfNames = new Set<string>();
  const log = (message: string): void => {
    connection.console.log(message);
  };
  const failedTo = (what: string) => (error: unknown) => {
    log(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  };

  const choiceFor = (): Omit<KernelChoice, 'root'> => ({
    words: settingWords,
    config: settings.config,
    build: settings.buildDir,
    arch: settings.arch,
  });

  const listenerFor = (root: string): SessionListener => ({
    state(state) {
      const session = kernels.byRoot(root);
      const view = session?.peek(settings.families[0] ?? 'task-watchers');
      void connection.sendNotification(statusNotification, statusOf(uriOf(root), state, view));
      let reporter = progress.get(root);
      if (!reporter && state.kind === 'indexing' && client?.workDoneProgress === true) {
        reporter = progressOf(connection, 'Task Watchers');
        progress.set(root, reporter);
      }
      reporter?.report(state);
      if (state.kind !== 'indexing') progress.delete(root);
      if (state.kind === 'failed') {
        check(root);
        // What it failed for may come.
        if (client) watchConfigs(client);
        // With every edit the kernel is tried again: a person is told once.
        if (warned.get(root) === state.message) return;
        warned.set(root, state.message);
        log(state.message);
        connection.window.showWarningMessage(`Task Watchers: ${state.message}`);
      } else if (state.kind === 'ready') {
        warned.delete(root);
        warnOfNames();
      }
    },
    changed() {
      if (client) watchConfigs(client);
      refresh.changed(root);
      check(root);
    },
  });
  const kernels = roots(
    choiceFor,
    () => settings.families,
    listenerFor,
    () => {
      // A kernel that is opened late, or again, has not seen them.
      if (started) for (const { uri, text } of open.all()) edited(uri, text);
    },
  );
  /** Says once what the settings name and does not exist. */
  const warnOfNames = (): void => {
    const sessions = kernels.sessions();
    // A family of one's own may be that of another kernel, which is not read yet.
    if (sessions.length === 0 || sessions.some((session) => !session.kernel())) return;
    const known = new Set(sessions.flatMap((session) => session.families()));
    for (const line of unknownNames(settings, [...known])) {
      if (warnedOfNames.has(line)) continue;
      warnedOfNames.add(line);
      log(line);
      connection.window.showWarningMessage(`Task Watchers: ${line}`);
    }
  };
  const onDisk = diskEvents(kernels);
  const watchConfigs = configWatcher(
    connection,
    () => kernels.sessions(),
    failedTo('watched configurations'),
  );
  const { heard, stop: stopResting } = resting(() => kernels.sessions());

  const context: Context = {
    get client() {
      if (!client) throw new ResponseError(ErrorCodes.ServerNotInitialized, 'not initialized yet');
      return client;
    },
    settings: () => settings,
    documents: open,
    roots: kernels,
    log,
  };
  const handle: Handle = (method, answer) => {
    connection.onRequest(method, (sent: unknown, token: CancellationToken) =>
      guarded(method, log, () => {
        if (!client) throw new ResponseError(ErrorCodes.ServerNotInitialized, 'not initialized yet');
        lastAsked = performance.now();
        heard();
        if (isShutDown) throw new ResponseError(ErrorCodes.InvalidRequest, 'the server was shut down');
        return answer(sent, token);
      }),
    );
  };

  const checkings = new WeakMap<Session, Checking>();
  const checkingOf = (session: Session): Checking => {
    let known = checkings.get(session);
    if (!known) {
      known = checking(session, {
        families: () => settings.families,
        settings: () => settings.rules,
        outdated: () => check(session.root),
        quiet: () => performance.now() - lastAsked,
        log,
      });
      checkings.set(session, known);
    }
    return known;
  };
  const published = publisher(
    () => context,
    (params) => void connection.sendNotification(PublishDiagnosticsNotification.type, params),
  );
  /** Findings may be others now: sends them, or tells the client to ask. */
  const check = (root: string): void => {
    heard();
    const session = kernels.byRoot(root);
    if (!session || !client) return;
    if (client.pullsDiagnostics) {
      connection.sendRequest('workspace/diagnostic/refresh').catch(() => undefined);
      return;
    }
    checkingOf(session)
      .current()
      .then((findings) => {
        // Whose kernel cannot be opened has nothing else that is wrong.
        if (session.state().kind === 'failed') published.publish(session, noFindings);
        const isPresent = findings?.views.every((view) => session.peek(view.snapshot.family.name) === view);
        if (findings && isPresent === true && kernels.byRoot(root) === session)
          published.publish(session, findings);
      })
      .catch(failedTo('diagnostics'));
  };

  languageRequests(context, handle);
  editingRequests(context, handle);
  symbolRequests(context, handle);
  hierarchyRequests(context, handle);
  commandRequests(context, handle);
  diagnosticRequests(context, checkingOf, handle);
  codeActionRequests(context, checkingOf, handle);
  const contents = contentRequests(context, handle);
  const refresh = refresher(
    connection,
    () => client,
    () => contents.shown(),
  );

  const applySettings = (next: Settings): void => {
    const before = settings;
    settings = next;
    warnOfNames();
    const kernelChanged =
      before.config !== next.config || before.buildDir !== next.buildDir || before.arch !== next.arch;
    for (const session of kernels.sessions()) {
      if (kernelChanged) session.choose(choiceFor());
      for (const family of next.families) session.view(family);
      check(session.root);
    }
    refresh.shownOtherwise();
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
    return {
      capabilities: capabilities(client),
      serverInfo: { name: 'task-watchers-language-server', version },
    };
  });

  connection.onInitialized(() => {
    start().catch(failedTo('start'));
  });
  const start = async (): Promise<void> => {
    if (client?.configurationRegistration === true)
      connection.client
        .register(DidChangeConfigurationNotification.type, { section: 'taskWatchers' })
        .catch(failedTo('configuration'));
    await pullSettings().catch(failedTo('configuration'));
    for (const folder of folders) addFolder(folder);
    started = true;
    for (const { uri, text } of open.all()) edited(uri, text);
    if (client?.workspaceFolders === true)
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const { uri } of removed) removeFolder(uri);
        for (const { uri } of added) addFolder(uri);
        if (added.length > 0) for (const { uri, text } of open.all()) edited(uri, text);
      });
    if (client?.watchedFiles === true) await watchFiles(connection);
  };

  const addFolder = (uri: string): void => {
    const path = pathOf(uri);
    if (path !== undefined && kernels.addFolder(path) === undefined)
      log(`${path}: no kernel tree at or above it, nothing to do there`);
  };
  const removeFolder = (uri: string): void => {
    const path = pathOf(uri);
    const root = path === undefined ? undefined : kernels.removeFolder(path);
    if (root === undefined) return;
    published.forget(root);
    progress.get(root)?.report({ kind: 'ready' });
    progress.delete(root);
    void connection.sendNotification(statusNotification, {
      root: uriOf(root),
      state: 'idle',
      message: 'closed',
    });
  };

  const edited = (uri: string, text: string | undefined): void => {
    heard();
    const path = pathOf(uri);
    const located = path === undefined ? undefined : kernels.locate(path);
    located?.session.edit(located.path, text);
  };

  /** Clients that watch no files tell nothing of a `.config` that make wrote. */
  const lookAtConfig = (uri: string): void => {
    const path = client?.watchedFiles === true ? undefined : pathOf(uri);
    if (path !== undefined) kernels.known(path)?.session.lookAtConfig();
  };

  connection.onNotification('textDocument/didOpen', (params: unknown) => {
    const read = didOpen.safeParse(params);
    if (!read.success) return;
    const { uri, text } = open.open(read.data);
    if (!started) return;
    edited(uri, text);
    lookAtConfig(uri);
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
    if (!open.close(uri) || !started) return;
    // The same file may be open under another spelling of its address.
    const path = pathOf(uri);
    edited(uri, open.all().findLast((document) => pathOf(document.uri) === path)?.text);
  });
  connection.onNotification('textDocument/didSave', (params: unknown) => {
    const read = inDocument.safeParse(params);
    if (!read.success) return;
    onDisk.changed([read.data.textDocument.uri]);
    lookAtConfig(read.data.textDocument.uri);
  });
  connection.onNotification('workspace/didChangeWatchedFiles', (params: unknown) => {
    const read = watchedFiles.safeParse(params);
    if (read.success) onDisk.changed(read.data.changes.map(({ uri }) => uri));
  });
  for (const method of ['workspace/didCreateFiles', 'workspace/didRenameFiles', 'workspace/didDeleteFiles'])
    connection.onNotification(method, (params: unknown) => {
      const read = movedFiles.safeParse(params);
      if (read.success) onDisk.changed(read.data.files.flat());
    });
  connection.onDidChangeConfiguration(({ settings: sent }: { readonly settings: unknown }) => {
    if (client?.configuration === true) pullSettings().catch(failedTo('configuration'));
    else applySettings(readSettings(sent, base));
  });

  connection.onShutdown(() => {
    isShutDown = true;
    refresh.stop();
    onDisk.stop();
    stopResting();
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
