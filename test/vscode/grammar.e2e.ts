import { existsSync } from 'node:fs';
import type { IGrammar } from 'vscode-textmate';
import { tokenCases } from '../syntaxes/token-cases';
import { injectedGrammar } from '../syntaxes/tokens';
import { needVsCode } from './need-vs-code';
import { shippedCGrammar } from './vs-code';

describe('injection grammar in the C grammar of VS Code', () => {
  let grammar: IGrammar;
  before(async function () {
    needVsCode(
      this,
      existsSync(shippedCGrammar) ? [] : [`${shippedCGrammar}: run scripts/install-vscode.sh`],
    );
    grammar = await injectedGrammar(shippedCGrammar);
  });
  tokenCases(() => grammar);
});
