import { EventEmitter, type ExtensionContext, languages, Uri, window, workspace } from 'vscode';
import { documentLinks, readableText } from './document-texts';
import { wantedKernel } from './open-root';
import { servedScheme, servedUri } from './served-documents';
import type { ServerSession } from './session';
import type { TreeNode } from './tables-tree';

/** Scheme of documents that are an answer once given, such as a comparison with a vmlinux. */
const kept = 'task-watchers-answer';

/** By path; there are no more than there are names of answers. */
const answers = new Map<string, string>();
const answered = new EventEmitter<Uri>();

export function registerDocuments(context: ExtensionContext): void {
  context.subscriptions.push(
    workspace.registerTextDocumentContentProvider(kept, {
      onDidChange: answered.event,
      provideTextDocumentContent: (uri) =>
        readableText(uri, answers.get(uri.path) ?? 'This answer is gone: ask again.'),
    }),
    documentLinks([servedScheme, kept]),
  );
}

/** The table of the node's event; of all events without one. */
export async function showTable(session: ServerSession, node: TreeNode | undefined): Promise<void> {
  const event = node?.kind === 'event' ? node.event.name : node?.kind === 'entry' ? node.event : undefined;
  const kernel: Readonly<Record<string, string>> = node
    ? { root: node.tables.root, family: node.tables.family }
    : wantedKernel(session);
  await ask(session, 'taskWatchers.table', {
    ...kernel,
    ...(event === undefined ? {} : { event }),
    all: true,
  });
  await show(servedUri(event === undefined ? '/table' : `/table/${event}.md`, { ...kernel, all: 'true' }));
}

/** Why the object of the node's entry is linked or not; without a node, that of the file in the editor. */
export async function showWhy(session: ServerSession, node: TreeNode | undefined): Promise<void> {
  if (node?.kind === 'entry') {
    const object = node.entry.object ?? node.entry.file;
    const { root } = node.tables;
    await ask(session, 'taskWatchers.why', { object, root });
    return show(servedUri(`/why/${object}.md`, { root }));
  }
  const { uri } = wantedKernel(session);
  if (uri === undefined) throw new Error('open a source file of a kernel tree first');
  await ask(session, 'taskWatchers.why', { uri });
  return show(servedUri('/why', { uri }));
}

/** Asked before the document is opened: what the server cannot answer is one line for the user, not an empty page. */
async function ask(session: ServerSession, command: string, argument: object): Promise<void> {
  if (!(await session.requests.command(command, argument))) throw new Error('no kernel is open');
}

/** Shows an answer that was given once. */
export function showAnswer(name: string, markdown: string): Promise<void> {
  const uri = Uri.from({ scheme: kept, path: `/${name}.md` });
  answers.set(uri.path, markdown);
  // It may be open, with the answer before.
  answered.fire(uri);
  return show(uri);
}

async function show(uri: Uri): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  await languages.setTextDocumentLanguage(document, 'markdown');
  await window.showTextDocument(document, { preview: true });
}
