import type { SectionEntry } from '../syntax/c/section-entry';
import type { InputStatement, OutputStatement } from '../syntax/ldscript/script';
import type { Place } from '../syntax/positions';
import type { InputSection } from './input-section';
import type { LaidItem, Layout } from './layout';
import { hasPriorityOrder } from './pattern';

/** What to look for: an event of a family and the input sections that feed it. */
export interface TableRequest {
  readonly event: string;
  /** Input section names: `.task_watchers.init`, `.task.INIT`. */
  readonly sections: readonly string[];
  /** Boundary symbols, where known; else they are found around the pattern that takes the sections. */
  readonly start?: string;
  readonly stop?: string;
}

export interface LaidEntry {
  readonly entry: SectionEntry;
  /** The input section it lies in, with its object. */
  readonly section: InputSection;
  /** The statement that took the section; `undefined`: joined as an orphan of the output section's name. */
  readonly by: InputStatement | undefined;
  /** 0-based; `undefined` where the order within its object cannot be told, or may not be adjacent. */
  readonly slot: number | undefined;
}

export type BoundaryProblem =
  | { readonly kind: 'start-missing'; readonly symbol: string | undefined }
  | { readonly kind: 'stop-missing'; readonly symbol: string | undefined }
  | { readonly kind: 'stop-before-start'; readonly start: string; readonly stop: string };

/** One event's table, as linked. */
export interface LaidTable {
  readonly event: string;
  /** Boundary symbols; `undefined`: there is none. */
  readonly start: string | undefined;
  readonly stop: string | undefined;
  /** Where the script assigns them, as far as known. */
  readonly startPlace: Place | undefined;
  readonly stopPlace: Place | undefined;
  /** The section patterns between the boundaries, as the script writes them: `*(.task_watchers.init)`. */
  readonly patterns: readonly string[];
  readonly output: OutputFacts | undefined;
  /** All entries between the boundaries, in order, whatever section they come from. */
  readonly entries: readonly LaidEntry[];
  /** Of the event's sections, but outside the boundaries: orphans, discarded, or taken by another pattern. */
  readonly outside: readonly {
    readonly entry: SectionEntry;
    readonly section: InputSection;
    readonly why: 'orphan' | 'discarded' | 'elsewhere';
    /** The statement that took it away. */
    readonly by: InputStatement | undefined;
  }[];
  readonly problems: readonly BoundaryProblem[];
  /** Slots that numbers of the linker script take: `QUAD(0)`. */
  readonly dataSlots: readonly number[];
  /** The first reason why slots are unknown. */
  readonly orderUnknown: string | undefined;
}

export interface OutputFacts {
  readonly name: string;
  readonly by: OutputStatement | undefined;
  readonly place: Place | undefined;
  readonly writable: boolean;
  /** The input sections that make it so. */
  readonly writableInputs: readonly InputSection[];
  readonly executable: boolean;
  readonly executableInputs: readonly InputSection[];
}

interface FlatItem {
  readonly item: LaidItem;
  /** Index into the layout's sections. */
  readonly output: number;
}

/** A boundary symbol: its place in the flat order, the *gap* in front of the item with that index. */
interface Boundary {
  readonly symbol: string;
  readonly at: number;
}

/**
 * The tables of a layout, one per request, in that order. What lies between a table's boundary symbols is the table,
 * whatever pattern took it. Requests with the same boundaries (initcall levels `0` and `0s`) share what lies there by
 * section name; a section that no request names then belongs to the first of them. `pointerSize`: bytes of an entry.
 */
export function tables(
  layout: Layout,
  requests: readonly TableRequest[],
  pointerSize = 8,
): readonly LaidTable[] {
  const flat: FlatItem[] = layout.sections.flatMap(({ items }, output) =>
    items.map((item) => ({ item, output })),
  );
  const symbols = new Map<string, number>();
  flat.forEach(({ item }, index) => {
    if (item.kind === 'symbol') symbols.set(item.symbol, index);
  });
  const patternAt = patternPlaces(layout);
  const bounded = requests.map(
    (request) => unclearlyBound(layout, flat, request) ?? bound(flat, symbols, patternAt, request),
  );
  return bounded.map((one) => {
    const sharing = bounded.filter(({ range }) => range !== undefined && range === one.range);
    const first = sharing[0] === one;
    const others = new Set(
      sharing.filter((other) => other !== one).flatMap(({ request }) => request.sections),
    );
    const mine = (section: InputSection): boolean =>
      one.request.sections.includes(section.name) || (first && !others.has(section.name));
    const inside = one.inside.filter(({ item }) => item.kind !== 'section' || mine(item.section));
    return table(layout, flat, one, inside, pointerSize);
  });
}

/** For patterns that took nothing too: the flat index at which what they take would stand, and their output section. */
type PatternPlaces = (
  sections: readonly string[],
) => { readonly from: number; readonly output: number } | undefined;

function patternPlaces(layout: Layout): PatternPlaces {
  const places: { readonly by: InputStatement; readonly from: number; readonly output: number }[] = [];
  let base = 0;
  layout.sections.forEach(({ by, items }, output) => {
    // Walk the script's contents and the items side by side: items come from the contents, in the same order.
    let at = 0;
    for (const content of by?.contents ?? []) {
      const matches = (item: LaidItem | undefined): boolean => item?.by === content;
      while (items[at]?.kind === 'symbol' && items[at]?.by === undefined) at++;
      if (content.kind === 'input') places.push({ by: content, from: base + at, output });
      while (matches(items[at])) at++;
    }
    base += items.length;
  });
  return (sections) => places.find(({ by }) => by.sections.some(({ glob }) => sections.includes(glob)));
}

/** A request with its boundaries found. */
interface Bounded {
  readonly request: TableRequest;
  readonly start: Boundary | undefined;
  readonly stop: Boundary | undefined;
  /** Equal for requests with equal boundaries. */
  readonly range: string | undefined;
  readonly inside: readonly FlatItem[];
  /** Output section of the pattern that takes the event's sections, and of anything else known about it. */
  readonly patternOutput: number | undefined;
  readonly output: number | undefined;
  /** Why it is not known where the table begins or ends; all that patterns take of its sections is then inside. */
  readonly unclear?: string;
}

/** A table with a boundary that the script puts where we cannot follow. */
function unclearlyBound(
  layout: Layout,
  flat: readonly FlatItem[],
  request: TableRequest,
): Bounded | undefined {
  const { start, stop, sections } = request;
  const symbol = [start, stop].find((one) => one !== undefined && layout.unclear.has(one));
  if (start === undefined || stop === undefined || symbol === undefined) return undefined;
  const inside = flat.filter(
    ({ item }) => item.kind === 'section' && item.by !== undefined && sections.includes(item.section.name),
  );
  const output = inside[0]?.output;
  return {
    request,
    start: { symbol: start, at: -1 },
    stop: { symbol: stop, at: -1 },
    range: undefined,
    inside,
    patternOutput: output,
    output,
    unclear: `where the linker script puts ${symbol} is not understood (${layout.unclear.get(symbol) ?? ''})`,
  };
}

function bound(
  flat: readonly FlatItem[],
  symbols: ReadonlyMap<string, number>,
  patternAt: PatternPlaces,
  request: TableRequest,
): Bounded {
  const pattern = patternAt(request.sections);
  const holds = (item: LaidItem): boolean =>
    item.kind === 'section' && request.sections.includes(item.section.name);
  const taken = flat.findIndex(({ item }) => holds(item) && item.by !== undefined);
  const orphan = flat.findIndex(({ item }) => holds(item));
  const anchor = pattern?.from ?? (taken >= 0 ? taken : orphan >= 0 ? orphan : undefined);
  const named = (symbol: string): Boundary | undefined => {
    const place = symbols.get(symbol);
    return place === undefined ? undefined : { symbol, at: place };
  };
  // No symbol of the script was meant for an orphan: only those that ld provides for its output section bound it.
  const isOrphan = pattern === undefined && taken < 0;
  const around = (find: typeof symbolBefore): Boundary | undefined =>
    anchor === undefined ? undefined : find(flat, anchor, isOrphan);
  const start = request.start === undefined ? around(symbolBefore) : named(request.start);
  const stop = request.stop === undefined ? around(symbolAfter) : named(request.stop);
  const inside = start && stop && start.at < stop.at ? flat.slice(start.at, stop.at) : [];
  return {
    request,
    start,
    stop,
    range: start && stop ? `${start.at}-${stop.at}` : undefined,
    inside,
    patternOutput: pattern?.output,
    output:
      inside.find(({ item }) => item.kind === 'section')?.output ??
      pattern?.output ??
      flat[start?.at ?? anchor ?? -1]?.output,
  };
}

function table(
  layout: Layout,
  flat: readonly FlatItem[],
  { request, start, stop, inside: between, patternOutput, output, unclear }: Bounded,
  inside: readonly FlatItem[],
  pointerSize: number,
): LaidTable {
  const problems: BoundaryProblem[] = [];
  if (!start) problems.push({ kind: 'start-missing', symbol: request.start });
  if (!stop) problems.push({ kind: 'stop-missing', symbol: request.stop });
  if (start && stop && stop.at < start.at)
    problems.push({ kind: 'stop-before-start', start: start.symbol, stop: stop.symbol });
  const entries = slots(inside, pointerSize, layout.sections[output ?? -1]?.by, unclear);
  return {
    event: request.event,
    start: start?.symbol,
    stop: stop?.symbol,
    startPlace: symbolPlace(flat, start),
    stopPlace: symbolPlace(flat, stop),
    patterns: patternsBetween(layout, inside, patternOutput, request),
    output: output === undefined ? undefined : outputFacts(layout, output),
    entries: entries.laid,
    outside: outside(layout, flat, request, between),
    problems,
    dataSlots: entries.dataSlots,
    orderUnknown: entries.orderUnknown,
  };
}

/** The last symbol in front of the item with index `anchor`; `provided`: by ld, for the same output section. */
function symbolBefore(flat: readonly FlatItem[], anchor: number, provided: boolean): Boundary | undefined {
  for (let index = anchor - 1; index >= 0; index--) {
    const found = boundaryAt(flat, index, anchor, provided);
    if (found) return found;
  }
  return undefined;
}

/** The next symbol from the item with index `anchor` on. */
function symbolAfter(flat: readonly FlatItem[], anchor: number, provided: boolean): Boundary | undefined {
  for (let index = anchor; index < flat.length; index++) {
    const found = boundaryAt(flat, index, anchor, provided);
    if (found) return found;
  }
  return undefined;
}

function boundaryAt(
  flat: readonly FlatItem[],
  index: number,
  anchor: number,
  provided: boolean,
): Boundary | undefined {
  const one = flat[index];
  if (one?.item.kind !== 'symbol') return undefined;
  if (provided && (one.item.by !== undefined || one.output !== flat[anchor]?.output)) return undefined;
  return { symbol: one.item.symbol, at: index };
}

function symbolPlace(flat: readonly FlatItem[], boundary: Boundary | undefined): Place | undefined {
  const item = boundary && flat[boundary.at]?.item;
  return item?.kind === 'symbol' ? item.by?.place : undefined;
}

/** Counts the slots, as long as what lies there is known to be entries and nothing else. */
function slots(
  inside: readonly FlatItem[],
  pointerSize: number,
  output: OutputStatement | undefined,
  unclear: string | undefined,
): {
  readonly laid: readonly LaidEntry[];
  readonly dataSlots: readonly number[];
  readonly orderUnknown: string | undefined;
} {
  const laid: LaidEntry[] = [];
  const dataSlots: number[] = [];
  let slot = 0;
  // What makes every later slot unknown.
  let gap =
    unclear ??
    (arrayInside(inside) ? unknownArray : undefined) ??
    alignedEntry(inside, pointerSize) ??
    unlikeEntries(inside, pointerSize) ??
    unsortable(inside);
  if (output !== undefined && output.subalign !== '' && !isHarmless(output.subalign, pointerSize))
    gap ??= `SUBALIGN(${output.subalign}) may leave gaps between the entries`;
  let orderUnknown = gap;
  inside.forEach(({ item }, index) => {
    if (item.kind === 'data' && item.by.size === pointerSize) {
      if (gap === undefined) dataSlots.push(slot);
      slot++;
    } else if (item.kind === 'data') gap ??= `${item.by.directive} in the table is no whole entry`;
    if (item.kind === 'move' && !isHarmlessMove(item.by.expression, pointerSize))
      gap ??= `". = ${item.by.expression}" inside the table may leave a gap`;
    if (item.kind !== 'section') return;
    const { section, by } = item;
    // A pattern that takes several sections of one object takes them in the order of its headers.
    const mixed = [inside[index - 1]?.item, inside[index + 1]?.item].some(
      (other) => other?.kind === 'section' && other.by === by && other.section.object === section.object,
    );
    gap ??= item.doubt ?? unclearAround(inside, index);
    const unknown = gap ?? (section.entries.length > 1 || mixed ? section.orderUnknown : undefined);
    orderUnknown ??= unknown;
    for (const entry of section.entries) {
      laid.push({ entry, section, by, slot: unknown === undefined ? slot : undefined });
      slot++;
    }
  });
  return { laid, dataSlots, orderUnknown };
}

const unknownArray = 'an array of pointers is aligned as the compiler likes, which may leave a gap before it';

function arrayInside(inside: readonly FlatItem[]): boolean {
  return inside.some(
    ({ item }) => item.kind === 'section' && item.section.entries.some(({ element }) => (element ?? 0) > 0),
  );
}

function alignedEntry(inside: readonly FlatItem[], pointerSize: number): string | undefined {
  for (const { item } of inside)
    for (const { alignment, variable, size } of item.kind === 'section' ? item.section.entries : [])
      if (alignment === 'unknown')
        return `how ${variable} is aligned is not known, which may leave a gap before it`;
      else if ((alignment ?? 0) > (typeof size === 'number' ? size : pointerSize))
        return `${variable} asks for an alignment of ${alignment} bytes, which may leave a gap before it`;
  return undefined;
}

/** Structures among pointers, or halves of pointers. */
function unlikeEntries(inside: readonly FlatItem[], pointerSize: number): string | undefined {
  let first: number | string | undefined;
  for (const { item } of inside)
    for (const { size = pointerSize, variable } of item.kind === 'section' ? item.section.entries : []) {
      if ((first ??= size) === size) continue;
      const text = (one: number | string): string => (typeof one === 'number' ? `${one} bytes` : `a ${one}`);
      return `${variable} is ${text(size)}, where others are ${text(first)}: nobody knows how many slots that is`;
    }
  return undefined;
}

/** Of the section at `at`, or of others of its object that the same pattern takes beside it. */
function unclearAround(inside: readonly FlatItem[], at: number): string | undefined {
  const item = inside[at]?.item;
  if (item?.kind !== 'section') return undefined;
  for (const step of [-1, 1])
    for (let index = at; ; index += step) {
      const other = inside[index]?.item;
      if (other?.kind !== 'section' || other.by !== item.by) break;
      if (other.section.object !== item.section.object) break;
      if (other.section.unclear !== undefined) return other.section.unclear;
    }
  return undefined;
}

/** What one pattern takes has no order that both of its rules allow: where ld puts what is then chance. */
function unsortable(inside: readonly FlatItem[]): string | undefined {
  const byStatement = new Map<InputStatement, string[]>();
  for (const { item } of inside) {
    if (item.kind !== 'section' || item.by === undefined) continue;
    if (!item.by.sections.some(({ sort }) => sort.includes('init-priority'))) continue;
    const names = byStatement.get(item.by);
    if (names) names.push(item.section.name);
    else byStatement.set(item.by, [item.section.name]);
  }
  return [...byStatement.values()].every(hasPriorityOrder)
    ? undefined
    : 'SORT_BY_INIT_PRIORITY compares some of these sections by number and some by name, which gives no order';
}

/** `. = ALIGN(8)` between pointers of 8 bytes changes nothing. */
function isHarmlessMove(expression: string, pointerSize: number): boolean {
  if (expression === '.') return true;
  const [, alignment] = /^ALIGN ?\( ?(?:\. ?, ?)?([^()]*?) ?\)$/.exec(expression) ?? [];
  return alignment !== undefined && isHarmless(alignment, pointerSize);
}

function isHarmless(alignment: string, pointerSize: number): boolean {
  const bytes = Number(alignment.trim());
  return bytes > 0 && pointerSize % bytes === 0;
}

/** A statement as a person writes it. */
export function patternText(statement: InputStatement): string {
  const sections = statement.sections
    .map(({ glob, sort }) => (sort.length > 0 ? `SORT(${glob})` : glob))
    .join(' ');
  const text = `${statement.file}(${sections})`;
  return statement.keep ? `KEEP(${text})` : text;
}

function patternsBetween(
  layout: Layout,
  inside: readonly FlatItem[],
  output: number | undefined,
  request: TableRequest,
): readonly string[] {
  const found = new Set<InputStatement>();
  for (const { item } of inside) if (item.kind === 'section' && item.by) found.add(item.by);
  if (output !== undefined)
    for (const content of layout.sections[output]?.by?.contents ?? [])
      if (content.kind === 'input' && content.sections.some(({ glob }) => request.sections.includes(glob)))
        found.add(content);
  return [...found].map(patternText);
}

function outputFacts(layout: Layout, index: number): OutputFacts | undefined {
  const section = layout.sections[index];
  if (!section || section.name === '') return undefined;
  const inputs = section.items.flatMap((item) => (item.kind === 'section' ? [item.section] : []));
  const writableInputs = inputs.filter(({ writable }) => writable);
  const executableInputs = inputs.filter(({ executable }) => executable);
  return {
    name: section.name,
    by: section.by,
    place: section.by?.place,
    writable: writableInputs.length > 0,
    writableInputs,
    executable: executableInputs.length > 0,
    executableInputs,
  };
}

function outside(
  layout: Layout,
  flat: readonly FlatItem[],
  { sections }: TableRequest,
  inside: readonly FlatItem[],
): LaidTable['outside'] {
  const orphans = new Set(layout.orphans);
  const between = new Set(inside);
  const placed = flat.flatMap((one) => {
    const { item } = one;
    if (item.kind !== 'section' || !sections.includes(item.section.name) || between.has(one)) return [];
    const { section, by } = item;
    const why = orphans.has(section) ? ('orphan' as const) : ('elsewhere' as const);
    return section.entries.map((entry) => ({ entry, section, why, by }));
  });
  const discarded = layout.discarded
    .filter(({ section }) => sections.includes(section.name))
    .flatMap(({ section, by }) =>
      section.entries.map((entry) => ({ entry, section, why: 'discarded' as const, by })),
    );
  return [...placed, ...discarded];
}
