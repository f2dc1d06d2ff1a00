import type { Connection } from 'vscode-languageserver/node';
import type { Client } from './client';
import { changedNotification, type ChangedParams } from './protocol';
import { uriOf } from './uris';

/** Time, in milliseconds, in which changes count as one. */
const gatherTime = 100;

export interface Refresher {
  /** Tables or call sites of a kernel are others now. */
  changed(root: string): void;
  /** Hints and lenses are shown otherwise now. */
  shownOtherwise(): void;
  stop(): void;
}

/** Tells the client that views, lenses, hints and tokens may be others now: soon, and once for many changes. */
export function refresher(
  connection: Connection,
  client: () => Client | undefined,
  contents: () => readonly string[],
): Refresher {
  const roots = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const ask = (method: string, params?: object): void => {
    // A client that refuses will ask again by itself.
    connection.sendRequest(method, params).catch(() => undefined);
  };
  const tell = (): void => {
    timer = undefined;
    for (const root of roots) {
      const params: ChangedParams = { root: uriOf(root) };
      void connection.sendNotification(changedNotification, params);
    }
    roots.clear();
    const refresh = client()?.refresh;
    if (refresh?.codeLens === true) ask('workspace/codeLens/refresh');
    if (refresh?.inlayHint === true) ask('workspace/inlayHint/refresh');
    if (refresh?.semanticTokens === true) ask('workspace/semanticTokens/refresh');
    if (refresh?.content === true)
      for (const uri of contents()) ask('workspace/textDocumentContent/refresh', { uri });
  };
  const soon = (): void => {
    timer ??= setTimeout(tell, gatherTime);
  };
  return {
    changed(root) {
      roots.add(root);
      soon();
    },
    shownOtherwise: soon,
    stop() {
      clearTimeout(timer);
    },
  };
}
