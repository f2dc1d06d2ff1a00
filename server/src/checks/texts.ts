import { lex } from '../syntax/c/lex';
import type { SourceFile } from '../syntax/c/unit';
import type { Place, Range } from '../syntax/positions';
import type { CheckContext } from './check-context';
import type { TextEdit } from './rule';

/** The line (1-based) without the white space around it. */
export function lineRange(file: SourceFile, line: number): Range {
  const start = file.lineStarts[line - 1] ?? 0;
  const next = file.text.indexOf('\n', start);
  const text = file.text.slice(start, next < 0 ? file.text.length : next);
  const indent = text.length - text.trimStart().length;
  return { start: start + indent, end: start + Math.max(text.trimEnd().length, indent) };
}

/** The range of a place's line; empty at the file's beginning where it cannot be read. */
export function placeRange(context: CheckContext, place: Place): Range {
  const file = context.source(place.file);
  return file === undefined ? { start: 0, end: 0 } : lineRange(file, place.line);
}

/** The first time `word` stands in a range as a token; the range itself where it does not. */
export function wordIn(file: SourceFile, range: Range, word: string): Range {
  const token = lex(file.text, range.start, range.end).find(({ text }) => text === word);
  return token === undefined ? range : { start: token.offset, end: token.offset + word.length };
}

/** Takes away a range with the rest of its lines, where nothing else stands on them. */
export function lineRemoval(file: SourceFile, range: Range): TextEdit {
  const { text, path } = file;
  const lineStart = text.lastIndexOf('\n', range.start - 1) + 1;
  const newline = text.indexOf('\n', range.end);
  const lineEnd = newline < 0 ? text.length : newline + 1;
  const alone =
    text.slice(lineStart, range.start).trim() === '' && /^\s*;?\s*$/.test(text.slice(range.end, lineEnd));
  if (!alone) {
    const { start, end } = withSemicolon(text, range);
    const isFirst = text.slice(lineStart, start).trim() === '';
    const blanks = isFirst ? (/^[ \t]*/.exec(text.slice(end, lineEnd))?.[0].length ?? 0) : 0;
    return { file: path, range: { start, end: end + blanks }, text: '' };
  }
  // A blank line on either side would leave two in a row, or one at the end of the file.
  const blankBefore = lineStart === 0 || text.slice(0, lineStart).endsWith('\n\n');
  const blankAfter = text.startsWith('\n', lineEnd);
  const atEnd = lineEnd >= text.length;
  if (blankBefore && blankAfter)
    return { file: path, range: { start: lineStart, end: lineEnd + 1 }, text: '' };
  if (blankBefore && atEnd && lineStart > 0)
    return { file: path, range: { start: lineStart - 1, end: lineEnd }, text: '' };
  return { file: path, range: { start: lineStart, end: lineEnd }, text: '' };
}

function withSemicolon(text: string, range: Range): Range {
  const after = /^\s*;/.exec(text.slice(range.end, range.end + 80));
  return after ? { start: range.start, end: range.end + after[0].length } : range;
}

/** Where an `#include` of a header would stand among those of a file: the offset, and the line's text. */
export function includeInsertion(file: SourceFile, header: string): TextEdit {
  const line = `#include <${header}>\n`;
  const includes = file.facts.directives.flatMap((directive) =>
    directive.kind === 'include' && directive.form === 'angle' ? [directive] : [],
  );
  // Those in front of the first #if of the code: what comes later may be compiled out.
  const folder = header.slice(0, header.indexOf('/') + 1);
  const inBlock = includes.filter(({ offset }) => isUnconditional(file, offset));
  const alike = inBlock.filter(({ text }) => text.startsWith(folder));
  const anchor = alike.at(-1) ?? inBlock.at(-1);
  if (anchor) {
    const newline = file.text.indexOf('\n', anchor.end - 1);
    const at = newline < 0 ? file.text.length : newline + 1;
    return { file: file.path, range: { start: at, end: at }, text: newline < 0 ? `\n${line}` : line };
  }
  const quoted = file.facts.directives.find((directive) => directive.kind === 'include');
  const at = quoted?.offset ?? file.facts.statements[0] ?? file.text.length;
  return { file: file.path, range: { start: at, end: at }, text: quoted ? line : `${line}\n` };
}

function isUnconditional(file: SourceFile, offset: number): boolean {
  let depth = file.facts.guard === undefined || file.facts.guard === '' ? 0 : -1;
  for (const directive of file.facts.directives) {
    if (directive.offset >= offset) break;
    if (directive.kind === 'if') depth++;
    else if (directive.kind === 'endif') depth--;
  }
  return depth <= 0;
}
