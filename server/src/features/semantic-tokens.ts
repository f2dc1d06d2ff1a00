import type { Range } from '../syntax/positions';
import { definitionOf, placesOfName } from './code-words';
import { registrationsIn } from './grouped-entries';
import { registrationParts } from './registration-parts';
import { indexOf } from './snapshot-index';
import type { View } from './view';

export interface SemanticToken {
  readonly range: Range;
  readonly type: 'event' | 'function' | 'macro';
  readonly modifiers: readonly ('definition' | 'watcher' | 'unlinked')[];
}

/** Words of a table: events, registered functions where they are defined and registered, registering macros. */
export function semanticTokens(view: View, path: string): readonly SemanticToken[] {
  const file = view.source(path);
  if (!file) return [];
  const { family } = view.snapshot;
  const index = indexOf(view.snapshot);
  const found = new Map<number, SemanticToken>();
  const add = (
    range: Range | undefined,
    type: SemanticToken['type'],
    ...modifiers: SemanticToken['modifiers']
  ): void => {
    if (range && !found.has(range.start)) found.set(range.start, { range, type, modifiers });
  };
  for (const entries of registrationsIn(view, path))
    for (const entry of entries) {
      const inTable = entries.some(
        (one) => one.function === entry.function && (one.status === 'linked' || one.status === 'conditional'),
      );
      const state = inTable ? [] : (['unlinked'] as const);
      const parts = registrationParts(family, file, entry);
      if (parts.event !== parts.macro) add(parts.event, 'event', ...state);
      add(parts.macro, 'macro', ...state);
      add(parts.function, 'function', 'watcher', ...state);
      add(definitionOf(file, entry.function)?.nameRange, 'function', 'definition', 'watcher', ...state);
    }
  for (const constant of index.eventOfConstant.keys())
    for (const range of placesOfName(file, constant)) add(range, 'event');
  return [...found.values()].sort((a, b) => a.range.start - b.range.start);
}
