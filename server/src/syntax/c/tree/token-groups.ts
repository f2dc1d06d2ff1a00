import type { Token } from '../lex';

/** Index of the bracket that closes the one at `open`; the last token's where none does. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const text = tokens[at]?.text;
    if (text === '(' || text === '[' || text === '{') depth++;
    else if ((text === ')' || text === ']' || text === '}') && --depth === 0) return at;
  }
  return tokens.length - 1;
}

export const endOf = (token: Token | undefined): number =>
  token === undefined ? 0 : token.offset + token.text.length;

/** The tokens as text, one blank where white space was. */
export const foldedText = (tokens: readonly Token[]): string =>
  tokens.map(({ text, spaced }, index) => (spaced && index > 0 ? ' ' : '') + text).join('');

/** The parts between commas that stand directly inside the brackets at `open` and `close`. */
export function splitAtCommas(
  tokens: readonly Token[],
  open: number,
  close: number,
): readonly (readonly Token[])[] {
  if (close <= open + 1) return [];
  const parts: Token[][] = [[]];
  for (let at = open + 1; at < close; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.text === ',') {
      parts.push([]);
      continue;
    }
    const last = '([{'.includes(token.text) && token.kind === 'punctuator' ? closing(tokens, at) : at;
    for (let inner = at; inner <= last && inner < close; inner++) {
      const within = tokens[inner];
      if (within) parts.at(-1)?.push(within);
    }
    at = last;
  }
  return parts;
}
