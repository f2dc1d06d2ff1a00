import { type ExtensionContext, window, workspace } from 'vscode';
import { registerCommands } from './commands';
import { registerDocuments } from './documents';
import { kernelFolders } from './kernel-folders';
import { registerLensCommands } from './lens-commands';
import { dispatchPreview } from './preview-panel';
import { serverSession, type ServerSession } from './session';
import { registerStatusItem } from './status-item';
import { registerTablesView } from './tables-view';

let session: ServerSession | undefined;

/** Starts the server where a kernel tree is open; elsewhere says one line in the log, and waits for one. */
export async function activate(context: ExtensionContext): Promise<void> {
  const log = window.createOutputChannel('Task Watchers', { log: true });
  const opened = serverSession(context, log);
  session = opened;
  context.subscriptions.push(log, opened);
  registerStatusItem(context, opened);
  registerTablesView(context, opened);
  registerDocuments(context);
  registerLensCommands(context);
  registerCommands(context, opened, log, dispatchPreview(context, opened));

  const startWhereNeeded = async (): Promise<void> => {
    const folders = await kernelFolders();
    if (folders.length > 0) await opened.start();
    else log.info('No kernel tree in the opened folders: nothing to do.');
  };
  context.subscriptions.push(
    workspace.onDidChangeWorkspaceFolders(() => {
      if (opened.state() === 'stopped') void startWhereNeeded();
    }),
  );
  await startWhereNeeded();
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
