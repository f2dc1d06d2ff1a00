/** The directives of a C text, found in one pass. What each says is left to syntax/c/directive.ts. */
import {
  BACKSLASH,
  DOUBLE_QUOTE,
  HASH,
  NEWLINE,
  RETURN,
  SINGLE_QUOTE,
  SLASH,
  SPACE,
  STAR,
  blockCommentEnd,
  byteAt,
  find,
  is,
  isNamePart,
  isNameStart,
  isSpace,
  isTrimmed,
  lineCommentEnd,
  newlines,
  nextMark,
  quotedEnd,
} from './bytes';
import { PAD, TEXT, reach, setFound } from './memory';

/** What of a directive is told: these numbers are known to syntax/c/text-scan.ts. */
export const INCLUDE: i32 = 1;
export const DEFINE: i32 = 2;
export const UNDEF: i32 = 3;
export const IF: i32 = 4;
export const ELIF: i32 = 5;
export const ELSE: i32 = 6;
export const ENDIF: i32 = 7;

/** A record: kind, offset, end, line; from where to where its text stands among the lines; its name among the names; hash. */
export const RECORD: usize = 9 * 4;

/** The directives' lines, from behind the `#`, without comments and joined, where they say more than a name. */
let lines: usize = 0;
let linesEnd: usize = 0;
/** The names that are defined or undefined, a newline before each. */
let names: usize = 0;
let namesEnd: usize = 0;
export let records: usize = 0;
let recordsEnd: usize = 0;

/** Where the last comment ended, and whether nothing but white space and comments stood before it in its line. */
let commentEnd: i32 = -1;
let commentLeads: bool = false;
/** Where the last literal or directive ended. */
let otherEnd: i32 = 0;

// The logical line that was read last: where its text lies in memory.
let said: usize = 0;
let saidEnd: usize = 0;
let isPlain: bool = true;

export function count(): i32 {
  return <i32>((recordsEnd - records) / RECORD);
}

export function end(): usize {
  return recordsEnd;
}

/** Room for a text of so many code units; gives where it is to be written. */
export function reserve(length: i32): usize {
  reach(TEXT + (<usize>length + PAD) * 3 + PAD);
  return TEXT;
}

/** Finds the directives of the text of this length, which was written where {@link reserve} said. */
export function directives(length: i32): void {
  memory.fill(TEXT + length, 0, PAD);
  lines = linesEnd = TEXT + length + PAD;
  names = namesEnd = lines + length + PAD;
  records = recordsEnd = (names + length + PAD + 15) & ~15;
  commentEnd = -1;
  commentLeads = false;
  otherEnd = 0;
  let isOnce = false;
  let line = 1;
  let counted = 0;
  let at = 0;
  for (;;) {
    at = nextMark(at, length);
    if (at >= length) break;
    const byte = byteAt(at);
    if (byte === SLASH) {
      const next = byteAt(at + 1);
      if (next !== STAR && next !== SLASH) {
        at++;
        continue;
      }
      commentLeads = leads(at);
      at = next === STAR ? blockCommentEnd(at, length) : lineCommentEnd(at, length);
      commentEnd = at;
    } else if (byte !== HASH) at = otherEnd = quotedEnd(at, byte, length);
    else if (leads(at)) {
      line += newlines(counted, at);
      counted = at;
      const stop = logicalLine(at + 1, length);
      if (directive(at, stop, line)) isOnce = true;
      at = otherEnd = stop;
    } else at++;
  }
  store<u8>(namesEnd, NEWLINE);
  setFound(0, count());
  setFound(1, <i32>records);
  setFound(2, <i32>lines);
  setFound(3, <i32>(linesEnd - lines));
  setFound(4, <i32>names);
  setFound(5, <i32>(namesEnd + 1 - names));
  setFound(6, isOnce ? 1 : 0);
  setFound(7, isShapedAsGuarded(length) ? 1 : 0);
}

/** True if nothing but white space, comments and continued lines stands before `from` in its line. */
function leads(from: i32): bool {
  for (let before = from - 1; ; before--) {
    if (before + 1 === commentEnd) return commentLeads;
    if (before < 0) return true;
    if (before < otherEnd) return false;
    const byte = byteAt(before);
    if (byte === NEWLINE) {
      if (before === otherEnd) return true;
      const last = before > 0 && byteAt(before - 1) === RETURN ? before - 2 : before - 1;
      if (last < 0 || byteAt(last) !== BACKSLASH) return true;
    } else if (!isSpace(byte) && byte !== BACKSLASH) return false;
  }
  // The compiler asks for it.
  return false;
}

/** Reads a directive's text from behind its `#`: comments as one space, continued lines joined. Gives its newline. */
function logicalLine(from: i32, length: i32): i32 {
  const plainEnd = find(NEWLINE, from, length);
  isPlain = true;
  for (let at = from; at < plainEnd; at++) {
    const byte = byteAt(at);
    if (byte === BACKSLASH || byte === SLASH) {
      isPlain = false;
      break;
    }
  }
  said = TEXT + from;
  saidEnd = TEXT + plainEnd;
  if (isPlain) return plainEnd;
  // Joined where it will stay if it is kept.
  let to = linesEnd;
  let at = from;
  while (at < length) {
    const byte = byteAt(at);
    if (byte === NEWLINE) break;
    let stop = at + 1;
    if (byte === BACKSLASH) {
      const next = byteAt(at + 1);
      const skip = next === NEWLINE ? 2 : next === RETURN && byteAt(at + 2) === NEWLINE ? 3 : 0;
      if (skip !== 0) {
        at += skip;
        continue;
      }
    } else if (byte === SLASH && (byteAt(at + 1) === STAR || byteAt(at + 1) === SLASH)) {
      if (byteAt(at + 1) === STAR) {
        store<u8>(to++, SPACE);
        at = blockCommentEnd(at, length);
      } else at = lineCommentEnd(at, length);
      continue;
    } else if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) stop = directiveQuoteEnd(at, byte, length);
    memory.copy(to, TEXT + at, stop - at);
    to += stop - at;
    at = stop;
  }
  said = linesEnd;
  saidEnd = to;
  return at;
}

/** The newline that ends a directive of no interest. */
export function endOfLine(from: i32, length: i32): i32 {
  return logicalLine(from, length);
}

/** In a directive an apostrophe may stand alone (`#error don't`): then it is text. */
function directiveQuoteEnd(at: i32, quote: i32, length: i32): i32 {
  const stop = quotedEnd(at, quote, length);
  return byteAt(stop - 1) === quote && stop > at + 1 ? stop : at + 1;
}

/** Records the directive of the logical line; true for `#pragma once`. */
function directive(offset: i32, stop: i32, line: i32): bool {
  const start = behindSpace(said);
  let at = start;
  while (at < saidEnd && isKeywordPart(load<u8>(at))) at++;
  switch (<i32>(at - start)) {
    case 2:
      if (is(start, 'if')) other(IF, offset, stop, line);
      break;
    case 4:
      if (is(start, 'elif')) other(ELIF, offset, stop, line);
      else if (is(start, 'else')) record(ELSE, offset, stop, line);
      break;
    case 5:
      if (is(start, 'endif')) record(ENDIF, offset, stop, line);
      else if (is(start, 'ifdef')) other(IF, offset, stop, line);
      else if (is(start, 'undef')) named(UNDEF, at, offset, stop, line);
      break;
    case 6:
      if (is(start, 'define')) named(DEFINE, at, offset, stop, line);
      else if (is(start, 'ifndef')) other(IF, offset, stop, line);
      else if (is(start, 'import')) included(at, offset, stop, line);
      else if (is(start, 'pragma')) return isOnce(at);
      break;
    case 7:
      if (is(start, 'include')) included(at, offset, stop, line);
      else if (is(start, 'elifdef')) other(ELIF, offset, stop, line);
      break;
    case 8:
      if (is(start, 'elifndef')) other(ELIF, offset, stop, line);
      break;
    case 12:
      if (is(start, 'include_next')) included(at, offset, stop, line);
  }
  return false;
}

function isKeywordPart(byte: i32): bool {
  return (byte >= 97 && byte <= 122) || byte === 95;
}

function behindSpace(at: usize): usize {
  while (at < saidEnd && isSpace(load<u8>(at))) at++;
  return at;
}

function isOnce(at: usize): bool {
  let from = at;
  let to = saidEnd;
  while (from < to && isTrimmed(load<u8>(from))) from++;
  while (to > from && isTrimmed(load<u8>(to - 1))) to--;
  return to - from === 4 && is(from, 'once');
}

/** A definition, or its end: of interest is first of all its name. */
function named(kind: i32, at: usize, offset: i32, stop: i32, line: i32): void {
  const start = behindSpace(at);
  let to = start;
  if (to < saidEnd && isNameStart(load<u8>(to)))
    do to++;
    while (to < saidEnd && isNamePart(load<u8>(to)));
  if (to === start) return;
  store<u8>(namesEnd++, NEWLINE);
  const from = namesEnd;
  const hash = hashOf(start, to);
  memory.copy(from, start, to - start);
  namesEnd += to - start;
  if (kind === DEFINE) other(kind, offset, stop, line);
  else record(kind, offset, stop, line);
  store<i32>(recordsEnd - RECORD, <i32>(from - names), 24);
  store<i32>(recordsEnd - RECORD, <i32>(namesEnd - names), 28);
  store<i32>(recordsEnd - RECORD, hash, 32);
}

/** FNV-1a, as `nameHash` in syntax/c/sketch.ts. */
function hashOf(from: usize, to: usize): i32 {
  let hash: u32 = 0x811c9dc5;
  for (; from < to; from++) hash = (hash ^ load<u8>(from)) * 0x01000193;
  return hash >>> 2;
}

function included(at: usize, offset: i32, stop: i32, line: i32): void {
  for (; at < saidEnd; at++)
    if (!isTrimmed(load<u8>(at))) {
      other(INCLUDE, offset, stop, line);
      return;
    }
}

/** One of which the line is kept. */
function other(kind: i32, offset: i32, stop: i32, line: i32): void {
  const from = linesEnd;
  if (isPlain) memory.copy(from, said, saidEnd - said);
  linesEnd += saidEnd - said;
  record(kind, offset, stop, line);
  store<i32>(recordsEnd - RECORD, <i32>(from - lines), 16);
  store<i32>(recordsEnd - RECORD, <i32>(linesEnd - lines), 20);
}

function record(kind: i32, offset: i32, stop: i32, line: i32): void {
  reach(recordsEnd + RECORD);
  store<i32>(recordsEnd, kind, 0);
  store<i32>(recordsEnd, offset, 4);
  store<i32>(recordsEnd, stop, 8);
  store<i32>(recordsEnd, line, 12);
  memory.fill(recordsEnd + 16, 0, RECORD - 16);
  recordsEnd += RECORD;
}

/** One `#if` … `#endif` around all that is no comment: whether it asks for a guard, its line tells. */
function isShapedAsGuarded(length: i32): bool {
  if (records === recordsEnd || load<i32>(records) !== IF) return false;
  const last = recordsEnd - RECORD;
  let depth = 0;
  for (let one = records; one < recordsEnd; one += RECORD) {
    const kind = load<i32>(one);
    if (kind === IF) depth++;
    else if (kind === ENDIF) depth--;
    else if (depth === 1 && (kind === ELSE || kind === ELIF)) return false;
    if (depth === 0 && one < last) return false;
  }
  if (depth !== 0 || !isBlank(0, load<i32>(records, 4))) return false;
  return isBlank(find(NEWLINE, load<i32>(last, 4), length), length);
}

/** Only white space and comments from one position to another. */
function isBlank(at: i32, to: i32): bool {
  while (at < to) {
    const byte = byteAt(at);
    const next = byteAt(at + 1);
    if (byte <= SPACE) at++;
    else if (byte === SLASH && next === STAR) at = blockCommentEnd(at, to);
    else if (byte === SLASH && next === SLASH) at = lineCommentEnd(at, to);
    else return false;
  }
  return true;
}
