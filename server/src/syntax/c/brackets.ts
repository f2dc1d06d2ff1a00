import type { Token } from './lex';

/** The index of the bracket that closes the one at `open`; the end where none does. */
export function matching(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind !== 'punctuator') continue;
    if (token.text === '(' || token.text === '[' || token.text === '{') depth++;
    if ((token.text === ')' || token.text === ']' || token.text === '}') && --depth === 0) return at;
  }
  return tokens.length;
}

/** What stands between the commas of `{ a, b }` or `(a, b)`. */
export function listParts(list: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of list.slice(1, matching(list, 0))) {
    if (token.kind === 'punctuator' && /^[([{]$/.test(token.text)) depth++;
    if (token.kind === 'punctuator' && /^[)\]}]$/.test(token.text)) depth--;
    if (token.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
