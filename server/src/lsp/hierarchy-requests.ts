import {
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  LSPErrorCodes,
  type Range as ProtocolRange,
  ResponseError,
  SymbolKind,
  type CancellationToken,
} from 'vscode-languageserver/node';
import {
  hierarchyItemAt,
  incomingCalls,
  outgoingCalls,
  type HierarchyCall,
  type HierarchyItem,
} from '../features/call-hierarchy';
import { definitionOf } from '../features/code-words';
import type { Range } from '../syntax/positions';
import type { FamilyView } from '../workspace/session';
import { cursor, documentViews, protocolRange, uriIn, type Context, type DocumentViews } from './context';
import type { Handle } from './handle';
import { atPosition, hierarchyItemParams } from './params';

/** The call hierarchy through the tables: notifying functions above their watchers, watchers below. */
export function hierarchyRequests(context: Context, handle: Handle): void {
  handle('textDocument/prepareCallHierarchy', async (params, token): Promise<CallHierarchyItem[] | null> => {
    const at = await cursor(context, atPosition.parse(params), token);
    for (const view of at?.views ?? []) {
      const item = at && hierarchyItemAt(view, at.path, at.offset);
      const shown = item && shownItem(context, at, view, item);
      if (shown) return [shown];
    }
    return null;
  });

  handle(
    'callHierarchy/incomingCalls',
    async (params, token): Promise<CallHierarchyIncomingCall[] | null> => {
      const { name, at, view } = (await itemOf(context, params, token)) ?? {};
      if (name === undefined || !at || !view) return null;
      const own = definitionOf(view.source(at.path), name);
      // Only the tree as a whole knows who calls a function that is not static.
      const mentions = own?.isStatic === true ? undefined : await at.session.mentions([name]);
      if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
      return incomingCalls(view, at.path, name, mentions?.get(name) ?? []).flatMap((call) => {
        const from = shownItem(context, at, view, call.item);
        return from ? [{ from, fromRanges: rangesIn(context, view, call.item.file, call) }] : [];
      });
    },
  );

  handle(
    'callHierarchy/outgoingCalls',
    async (params, token): Promise<CallHierarchyOutgoingCall[] | null> => {
      const { name, at, view } = (await itemOf(context, params, token)) ?? {};
      if (name === undefined || !at || !view) return null;
      return outgoingCalls(view, at.path, name).flatMap((call) => {
        const to = shownItem(context, at, view, call.item);
        return to ? [{ to, fromRanges: rangesIn(context, view, at.path, call) }] : [];
      });
    },
  );
}

async function itemOf(
  context: Context,
  params: unknown,
  token: CancellationToken,
): Promise<{ readonly name: string; readonly at: DocumentViews; readonly view: FamilyView } | undefined> {
  const { item } = hierarchyItemParams.parse(params);
  const at = await documentViews(context, item.uri, token);
  const view = at?.views.find(({ snapshot }) => snapshot.family.name === item.data?.family) ?? at?.views[0];
  return at && view && { name: item.data?.function ?? item.name, at, view };
}

function rangesIn(
  context: Context,
  view: FamilyView,
  path: string,
  { places }: HierarchyCall,
): ProtocolRange[] {
  const file = view.source(path);
  return file ? places.map((place: Range) => protocolRange(context, file, place)) : [];
}

function shownItem(
  context: Context,
  { session }: DocumentViews,
  view: FamilyView,
  item: HierarchyItem,
): CallHierarchyItem | undefined {
  const file = view.source(item.file);
  if (!file) return undefined;
  return {
    name: item.name,
    kind: SymbolKind.Function,
    detail: [item.detail, item.file].filter((text) => text !== '').join(' — '),
    uri: uriIn(context, session, item.file),
    range: protocolRange(context, file, item.range),
    selectionRange: protocolRange(context, file, item.selection),
    data: { family: view.snapshot.family.name, function: item.name },
  };
}
