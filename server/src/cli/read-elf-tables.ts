import { readElf } from '../link/elf';
import { readElfTables, type ElfTable, type ElfTableRequest } from '../link/elf-tables';
import { openBinary } from '../source/disk-tree';
import { Failure, orFail } from './failure';

/** Reads tables from an ELF file: the first list of requests of which any table is found. */
export function readTablesFrom(
  path: string,
  requests: readonly (readonly ElfTableRequest[])[],
): readonly ElfTable[] {
  const file = orFail(openBinary(path));
  try {
    const elf = readElf({ size: file.size, read: (offset, length) => file.readAt(offset, length) });
    if ('error' in elf) throw new Failure(`${path}: ${elf.error}`);
    let tables: readonly ElfTable[] = [];
    for (const list of requests) {
      tables = readElfTables(elf, list);
      if (tables.some(({ section }) => section !== undefined)) return tables;
    }
    return tables;
  } finally {
    file.close();
  }
}
