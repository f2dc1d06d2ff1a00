import type { Elf, ElfSection } from './elf';
import type { ElfEntry, RawEntry } from './elf-entry';
import { relocatedEntries, runtimeRelocations } from './elf-relocations';
import { nameFinder } from './elf-names';

export interface ElfTableRequest {
  readonly event: string;
  /** Boundary symbols of the table, [start, stop). */
  readonly start?: string | undefined;
  readonly stop?: string | undefined;
  /** Section names that are the event's table where there are no boundary symbols: in `vmlinux.o` and other objects. */
  readonly sections: readonly string[];
  /** Variables known to be of this event, whatever their names end in. */
  readonly variables?: readonly string[];
}

export interface ElfTable {
  readonly event: string;
  readonly entries: readonly ElfEntry[];
  /** The section it lies in; `undefined`: not found. */
  readonly section: ElfSection | undefined;
  /** `relative`: 32-bit offsets from the entry itself (CONFIG_HAVE_ARCH_PREL32_RELOCATIONS). */
  readonly form: 'pointer' | 'relative';
  /** The file has symbols of functions: it was not stripped. */
  readonly namesFunctions: boolean;
  /** Why it may be incomplete, one line each. */
  readonly problems: readonly string[];
}

interface RawTable {
  readonly section: ElfSection | undefined;
  readonly form: 'pointer' | 'relative';
  readonly entries: readonly RawEntry[];
  readonly problems: readonly string[];
}

/**
 * Reads tables back from a linked kernel or an object, one per request, in that order. Requests with the same boundary
 * symbols share what lies between: an entry is of the event that has its variable, or that its variable's name ends in
 * (`__initcall_…_fn6s`), else of the first.
 */
export function readElfTables(elf: Elf, requests: readonly ElfTableRequest[]): readonly ElfTable[] {
  const wanted = new Set(requests.flatMap(({ start, stop }) => [start, stop]));
  const boundaries = new Map<string, number>();
  let namesFunctions = false;
  for (let index = 0; index < elf.symbols.count; index++) {
    namesFunctions ||= elf.symbols.types[index] === 2 && elf.symbols.sections[index] !== 0;
    if (elf.symbols.types[index] === 4 || elf.symbols.sections[index] === 0) continue;
    const name = elf.symbols.name(index);
    if (wanted.has(name) && !(boundaries.has(name) && elf.symbols.bindings[index] === 0))
      boundaries.set(name, index);
  }
  const read = new Map<string, RawTable>();
  const raws = requests.map((request) => {
    // Objects have no boundary symbols: there, each request is for sections of its own.
    const bounded = [request.start, request.stop].every((name) => name !== undefined && boundaries.has(name));
    const key = JSON.stringify(bounded ? [request.start, request.stop] : request.sections);
    const known = read.get(key);
    const raw = known ?? rawTable(elf, boundaries, request);
    if (!known) read.set(key, raw);
    return raw;
  });
  const names = nameFinder(
    elf,
    [...read.values()].flatMap(({ entries }) => entries),
  );
  const known = new Map(
    requests.flatMap(({ event, variables = [] }) => variables.map((variable) => [variable, event] as const)),
  );
  return requests.map((request, index) => {
    const raw = raws[index];
    if (!raw)
      return {
        event: request.event,
        entries: [],
        section: undefined,
        form: 'pointer',
        namesFunctions,
        problems: [],
      };
    const sharing = requests.filter((_, other) => raws[other] === raw).map(({ event }) => event);
    const entries = raw.entries
      .map((entry) => ({ entry, named: names(entry) }))
      .filter(({ named }) => eventOf(named, sharing, known) === request.event)
      .map(({ entry, named }, slot) => ({
        slot,
        address: entry.address,
        isNull: elf.kind !== 'relocatable' && entry.target === 0n,
        ...named,
      }));
    const { section, form, problems } = raw;
    return { event: request.event, entries, section, form, namesFunctions, problems };
  });
}

function eventOf(
  { function: called, variable }: Pick<ElfEntry, 'function' | 'variable'>,
  sharing: readonly string[],
  known: ReadonlyMap<string, string>,
): string | undefined {
  if (sharing.length > 1 && variable !== undefined) {
    const own = known.get(variable);
    if (own !== undefined && sharing.includes(own)) return own;
    const ending = called === undefined ? -1 : variable.lastIndexOf(called);
    const rest = ending < 0 || called === undefined ? undefined : variable.slice(ending + called.length);
    const exact = sharing.find((event) => event === rest);
    if (exact !== undefined) return exact;
    const byLength = [...sharing].sort((a, b) => b.length - a.length);
    const found = byLength.find((event) => variable.endsWith(event));
    if (found !== undefined) return found;
  }
  return sharing[0];
}

function rawTable(elf: Elf, boundaries: ReadonlyMap<string, number>, request: ElfTableRequest): RawTable {
  const { start, stop } = request;
  const from = start === undefined ? undefined : boundaries.get(start);
  const to = stop === undefined ? undefined : boundaries.get(stop);
  if (from !== undefined && to !== undefined) return between(elf, request, from, to);
  const sections = elf.sections.filter(({ name, size }) => request.sections.includes(name) && size > 0);
  const problems = [
    ...(start !== undefined && from === undefined ? [`no symbol ${start}`] : []),
    ...(stop !== undefined && to === undefined ? [`no symbol ${stop}`] : []),
  ];
  if (sections.length === 0)
    return {
      section: undefined,
      form: 'pointer',
      entries: [],
      // An object simply has no such section when nothing is registered in it.
      problems: elf.kind === 'relocatable' ? [] : problems,
    };
  const parts = sections.map((section) => part(elf, section, 0, section.size));
  return {
    section: sections[0],
    form: parts[0]?.form ?? 'pointer',
    entries: parts.flatMap(({ entries }) => entries),
    problems: [...(elf.kind === 'relocatable' ? [] : problems), ...parts.flatMap((one) => one.problems)],
  };
}

function between(elf: Elf, { start, stop }: ElfTableRequest, from: number, to: number): RawTable {
  const low = elf.symbols.values[from] ?? 0n;
  const high = elf.symbols.values[to] ?? 0n;
  const empty = { section: undefined, form: 'pointer' as const, entries: [] };
  if (high < low) return { ...empty, problems: [`${stop ?? ''} lies before ${start ?? ''}`] };
  const index = elf.symbols.sections[from] ?? 0;
  const base = (section: ElfSection): bigint => (elf.kind === 'relocatable' ? 0n : section.address);
  const holds = (section: ElfSection): boolean =>
    low >= base(section) && high <= base(section) + BigInt(section.size);
  const own = elf.sections[index];
  const section =
    own && holds(own)
      ? own
      : elf.kind === 'relocatable'
        ? undefined
        : elf.sections.find((one) => one.allocated && one.size > 0 && holds(one));
  if (high === low) return { ...empty, section, problems: [] };
  if (!section) return { ...empty, problems: [`no section holds ${start ?? ''} … ${stop ?? ''} as a whole`] };
  return part(elf, section, Number(low - base(section)), Number(high - low));
}

/** Entries in `length` bytes at `offset` of a section. */
function part(elf: Elf, section: ElfSection, offset: number, length: number): RawTable {
  if (elf.kind === 'relocatable') {
    const entries = relocatedEntries(elf, section, offset, length);
    const narrow = entries.relative;
    return { section, form: narrow ? 'relative' : 'pointer', entries: entries.found, problems: [] };
  }
  const pointers = pointerEntries(elf, section, offset, length);
  const relatives = elf.bits === 64 ? relativeEntries(elf, section, offset, length) : [];
  const [good, goodRelative] = [codeShare(elf, pointers), codeShare(elf, relatives)];
  const form = goodRelative > good ? 'relative' : 'pointer';
  const entries = form === 'relative' ? relatives : pointers;
  const size = form === 'relative' ? 4 : elf.bits / 8;
  const problems =
    length % size === 0 ? [] : [`the table's ${length} bytes are not a whole number of ${size}-byte entries`];
  return { section, form, entries, problems };
}

/** How much of a table points into code, 0…1: tells pointers from offsets. */
function codeShare(elf: Elf, entries: readonly RawEntry[]): number {
  if (entries.length === 0) return 0;
  const code = elf.sections.filter(({ executable, allocated }) => executable && allocated);
  const inCode = entries.filter(({ target }) =>
    code.some(({ address, size }) => target >= address && target < address + BigInt(size)),
  );
  return inCode.length / entries.length;
}

function pointerEntries(elf: Elf, section: ElfSection, offset: number, length: number): readonly RawEntry[] {
  const view = elf.content(section, offset, length);
  const size = elf.bits / 8;
  const start = section.address + BigInt(offset);
  const late = runtimeRelocations(elf, start, start + BigInt(length));
  const found: RawEntry[] = [];
  for (let at = 0; at + size <= view.byteLength; at += size) {
    const address = start + BigInt(at);
    const stored =
      size === 8 ? view.getBigUint64(at, elf.littleEndian) : BigInt(view.getUint32(at, elf.littleEndian));
    const target = late.get(address)?.(stored) ?? stored;
    found.push({ address, section: section.index, target, targetSection: 0 });
  }
  return found;
}

function relativeEntries(elf: Elf, section: ElfSection, offset: number, length: number): readonly RawEntry[] {
  const view = elf.content(section, offset, length);
  const found: RawEntry[] = [];
  for (let at = 0; at + 4 <= view.byteLength; at += 4) {
    const address = section.address + BigInt(offset + at);
    const target = BigInt.asUintN(64, address + BigInt(view.getInt32(at, elf.littleEndian)));
    found.push({ address, section: section.index, target, targetSection: 0 });
  }
  return found;
}
