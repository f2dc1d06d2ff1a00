import {
  type CancellationToken,
  LSPErrorCodes,
  type Location,
  type Position,
  ResponseError,
} from 'vscode-languageserver/node';
import type { Target } from '../features/view';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import type { FamilyView, Session } from '../workspace/session';
import type { Client } from './client';
import type { Documents } from './documents';
import { atPosition } from './params';
import { followed, linesOf, offsetAt, positionAt, rangeAt, type Lines } from './positions';
import type { Located, Roots } from './roots';
import type { Settings } from './settings';
import { pathOf, uriOf } from './uris';

/** What every handler works with. */
export interface Context {
  readonly client: Client;
  readonly settings: () => Settings;
  readonly documents: Documents;
  readonly roots: Roots;
  readonly log: (message: string) => void;
}

/** A document in an opened kernel, as the families that are shown see it. */
export interface DocumentViews extends Located {
  readonly uri: string;
  readonly views: readonly FamilyView[];
}

/** A cursor in such a document. */
export interface Cursor extends DocumentViews {
  readonly offset: number;
}

/** Milliseconds for edits to be worked in; a family that takes longer says nothing rather than something outdated. */
const longestWait = 1000;

/**
 * The document in its kernel, seen as it is now: waits for edits that are not worked in yet, but not for the first
 * look at a kernel. `undefined`: not in a kernel, or nothing known yet.
 */
export async function documentViews(
  context: Context,
  uri: string,
  token: CancellationToken,
): Promise<DocumentViews | undefined> {
  const path = pathOf(uri);
  const located = path === undefined ? undefined : context.roots.locate(path);
  if (!located) return undefined;
  const { session, path: inside } = located;
  const views: FamilyView[] = [];
  for (const family of context.settings().families) {
    let view = session.view(family);
    if (view && !session.isCurrent(family)) view = await session.currentView(family, longestWait);
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    if (view?.source(inside)) views.push(view);
  }
  return views.length === 0 ? undefined : { session, path: inside, uri, views };
}

/** A position that a client asks about, in the text that it had then. */
export interface AskedPlace {
  readonly uri: string;
  readonly position: Position;
  /** `undefined`: the document is not open. */
  readonly written: Lines | undefined;
}

/** To be called when the request comes in: what is answered later may be of a later text. */
export function askedPlace(context: Context, params: unknown): AskedPlace {
  const { textDocument, position } = atPosition.parse(params);
  return { uri: textDocument.uri, position, written: context.documents.get(textDocument.uri) };
}

/** The document with the place in it, where it is now: edits that came in since move it along. */
export async function cursor(
  context: Context,
  { uri, position, written }: AskedPlace,
  token: CancellationToken,
): Promise<Cursor | undefined> {
  const found = await documentViews(context, uri, token);
  const file = found?.views[0]?.source(found.path);
  if (!found || !file) return undefined;
  const lines = linesIn(file);
  const then = written ?? lines;
  return { ...found, offset: followed(offsetAt(then, position, context.client.encoding), then, lines) };
}

const linesCache = new WeakMap<SourceFile, Lines>();

/** A source file's lines as the protocol counts them; ours end at LF only. */
export function linesIn(file: SourceFile): Lines {
  let lines = linesCache.get(file);
  if (!lines) {
    const loneReturn = /\r(?!\n)/.test(file.text);
    lines = loneReturn ? linesOf(file.text) : { text: file.text, starts: file.lineStarts };
    linesCache.set(file, lines);
  }
  return lines;
}

/** As the client spells it where it has the file open, else below the root as it spells that. */
export function uriIn(context: Context, session: Session, file: string): string {
  const path = `${session.root}/${file}`;
  const uri = uriOf(path);
  if (context.documents.get(uri)) return uri;
  return context.documents.all().find((document) => pathOf(document.uri) === path)?.uri ?? uri;
}

export function locationOf(
  context: Context,
  session: Session,
  view: FamilyView,
  { file, range }: Target,
): Location | undefined {
  const source = view.source(file);
  if (!source) return undefined;
  return { uri: uriIn(context, session, file), range: protocolRange(context, source, range) };
}

export function locationsOf(
  context: Context,
  session: Session,
  view: FamilyView,
  targets: readonly Target[],
): Location[] {
  return targets.flatMap((target) => locationOf(context, session, view, target) ?? []);
}

export function protocolRange(context: Context, file: SourceFile, range: Range): Location['range'] {
  return rangeAt(linesIn(file), range, context.client.encoding);
}

export function protocolPosition(
  context: Context,
  file: SourceFile,
  offset: number,
): Location['range']['start'] {
  return positionAt(linesIn(file), offset, context.client.encoding);
}

/** Makes a place a link to a file URI with a line, which editors follow. */
export function linker(context: Context, session: Session): (file: string, line: number) => string {
  return (file, line) => `${uriIn(context, session, file)}#L${line}`;
}
