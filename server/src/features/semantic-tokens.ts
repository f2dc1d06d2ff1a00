import type { TableEntry } from '../link/entry';
import type { Range } from '../syntax/positions';
import { definitionOf, placesOfName } from './code-words';
import { registeredElsewhere } from './function-target';
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
      const state = stateOf(entries.filter((one) => one.function === entry.function));
      const parts = registrationParts(family, file, entry);
      if (parts.event !== parts.macro) add(parts.event, 'event', ...state);
      add(parts.macro, 'macro', ...state);
      add(parts.function, 'function', 'watcher', ...state);
      add(definitionOf(file, entry.function)?.nameRange, 'function', 'definition', 'watcher', ...state);
    }
  for (const { defined, entries } of registeredElsewhere(view, path))
    add(defined.nameRange, 'function', 'definition', 'watcher', ...stateOf(entries));
  for (const constant of index.eventOfConstant.keys())
    for (const range of placesOfName(file, constant)) add(range, 'event');
  return [...found.values()].sort((a, b) => a.range.start - b.range.start);
}

const stateOf = (entries: readonly TableEntry[]): readonly 'unlinked'[] =>
  entries.some(({ status }) => status === 'linked' || status === 'conditional') ? [] : ['unlinked'];
