import { readElf } from '../link/elf';
import { readElfTables, type ElfTable, type ElfTableRequest } from '../link/elf-tables';
import type { FunctionField } from '../syntax/c/section-text';
import { openBinary } from '../source/disk-tree';

/** A table of structures is read word by word; one word of each structure is the function. */
function ofStructures(table: ElfTable, field: FunctionField | undefined): ElfTable {
  const { words, index = 0 } = field ?? {};
  if (words === undefined || words < 2) return table;
  const structures = table.entries.flatMap((first, at) => {
    const pointer = table.entries[at + index];
    if (at % words !== 0 || pointer === undefined) return [];
    return [{ ...pointer, slot: at / words, address: first.address, variable: first.variable }];
  });
  return { ...table, entries: structures };
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
    return tables.map((table) => ofStructures(table, field));
  } finally {
    file.close();
  }
}
