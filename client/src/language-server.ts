import { join } from 'node:path';
import { type ExtensionContext, type LogOutputChannel, workspace } from 'vscode';
import { LanguageClient, TransportKind, type LanguageClientOptions } from 'vscode-languageclient/node';
import { ownTokensWhereNoOther } from './semantic-tokens';
import { servedDocuments } from './served-documents';

/** What the server looks at, as languages and as file names: C first, and all that decides what is linked where. */
const documents = [
  { scheme: 'file', language: 'c' },
  { scheme: 'file', language: 'cpp' },
  { scheme: 'file', pattern: '**/*.{h,S}' },
  { scheme: 'file', pattern: '**/*.{lds,lds.S,lds.h}' },
  { scheme: 'file', pattern: '**/{Makefile,Kbuild,Kconfig}*' },
  { scheme: 'file', pattern: '**/{.config,.task-watchers.json}' },
];

// What only who starts the server can set (docs/editors/any-client.md): less memory, for nothing.
const frugally = ['--max-semi-space-size=8'];
const env = { MALLOC_TRIM_THRESHOLD_: '65536' };

/** A client of the bundled server, not started. */
export function languageClient(
  context: ExtensionContext,
  log: LogOutputChannel,
  trace: LogOutputChannel,
): LanguageClient {
  const module = context.asAbsolutePath(join('server', 'dist', 'language-server.js'));
  const options: LanguageClientOptions = {
    documentSelector: documents,
    outputChannel: log,
    traceOutputChannel: trace,
    diagnosticCollectionName: 'task-watchers',
    initializationOptions: () => ({ ...workspace.getConfiguration('taskWatchers') }),
    middleware: { ...servedDocuments(() => client), ...ownTokensWhereNoOther },
    markdown: { isTrusted: false, supportHtml: false },
  };
  const client = new LanguageClient(
    'taskWatchers',
    'Task Watchers',
    {
      run: { module, transport: TransportKind.ipc, options: { execArgv: frugally, env } },
      debug: {
        module,
        transport: TransportKind.ipc,
        options: { execArgv: [...frugally, '--nolazy', '--inspect=6009'], env },
      },
    },
    options,
  );
  return client;
}
