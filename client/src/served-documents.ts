import { Uri } from 'vscode';
import {
  type LanguageClient,
  type LanguageClientOptions,
  TextDocumentContentRequest,
} from 'vscode-languageclient/node';
import { readableText } from './document-texts';

/** Scheme of the documents whose text the server makes and refreshes (docs/protocol.md). */
export const servedScheme = 'task-watchers';

/**
 * `task-watchers:/table/INIT.md?root=/src/linux`. Only what would end a value is encoded in it: VS Code decodes a query
 * when it reads a URI, and would not know its own document in a refresh of the server.
 */
export function servedUri(path: string, query: Readonly<Record<string, string>>): Uri {
  const words = Object.entries(query).map(
    ([key, value]) => `${key}=${value.replace(/[%&#+]/g, encodeURIComponent)}`,
  );
  return Uri.from({ scheme: servedScheme, path, query: words.join('&') });
}

type Middleware = NonNullable<LanguageClientOptions['middleware']>;

/** Asks the server for such a document by the URI as it is written: VS Code's own encoding hides the `=` of a query. */
export function servedDocuments(client: () => LanguageClient | undefined): Middleware {
  return {
    async provideTextDocumentContent(uri, token) {
      const answer = await client()?.sendRequest(
        TextDocumentContentRequest.type,
        { uri: uri.toString(true) },
        token,
      );
      return answer && readableText(uri, answer.text);
    },
  };
}
