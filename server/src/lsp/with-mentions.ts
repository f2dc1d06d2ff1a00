import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import type { Mentions, View } from '../features/view';
import { isPresent } from './check-reader';
import { cursor, type AskedPlace, type Context, type Cursor, type DocumentViews } from './context';

/** What is asked about, and in which files of the tree the names stand that an answer needs: both of one moment. */
export interface WithMentions<At> {
  readonly at: At;
  readonly mentions: Mentions;
}

/** Searches the tree for `names`, each once, and finds again what is asked about where an edit came in meanwhile. */
export async function withMentions<At extends DocumentViews>(
  find: () => Promise<At | undefined>,
  token: CancellationToken,
  names: (at: At) => readonly string[],
): Promise<WithMentions<At> | undefined> {
  for (;;) {
    const at = await find();
    if (!at) return undefined;
    const wanted = names(at);
    if (wanted.length === 0) return { at, mentions: new Map() };
    const mentions = await at.session.mentions(wanted);
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    if (at.views.every((view) => isPresent(at.session, view))) return { at, mentions };
  }
}

/** The same for a cursor; `names`: those that one family's answer needs. */
export const cursorWithMentions = (
  context: Context,
  place: AskedPlace,
  token: CancellationToken,
  names: (view: View, path: string, offset: number) => readonly string[],
): Promise<WithMentions<Cursor> | undefined> =>
  withMentions(
    () => cursor(context, place, token),
    token,
    ({ views, path, offset }) => views.flatMap((view) => names(view, path, offset)),
  );
