import type { CancellationToken, CodeLens, Hover, Location } from 'vscode-languageserver/node';
import { dispatcherText, isAboutDispatcher } from '../features/dispatcher-text';
import { hover } from '../features/hover';
import { labelHover, mayBeLabel } from '../features/label-hover';
import { lenses } from '../features/lenses';
import { withoutMarkup } from '../features/markdown';
import {
  declarations,
  definitions,
  farFunctions,
  implementations,
  watcherTargets,
} from '../features/navigation';
import { namesReferred, references } from '../features/references';
import type { Mentions, Target, View } from '../features/view';
import { checkReader, isPresent } from './check-reader';
import {
  askedPlace,
  cursor,
  documentViews,
  linker,
  locationsOf,
  protocolRange,
  type Context,
  type Cursor,
} from './context';
import { inTurns, longestTurn } from './in-turns';
import { inDocument, referenceParams } from './params';
import type { Handle } from './handle';
import { cursorWithMentions } from './with-mentions';

/** Requests about what stands at a place in a document. All answer null where no table is concerned. */
export function languageRequests(context: Context, handle: Handle): void {
  const navigate =
    (
      find: (view: View, path: string, offset: number, mentions: Mentions) => readonly Target[],
      names: (view: View, path: string, offset: number) => readonly string[] = () => [],
    ) =>
    async (params: unknown, token: CancellationToken): Promise<Location[] | null> => {
      const asked = await cursorWithMentions(context, askedPlace(context, params), token, names);
      if (!asked) return null;
      const { at, mentions } = asked;
      const found = at.views.flatMap((view) =>
        locationsOf(context, at.session, view, find(view, at.path, at.offset, mentions)),
      );
      return found.length === 0 ? null : found;
    };
  handle('textDocument/definition', navigate(definitions, farFunctions));
  handle('textDocument/declaration', navigate(declarations));
  handle('textDocument/implementation', navigate(implementations, farFunctions));
  handle('textDocument/references', (params, token) => {
    const { includeDeclaration } = referenceParams.parse(params).context;
    return navigate(
      (view, path, offset, mentions) => references(view, path, offset, includeDeclaration, mentions),
      namesReferred,
    )(params, token);
  });

  handle('textDocument/hover', async (params, token): Promise<Hover | null> => {
    const asked = askedPlace(context, params);
    for (;;) {
      const at = await cursor(context, asked, token);
      const answer = at ? await hoverAt(context, at) : null;
      if (answer !== undefined) return answer;
    }
  });

  handle('textDocument/codeLens', async (params, token): Promise<CodeLens[] | null> => {
    const { textDocument } = inDocument.parse(params);
    if (!context.settings().codeLens) return null;
    const at = await documentViews(context, textDocument.uri, token);
    if (!at) return null;
    return at.views.flatMap((view) => {
      const file = view.source(at.path);
      if (!file) return [];
      return lenses(view, at.path).map(({ range, title, event, kind }): CodeLens => {
        const where = protocolRange(context, file, range);
        const { line, character } = where.start;
        const place = { uri: textDocument.uri, line, character };
        const command =
          kind === 'preview'
            ? { command: 'taskWatchers.previewDispatch', arguments: [{ ...place, event }] }
            : {
                command: 'taskWatchers.showWatchers',
                arguments: [
                  {
                    ...place,
                    event,
                    title,
                    locations:
                      event === undefined
                        ? []
                        : locationsOf(context, at.session, view, watcherTargets(view, event)),
                  },
                ],
              };
        return { range: where, command: { title, ...command } };
      });
    });
  });
}

/** `undefined`: an edit came in between, and another view is due. */
async function hoverAt(context: Context, at: Cursor): Promise<Hover | null | undefined> {
  const { session, path, offset } = at;
  const link = linker(context, session);
  const incomplete = session.state().kind === 'indexing' ? ['*Still indexing: this may be incomplete.*'] : [];
  for (const view of at.views) {
    const linkTo = context.client.markdownHover ? link : (): undefined => undefined;
    const found =
      hover(view, path, offset, linkTo) ??
      (mayBeLabel(view, path, offset)
        ? labelHover(view, await checkReader(session, view), path, offset, linkTo)
        : undefined);
    const file = view.source(path);
    if (!found || !file) continue;
    let semantics: string | undefined;
    if (isAboutDispatcher(view, path, offset)) {
      const steps = dispatcherText(await checkReader(session, view));
      const said = await inTurns(steps, longestTurn, () => isPresent(session, view));
      if (!said) return undefined;
      semantics = said.value;
    }
    const markdown = [found.markdown, ...(semantics === undefined ? [] : [semantics]), ...incomplete].join(
      '\n\n',
    );
    return {
      contents: context.client.markdownHover
        ? { kind: 'markdown', value: markdown }
        : { kind: 'plaintext', value: withoutMarkup(markdown) },
      range: protocolRange(context, file, found.range),
    };
  }
  return null;
}
