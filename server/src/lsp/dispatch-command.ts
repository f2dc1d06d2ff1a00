import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import type { DispatchResult } from '../dispatch/dispatch-result';
import { dispatchSteps, type DispatchProblem, type DispatchRequest } from '../dispatch/simulate';
import { withMeetings } from '../features/cleanup-meetings';
import { dispatchPage } from '../features/dispatch-page';
import { dispatchMarkdown } from '../features/dispatch-shown';
import { indexOf } from '../features/snapshot-index';
import type { CallSite } from '../watchers/snapshot';
import type { FamilyView, Session } from '../workspace/session';
import { checkReader, isPresent } from './check-reader';
import { linesIn, linker, type Context } from './context';
import { inTurns, longestTurn } from './in-turns';
import { failed, sessionFor, viewOf } from './kernel-asked';
import { dispatchArguments, type DispatchArguments } from './params';
import { followed, offsetAt, positionAt, type Lines } from './positions';
import type { CommandResult } from './protocol';
import { pathOf } from './uris';

/** `taskWatchers.dispatch`: what a notification does. The simulation itself is `dispatch/`. */
export async function dispatchCommand(
  context: Context,
  argument: unknown,
  token: CancellationToken,
): Promise<CommandResult | null> {
  const asked = dispatchArguments.parse(argument);
  const session = sessionFor(context, asked);
  if (!session) return null;
  const { view, simulated } = await simulate(context, session, asked, token);
  if ('problem' in simulated) throw failed(simulated.problem);
  const result = withMeetings(view.snapshot, simulated);
  const { root, configFile } = view.snapshot;
  return {
    markdown: dispatchMarkdown(result, linker(context, session)),
    // As `tw-index dispatch --format json` has it.
    json: { schema: 1, root, config: configFile ?? null, ...result },
    ...(asked.html === true ? { html: dispatchPage(result, linker(context, session)) } : {}),
  };
}

/** With others' turns in between; begins again when an edit has made void what was read. */
async function simulate(
  context: Context,
  session: Session,
  asked: DispatchArguments,
  token: CancellationToken,
): Promise<{ readonly view: FamilyView; readonly simulated: DispatchResult | DispatchProblem }> {
  const written = asked.uri === undefined ? undefined : context.documents.get(asked.uri);
  for (;;) {
    const view = await viewOf(context, session, asked.family, token);
    const reader = await checkReader(session, view);
    const simulated = await inTurns(
      dispatchSteps(reader, requestOf(context, view, asked, written)),
      longestTurn,
      () => !token.isCancellationRequested && isPresent(session, view),
    );
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    if (simulated) return { view, simulated: simulated.value };
  }
}

function requestOf(
  context: Context,
  view: FamilyView,
  asked: DispatchArguments,
  written: Lines | undefined,
): DispatchRequest {
  const { event, val, fail } = asked;
  const here = placeOf(context, view, asked, written);
  const wanted = event ?? here.event;
  // A call site of another event than the one that is asked for is not meant.
  const site =
    here.site && (event === undefined || here.site.event === undefined || isSame(here.site.event, event))
      ? here.site
      : undefined;
  return {
    ...(wanted === undefined ? {} : { event: wanted }),
    ...(site ? { site } : {}),
    ...(val === undefined ? {} : { val }),
    ...(fail === undefined
      ? {}
      : {
          fail: fail.map(({ function: name, errno }) => ({
            function: name,
            ...(errno === undefined ? {} : { errno }),
          })),
        }),
  };
}

const isSame = (one: string, other: string): boolean =>
  other.toLowerCase() === one.toLowerCase() || other.toLowerCase().endsWith(`_${one.toLowerCase()}`);

/**
 * The call site that a place is in, or in whose line it is; else the event of a registration there. `written`: the text
 * that the place is of, where the document is open: the view may be of a later one.
 */
function placeOf(
  context: Context,
  view: FamilyView,
  { uri, line, character }: DispatchArguments,
  written: Lines | undefined,
): { readonly site?: CallSite; readonly event?: string } {
  const path = uri === undefined ? undefined : pathOf(uri);
  const inside = path === undefined ? undefined : context.roots.known(path)?.path;
  const file = inside === undefined ? undefined : view.source(inside);
  if (!file || inside === undefined || line === undefined) return {};
  const lines = linesIn(file);
  const { encoding } = context.client;
  const then = written ?? lines;
  const offset = followed(offsetAt(then, { line, character: character ?? 0 }, encoding), then, lines);
  const now = positionAt(lines, offset, encoding).line;
  const [start, end] = [lines.starts[now] ?? 0, lines.starts[now + 1] ?? file.text.length];
  const index = indexOf(view.snapshot);
  const sites = index.sitesIn(inside).filter(({ range }) => range.start < end && start < range.end);
  const site = sites.find(({ range }) => range.start <= offset && offset <= range.end) ?? sites[0];
  if (site) return { site };
  const entry = index.entriesIn(inside).find(({ range }) => range.start < end && start < range.end);
  return entry ? { event: entry.event } : {};
}
