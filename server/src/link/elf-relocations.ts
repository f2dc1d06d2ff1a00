import type { Elf, ElfSection } from './elf';
import { sectionType } from './elf';
import type { RawEntry } from './elf-entry';

interface Relocation {
  readonly offset: bigint;
  readonly symbol: number;
  readonly type: number;
  /** `undefined` in `SHT_REL`: the addend is in the relocated place. */
  readonly addend: bigint | undefined;
}

const machineMips = 8;

/** Relocations of one SHT_REL or SHT_RELA section whose offsets lie in [low, high). */
function relocations(elf: Elf, section: ElfSection, low: bigint, high: bigint): readonly Relocation[] {
  const withAddend = section.type === sectionType.rela;
  const wide = elf.bits === 64;
  const size = (wide ? 16 : 8) + (withAddend ? (wide ? 8 : 4) : 0);
  const view = elf.content(section);
  const little = elf.littleEndian;
  const found: Relocation[] = [];
  for (let at = 0; at + size <= view.byteLength; at += size) {
    const offset = wide ? view.getBigUint64(at, little) : BigInt(view.getUint32(at, little));
    if (offset < low || offset >= high) continue;
    const infoAt = at + (wide ? 8 : 4);
    // r_info is (symbol << 32 | type), but little-endian MIPS64 stores the two words symbol first.
    const symbol = !wide
      ? view.getUint32(infoAt, little) >>> 8
      : view.getUint32(infoAt + (little && elf.machine !== machineMips ? 4 : 0), little);
    const type = !wide
      ? view.getUint32(infoAt, little) & 255
      : view.getUint32(infoAt + (little && elf.machine !== machineMips ? 0 : 4), little);
    const addend = !withAddend
      ? undefined
      : wide
        ? view.getBigInt64(at + 16, little)
        : BigInt(view.getInt32(at + 8, little));
    found.push({ offset, symbol, type, addend });
  }
  return found;
}

const relocationSections = (elf: Elf): readonly ElfSection[] =>
  elf.sections.filter(({ type }) => type === sectionType.rel || type === sectionType.rela);

/**
 * Entries of a relocatable file: one for each relocation of the section, in the order of their offsets. `relative`:
 * they stand 4 bytes apart in a 64-bit file, so they are 32-bit offsets.
 */
export function relocatedEntries(
  elf: Elf,
  section: ElfSection,
  offset: number,
  length: number,
): { readonly found: readonly RawEntry[]; readonly relative: boolean } {
  const own = relocationSections(elf).filter(({ info }) => info === section.index);
  const all = own
    .flatMap((one) => relocations(elf, one, BigInt(offset), BigInt(offset + length)))
    .filter(({ symbol }) => symbol !== 0)
    .sort((a, b) => (a.offset < b.offset ? -1 : a.offset > b.offset ? 1 : 0));
  const view = elf.content(section);
  const bytes = elf.bits / 8;
  const relative =
    elf.bits === 64 &&
    all.length > 0 &&
    (length < all.length * 8 || all.some(({ offset: at }) => at % 8n === 4n));
  const inPlace = (at: number): bigint => {
    const size = relative ? 4 : bytes;
    if (at + size > view.byteLength) return 0n;
    return size === 8 ? view.getBigInt64(at, elf.littleEndian) : BigInt(view.getInt32(at, elf.littleEndian));
  };
  const found = all.map((one): RawEntry => {
    const addend = one.addend ?? inPlace(Number(one.offset));
    const value = elf.symbols.values[one.symbol] ?? 0n;
    const isNamed = elf.symbols.types[one.symbol] !== 3 && addend === 0n;
    return {
      address: one.offset,
      section: section.index,
      target: BigInt.asUintN(elf.bits, value + addend),
      targetSection: elf.symbols.sections[one.symbol] ?? 0,
      ...(isNamed ? { symbol: one.symbol } : {}),
    };
  });
  return { found, relative };
}

/**
 * What the loader (a relocatable kernel's own start-up code) puts into addresses in [low, high): the stored value may
 * be zero, and the address in the relocation's addend (arm64, s390, riscv, …: linked `-shared` or `-pie` with RELA).
 */
export function runtimeRelocations(
  elf: Elf,
  low: bigint,
  high: bigint,
): ReadonlyMap<bigint, (stored: bigint) => bigint> {
  const found = new Map<bigint, (stored: bigint) => bigint>();
  if (elf.kind === 'relocatable') return found;
  for (const section of relocationSections(elf)) {
    if (!section.allocated) continue;
    for (const { offset, symbol, addend } of relocations(elf, section, low, high)) {
      // Dynamic symbols are not read: with one, the stored value is all there is.
      if (symbol === 0 && addend !== undefined && addend !== 0n)
        found.set(offset, () => BigInt.asUintN(elf.bits, addend));
    }
  }
  return found;
}
