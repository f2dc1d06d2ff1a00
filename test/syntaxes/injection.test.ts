import type { IGrammar } from 'vscode-textmate';
import { join } from 'node:path';
import { tokenCases } from './token-cases';
import { injectedGrammar } from './tokens';

/** A C grammar in small; test/vscode repeats these cases in the one that VS Code ships. */
describe('injection grammar in a small C grammar', () => {
  let grammar: IGrammar;
  before(async () => {
    grammar = await injectedGrammar(join(__dirname, 'small-c.tmLanguage.json'));
  });
  tokenCases(() => grammar);
});
