/** A position that stays where it is in the text while the text changes. Lines and characters are 0-based, UTF-16. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

export interface TextChange {
  readonly range: { readonly start: TextPosition; readonly end: TextPosition };
  readonly text: string;
}

/** Where `position` is after `change`; within what is replaced, the start of it. */
export function afterChange(
  position: TextPosition,
  { range: { start, end }, text }: TextChange,
): TextPosition {
  if (isBefore(position, start)) return position;
  if (isBefore(position, end)) return start;
  const lines = text.split('\n');
  const last = lines.at(-1) ?? '';
  const line = position.line - (end.line - start.line) + lines.length - 1;
  if (position.line !== end.line) return { line, character: position.character };
  const before = lines.length === 1 ? start.character + last.length : last.length;
  return { line, character: before + position.character - end.character };
}

const isBefore = (a: TextPosition, b: TextPosition): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);
