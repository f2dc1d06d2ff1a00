/** Preprocessing tokens (C11 6.4). White space is a flag on the token after it; comments are white space. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'char' | 'punctuator';
  readonly text: string;
  /** White space (or a comment) stands before it. */
  readonly spaced: boolean;
  /** Offset in the file (0-based, UTF-16), or -1 for what a macro's body wrote. */
  readonly offset: number;
}

const tokenPattern =
  /([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)|(\.?\d(?:[eEpP][+-]|[\w.])*)|((?:u8|[LuU])?"(?:[^"\\\n]|\\[\s\S])*"?)|([LuU]?'(?:[^'\\\n]|\\[\s\S])*'?)|(##|<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[\s\S])/y;
const spacePattern = /(?:[\s\ufeff]|\\\r?\n|\/\*[\s\S]*?(?:\*\/|$)|\/\/(?:[^\n\\]|\\\r?\n|\\)*)+/y;

/**
 * Tokens of `text` from `start` to `end`; offsets count from the start of the text plus `base` (-1: no offsets).
 * Prefixed literals (`L"x"`) win over names, as in C.
 */
export function lex(text: string, start = 0, end = text.length, base = 0): Token[] {
  const tokens: Token[] = [];
  let at = start;
  let spaced = false;
  const piece = end === text.length ? text : text.slice(0, end);
  while (at < end) {
    spacePattern.lastIndex = at;
    const space = spacePattern.exec(piece);
    if (space) {
      at = spacePattern.lastIndex;
      spaced = true;
      continue;
    }
    const prefixed = /^(?:u8|[LuU])["']/.test(piece.slice(at, at + 3))
      ? literalAfterPrefix(piece, at)
      : undefined;
    if (prefixed !== undefined) {
      tokens.push({
        kind: prefixed.endsWith("'") ? 'char' : 'string',
        text: prefixed,
        spaced,
        offset: base < 0 ? -1 : at + base,
      });
      at += prefixed.length;
      spaced = false;
      continue;
    }
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(piece);
    if (!match) break;
    const kind =
      match[1] !== undefined
        ? 'name'
        : match[2] !== undefined
          ? 'number'
          : match[3] !== undefined
            ? 'string'
            : match[4] !== undefined
              ? 'char'
              : 'punctuator';
    const written = match[0];
    tokens.push({
      kind,
      text:
        written.includes('\\\n') || written.includes('\\\r\n') ? written.replace(/\\\r?\n/g, '') : written,
      spaced,
      offset: base < 0 ? -1 : at + base,
    });
    at = tokenPattern.lastIndex;
    spaced = false;
  }
  return tokens;
}

const prefixedLiteral = /(?:u8|[LuU])(?:"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')/y;

function literalAfterPrefix(text: string, at: number): string | undefined {
  prefixedLiteral.lastIndex = at;
  return prefixedLiteral.exec(text)?.[0];
}

/** Tokens as text again: one space where white space stood. */
export function tokensText(tokens: readonly Token[]): string {
  let text = '';
  for (const [index, token] of tokens.entries()) text += (index > 0 && token.spaced ? ' ' : '') + token.text;
  return text;
}
