import { extensions } from 'vscode';
import type { LanguageClientOptions } from 'vscode-languageclient/node';

type Middleware = NonNullable<LanguageClientOptions['middleware']>;

/** Extensions that colour all of a C file. */
const colourers = ['llvm-vs-code-extensions.vscode-clangd', 'ms-vscode.cpptools'];

const othersColour = (): boolean => colourers.some((id) => extensions.getExtension(id) !== undefined);

/**
 * Keeps our few tokens from replacing another extension's many: of all that offer tokens for a file, VS Code 1.100 takes
 * those of one, the last that registered and has any.
 */
export const ownTokensWhereNoOther: Middleware = {
  provideDocumentSemanticTokens: (document, token, next) => (othersColour() ? null : next(document, token)),
  provideDocumentSemanticTokensEdits: (document, previous, token, next) =>
    othersColour() ? null : next(document, previous, token),
  provideDocumentRangeSemanticTokens: (document, range, token, next) =>
    othersColour() ? null : next(document, range, token),
};
