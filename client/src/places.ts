import { join } from 'node:path';
import { Position, Range, Uri, type TextDocumentShowOptions, window } from 'vscode';
import type { Place } from './protocol';

/** The file of a place; `root` is the kernel's path. */
export const fileUri = (root: string, file: string): Uri => Uri.file(join(root, file));

/** A place's position, 0-based as VS Code counts. */
export const positionOf = ({ line, column }: { readonly line: number; readonly column?: number }): Position =>
  new Position(Math.max(0, line - 1), Math.max(0, (column ?? 1) - 1));

export async function goTo(
  root: string,
  place: Pick<Place, 'file' | 'line'> & { readonly column?: number },
  options: TextDocumentShowOptions = {},
): Promise<void> {
  const at = positionOf(place);
  await window.showTextDocument(fileUri(root, place.file), { selection: new Range(at, at), ...options });
}
