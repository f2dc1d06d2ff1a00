import type { Elf } from './elf';
import type { ElfEntry, RawEntry } from './elf-entry';

type Names = Pick<ElfEntry, 'function' | 'aliases' | 'variable'>;

const functionType = 2;
const noType = 0;
const objectType = 1;

/** Names of `entries`, found in one pass over the symbols. */
export function nameFinder(elf: Elf, entries: readonly RawEntry[]): (entry: RawEntry) => Names {
  const relocatable = elf.kind === 'relocatable';
  const keyOf = (section: number, value: bigint): string | bigint =>
    relocatable ? `${section}:${value}` : value;
  const targets = new Map<string | bigint, number[]>();
  const variables = new Map<string | bigint, number[]>();
  for (const { address, section, target, targetSection } of entries) {
    targets.set(keyOf(targetSection, target), []);
    variables.set(keyOf(section, address), []);
  }
  const { symbols } = elf;
  const wantedSections = new Set(entries.flatMap(({ section, targetSection }) => [section, targetSection]));
  for (let index = 0; index < symbols.count; index++) {
    const section = symbols.sections[index] ?? 0;
    const type = symbols.types[index] ?? 0;
    if (section === 0 || type > functionType || (relocatable && !wantedSections.has(section))) continue;
    const key = keyOf(section, symbols.values[index] ?? 0n);
    if (type === functionType || type === noType) targets.get(key)?.push(index);
    if (type === objectType || type === noType) variables.get(key)?.push(index);
  }
  return (entry) => {
    const variable = bestVariable(
      elf,
      (variables.get(keyOf(entry.section, entry.address)) ?? []).filter(
        (index) => relocatable || symbols.sections[index] === entry.section,
      ),
    );
    if (entry.symbol !== undefined && entry.targetSection === 0) {
      const name = symbols.name(entry.symbol);
      return { function: name, aliases: [name], variable };
    }
    const candidates = targets.get(keyOf(entry.targetSection, entry.target)) ?? [];
    const { name, aliases } = bestFunction(elf, candidates, variable);
    return { function: name, aliases, variable };
  };
}

/** Symbols that the toolchain puts at a function's address, not the function itself. */
const isDecoration = (name: string): boolean =>
  /^(?:__pfx_|__cfi_|\$|\.L)/.test(name) || name.endsWith('.cold');

/** `fn.cfi_jt`, `fn.llvm.123`: what Clang's CFI and ThinLTO make of `fn`. */
const undecorated = (name: string): string => name.replace(/(?:\.cfi_jt|\.llvm\.\d+)$/, '');

function bestFunction(
  elf: Elf,
  candidates: readonly number[],
  variable: string | undefined,
): { readonly name: string | undefined; readonly aliases: readonly string[] } {
  const rated = candidates
    .map((index) => {
      const name = undecorated(elf.symbols.name(index));
      const named = variable?.includes(name) === true;
      const isFunction = elf.symbols.types[index] === functionType;
      const rating = (named ? 8 : 0) + (isFunction ? 4 : 0) + (elf.symbols.bindings[index] === 1 ? 1 : 0);
      return { name, rating: name === '' || isDecoration(name) ? -1 : rating };
    })
    .filter(({ rating }) => rating >= 0)
    // The longest of several names that are part of the variable's is the one it was made from.
    .sort((a, b) => b.rating - a.rating || b.name.length - a.name.length);
  const aliases = [...new Set(rated.map(({ name }) => name))];
  return { name: aliases[0], aliases };
}

/** Boundary symbols share the first entry's address: a local symbol is the entry's, and one with the type `object`. */
function bestVariable(elf: Elf, candidates: readonly number[]): string | undefined {
  const rated = candidates
    .map((index) => ({
      name: elf.symbols.name(index),
      rating: (elf.symbols.bindings[index] === 0 ? 2 : 0) + (elf.symbols.types[index] === objectType ? 4 : 0),
    }))
    .filter(
      ({ name, rating }) => rating > 0 && name !== '' && !name.startsWith('$') && !name.startsWith('.L'),
    )
    .sort((a, b) => b.rating - a.rating);
  return rated[0]?.name;
}
