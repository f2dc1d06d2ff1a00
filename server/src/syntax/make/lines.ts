/**
 * The line of a makefile that is being read. It is moved along, and says where in which text the line stands, so that
 * what is passed over (comments and recipes: two thirds of all lines) is never cut out.
 */
export interface LineCursor {
  readonly source: string;
  /** Where the next line begins; behind the end of `source`: there is none. */
  next: number;
  /** 1-based. */
  line: number;
  nextLine: number;
  /** The line itself, without what ends it. */
  from: number;
  to: number;
  /** A backslash at its end may join the next line to it. */
  isContinued: boolean;
  /** The first `#` from here on; found once for all lines before it. */
  hash: number;
}

export const lineCursor = (source: string): LineCursor => ({
  source,
  next: 0,
  line: 0,
  nextLine: 1,
  from: 0,
  to: 0,
  isContinued: false,
  hash: -1,
});

/** Moves on by one line as it is written; false: there is none. */
export function moveToNextLine(cursor: LineCursor): boolean {
  const { source, next } = cursor;
  if (next > source.length) return false;
  const newline = source.indexOf('\n', next);
  const end = newline < 0 ? source.length : newline;
  const to = end > next && source.charCodeAt(end - 1) === 13 ? end - 1 : end;
  cursor.line = cursor.nextLine++;
  cursor.from = next;
  cursor.to = to;
  cursor.next = end + 1;
  cursor.isContinued = to > next && source.charCodeAt(to - 1) === 92;
  return true;
}

/** Moves behind all that backslashes join to the line. */
export function passContinuation(cursor: LineCursor): void {
  const { line } = cursor;
  while (
    cursor.isContinued &&
    backslashesBefore(cursor.source, cursor.from, cursor.to) % 2 === 1 &&
    moveToNextLine(cursor)
  );
  cursor.line = line;
}

/** The line with all that is joined to it: a backslash at the end and the white space around become one space. */
export function joinedText(cursor: LineCursor): string {
  const { source, line } = cursor;
  let joined = '';
  let { from } = cursor;
  for (;;) {
    const { to } = cursor;
    const backslashes = from < to ? backslashesBefore(source, from, to) : 0;
    // Make halves the backslashes before a newline that it takes away.
    const isLast = backslashes % 2 === 0;
    const kept = isLast ? to : to - backslashes + (backslashes >> 1);
    if (isLast || !moveToNextLine(cursor)) {
      joined += source.slice(from, kept);
      cursor.line = line;
      return joined;
    }
    joined += `${source.slice(from, kept).trimEnd()} `;
    ({ from } = cursor);
    while (from < cursor.to && isBlank(source.charCodeAt(from))) from++;
  }
}

export const isBlank = (code: number): boolean => code === 32 || code === 9;

/** White space as `trim` has it. */
export const isWhite = (code: number): boolean =>
  code === 32 || (code >= 9 && code <= 13) || (code > 127 && String.fromCharCode(code).trim() === '');

export function afterWhite(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isWhite(text.charCodeAt(at))) at++;
  return at;
}

function backslashesBefore(text: string, from: number, to: number): number {
  let at = to;
  while (at > from && text.charCodeAt(at - 1) === 92) at--;
  return to - at;
}

/** There is a `#` in the line where it stands. */
export function hasHash(cursor: LineCursor): boolean {
  if (cursor.hash < cursor.from) {
    const found = cursor.source.indexOf('#', cursor.from);
    cursor.hash = found < 0 ? cursor.source.length : found;
  }
  return cursor.hash < cursor.to;
}

/** Without a `#` comment. `\#` is a plain `#`, and so is one inside a reference. */
export function withoutComment(text: string): string {
  if (!text.includes('#')) return text;
  let result = '';
  let from = 0;
  let isBroken = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 36 && !isBroken && isOpener(text.charCodeAt(at + 1))) {
      const end = closing(text, at + 1);
      // Looked for once a line only: lines may be long.
      isBroken = end < 0;
      if (end >= 0) at = end;
    } else if (code === 35) {
      const backslashes = backslashesBefore(text, 0, at);
      result += text.slice(from, at - ((backslashes + 1) >> 1));
      if (backslashes % 2 === 0) return result;
      from = at;
    }
  }
  return result + text.slice(from);
}

export const isOpener = (code: number): boolean => code === 40 || code === 123;

/** The index of `wanted` outside nested `open` … `close`; -1: none. All are codes of characters. */
export function nextAt(
  text: string,
  from: number,
  to: number,
  wanted: number,
  open: number,
  close: number,
): number {
  let depth = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === wanted && depth === 0) return at;
    if (code === open) depth++;
    else if (code === close && --depth < 0) return -1;
  }
  return -1;
}

/** The index of the parenthesis (or brace) that closes the one at `open`; -1: none before `to`. */
export function closing(text: string, open: number, to = text.length): number {
  return text.charCodeAt(open) === 40
    ? nextAt(text, open + 1, to, 41, 40, 41)
    : nextAt(text, open + 1, to, 125, 123, 125);
}
