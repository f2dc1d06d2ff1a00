/** Writes small ELF files of any class and byte order, for kinds that the machine's own toolchain cannot make. */

export interface WrittenSection {
  readonly name: string;
  readonly type: number;
  /** 1 write, 2 alloc, 4 code. */
  readonly flags: number;
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly link?: number;
  readonly info?: number;
  readonly entrySize?: number;
}

export interface WrittenSymbol {
  readonly name: string;
  readonly value: number;
  /** 1-based index into the sections given; 0: undefined. */
  readonly section: number;
  /** 0 none, 1 object, 2 function. */
  readonly type: number;
  readonly global?: boolean;
}

export interface Format {
  readonly wide: boolean;
  readonly little: boolean;
  readonly machine: number;
  /** 1 relocatable, 2 executable. */
  readonly type: number;
}

/** Numbers after one another, `size` bytes each, in the format's byte order. */
export function packed(
  format: Pick<Format, 'little'>,
  size: 1 | 2 | 4 | 8,
  ...values: readonly number[]
): Uint8Array {
  const view = new DataView(new ArrayBuffer(size * values.length));
  values.forEach((value, index) => {
    const at = size * index;
    if (size === 8) view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), format.little);
    else if (size === 4) view.setUint32(at, value >>> 0, format.little);
    else if (size === 2) view.setUint16(at, value, format.little);
    else view.setUint8(at, value);
  });
  return new Uint8Array(view.buffer);
}

export const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

function strings(names: readonly string[]): { readonly bytes: Uint8Array; offset(name: string): number } {
  const text = ['', ...names].map((name) => `${name}\0`).join('');
  return {
    bytes: Buffer.from(text, 'latin1'),
    offset: (name) => (name === '' ? 0 : text.indexOf(`\0${name}\0`) + 1),
  };
}

/** The sections given get indexes from 1; `.symtab`, `.strtab` and `.shstrtab` follow them. */
export function writeElf(
  format: Format,
  sections: readonly WrittenSection[],
  symbols: readonly WrittenSymbol[],
): Uint8Array {
  const { wide } = format;
  const half = (value: number): Uint8Array => packed(format, 2, value);
  const word = (value: number): Uint8Array => packed(format, 4, value);
  const long = (value: number): Uint8Array => packed(format, wide ? 8 : 4, value);
  const names = strings(symbols.map(({ name }) => name));
  const ordered = [...symbols].sort((a, b) => Number(a.global ?? false) - Number(b.global ?? false));
  const symbolBytes = ordered.map(({ name, value, section, type, global }) => {
    const info = packed(format, 1, ((global ? 1 : 0) << 4) | type, 0);
    const at = word(names.offset(name));
    return wide
      ? joined(at, info, half(section), long(value), long(0))
      : joined(at, long(value), long(0), info, half(section));
  });
  const symbolSize = wide ? 24 : 16;
  const symbolTable: WrittenSection = {
    name: '.symtab',
    type: 2,
    flags: 0,
    address: 0,
    bytes: joined(new Uint8Array(symbolSize), ...symbolBytes),
    link: sections.length + 2,
    info: 1 + ordered.filter(({ global }) => global !== true).length,
    entrySize: symbolSize,
  };
  const plain = (name: string, bytes: Uint8Array): WrittenSection => ({
    name,
    type: 3,
    flags: 0,
    address: 0,
    bytes,
  });
  const all = [...sections, symbolTable, plain('.strtab', names.bytes)];
  const headerNames = strings([...all.map(({ name }) => name), '.shstrtab']);
  all.push(plain('.shstrtab', headerNames.bytes));
  const headerSize = wide ? 64 : 52;
  const entrySize = wide ? 64 : 40;
  let offset = headerSize;
  const padded: Uint8Array[] = [];
  const headers: Uint8Array[] = [new Uint8Array(entrySize)];
  for (const { name, type, flags, address, bytes, link = 0, info = 0, entrySize: each = 0 } of all) {
    headers.push(
      joined(
        ...[
          word(headerNames.offset(name)),
          word(type),
          long(flags),
          long(address),
          long(offset),
          long(bytes.length),
        ],
        ...[word(link), word(info), long(1), long(each)],
      ),
    );
    const filler = new Uint8Array((8 - (bytes.length % 8)) % 8);
    padded.push(bytes, filler);
    offset += bytes.length + filler.length;
  }
  const ident = Uint8Array.of(
    0x7f,
    0x45,
    0x4c,
    0x46,
    wide ? 2 : 1,
    format.little ? 1 : 2,
    1,
    ...new Array<number>(9).fill(0),
  );
  const header = joined(
    ...[ident, half(format.type), half(format.machine), word(1), long(0), long(0), long(offset), word(0)],
    ...[half(headerSize), half(0), half(0), half(entrySize), half(all.length + 1), half(all.length)],
  );
  return joined(header, ...padded, ...headers);
}
