import type { Place } from '../positions';
import { lineAt, lineStarts } from '../positions';

/** Where a place in preprocessed text was written; `line` is 1-based in the preprocessed text. */
export type LinePlaces = (line: number) => Place | undefined;

/** Reads a script's text by position. ld's tokens hang on what is expected, so there is no token list. */
export interface Scanner {
  readonly text: string;
  readonly end: number;
  /** 0-based UTF-16 offset. */
  at: number;
  place(offset: number): Place | undefined;
}

const lineMarker = /^[ \t]*#[ \t]*(?:line[ \t]+)?(\d+)(?:[ \t]+"([^"\n]*)")?/;

/** Blanks out comments, preprocessor line markers and other `#` lines; lengths and lines stay. */
function blank(text: string): string {
  const parts: string[] = [];
  let done = 0;
  for (let open = text.indexOf('/*'); open >= 0; open = text.indexOf('/*', done)) {
    const close = text.indexOf('*/', open + 2);
    const end = close < 0 ? text.length : close + 2;
    parts.push(text.slice(done, open), text.slice(open, end).replace(/[^\n]/g, ' '));
    done = end;
  }
  parts.push(text.slice(done));
  return parts.join('').replace(/^[ \t]*#.*$/gm, (line) => ' '.repeat(line.length));
}

/** `places` says where a line of `text` was written; without it, `# 12 "file"` markers of a preprocessor do. */
export function scanner(text: string, places?: LinePlaces): Scanner {
  const clean = blank(text);
  const starts = lineStarts(text);
  const byMarkers = places ?? markedPlaces(text);
  return { text: clean, end: clean.length, at: 0, place: (offset) => byMarkers(lineAt(starts, offset)) };
}

function markedPlaces(text: string): LinePlaces {
  const marked: (Place | undefined)[] = [];
  let file: string | undefined;
  let next = 0;
  for (const line of text.split('\n')) {
    const found = line.includes('#') ? lineMarker.exec(line) : undefined;
    if (found) {
      marked.push(undefined);
      file = found[2] ?? file;
      next = Number(found[1]);
    } else marked.push(file === undefined ? undefined : { file, line: next++ });
  }
  return (line) => marked[line - 1];
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

export function skipSpace(scan: Scanner): void {
  while (scan.at < scan.end && isSpace(scan.text.charCodeAt(scan.at))) scan.at++;
}

/** The next character that is not white space; `''` at the end. */
export function peek(scan: Scanner): string {
  skipSpace(scan);
  return scan.text.charAt(scan.at);
}

/** Steps over `wanted` when it comes next. */
export function accept(scan: Scanner, wanted: string): boolean {
  skipSpace(scan);
  if (!scan.text.startsWith(wanted, scan.at)) return false;
  scan.at += wanted.length;
  return true;
}

const nameStops = ' \t\n\r\f\v(){};,="&';

/**
 * A name, file or pattern as ld lexes it where patterns are expected: all but white space and `(){};,="&`, or a quoted
 * string. `stops` are further characters that end it, `inner` such that do not. Empty: none there.
 */
export function word(scan: Scanner, stops = '', inner = ''): string {
  skipSpace(scan);
  if (scan.text.charAt(scan.at) === '"') {
    const close = scan.text.indexOf('"', scan.at + 1);
    const to = close < 0 ? scan.end : close;
    const quoted = scan.text.slice(scan.at + 1, to);
    scan.at = Math.min(to + 1, scan.end);
    return quoted;
  }
  const from = scan.at;
  while (scan.at < scan.end) {
    const char = scan.text.charAt(scan.at);
    if ((nameStops.includes(char) && !inner.includes(char)) || stops.includes(char)) break;
    scan.at++;
  }
  return scan.text.slice(from, scan.at);
}

export const fold = (text: string): string => text.trim().replace(/\s+/g, ' ');

/**
 * Offset of the first of `stops` outside parentheses and quotes, from the scanner's place; the end when none is, or
 * none within `limit` characters.
 */
export function findOutside(scan: Scanner, stops: string, limit = scan.end): number {
  let depth = 0;
  const end = Math.min(scan.end, scan.at + limit);
  for (let at = scan.at; at < end; at++) {
    const char = scan.text.charAt(at);
    if (depth <= 0 && stops.includes(char)) return at;
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '"') {
      const close = scan.text.indexOf('"', at + 1);
      if (close < 0) return scan.end;
      at = close;
    }
  }
  return scan.end;
}

/** Text up to the first of `stops` outside parentheses, folded; the scanner then stands on the stop. */
export function textUntil(scan: Scanner, stops: string): string {
  const to = findOutside(scan, stops);
  const text = fold(scan.text.slice(scan.at, to));
  scan.at = to;
  return text;
}

/** After an opening bracket at the scanner's place: the text inside, folded, the scanner behind the closing one. */
export function bracketed(scan: Scanner, open: '(' | '{', close: ')' | '}'): string {
  skipSpace(scan);
  let depth = 0;
  const from = scan.at + 1;
  for (; scan.at < scan.end; scan.at++) {
    const char = scan.text.charAt(scan.at);
    if (char === open) depth++;
    else if (char === close && --depth === 0) {
      scan.at++;
      return fold(scan.text.slice(from, scan.at - 1));
    } else if (char === '"') {
      const quote = scan.text.indexOf('"', scan.at + 1);
      if (quote >= 0) scan.at = quote;
    }
  }
  return fold(scan.text.slice(from));
}
