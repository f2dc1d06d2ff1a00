/**
 * A reader of ELF files (System V gABI) that reads only what is asked for: a `vmlinux` with debug information is
 * hundreds of megabytes, its headers and symbols a few. 32 and 64 bit, both byte orders. Nothing here throws.
 */

/** Random access to a file. */
export interface Bytes {
  /** Bytes. */
  readonly size: number;
  /** `length` bytes from `offset`; fewer, or none, where the file ends or cannot be read. */
  read(offset: number, length: number): Uint8Array;
}

/** An array in memory as a file. */
export function bytesOf(array: Uint8Array): Bytes {
  return { size: array.length, read: (offset, length) => array.subarray(offset, offset + length) };
}

export const sectionType = { symbolTable: 2, rela: 4, noBits: 8, rel: 9, symbolIndexes: 18 } as const;

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  /** `sh_type`, see {@link sectionType}. */
  readonly type: number;
  readonly writable: boolean;
  readonly allocated: boolean;
  readonly executable: boolean;
  readonly address: bigint;
  /** In the file, bytes. */
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly entrySize: number;
}

/** Column by column, because there are hundreds of thousands. */
export interface ElfSymbols {
  readonly count: number;
  readonly values: BigUint64Array;
  /** Section index, `SHN_XINDEX` resolved; 0: undefined, from 0xff00: special (0xfff1: absolute). */
  readonly sections: Uint32Array;
  /** `STT_…`: 0 none, 1 object, 2 function, 3 section, 4 file. */
  readonly types: Uint8Array;
  /** `STB_…`: 0 local, 1 global, 2 weak. */
  readonly bindings: Uint8Array;
  name(index: number): string;
}

export interface Elf {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  readonly kind: 'relocatable' | 'executable' | 'shared' | 'other';
  /** `e_machine`. */
  readonly machine: number;
  readonly sections: readonly ElfSection[];
  /** Of `.symtab`; empty when stripped. */
  readonly symbols: ElfSymbols;
  /** The section's bytes, or a part of them; empty for `.bss` and the like. */
  content(section: ElfSection, offset?: number, length?: number): DataView;
}

const latin = new TextDecoder('latin1');

/** What the file holds, or one line saying why it cannot be read. */
export function readElf(file: Bytes): Elf | { readonly error: string } {
  const ident = file.read(0, 64);
  if (ident.length < 52 || ident[0] !== 0x7f || ident[1] !== 0x45 || ident[2] !== 0x4c || ident[3] !== 0x46)
    return { error: 'not an ELF file' };
  const bits = ident[4] === 1 ? 32 : ident[4] === 2 ? 64 : undefined;
  if (bits === undefined || (ident[5] !== 1 && ident[5] !== 2))
    return { error: 'an ELF file of unknown class' };
  const wide = bits === 64;
  if (wide && ident.length < 64) return { error: 'the ELF header is cut off' };
  const littleEndian = ident[5] === 1;
  const header = viewOf(ident);
  const type = header.getUint16(16, littleEndian);
  const sections = readSections(file, header, wide, littleEndian);
  if (typeof sections === 'string') return { error: sections };
  const content = (section: ElfSection, offset = 0, length = section.size - offset): DataView => {
    if (section.type === sectionType.noBits || offset < 0) return viewOf(new Uint8Array());
    const within = Math.max(0, Math.min(length, section.size - offset));
    return viewOf(file.read(section.offset + offset, within));
  };
  return {
    bits,
    littleEndian,
    kind: type === 1 ? 'relocatable' : type === 2 ? 'executable' : type === 3 ? 'shared' : 'other',
    machine: header.getUint16(18, littleEndian),
    sections,
    symbols: readSymbols(sections, content, wide, littleEndian),
    content,
  };
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

interface RawSection extends Omit<ElfSection, 'name'> {
  readonly nameOffset: number;
}

function readSections(
  file: Bytes,
  header: DataView,
  wide: boolean,
  little: boolean,
): readonly ElfSection[] | string {
  const offset = wide ? Number(header.getBigUint64(40, little)) : header.getUint32(32, little);
  const entrySize = header.getUint16(wide ? 58 : 46, little);
  const expected = wide ? 64 : 40;
  if (offset === 0) return [];
  if (entrySize < expected) return 'the ELF section headers are malformed';
  const rawAt = (view: DataView, index: number): RawSection => {
    const at = index * entrySize;
    const word = (position: number): number => view.getUint32(at + position, little);
    const long = (narrow: number, wideAt: number): bigint =>
      wide ? view.getBigUint64(at + wideAt, little) : BigInt(word(narrow));
    const flags = Number(long(8, 8) & 0xffffffffn);
    return {
      index,
      nameOffset: word(0),
      type: word(4),
      writable: (flags & 1) !== 0,
      allocated: (flags & 2) !== 0,
      executable: (flags & 4) !== 0,
      address: long(12, 16),
      offset: Number(long(16, 24)),
      size: Number(long(20, 32)),
      link: word(wide ? 40 : 24),
      info: word(wide ? 44 : 28),
      entrySize: Number(long(36, 56)),
    };
  };
  const first = viewOf(file.read(offset, entrySize));
  if (first.byteLength < expected) return 'the ELF section headers are cut off';
  // With 0xff00 sections and more, the header's counts are in the first section header instead.
  const zeroth = rawAt(first, 0);
  const count = header.getUint16(wide ? 60 : 48, little) || zeroth.size;
  const namesAt = header.getUint16(wide ? 62 : 50, little);
  if (count * entrySize > file.size) return 'the ELF section headers are cut off';
  const table = viewOf(file.read(offset, count * entrySize));
  if (table.byteLength < count * entrySize) return 'the ELF section headers are cut off';
  const raw = Array.from({ length: count }, (_, index) => rawAt(table, index));
  const names = raw[namesAt === 0xffff ? zeroth.link : namesAt];
  const strings = names ? file.read(names.offset, Math.min(names.size, file.size)) : new Uint8Array();
  return raw.map(({ nameOffset, ...section }) => ({ ...section, name: stringAt(strings, nameOffset) }));
}

function stringAt(strings: Uint8Array, offset: number): string {
  const end = strings.indexOf(0, offset);
  return latin.decode(strings.subarray(offset, end < 0 ? strings.length : end));
}

function readSymbols(
  sections: readonly ElfSection[],
  content: Elf['content'],
  wide: boolean,
  little: boolean,
): ElfSymbols {
  const table = sections.find(({ type }) => type === sectionType.symbolTable);
  const view = table ? content(table) : new DataView(new ArrayBuffer(0));
  const size = wide ? 24 : 16;
  const count = Math.floor(view.byteLength / size);
  const stringsSection = table && sections[table.link];
  const stringsView = stringsSection ? content(stringsSection) : new DataView(new ArrayBuffer(0));
  const strings = new Uint8Array(stringsView.buffer, stringsView.byteOffset, stringsView.byteLength);
  const extended = sections.find(
    ({ type, link }) => type === sectionType.symbolIndexes && link === table?.index,
  );
  const indexes = extended && content(extended);
  const values = new BigUint64Array(count);
  const sectionIndexes = new Uint32Array(count);
  const types = new Uint8Array(count);
  const bindings = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const at = index * size;
    const info = view.getUint8(at + (wide ? 4 : 12));
    const section = view.getUint16(at + (wide ? 6 : 14), little);
    values[index] = wide ? view.getBigUint64(at + 8, little) : BigInt(view.getUint32(at + 4, little));
    sectionIndexes[index] =
      section === 0xffff && indexes && indexes.byteLength >= index * 4 + 4
        ? indexes.getUint32(index * 4, little)
        : section;
    types[index] = info & 15;
    bindings[index] = info >> 4;
  }
  const name = (index: number): string =>
    index >= 0 && index < count ? stringAt(strings, view.getUint32(index * size, little)) : '';
  return { count, values, sections: sectionIndexes, types, bindings, name };
}
