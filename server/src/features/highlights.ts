import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import { definitionOf, isLinkerScript, placesOfName } from './code-words';
import { registrationsIn } from './grouped-entries';
import { functionPlaces } from './name-uses';
import { eventOf } from './navigation';
import { registrationParts } from './registration-parts';
import { scriptPlaces } from './script-places';
import { indexOf } from './snapshot-index';
import { subjectAt } from './subject';
import type { View } from './view';

export interface Highlight {
  readonly range: Range;
  readonly kind: 'text' | 'read' | 'write';
}

/** Everything in the same file that belongs to the thing under the cursor; empty: not our business. */
export function highlights(view: View, path: string, offset: number): readonly Highlight[] {
  const file = view.source(path);
  const subject = file && subjectAt(view, path, offset);
  if (!file || !subject) return [];
  switch (subject.kind) {
    case 'registration': {
      if (subject.part === 'function') return ofFunction(file, subject.word);
      if (subject.part === 'macro') return ofName(file, subject.word);
      const event = eventOf(subject);
      return event === undefined ? [] : ofEvent(view, file, event);
    }
    case 'call-site':
      return subject.part === 'event' && subject.site.event !== undefined
        ? ofEvent(view, file, subject.site.event)
        : ofName(file, subject.site.dispatcher);
    case 'event':
      return ofEvent(view, file, subject.event);
    case 'macro':
    case 'dispatcher':
      return ofName(file, subject.name);
    case 'watcher':
      return ofFunction(file, subject.entries[0]?.function ?? '');
  }
}

function ofFunction(file: SourceFile, name: string): readonly Highlight[] {
  const definition = definitionOf(file, name);
  return functionPlaces(file, name).map(({ range }) => ({
    range,
    kind: range.start === definition?.nameRange.start ? 'write' : 'read',
  }));
}

const ofName = (file: SourceFile, name: string): readonly Highlight[] =>
  placesOfName(file, name).map((range) => ({ range, kind: 'read' }));

function ofEvent(view: View, file: SourceFile, event: string): readonly Highlight[] {
  const index = indexOf(view.snapshot);
  const found = new Map<number, Highlight>();
  const add = (range: Range, kind: Highlight['kind']): void => {
    if (!found.has(range.start)) found.set(range.start, { range, kind });
  };
  if (isLinkerScript(file.path)) {
    for (const target of scriptPlaces(view, event)) if (target.file === file.path) add(target.range, 'write');
    return [...found.values()];
  }
  for (const entries of registrationsIn(view, file.path))
    for (const entry of entries) {
      const range =
        entry.event === event ? registrationParts(view.snapshot.family, file, entry).event : undefined;
      if (range) add(range, 'write');
    }
  const constants = [...index.eventOfConstant].flatMap(([constant, name]) =>
    name === event ? [constant] : [],
  );
  const starts = [...index.boundaries].flatMap(([symbol, bound]) =>
    bound.event === event && bound.side === 'start' ? [symbol] : [],
  );
  for (const name of [...constants, ...starts])
    for (const range of placesOfName(file, name)) add(range, 'read');
  return [...found.values()].sort((a, b) => a.range.start - b.range.start);
}
