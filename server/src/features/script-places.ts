import type { LaidTable } from '../link/tables';
import type { Place, Range } from '../syntax/positions';
import { isLinkerScript } from './code-words';
import { indexOf } from './snapshot-index';
import { uniqueTargets, type Target, type View } from './view';

/**
 * Where the linker script makes an event's table. A script usually says it once for all events in a macro
 * (`TASK_WATCHERS(init)`): then the uses of that macro are meant, each with its argument; else the lines themselves.
 */
export function scriptPlaces(view: View, event: string): readonly Target[] {
  const table = view.snapshot.laid.find((candidate) => candidate.event === event);
  if (!table) return [];
  const places = [table.startPlace, ...table.entries.map(({ by }) => by?.place)].filter(isPlace);
  const uses = uniqueTargets(places.flatMap((place) => macroUses(view, place, event)));
  if (uses.length > 0) return uses;
  return uniqueTargets(places.flatMap((place) => lineTarget(view, place, spellings(view, table)) ?? []));
}

const isPlace = (place: Place | undefined): place is Place => place !== undefined;

function spellings(view: View, table: LaidTable): readonly string[] {
  const index = indexOf(view.snapshot);
  const sections = [...index.eventOfSection].flatMap(([section, event]) =>
    event === table.event ? [section] : [],
  );
  return [table.start ?? '', ...sections].filter((text) => text !== '');
}

/** If the line lies in a macro's body, the uses of the macro whose first argument spells the event. */
function macroUses(view: View, place: Place, event: string): readonly Target[] {
  const file = view.source(place.file);
  const directive = file?.facts.directives.find(
    (one) =>
      one.kind === 'define' &&
      one.parameters !== undefined &&
      (file.lineStarts[place.line - 1] ?? 0) < one.end &&
      (file.lineStarts[place.line] ?? Infinity) > one.offset,
  );
  if (directive?.kind !== 'define') return [];
  return scriptFiles(view).flatMap((path) => {
    const script = view.source(path);
    if (!script) return [];
    return macroArguments(script.text, directive.name)
      .filter(({ text }) => indexOf(view.snapshot).eventOfSpelling.get(text) === event)
      .map(({ range }) => ({ file: path, range }));
  });
}

/** The first arguments of the uses of a macro, by text alone. */
export function macroArguments(
  text: string,
  name: string,
): readonly { readonly text: string; readonly range: Range }[] {
  const pattern = new RegExp(`(?<!\\w)(?<!define[ \\t]+)${name}[ \\t]*\\([ \\t]*(\\w+)`, 'g');
  return [...text.matchAll(pattern)].map((match) => {
    const argument = match[1] ?? '';
    const end = match.index + match[0].length;
    return { text: argument, range: { start: end - argument.length, end } };
  });
}

/** The files that the layout's places lie in, and the script itself. */
export function scriptFiles(view: View): readonly string[] {
  const files = new Set<string>();
  if (view.snapshot.plan.linkerScript !== undefined) files.add(view.snapshot.plan.linkerScript);
  for (const table of view.snapshot.laid)
    for (const place of [table.startPlace, table.stopPlace, table.output?.place])
      if (place && isLinkerScript(place.file)) files.add(place.file);
  return [...files];
}

/** In a line: the first of the words that stands in it, else the line without its margins. */
export function lineTarget(view: View, place: Place, words: readonly string[]): Target | undefined {
  const file = view.source(place.file);
  const start = file?.lineStarts[place.line - 1];
  if (file === undefined || start === undefined) return undefined;
  const line = file.text.slice(start, file.lineStarts[place.line] ?? file.text.length);
  for (const word of words) {
    const at = line.indexOf(word);
    if (at >= 0) return { file: place.file, range: { start: start + at, end: start + at + word.length } };
  }
  const margin = line.length - line.trimStart().length;
  return { file: place.file, range: { start: start + margin, end: start + line.trimEnd().length } };
}
