import { type CancellationToken, ErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { runCommand } from './commands';
import type { Context } from './context';
import type { Handle } from './handle';
import { contentParams } from './params';
import { contentScheme } from './protocol';

/** Which command makes the text of a virtual document, and what its path says. */
const pages: Readonly<Record<string, { readonly command: string; readonly name: string }>> = {
  table: { command: 'taskWatchers.table', name: 'event' },
  dispatch: { command: 'taskWatchers.dispatch', name: 'event' },
  why: { command: 'taskWatchers.why', name: 'object' },
};

/** The virtual documents that a client has asked for. */
export interface ContentRequests {
  /** Those of which the text may be another now. */
  shown(): readonly string[];
}

/** More documents than this, and the oldest are refreshed no more. */
const mostShown = 32;

/** `workspace/textDocumentContent`: `task-watchers:/table/INIT?root=…`, `/dispatch/INIT?…`, `/why/kernel/fork.o?…`. */
export function contentRequests(context: Context, handle: Handle): ContentRequests {
  const shown = new Set<string>();
  handle('workspace/textDocumentContent', async (params, token) => {
    const { uri } = contentParams.parse(params);
    shown.delete(uri);
    shown.add(uri);
    if (shown.size > mostShown) shown.delete([...shown][0] ?? '');
    return { text: await contentOf(context, uri, token) };
  });
  return { shown: () => [...shown] };
}

async function contentOf(context: Context, uri: string, token: CancellationToken): Promise<string> {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const [page = '', ...rest] = (url?.pathname ?? '').replace(/^\/+/, '').split('/');
  const made = Object.hasOwn(pages, page) ? pages[page] : undefined;
  if (url?.protocol !== `${contentScheme}:` || !made)
    throw new ResponseError(
      ErrorCodes.InvalidParams,
      `${uri}: not a virtual document of this server; there are ${contentScheme}:/${Object.keys(pages).join(`, ${contentScheme}:/`)}`,
    );
  const name = decodeURIComponent(rest.join('/')).replace(/\.md$/, '');
  const words: Record<string, unknown> = Object.fromEntries(url.searchParams);
  for (const key of ['line', 'character']) if (key in words) words[key] = Number(words[key]);
  for (const key of ['all']) if (key in words) words[key] = words[key] === 'true' || words[key] === '1';
  const argument = { ...words, ...(name === '' ? {} : { [made.name]: name }) };
  const result = await runCommand(context, made.command, argument, token);
  return result?.markdown ?? 'No kernel tree is open.\n';
}
