import type { Position, Range as ProtocolRange } from 'vscode-languageserver/node';
import type { Range } from '../syntax/positions';
import { textDifference } from '../syntax/text-difference';

/** What a position's `character` counts. */
export type Encoding = 'utf-8' | 'utf-16' | 'utf-32';

/**
 * The encoding to speak: the first of the client's that we know. Taking any other would be allowed, but then two
 * servers on one buffer may count differently, which clients do not expect.
 */
export function chooseEncoding(offered: readonly string[] | undefined): Encoding {
  return offered?.find(isEncoding) ?? 'utf-16';
}

const isEncoding = (name: string): name is Encoding =>
  name === 'utf-8' || name === 'utf-16' || name === 'utf-32';

/** A text with its lines, as the protocol counts them: ended by LF, CRLF or CR. */
export interface Lines {
  readonly text: string;
  /** UTF-16 offsets at which lines start; the first is 0. */
  readonly starts: readonly number[];
}

export function linesOf(text: string): Lines {
  const starts = [0];
  const pattern = /\r\n?|\n/g;
  while (pattern.test(text)) starts.push(pattern.lastIndex);
  return { text, starts };
}

/** A UTF-16 offset as a position. Beyond the end: the end. */
export function positionAt({ text, starts }: Lines, offset: number, encoding: Encoding): Position {
  const at = Math.max(0, Math.min(offset, text.length));
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return { line: low, character: lengthIn(text.slice(starts[low] ?? 0, at), encoding) };
}

/** A position as a UTF-16 offset. Beyond a line's end: its end; beyond the last line: the text's end. */
export function offsetAt({ text, starts }: Lines, position: Position, encoding: Encoding): number {
  const start = starts[position.line];
  if (start === undefined) return position.line < 0 ? 0 : text.length;
  let end = starts[position.line + 1] ?? text.length;
  while (end > start && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  if (encoding === 'utf-16') return Math.min(start + Math.max(position.character, 0), end);
  let left = position.character;
  let at = start;
  while (left > 0 && at < end) {
    const point = text.codePointAt(at) ?? 0;
    left -= encoding === 'utf-32' ? 1 : utf8Length(point);
    if (left < 0) break;
    at += point > 0xffff ? 2 : 1;
  }
  return at;
}

export function rangeAt(lines: Lines, range: Range, encoding: Encoding): ProtocolRange {
  return {
    start: positionAt(lines, range.start, encoding),
    end: positionAt(lines, range.end, encoding),
  };
}

/** How long a text is in the encoding's units. */
export function lengthIn(text: string, encoding: Encoding): number {
  if (encoding === 'utf-16') return text.length;
  if (encoding === 'utf-8') return Buffer.byteLength(text);
  return Array.from(text).length;
}

const utf8Length = (point: number): number =>
  point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

/** Where an offset of one text is in a later one; inside what was edited, no further than that reaches. */
export function followed(offset: number, before: Lines, now: Lines): number {
  if (before.text === now.text) return offset;
  const { start, endBefore, endAfter } = textDifference(before, now);
  if (offset < start) return offset;
  return offset >= endBefore ? offset + endAfter - endBefore : Math.min(offset, endAfter);
}
