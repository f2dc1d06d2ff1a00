import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import type { FamilyView, Session } from '../workspace/session';
import type { Context } from './context';
import { pathOf } from './uris';

export const failed = (message: string): ResponseError =>
  new ResponseError(LSPErrorCodes.RequestFailed, message);

interface Wanted {
  readonly uri?: string | undefined;
  readonly root?: string | undefined;
}

/** The kernel that a command means: by its root, by a file in it, or the only (or first) one. */
export function sessionFor(context: Context, { uri, root }: Wanted): Session | undefined {
  if (root !== undefined) {
    const path = pathOf(root) ?? root;
    const session = context.roots.byRoot(path) ?? context.roots.locate(`${path}/Makefile`)?.session;
    if (!session) throw failed(`${root}: no kernel tree is open there`);
    return session;
  }
  const path = uri === undefined ? undefined : pathOf(uri);
  return (
    (path === undefined ? undefined : context.roots.locate(path)?.session) ?? context.roots.sessions()[0]
  );
}

/** A family's view with all edits in it; an error where there is none. */
export async function viewOf(
  context: Context,
  session: Session,
  family: string | undefined,
  token: CancellationToken,
): Promise<FamilyView> {
  const name = family ?? context.settings().families[0] ?? 'task-watchers';
  const view = await session.settledView(name);
  if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
  if (view) return view;
  const state = session.state();
  if (state.kind === 'failed') throw failed(state.message);
  throw failed(`no family ${name}; there are: ${session.families().join(', ')}`);
}
