import { readElf, type Elf } from '../link/elf';
import type { ElfEntry } from '../link/elf-entry';
import { readElfTables, type ElfTable, type ElfTableRequest } from '../link/elf-tables';
import type { FunctionField } from '../syntax/c/initialiser';
import { openBinary } from '../source/disk-tree';

/**
 * A table of structures is read word by word; one word of each structure is the function. In an object only the words
 * that have a relocation are there, so it is the addresses (offsets in their section) that say which word each is.
 */
function ofStructures(elf: Elf, table: ElfTable, field: FunctionField | undefined): ElfTable {
  const { words, index = 0 } = field ?? {};
  if (words === undefined || words < 2) return table;
  const word = BigInt(elf.bits / 8);
  const size = word * BigInt(words);
  const base = elf.kind === 'relocatable' ? 0n : (table.entries[0]?.address ?? 0n);
  const structures: ElfEntry[][] = [];
  let last: { readonly address: bigint; readonly start: bigint } | undefined;
  for (const entry of table.entries) {
    const start = base + ((entry.address - base) / size) * size;
    // Another section of the name begins where offsets begin again.
    if (last?.start === start && entry.address > last.address) structures.at(-1)?.push(entry);
    else structures.push([entry]);
    last = { address: entry.address, start };
  }
  const entries = structures.flatMap((structure) => {
    const [first] = structure;
    if (first === undefined) return [];
    const start = base + ((first.address - base) / size) * size;
    const pointer = structure.find(({ address }) => address === start + BigInt(index) * word);
    return pointer === undefined ? [] : [{ ...pointer, address: start, variable: first.variable }];
  });
  return { ...table, entries: entries.map((entry, slot) => ({ ...entry, slot })) };
}

/** Reads tables from an ELF file: the first list of requests of which any table is found. A failure is one line. */
export function readTablesFrom(
  path: string,
  requests: readonly (readonly ElfTableRequest[])[],
  field: FunctionField | undefined,
): readonly ElfTable[] | { readonly failure: string } {
  const file = openBinary(path);
  if ('failure' in file) return file;
  try {
    const elf = readElf({ size: file.size, read: (offset, length) => file.readAt(offset, length) });
    if ('error' in elf) return { failure: `${path}: ${elf.error}` };
    let tables: readonly ElfTable[] = [];
    for (const list of requests) {
      tables = readElfTables(elf, list);
      if (tables.some(({ section }) => section !== undefined)) break;
    }
    return tables.map((table) => ofStructures(elf, table, field));
  } finally {
    file.close();
  }
}
