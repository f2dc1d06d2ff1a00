import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { loadWASM, OnigScanner, OnigString } from 'vscode-oniguruma';
import { INITIAL, parseRawGrammar, Registry, type IGrammar, type StateStack } from 'vscode-textmate';

const injection = join(__dirname, '../../syntaxes/task-watchers.injection.tmLanguage.json');

let loaded: Promise<void> | undefined;

/** The grammar in `cGrammar` with ours injected into it, on the engine that VS Code uses. */
export async function injectedGrammar(cGrammar: string): Promise<IGrammar> {
  const wasm = createRequire(__filename).resolve('vscode-oniguruma/release/onig.wasm');
  loaded ??= loadWASM(readFileSync(wasm));
  await loaded;
  const files: Readonly<Record<string, string>> = {
    'source.c': cGrammar,
    'task-watchers.injection': injection,
  };
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new OnigScanner(patterns),
      createOnigString: (text) => new OnigString(text),
    }),
    loadGrammar(scope) {
      const file = files[scope];
      return Promise.resolve(file === undefined ? null : parseRawGrammar(readFileSync(file, 'utf8'), file));
    },
    getInjections: (scope) => (scope === 'source.c' ? ['task-watchers.injection'] : undefined),
  });
  const grammar = await registry.loadGrammar('source.c');
  if (!grammar) throw new Error(`${cGrammar}: no grammar`);
  return grammar;
}

export interface Token {
  readonly text: string;
  /** Our own scopes of it, outermost first. */
  readonly own: readonly string[];
  readonly scopes: readonly string[];
}

/** The tokens of a text that are not blank. */
export function tokensOf(grammar: IGrammar, text: string): readonly Token[] {
  let state: StateStack = INITIAL;
  return text.split('\n').flatMap((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.flatMap(({ startIndex, endIndex, scopes }) => {
      const part = line.slice(startIndex, endIndex);
      if (part.trim() === '') return [];
      return [{ text: part.trim(), scopes, own: scopes.filter((scope) => scope.endsWith('.task-watchers')) }];
    });
  });
}
