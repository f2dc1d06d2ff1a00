import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type ServerCapabilities,
  TextDocumentSyncKind,
  WatchKind,
} from 'vscode-languageserver/node';
import type { Client } from './client';
import { codeActionKinds } from './code-action-requests';
import { commandNames } from './commands';
import { diagnosticSource } from './diagnostics';
import { contentScheme } from './protocol';
import { semanticLegend } from './symbol-requests';

const anyFile = { filters: [{ scheme: 'file', pattern: { glob: '**' } }] };

export function capabilities(client: Client): ServerCapabilities {
  return {
    positionEncoding: client.encoding,
    textDocumentSync: {
      openClose: true,
      change: TextDocumentSyncKind.Incremental,
      save: { includeText: false },
    },
    definitionProvider: true,
    declarationProvider: true,
    implementationProvider: true,
    referencesProvider: true,
    hoverProvider: true,
    codeLensProvider: {},
    inlayHintProvider: true,
    documentSymbolProvider: { label: 'Task Watchers' },
    workspaceSymbolProvider: true,
    documentHighlightProvider: true,
    completionProvider: { triggerCharacters: ['(', ','] },
    signatureHelpProvider: { triggerCharacters: ['(', ','] },
    renameProvider: client.prepareRename ? { prepareProvider: true } : true,
    semanticTokensProvider: { legend: semanticLegend, full: { delta: true }, range: true },
    callHierarchyProvider: true,
    ...(client.codeActionLiterals ? { codeActionProvider: { codeActionKinds } } : {}),
    ...(client.pullsDiagnostics
      ? {
          diagnosticProvider: {
            identifier: diagnosticSource,
            interFileDependencies: true,
            workspaceDiagnostics: true,
          },
        }
      : {}),
    executeCommandProvider: { commands: [...commandNames] },
    workspace: {
      workspaceFolders: { supported: true, changeNotifications: true },
      // For clients that watch no files.
      fileOperations: { didCreate: anyFile, didRename: anyFile, didDelete: anyFile },
      ...(client.textDocumentContent ? { textDocumentContent: { schemes: [contentScheme] } } : {}),
    },
  };
}

/** Asks to be told of what can change an answer: sources, linker scripts, makefiles, configurations. */
export async function watchFiles(connection: Connection): Promise<void> {
  const patterns = [
    '**/*.{c,h,S}',
    '**/*.lds',
    '**/*.lds.{S,h}',
    '**/{Makefile,Kbuild}*',
    '**/Kconfig*',
    '**/.config',
    '**/.task-watchers.json',
  ];
  await connection.client.register(DidChangeWatchedFilesNotification.type, {
    watchers: [
      ...patterns.map((globPattern) => ({ globPattern })),
      // Of a folder that is deleted as a whole, some clients name only the folder.
      { globPattern: '**/*', kind: WatchKind.Delete },
    ],
  });
}
