import type { TableEntry } from '../link/entry';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import { eventOfSection, findEvent } from '../watchers/family';
import type { CallSite } from '../watchers/snapshot';
import { isLinkerScript, wordAt, type CodeWord } from './code-words';
import { entriesMeant } from './function-target';
import { scriptPlaces } from './script-places';
import { indexOf, type SnapshotIndex } from './snapshot-index';
import type { View } from './view';

/** What a cursor is on, as far as a family is concerned. */
export type Subject =
  /** A registration's line; several entries where one line registers for several events. */
  | {
      readonly kind: 'registration';
      readonly part: 'macro' | 'event' | 'function' | 'other';
      readonly entries: readonly TableEntry[];
      readonly range: Range;
      readonly word: string;
    }
  | {
      readonly kind: 'call-site';
      readonly part: 'dispatcher' | 'event';
      readonly site: CallSite;
      readonly range: Range;
    }
  /** An event's constant, section, boundary symbol, or argument in the linker script. */
  | {
      readonly kind: 'event';
      readonly via: 'constant' | 'section' | 'boundary' | 'script';
      readonly event: string;
      readonly range: Range;
      readonly word: string;
    }
  | { readonly kind: 'macro'; readonly name: string; readonly range: Range }
  /** The name of a registered function, in its definition or where it is used, in whatever file. */
  | { readonly kind: 'watcher'; readonly entries: readonly TableEntry[]; readonly range: Range }
  | { readonly kind: 'dispatcher'; readonly name: string; readonly range: Range };

/** `undefined`: not our business. */
export function subjectAt(view: View, path: string, offset: number): Subject | undefined {
  const file = view.source(path);
  if (!file) return undefined;
  const index = indexOf(view.snapshot);
  if (isLinkerScript(path)) return inScript(view, file, offset);
  const word = wordAt(file, offset);
  if (!word) return undefined;
  const { range } = word;
  const here = index.entriesIn(path).filter((entry) => holds(entry.range, range));
  if (here.length > 0) return onRegistration(view, here, word);
  const site = index.sitesIn(path).find((candidate) => holds(candidate.range, range));
  if (site) {
    if (word.text === site.dispatcher) return { kind: 'call-site', part: 'dispatcher', site, range };
    if (site.event !== undefined && index.eventOfConstant.get(word.text) === site.event)
      return { kind: 'call-site', part: 'event', site, range };
  }
  return elsewhere(view, index, file, word);
}

const holds = (outer: Range, inner: Range): boolean => outer.start <= inner.start && inner.end <= outer.end;

function onRegistration(view: View, entries: readonly TableEntry[], word: CodeWord): Subject | undefined {
  const { range, text } = word;
  const plain = word.kind === 'string' ? sectionIn(view, text) : undefined;
  const part = entries.some((entry) => entry.macro === text)
    ? 'macro'
    : entries.some((entry) => entry.function === text)
      ? 'function'
      : (plain ?? findEvent(view.snapshot.family, text) !== undefined)
        ? 'event'
        : 'other';
  const own = part === 'function' ? entries.filter((entry) => entry.function === text) : entries;
  return { kind: 'registration', part, entries: own, range, word: text };
}

function elsewhere(view: View, index: SnapshotIndex, file: SourceFile, word: CodeWord): Subject | undefined {
  const { text, range } = word;
  if (word.kind === 'string') {
    const event = sectionIn(view, text);
    return event === undefined ? undefined : { kind: 'event', via: 'section', event, range, word: text };
  }
  const constant = index.eventOfConstant.get(text);
  if (constant !== undefined) return { kind: 'event', via: 'constant', event: constant, range, word: text };
  const boundary = index.boundaries.get(text);
  if (boundary) return { kind: 'event', via: 'boundary', event: boundary.event, range, word: text };
  if (view.snapshot.family.macros.includes(text) || view.snapshot.macros.some(({ name }) => name === text))
    return { kind: 'macro', name: text, range };
  if (index.dispatchers.has(text)) return { kind: 'dispatcher', name: text, range };
  const entries = entriesMeant(view, file, text, range);
  return entries.length > 0 ? { kind: 'watcher', entries, range } : undefined;
}

/** The event whose section a string literal spells, whole or as the beginning that a macro completes. */
function sectionIn(view: View, literal: string): string | undefined {
  return eventOfSection(view.snapshot.family, literal.replace(/^"|"$/g, ''));
}

const scriptWord = /[\w.$]+/g;

function inScript(view: View, file: SourceFile, offset: number): Subject | undefined {
  const start = file.text.lastIndexOf('\n', offset - 1) + 1;
  const newline = file.text.indexOf('\n', offset);
  const line = file.text.slice(start, newline < 0 ? file.text.length : newline);
  const index = indexOf(view.snapshot);
  for (const match of line.matchAll(scriptWord)) {
    const range = { start: start + match.index, end: start + match.index + match[0].length };
    if (offset < range.start || offset > range.end) continue;
    const [text] = match;
    const boundary = index.boundaries.get(text);
    if (boundary) return { kind: 'event', via: 'boundary', event: boundary.event, range, word: text };
    const section = index.eventOfSection.get(text);
    if (section !== undefined) return { kind: 'event', via: 'section', event: section, range, word: text };
    const argument = index.eventOfSpelling.get(text);
    // A bare `init` means the event only where a macro of the script is called with it.
    if (argument !== undefined && /^\w+$/.test(text) && isTableArgument(view, argument, file.path, range))
      return { kind: 'event', via: 'script', event: argument, range, word: text };
  }
  return undefined;
}

function isTableArgument(view: View, event: string, path: string, range: Range): boolean {
  return scriptPlaces(view, event).some(
    (place) => place.file === path && place.range.start === range.start && place.range.end === range.end,
  );
}
