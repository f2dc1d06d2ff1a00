import { window } from 'vscode';
import type { ServerSession } from './session';

/** What tells the server which kernel is meant: the file in the editor, if it is one on disk. */
export function wantedKernel(session: ServerSession): { readonly uri?: string; readonly root?: string } {
  const document = window.activeTextEditor?.document;
  if (document?.uri.scheme === 'file') return { uri: document.uri.toString() };
  const [root] = session.kernels.keys();
  return root === undefined ? {} : { root };
}
