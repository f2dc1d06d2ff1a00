import type { InitializeParams } from 'vscode-languageserver/node';
import { chooseEncoding, type Encoding } from './positions';

/** What the client can do, as far as we ask. */
export interface Client {
  readonly encoding: Encoding;
  readonly workDoneProgress: boolean;
  readonly configuration: boolean;
  readonly configurationRegistration: boolean;
  readonly workspaceFolders: boolean;
  readonly watchedFiles: boolean;
  readonly relativePatterns: boolean;
  readonly refresh: {
    readonly codeLens: boolean;
    readonly inlayHint: boolean;
    readonly semanticTokens: boolean;
    readonly diagnostics: boolean;
    readonly content: boolean;
  };
  /** It pulls diagnostics, and can be told to pull again: then nothing is pushed. */
  readonly pullsDiagnostics: boolean;
  readonly markdownHover: boolean;
  readonly snippets: boolean;
  readonly hierarchicalSymbols: boolean;
  readonly textDocumentContent: boolean;
  readonly codeActionLiterals: boolean;
  readonly documentChanges: boolean;
  readonly prepareRename: boolean;
  /** Diagnostics may name other places. */
  readonly relatedInformation: boolean;
}

export function clientOf({ capabilities }: InitializeParams): Client {
  const { general, window, workspace, textDocument } = capabilities;
  const refreshDiagnostics = workspace?.diagnostics?.refreshSupport === true;
  return {
    encoding: chooseEncoding(general?.positionEncodings),
    workDoneProgress: window?.workDoneProgress === true,
    configuration: workspace?.configuration === true,
    configurationRegistration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    watchedFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    relativePatterns: workspace?.didChangeWatchedFiles?.relativePatternSupport === true,
    refresh: {
      codeLens: workspace?.codeLens?.refreshSupport === true,
      inlayHint: workspace?.inlayHint?.refreshSupport === true,
      semanticTokens: workspace?.semanticTokens?.refreshSupport === true,
      diagnostics: refreshDiagnostics,
      content: workspace?.textDocumentContent !== undefined,
    },
    pullsDiagnostics: textDocument?.diagnostic !== undefined && refreshDiagnostics,
    markdownHover: textDocument?.hover?.contentFormat?.includes('markdown') ?? false,
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    hierarchicalSymbols: textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true,
    textDocumentContent: workspace?.textDocumentContent !== undefined,
    codeActionLiterals: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    prepareRename: textDocument?.rename?.prepareSupport === true,
    relatedInformation:
      textDocument?.publishDiagnostics?.relatedInformation === true ||
      textDocument?.diagnostic?.relatedInformation === true,
  };
}
