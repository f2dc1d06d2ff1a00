import { commands, type Disposable, type ExtensionContext, Uri, workspace } from 'vscode';
import { wantedKernel } from './open-root';
import type { ServerSession } from './session';
import type { TreeNode } from './tables-tree';

/** Read-only documents whose text the server makes and refreshes: tables, dispatches, the reasons of the link plan. */
const served = 'task-watchers';
/** Those that are an answer once given, such as a comparison with a vmlinux. */
const kept = 'task-watchers-answer';

const answers = new Map<string, string>();

export function registerDocuments(context: ExtensionContext): void {
  context.subscriptions.push(
    workspace.registerTextDocumentContentProvider(kept, {
      provideTextDocumentContent: ({ path }) => answers.get(path) ?? 'This answer is gone: ask again.',
    }),
    forgetClosed(),
  );
}

function forgetClosed(): Disposable {
  return workspace.onDidCloseTextDocument(({ uri }) => {
    if (uri.scheme === kept) answers.delete(uri.path);
  });
}

/** The table of the node's event; of all events without one. */
export function showTable(session: ServerSession, node: TreeNode | undefined): Promise<void> {
  const event = node?.kind === 'event' ? node.event.name : node?.kind === 'entry' ? node.event : '';
  const family = node?.tables.family;
  return showServed(`/table${event === '' ? '' : `/${event}.md`}`, {
    ...kernelOf(session, node),
    ...(family === undefined ? {} : { family }),
    all: 'true',
  });
}

/** Why the object of the node's entry is linked or not; without a node, that of the file in the editor. */
export function showWhy(session: ServerSession, node: TreeNode | undefined): Promise<void> {
  if (node?.kind === 'entry') {
    const object = node.entry.object ?? node.entry.file;
    return showServed(`/why/${object}.md`, { root: node.tables.root });
  }
  const wanted = wantedKernel(session);
  if (wanted.uri === undefined) return Promise.reject(new Error('open a source file of a kernel tree first'));
  return showServed('/why', wanted);
}

function kernelOf(session: ServerSession, node: TreeNode | undefined): Readonly<Record<string, string>> {
  return node ? { root: node.tables.root } : { ...wantedKernel(session) };
}

function showServed(path: string, query: Readonly<Record<string, string>>): Promise<void> {
  return show(Uri.from({ scheme: served, path, query: new URLSearchParams(query).toString() }));
}

/** Shows an answer that was given once. */
export function showAnswer(name: string, markdown: string): Promise<void> {
  const path = `/${name}.md`;
  answers.set(path, markdown);
  return show(Uri.from({ scheme: kept, path }));
}

/** Rendered, with links that can be followed; the built-in Markdown preview can show the text too. */
async function show(uri: Uri): Promise<void> {
  // Read here, so that an error of the server reaches the user as one line and not as an empty page.
  await workspace.openTextDocument(uri);
  await commands.executeCommand('markdown.showPreview', uri);
}
