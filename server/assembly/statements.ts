/**
 * The top-level statements of a C text: start, where its body begins (the brace of a function, struct or the like; its
 * end where it has none), end. Directives may lie inside one.
 *
 * Braces that open in one `#if` and close in another leave a body open to the end of the file or of the branch. In such a
 * file a `}` at the margin closes a body, as kernels are indented.
 */
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_PAREN,
  DOUBLE_QUOTE,
  EQUALS,
  HASH,
  NEWLINE,
  OPEN_BRACE,
  OPEN_PAREN,
  RETURN,
  SEMICOLON,
  SINGLE_QUOTE,
  SLASH,
  SPACE,
  STAR,
  blockCommentEnd,
  byteAt,
  find,
  is,
  isNamePart,
  isSpace,
  lineCommentEnd,
  quotedEnd,
} from './bytes';
import { ELIF, ELSE, ENDIF, IF, RECORD, count, directives, end, endOfLine, records } from './directives';
import { TEXT, reach, setFound } from './memory';

/** Bits of what has to be looked at: in a body, and in a statement outside any. */
const IN_BODY: u8 = 1;
const IN_STATEMENT: u8 = 2;
const stops: usize = memory.data(256, 16);

for (let at = 0; at < 256; at++) store<u8>(stops + at, 0);
mark('\n"#\'{}/\\', IN_BODY | IN_STATEMENT);
mark('();=', IN_STATEMENT);

function mark(bytes: string, bits: u8): void {
  for (let at = 0; at < bytes.length; at++) store<u8>(stops + bytes.charCodeAt(at), bits);
}

/** What `#else` has to go back to: each branch starts where the `#if` stood; then where the first one ended. */
const BRANCH: usize = 8 * 4;

let found: usize = 0;
let foundEnd: usize = 0;
let start: i32 = -1;
let body: i32 = -1;
let braces: i32 = 0;
let parens: i32 = 0;
let isAssigned: bool = false;
let isUneven: bool = false;
let branches: usize = 0;
let branchesEnd: usize = 0;

/** Finds the statements, and the directives, of the text of this length. */
export function statements(length: i32): void {
  directives(length);
  if (!scan(length, false)) scan(length, true);
  setFound(8, <i32>((foundEnd - found) >> 2));
  setFound(9, <i32>found);
}

/** False: a body stays open, or branches leave as many open as others do not, and the margin was not asked. */
function scan(length: i32, marginCloses: bool): bool {
  branches = branchesEnd = end();
  found = foundEnd = branches + <usize>(count() + 1) * BRANCH;
  reach(found);
  start = body = -1;
  braces = parens = 0;
  isAssigned = isUneven = false;
  let next = records;
  let lineStart = true;
  let at = 0;
  while (at < length) {
    let byte = byteAt(at);
    if (start >= 0) {
      // Within a body, and within a statement, little else than its end matters.
      const bits = braces > 0 ? IN_BODY : IN_STATEMENT;
      while ((load<u8>(stops + byte) & bits) === 0) {
        if (byte > SPACE) lineStart = false;
        if (++at >= length) break;
        byte = byteAt(at);
      }
      if (at >= length) break;
    }
    if (byte === NEWLINE) {
      at++;
      lineStart = true;
      continue;
    }
    if (isSpace(byte)) {
      at++;
      continue;
    }
    if (byte === BACKSLASH) {
      const after = byteAt(at + 1);
      at += after === NEWLINE ? 2 : after === RETURN && byteAt(at + 2) === NEWLINE ? 3 : 1;
      continue;
    }
    if (byte === SLASH) {
      const after = byteAt(at + 1);
      if (after === STAR || after === SLASH) {
        at = after === STAR ? blockCommentEnd(at, length) : lineCommentEnd(at, length);
        continue;
      }
    }
    if (byte === HASH && lineStart) {
      if (next < end() && load<i32>(next, 4) === at) {
        branch(load<i32>(next), at);
        at = load<i32>(next, 8);
        next += RECORD;
      } else at = endOfLine(at + 1, length);
      continue;
    }
    lineStart = false;
    if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) {
      if (start < 0 && braces === 0) start = at;
      at = quotedEnd(at, byte, length);
      continue;
    }
    if (braces === 0) {
      // A brace that closes nothing: its twin in another #if has closed the body already.
      if (start < 0 && byte !== SEMICOLON && byte !== CLOSE_BRACE) start = at;
      if (byte === OPEN_PAREN) parens++;
      else if (byte === CLOSE_PAREN) parens = max(0, parens - 1);
      else if (parens === 0) {
        // A brace inside parentheses (a macro's argument) is skipped as text.
        if (byte === SEMICOLON) close(at + 1);
        else if (byte === EQUALS) isAssigned = true;
        else if (byte === OPEN_BRACE) {
          braces = 1;
          if (!isAssigned && body < start) body = at;
        }
      }
    } else if (byte === OPEN_BRACE) braces++;
    else if (byte === CLOSE_BRACE) {
      const closesAll = marginCloses && at > 0 && byteAt(at - 1) === NEWLINE;
      braces = closesAll ? 0 : braces - 1;
      // A function's body ends its statement; an initialiser or a struct goes on to its semicolon.
      if (braces === 0 && !isAssigned && !namesAType(start, length)) close(at + 1);
    }
    at++;
  }
  if ((braces > 0 || isUneven) && !marginCloses) return false;
  close(length);
  return true;
}

function close(stop: i32): void {
  if (start >= 0) {
    reach(foundEnd + 12);
    store<i32>(foundEnd, start, 0);
    store<i32>(foundEnd, body >= start ? body : stop, 4);
    store<i32>(foundEnd, stop, 8);
    foundEnd += 12;
  }
  start = body = -1;
  isAssigned = false;
}

/** `initcall(f)` needs no semicolon; one that a branch began ends with the branch. */
function closeInvocation(branchStart: i32, stop: i32): void {
  if (start > branchStart && braces === 0 && parens === 0) close(stop);
}

function branch(kind: i32, at: i32): void {
  if (kind === IF) {
    store<i32>(branchesEnd, at, 0);
    store<i32>(branchesEnd, braces, 4);
    store<i32>(branchesEnd, parens, 8);
    store<i32>(branchesEnd, start, 12);
    store<i32>(branchesEnd, 0, 16);
    branchesEnd += BRANCH;
    return;
  }
  if ((kind !== ELIF && kind !== ELSE && kind !== ENDIF) || branchesEnd === branches) return;
  const top = branchesEnd - BRANCH;
  closeInvocation(load<i32>(top), at);
  const hasEnd = load<i32>(top, 16) !== 0;
  if (kind === ENDIF) {
    branchesEnd = top;
    if ((hasEnd ? load<i32>(top, 20) : load<i32>(top, 4)) !== braces) isUneven = true;
    if (!hasEnd) return;
    braces = load<i32>(top, 20);
    parens = load<i32>(top, 24);
    start = load<i32>(top, 28);
    return;
  }
  if (hasEnd && load<i32>(top, 20) !== braces) isUneven = true;
  if (!hasEnd) {
    store<i32>(top, 1, 16);
    store<i32>(top, braces, 20);
    store<i32>(top, parens, 24);
    store<i32>(top, start, 28);
  }
  braces = load<i32>(top, 4);
  parens = load<i32>(top, 8);
  start = load<i32>(top, 12);
}

/** True for `struct x {`, `static const union {`, `typedef enum`, `extern "C" {`: what goes on after its brace. */
function namesAType(from: i32, length: i32): bool {
  const brace = find(OPEN_BRACE, from, length);
  let isType = false;
  for (let at = max(from, 0); at < brace;) {
    const byte = byteAt(at);
    if (byte === OPEN_PAREN) return false;
    const word = at;
    while (at < brace && isWordPart(byteAt(at))) at++;
    if (at === word) at++;
    else if (isTypeWord(word, at - word)) isType = true;
  }
  return isType;
}

function isWordPart(byte: i32): bool {
  return isNamePart(byte) && byte !== 36;
}

function isTypeWord(at: i32, length: i32): bool {
  switch (length) {
    case 4:
      return is(TEXT + at, 'enum');
    case 5:
      return is(TEXT + at, 'union');
    case 6:
      return is(TEXT + at, 'struct');
    case 7:
      return is(TEXT + at, 'typedef');
    default:
      return false;
  }
}
