import {
  type CancellationToken,
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type DocumentHighlight,
  DocumentHighlightKind,
  ErrorCodes,
  InsertTextFormat,
  type InlayHint,
  LSPErrorCodes,
  type Range as ProtocolRange,
  ResponseError,
  type SignatureHelp,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { completions, isTooShort, type Completion } from '../features/completions';
import { highlights } from '../features/highlights';
import { inlayHints } from '../features/inlay-hints';
import { namesRenamed, renamingAt, renamingEdits, type Renaming } from '../features/rename';
import { signatureAt } from '../features/signature-help';
import { includes } from '../features/unit-sources';
import type { FamilyView, Session } from '../workspace/session';
import { isPresent } from './check-reader';
import {
  askedPlace,
  cursor,
  documentViews,
  linesIn,
  protocolPosition,
  protocolRange,
  type AskedPlace,
  type Context,
  type Cursor,
} from './context';
import type { Handle } from './handle';
import { inRange, renameParams } from './params';
import { offsetAt } from './positions';
import { workspaceEdit } from './workspace-edit';
import { cursorWithMentions } from './with-mentions';

const completionKinds: Readonly<Record<Completion['kind'], CompletionItemKind>> = {
  event: CompletionItemKind.Event,
  constant: CompletionItemKind.Constant,
  macro: CompletionItemKind.Function,
  function: CompletionItemKind.Function,
  snippet: CompletionItemKind.Snippet,
  section: CompletionItemKind.Value,
};

const highlightKinds = {
  text: DocumentHighlightKind.Text,
  read: DocumentHighlightKind.Read,
  write: DocumentHighlightKind.Write,
} as const;

/** Requests of a person who writes: highlights, hints, completion, signatures, renaming. */
export function editingRequests(context: Context, handle: Handle): void {
  handle('textDocument/documentHighlight', async (params, token): Promise<DocumentHighlight[] | null> => {
    const at = await cursor(context, askedPlace(context, params), token);
    for (const view of at?.views ?? []) {
      const file = at && view.source(at.path);
      const found = at ? highlights(view, at.path, at.offset) : [];
      if (file && found.length > 0)
        return found.map(({ range, kind }) => ({
          range: protocolRange(context, file, range),
          kind: highlightKinds[kind],
        }));
    }
    return null;
  });

  handle('textDocument/inlayHint', async (params, token): Promise<InlayHint[] | null> => {
    const { textDocument, range } = inRange.parse(params);
    if (!context.settings().inlayHints) return null;
    const at = await documentViews(context, textDocument.uri, token);
    if (!at) return null;
    return at.views.flatMap((view) => {
      const file = view.source(at.path);
      if (!file) return [];
      const lines = linesIn(file);
      const asked = {
        start: offsetAt(lines, range.start, context.client.encoding),
        end: offsetAt(lines, range.end, context.client.encoding),
      };
      return inlayHints(view, at.path, asked).map(({ offset, label, tooltip }): InlayHint => ({
        position: protocolPosition(context, file, offset),
        label,
        tooltip,
        paddingLeft: true,
      }));
    });
  });

  handle(
    'textDocument/completion',
    async (params, token): Promise<CompletionItem[] | CompletionList | null> => {
      const at = await cursor(context, askedPlace(context, params), token);
      if (!at) return null;
      const items = at.views.flatMap((view) => {
        const file = view.source(at.path);
        if (!file) return [];
        return completions(view, at.path, at.offset).flatMap((one) => itemOf(context, view, at, one) ?? []);
      });
      if (items.length > 0) return items;
      // Clients take null for all there is, and ask no more while the word grows.
      return at.views.some((view) => isTooShort(view, at.path, at.offset))
        ? { isIncomplete: true, items: [] }
        : null;
    },
  );

  handle('textDocument/signatureHelp', async (params, token): Promise<SignatureHelp | null> => {
    const at = await cursor(context, askedPlace(context, params), token);
    for (const view of at?.views ?? []) {
      const found = at && signatureAt(view, at.path, at.offset);
      if (!found) continue;
      return {
        signatures: [
          {
            label: found.label,
            documentation: found.documentation,
            parameters: found.parameters.map(({ label, documentation }) => ({ label, documentation })),
          },
        ],
        activeSignature: 0,
        activeParameter: found.active,
      };
    }
    return null;
  });

  handle('textDocument/prepareRename', async (params, token): Promise<ProtocolRange | null> => {
    const found = await renaming(context, askedPlace(context, params), token);
    const file = found?.view.source(found.at.path);
    return found && file ? protocolRange(context, file, found.renaming.range) : null;
  });

  handle('textDocument/rename', async (params, token): Promise<WorkspaceEdit | null> => {
    const { newName } = renameParams.parse(params);
    const place = askedPlace(context, params);
    for (;;) {
      const found = await renaming(context, place, token);
      if (!found) return null;
      const { at, view } = found;
      const { name, file, isStatic } = found.renaming;
      // All at once: a search of the tree takes its time.
      const mentions = await at.session.mentions([name, newName, ...(isStatic ? [fileName(file)] : [])]);
      const including = isStatic ? await includers(at.session, view, file) : [];
      if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
      // An edit came in between: its places are others.
      if (!isPresent(at.session, view)) continue;
      const edits = renamingEdits(view, found.renaming, newName, {
        others: mentions.get(name) ?? [],
        taken: mentions.get(newName) ?? [],
        includers: including,
      });
      if ('refused' in edits) throw refusal(edits.refused);
      const texts = edits.map(({ file: path, range }) => ({ file: path, range, text: newName }));
      return workspaceEdit(context, at.session, view, texts) ?? null;
    }
  });
}

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The `.c` files that include a file, directly or through others. */
async function includers(session: Session, view: FamilyView, path: string): Promise<readonly string[]> {
  const found = new Set([path]);
  for (const file of found) {
    const name = fileName(file);
    const naming = (await session.mentions([name])).get(name) ?? [];
    for (const other of naming) if (other.endsWith('.c') && includes(view, other, file)) found.add(other);
  }
  found.delete(path);
  return [...found];
}

const refusal = (message: string): ResponseError => new ResponseError(LSPErrorCodes.RequestFailed, message);

/** The first family that knows a watcher here; an error where it cannot be renamed. */
async function renaming(
  context: Context,
  place: AskedPlace,
  token: CancellationToken,
): Promise<
  | {
      readonly at: Cursor;
      readonly view: FamilyView;
      readonly renaming: Exclude<Renaming, { refused: string }>;
    }
  | undefined
> {
  const asked = await cursorWithMentions(context, place, token, namesRenamed);
  if (!asked) return undefined;
  const { at, mentions } = asked;
  for (const view of at.views) {
    const found = renamingAt(view, at.path, at.offset, mentions);
    if (!found) continue;
    if ('refused' in found) throw refusal(found.refused);
    return { at, view, renaming: found };
  }
  return undefined;
}

function itemOf(
  context: Context,
  view: FamilyView,
  at: Cursor,
  completion: Completion,
): CompletionItem | undefined {
  const file = view.source(at.path);
  if (!file) return undefined;
  const { snippet } = completion;
  // Arguments that are there already stay.
  const isCalled = /^[ \t]*\(/.test(file.text.slice(completion.range.end, completion.range.end + 20));
  const asSnippet = snippet !== undefined && context.client.snippets && !isCalled;
  // Without snippets a template is of no use.
  if (completion.kind === 'snippet' && !asSnippet) return undefined;
  return {
    label: completion.label,
    kind: completionKinds[completion.kind],
    detail: completion.detail,
    ...(completion.documentation === undefined ? {} : { documentation: completion.documentation }),
    sortText: completion.rank,
    filterText: completion.text,
    insertTextFormat: asSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: {
      range: protocolRange(context, file, completion.range),
      newText: asSnippet ? snippet : completion.text,
    },
  };
}

export const invalidParams = (message: string): ResponseError =>
  new ResponseError(ErrorCodes.InvalidParams, message);
