import assert from 'node:assert/strict';
import { openedKernel } from './opened-kernel';

/** Stands in for clangd's extension: in every C file the word at 8:16 is a type, and nothing else has a colour. */
const standIn = {
  'package.json': JSON.stringify({
    name: 'vscode-clangd',
    publisher: 'llvm-vs-code-extensions',
    version: '0.0.1',
    engines: { vscode: '^1.100.0' },
    activationEvents: ['onLanguage:c'],
    main: './main.js',
  }),
  'main.js': `const { languages, SemanticTokens, SemanticTokensLegend } = require('vscode');
exports.activate = () => languages.registerDocumentSemanticTokensProvider(
  { scheme: 'file', language: 'c' },
  { provideDocumentSemanticTokens: () => new SemanticTokens(new Uint32Array([7, 15, 6, 0, 0])) },
  new SemanticTokensLegend(['type']),
);
`,
};

describe('extension beside clangd in VS Code', function () {
  this.timeout(120000);
  const opened = openedKernel({ other: standIn });

  it('leaves the colours of a file to the other', async () => {
    const { bench, copy } = opened();
    assert.deepEqual(copy.find('kernel/auditsc.c', 'serial'), { row: 8, column: 16 });
    await bench.open('kernel/auditsc.c');
    await bench.page.locator('.codelens-decoration', { hasText: 'slot' }).first().waitFor();
    // Tokens are asked for again after an edit, when both servers are there.
    await bench.goTo(6);
    await bench.page.keyboard.insertText(' ');
    await bench.page.waitForTimeout(2000);
    const word = bench.word('unsigned long serial;', 'serial');
    const colour = await word.evaluate((node) => getComputedStyle(node).color);
    // What the theme Dark Modern has for types.
    assert.equal(colour, 'rgb(78, 201, 176)');
  });
});
