import {
  type DocumentSymbol,
  LSPErrorCodes,
  ResponseError,
  type SemanticTokens,
  type SemanticTokensDelta,
  type SymbolInformation,
  SymbolKind,
} from 'vscode-languageserver/node';
import { semanticTokens, type SemanticToken } from '../features/semantic-tokens';
import { documentSymbols, workspaceSymbols } from '../features/symbols';
import { documentViews, linesIn, locationOf, protocolRange, type Context } from './context';
import type { Handle } from './handle';
import { inDocument, inRange, semanticDeltaParams, symbolQuery } from './params';
import { lengthIn, offsetAt, positionAt } from './positions';
import type { DocumentViews } from './context';

const tokenTypes = ['event', 'function', 'macro'] as const;
const tokenModifiers = ['definition', 'watcher', 'unlinked'] as const;

export const semanticLegend = { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] };

/** Requests for lists of a document's or the workspace's things: symbols and semantic tokens. */
export function symbolRequests(context: Context, handle: Handle): void {
  handle(
    'textDocument/documentSymbol',
    async (params, token): Promise<DocumentSymbol[] | SymbolInformation[] | null> => {
      const { textDocument } = inDocument.parse(params);
      const at = await documentViews(context, textDocument.uri, token);
      if (!at) return null;
      const symbols = at.views.flatMap((view) => {
        const file = view.source(at.path);
        if (!file) return [];
        return documentSymbols(view, at.path).map((symbol) => ({
          ...symbol,
          kind: symbol.kind === 'registration' ? SymbolKind.Event : SymbolKind.Function,
          range: protocolRange(context, file, symbol.range),
          selection: protocolRange(context, file, symbol.selection),
        }));
      });
      if (symbols.length === 0) return null;
      return context.client.hierarchicalSymbols
        ? symbols.map(({ name, detail, kind, range, selection }) => ({
            name,
            detail,
            kind,
            range,
            selectionRange: selection,
          }))
        : symbols.map(({ name, detail, kind, range }) => ({
            name,
            kind,
            containerName: detail,
            location: { uri: textDocument.uri, range },
          }));
    },
  );

  handle('workspace/symbol', async (params, token): Promise<SymbolInformation[] | null> => {
    const { query } = symbolQuery.parse(params);
    const found: SymbolInformation[] = [];
    for (const session of context.roots.sessions())
      for (const family of context.settings().families) {
        const view = session.isCurrent(family)
          ? session.view(family)
          : session.view(family) && (await session.currentView(family, 1000));
        if (token.isCancellationRequested)
          throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
        if (!view) continue;
        for (const symbol of workspaceSymbols(view, query)) {
          const location = locationOf(context, session, view, symbol.target);
          if (!location) continue;
          const kind = symbol.kind === 'event' ? SymbolKind.Enum : SymbolKind.Event;
          found.push({ name: symbol.name, kind, containerName: symbol.container, location });
        }
      }
    return found.length === 0 ? null : found;
  });

  /** The tokens that a client was sent last, by URI. */
  const sent = new Map<string, SemanticTokens>();
  let count = 0;
  const tokensOf = (at: DocumentViews | undefined, within?: { start: number; end: number }): number[] => {
    const tokens = new Map<number, SemanticToken>();
    for (const view of at?.views ?? [])
      for (const token of at ? semanticTokens(view, at.path) : [])
        if (!tokens.has(token.range.start)) tokens.set(token.range.start, token);
    const file = at?.views[0]?.source(at.path);
    if (!file) return [];
    const shown = [...tokens.values()]
      .filter(({ range }) => !within || (within.start < range.end && range.start < within.end))
      .sort((a, b) => a.range.start - b.range.start);
    const lines = linesIn(file);
    const { encoding } = context.client;
    let line = 0;
    let character = 0;
    return shown.flatMap(({ range, type, modifiers }) => {
      const place = positionAt(lines, range.start, encoding);
      const data = [
        place.line - line,
        place.line === line ? place.character - character : place.character,
        lengthIn(file.text.slice(range.start, range.end), encoding),
        tokenTypes.indexOf(type),
        modifiers.reduce((bits, modifier) => bits | (1 << tokenModifiers.indexOf(modifier)), 0),
      ];
      ({ line, character } = place);
      return data;
    });
  };
  const remember = (uri: string, data: number[]): SemanticTokens => {
    const tokens = { resultId: String(++count), data };
    // Closed documents are asked for no more; a few of them may stay.
    if (sent.size > 64) sent.delete(sent.keys().next().value ?? '');
    sent.delete(uri);
    sent.set(uri, tokens);
    return tokens;
  };
  handle('textDocument/semanticTokens/full', async (params, token): Promise<SemanticTokens | null> => {
    const { uri } = inDocument.parse(params).textDocument;
    if (!context.settings().semanticTokens) return null;
    const data = tokensOf(await documentViews(context, uri, token));
    return data.length === 0 && !sent.has(uri) ? null : remember(uri, data);
  });
  handle('textDocument/semanticTokens/range', async (params, token): Promise<SemanticTokens | null> => {
    const { textDocument, range } = inRange.parse(params);
    if (!context.settings().semanticTokens) return null;
    const at = await documentViews(context, textDocument.uri, token);
    const file = at?.views[0]?.source(at.path);
    if (!at || !file) return null;
    const lines = linesIn(file);
    const within = {
      start: offsetAt(lines, range.start, context.client.encoding),
      end: offsetAt(lines, range.end, context.client.encoding),
    };
    const data = tokensOf(at, within);
    return data.length === 0 ? null : { data };
  });
  handle(
    'textDocument/semanticTokens/full/delta',
    async (params, token): Promise<SemanticTokens | SemanticTokensDelta | null> => {
      const { textDocument, previousResultId } = semanticDeltaParams.parse(params);
      const { uri } = textDocument;
      // Null would leave the old ones on the screen.
      if (!context.settings().semanticTokens) return { data: [] };
      const before = sent.get(uri);
      const tokens = remember(uri, tokensOf(await documentViews(context, uri, token)));
      if (before?.resultId !== previousResultId) return tokens;
      return { resultId: tokens.resultId ?? '', edits: changesBetween(before.data, tokens.data) };
    },
  );
}

/** One edit: what lies between the common beginning and the common end. */
function changesBetween(
  before: readonly number[],
  after: readonly number[],
): { start: number; deleteCount: number; data: number[] }[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let same = 0;
  while (
    same < before.length - start &&
    same < after.length - start &&
    before[before.length - 1 - same] === after[after.length - 1 - same]
  )
    same++;
  if (start + same === before.length && start + same === after.length) return [];
  return [
    {
      start,
      deleteCount: before.length - same - start,
      data: after.slice(start, after.length - same),
    },
  ];
}
