import {
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type Range as ProtocolRange,
  SymbolKind,
  type CancellationToken,
} from 'vscode-languageserver/node';
import {
  farCallees,
  farItem,
  hierarchyItemAt,
  incomingCalls,
  outgoingCalls,
  type HierarchyCall,
  type HierarchyItem,
} from '../features/call-hierarchy';
import { definitionOf } from '../features/code-words';
import type { Range } from '../syntax/positions';
import type { FamilyView } from '../workspace/session';
import { askedPlace, documentViews, protocolRange, uriIn, type Context, type DocumentViews } from './context';
import type { Handle } from './handle';
import { hierarchyItemParams } from './params';
import { cursorWithMentions, withMentions } from './with-mentions';

/** The call hierarchy through the tables: notifying functions above their watchers, watchers below. */
export function hierarchyRequests(context: Context, handle: Handle): void {
  handle('textDocument/prepareCallHierarchy', async (params, token): Promise<CallHierarchyItem[] | null> => {
    const asked = await cursorWithMentions(context, askedPlace(context, params), token, farItem);
    if (!asked) return null;
    const { at, mentions } = asked;
    for (const view of at.views) {
      const item = hierarchyItemAt(view, at.path, at.offset, mentions);
      const shown = item && shownItem(context, at, view, item);
      if (shown) return [shown];
    }
    return null;
  });

  handle(
    'callHierarchy/incomingCalls',
    async (params, token): Promise<CallHierarchyIncomingCall[] | null> => {
      const asked = await withMentions(
        () => itemOf(context, params, token),
        token,
        // Only the tree as a whole knows who calls a function that is not static.
        ({ name, view, path }) => (definitionOf(view.source(path), name)?.isStatic === true ? [] : [name]),
      );
      if (!asked) return null;
      const { at, mentions } = asked;
      const { name, view } = at;
      return incomingCalls(view, at.path, name, mentions.get(name) ?? []).flatMap((call) => {
        const from = shownItem(context, at, view, call.item);
        return from ? [{ from, fromRanges: rangesIn(context, view, call.item.file, call) }] : [];
      });
    },
  );

  handle(
    'callHierarchy/outgoingCalls',
    async (params, token): Promise<CallHierarchyOutgoingCall[] | null> => {
      const asked = await withMentions(
        () => itemOf(context, params, token),
        token,
        ({ name, view, path }) => farCallees(view, path, name),
      );
      if (!asked) return null;
      const { at, mentions } = asked;
      const { view } = at;
      return outgoingCalls(view, at.path, at.name, mentions).flatMap((call) => {
        const to = shownItem(context, at, view, call.item);
        return to ? [{ to, fromRanges: rangesIn(context, view, at.path, call) }] : [];
      });
    },
  );
}

/** A function of a document, in the family that its item is of. */
interface AskedItem extends DocumentViews {
  readonly name: string;
  readonly view: FamilyView;
}

async function itemOf(
  context: Context,
  params: unknown,
  token: CancellationToken,
): Promise<AskedItem | undefined> {
  const { item } = hierarchyItemParams.parse(params);
  const at = await documentViews(context, item.uri, token);
  const view = at?.views.find(({ snapshot }) => snapshot.family.name === item.data?.family) ?? at?.views[0];
  return at && view && { ...at, name: item.data?.function ?? item.name, view };
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
