import type { TextEdit as ProtocolEdit, WorkspaceEdit } from 'vscode-languageserver/node';
import type { TextEdit } from '../checks/rule';
import type { FamilyView, Session } from '../workspace/session';
import { protocolRange, uriIn, type Context } from './context';

/** Edits as one change of the workspace, in the form that the client takes. `undefined`: a file is gone by now. */
export function workspaceEdit(
  context: Context,
  session: Session,
  view: FamilyView,
  edits: readonly TextEdit[],
): WorkspaceEdit | undefined {
  const byUri = new Map<string, ProtocolEdit[]>();
  for (const { file, range, text } of edits) {
    const source = view.source(file);
    if (!source) return undefined;
    const uri = uriIn(context, session, file);
    const own = byUri.get(uri) ?? [];
    byUri.set(uri, own);
    own.push({ range: protocolRange(context, source, range), newText: text });
  }
  if (!context.client.documentChanges) return { changes: Object.fromEntries(byUri) };
  return {
    documentChanges: [...byUri].map(([uri, own]) => ({
      textDocument: { uri, version: context.documents.get(uri)?.version ?? null },
      edits: own,
    })),
  };
}
