/** Bytes of C, and where comments and literals end: each function takes and gives positions in the text. */
import { TEXT } from './memory';

export const TAB: i32 = 9;
export const NEWLINE: i32 = 10;
export const RETURN: i32 = 13;
export const SPACE: i32 = 32;
export const DOUBLE_QUOTE: i32 = 34;
export const HASH: i32 = 35;
export const DOLLAR: i32 = 36;
export const SINGLE_QUOTE: i32 = 39;
export const OPEN_PAREN: i32 = 40;
export const CLOSE_PAREN: i32 = 41;
export const STAR: i32 = 42;
export const SLASH: i32 = 47;
export const SEMICOLON: i32 = 59;
export const EQUALS: i32 = 61;
export const BACKSLASH: i32 = 92;
export const UNDERSCORE: i32 = 95;
export const OPEN_BRACE: i32 = 123;
export const CLOSE_BRACE: i32 = 125;
const NO_BREAK_SPACE: i32 = 0xa0;

export function byteAt(at: i32): i32 {
  return load<u8>(TEXT + at);
}

export function isSpace(byte: i32): bool {
  return byte === SPACE || (byte >= TAB && byte <= RETURN);
}

/** What `trim` takes away. */
export function isTrimmed(byte: i32): bool {
  return isSpace(byte) || byte === NO_BREAK_SPACE;
}

export function isNameStart(byte: i32): bool {
  const letter = byte | 32;
  return (letter >= 97 && letter <= 122) || byte === UNDERSCORE || byte === DOLLAR;
}

export function isNamePart(byte: i32): bool {
  return isNameStart(byte) || (byte >= 48 && byte <= 57);
}

function bitsOf(bytes: v128, byte: i32): i32 {
  return i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>byte)));
}

/** The first position of `byte` from `at` on, or `length`. */
export function find(byte: i32, at: i32, length: i32): i32 {
  const wanted = i8x16.splat(<i8>byte);
  for (; at < length; at += 16) {
    const bits = i8x16.bitmask(i8x16.eq(v128.load(TEXT + at), wanted));
    if (bits !== 0) return min(at + ctz(bits), length);
  }
  return length;
}

/** The newlines from one position to another. */
export function newlines(from: i32, to: i32): i32 {
  let count = 0;
  for (; from + 16 <= to; from += 16) count += popcnt(bitsOf(v128.load(TEXT + from), NEWLINE));
  if (from < to) count += popcnt(bitsOf(v128.load(TEXT + from), NEWLINE) & ((1 << (to - from)) - 1));
  return count;
}

/** Behind the comment that begins at `at`; `length` where it does not end. */
export function blockCommentEnd(at: i32, length: i32): i32 {
  for (at += 2; at < length; at += 16) {
    const stars = bitsOf(v128.load(TEXT + at), STAR);
    const bits = stars & bitsOf(v128.load(TEXT + at + 1), SLASH);
    if (bits !== 0) return min(at + ctz(bits) + 2, length);
  }
  return length;
}

/** The newline that ends the comment: a backslash can hide one. */
export function lineCommentEnd(at: i32, length: i32): i32 {
  for (let end = find(NEWLINE, at, length); end < length; end = find(NEWLINE, end + 1, length)) {
    const before = byteAt(end - 1) === RETURN ? end - 2 : end - 1;
    if (byteAt(before) !== BACKSLASH) return end;
  }
  return length;
}

/** Behind the closing quote; a literal that is not closed ends with its line, as compilers have it. */
export function quotedEnd(at: i32, quote: i32, length: i32): i32 {
  for (let end = at + 1; end < length; end++) {
    const byte = byteAt(end);
    if (byte === BACKSLASH) {
      if (byteAt(end + 1) === RETURN) end++;
      end++;
    } else if (byte === quote) return end + 1;
    else if (byte === NEWLINE) return end;
  }
  return length;
}

/** The next `"`, `'`, `#` or `/` from `at` on, or a position behind the text. */
export function nextMark(at: i32, length: i32): i32 {
  for (; at < length; at += 16) {
    const bytes = v128.load(TEXT + at);
    const bits =
      bitsOf(bytes, DOUBLE_QUOTE) | bitsOf(bytes, SINGLE_QUOTE) | bitsOf(bytes, HASH) | bitsOf(bytes, SLASH);
    if (bits !== 0) return at + ctz(bits);
  }
  return at;
}

/** Whether an ASCII word stands at an address. */
export function is(address: usize, word: string): bool {
  for (let at = 0; at < word.length; at++)
    if (<i32>load<u8>(address + at) !== word.charCodeAt(at)) return false;
  return true;
}
