/** Where comments and literals of C end. */
export const Char = {
  Newline: 10,
  Return: 13,
  Space: 32,
  DoubleQuote: 34,
  Hash: 35,
  SingleQuote: 39,
  OpenParen: 40,
  CloseParen: 41,
  Star: 42,
  Slash: 47,
  Semicolon: 59,
  Backslash: 92,
  OpenBrace: 123,
  CloseBrace: 125,
} as const;

export function blockCommentEnd(text: string, at: number): number {
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? text.length : end + 2;
}

/** Up to its newline, which a backslash can hide. */
export function lineCommentEnd(text: string, at: number): number {
  for (let end = text.indexOf('\n', at); ; end = text.indexOf('\n', end + 1)) {
    if (end < 0) return text.length;
    const before = text.charCodeAt(end - 1) === Char.Return ? end - 2 : end - 1;
    if (text.charCodeAt(before) !== Char.Backslash) return end;
  }
}

/** After the closing quote; an unclosed literal ends with its line, as compilers have it. */
export function quotedEnd(text: string, at: number, quote: number): number {
  for (let end = at + 1; end < text.length; end++) {
    const char = text.charCodeAt(end);
    if (char === Char.Backslash) {
      if (text.charCodeAt(end + 1) === Char.Return) end++;
      end++;
    } else if (char === quote) return end + 1;
    else if (char === Char.Newline) return end;
  }
  return text.length;
}
