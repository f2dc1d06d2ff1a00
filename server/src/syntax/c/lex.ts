import type { Place } from '../positions';

/** Preprocessing tokens (C11 6.4). White space is a flag on the token after it; comments are white space. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'char' | 'punctuator';
  readonly text: string;
  /** White space (or a comment) stands before it. */
  readonly spaced: boolean;
  /** Offset in the file (0-based, UTF-16), or -1 for what a macro's body wrote. */
  readonly offset: number;
  /** Where it is written, its macro's body included; noted for linker scripts only. */
  readonly written?: Place | undefined;
}

const Char = {
  Newline: 10,
  Return: 13,
  DoubleQuote: 34,
  SingleQuote: 39,
  Plus: 43,
  Minus: 45,
  Dot: 46,
  Slash: 47,
  Star: 42,
  Backslash: 92,
} as const;

const isDigit = (char: number): boolean => char >= 48 && char <= 57;
const isNameStart = (char: number): boolean =>
  (char >= 97 && char <= 122) || (char >= 65 && char <= 90) || char === 95 || char === 36 || char >= 128;
const isNamePart = (char: number): boolean => isNameStart(char) || isDigit(char);
const isSpace = (char: number): boolean =>
  char === 32 || (char >= 9 && char <= 13) || char === 0xa0 || char === 0xfeff;

const punctuators3 = new Set(['<<=', '>>=', '...']);
const punctuators2 = new Set('## -> ++ -- << >> <= >= == != && || += -= *= /= %= &= ^= |='.split(' '));
const literalPrefixes = new Set(['L', 'u', 'U', 'u8']);

/**
 * Tokens of `text` from `start` to `end`; offsets count from the start of the text plus `base` (-1: no offsets).
 * Lines that end in a backslash are joined first, wherever they are cut: in a name, in a string, between two bars.
 */
export function lex(text: string, start = 0, end = text.length, base = 0): Token[] {
  if (!hasSplice(text, start, end)) return lexJoined(text, start, end, (at) => (base < 0 ? -1 : at + base));
  const { joined, cuts } = join(text, start, end);
  return lexJoined(joined, 0, joined.length, (at) => {
    if (base < 0) return -1;
    let removed = 0;
    for (const cut of cuts) {
      if (cut.at > at) break;
      removed = cut.removed;
    }
    return at + removed + start + base;
  });
}

function hasSplice(text: string, start: number, end: number): boolean {
  for (let at = text.indexOf('\\', start); at >= 0 && at < end; at = text.indexOf('\\', at + 1))
    if (spliceLength(text, at) > 0) return true;
  return false;
}

/** How long a backslash-newline at `at` is; 0: none is there. */
function spliceLength(text: string, at: number): number {
  const next = text.charCodeAt(at + 1);
  if (next === Char.Newline) return 2;
  return next === Char.Return && text.charCodeAt(at + 2) === Char.Newline ? 3 : 0;
}

/** The text without its backslash-newlines. `cuts`: from `at` in it on, `removed` characters are gone. */
function join(
  text: string,
  start: number,
  end: number,
): { readonly joined: string; readonly cuts: readonly { readonly at: number; readonly removed: number }[] } {
  const cuts: { at: number; removed: number }[] = [];
  let joined = '';
  let removed = 0;
  let kept = start;
  for (let at = text.indexOf('\\', start); at >= 0 && at < end; at = text.indexOf('\\', at + 1)) {
    const length = spliceLength(text, at);
    if (length === 0) continue;
    joined += text.slice(kept, at);
    removed += length;
    cuts.push({ at: joined.length, removed });
    kept = at + length;
    at = kept - 1;
  }
  return { joined: joined + text.slice(kept, end), cuts };
}

function lexJoined(text: string, start: number, end: number, offsetOf: (at: number) => number): Token[] {
  const tokens: Token[] = [];
  let at = start;
  let spaced = false;
  while (at < end) {
    const char = text.charCodeAt(at);
    const next = at + 1 < end ? text.charCodeAt(at + 1) : 0;
    if (isSpace(char)) {
      at++;
      spaced = true;
      continue;
    }
    if (char === Char.Slash && (next === Char.Star || next === Char.Slash)) {
      const close = next === Char.Star ? text.indexOf('*/', at + 2) : text.indexOf('\n', at);
      at = close < 0 ? end : next === Char.Star ? close + 2 : close;
      spaced = true;
      continue;
    }
    const from = at;
    let kind: Token['kind'] = 'punctuator';
    if (isNameStart(char)) {
      while (at < end && isNamePart(text.charCodeAt(at))) at++;
      kind = 'name';
      const quote = at < end ? text.charCodeAt(at) : 0;
      const isQuote = quote === Char.DoubleQuote || quote === Char.SingleQuote;
      if (isQuote && at - from <= 2 && literalPrefixes.has(text.slice(from, at))) {
        at = literalEnd(text, at, end, quote);
        kind = quote === Char.DoubleQuote ? 'string' : 'char';
      }
    } else if (isDigit(char) || (char === Char.Dot && isDigit(next))) {
      at = numberEnd(text, at, end);
      kind = 'number';
    } else if (char === Char.DoubleQuote || char === Char.SingleQuote) {
      at = literalEnd(text, at, end, char);
      kind = char === Char.DoubleQuote ? 'string' : 'char';
    } else if (at + 2 < end && punctuators3.has(text.slice(at, at + 3))) at += 3;
    else if (at + 1 < end && punctuators2.has(text.slice(at, at + 2))) at += 2;
    else at++;
    tokens.push({ kind, text: text.slice(from, at), spaced, offset: offsetOf(from) });
    spaced = false;
  }
  return tokens;
}

/** A pp-number: `1.5e+3`, `0x1p-2`, `123abc`. */
function numberEnd(text: string, from: number, end: number): number {
  let at = from + 1;
  for (; at < end; at++) {
    const char = text.charCodeAt(at);
    if (isNamePart(char) || char === Char.Dot) continue;
    const before = text.charCodeAt(at - 1) | 32;
    if ((char === Char.Plus || char === Char.Minus) && (before === 101 || before === 112)) continue;
    break;
  }
  return at;
}

/** After the closing quote; an unclosed literal ends with its line. */
function literalEnd(text: string, from: number, end: number, quote: number): number {
  let at = from + 1;
  while (at < end) {
    const char = text.charCodeAt(at);
    if (char === quote) return at + 1;
    if (char === Char.Newline) return at;
    at += char === Char.Backslash ? 2 : 1;
  }
  return end;
}

/** Tokens as text again: one space where white space stood. */
export function tokensText(tokens: readonly Token[]): string {
  // Joined, it is one string; put together piece by piece, V8 would keep all the pieces, ten times as much.
  return tokens.map(({ text, spaced }, index) => (index > 0 && spaced ? ` ${text}` : text)).join('');
}
