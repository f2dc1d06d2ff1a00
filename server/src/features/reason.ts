import { decidingLine } from '../link/deciding-line';
import type { TableEntry } from '../link/entry';

/** Why an entry is not in the table, in one line. */
export function reason(entry: TableEntry): string {
  const makefile = decidingLine(entry.why);
  switch (entry.status) {
    case 'module':
      return `built as a module, ${makefile}`;
    case 'not-built':
      return makefile;
    case 'compiled-out':
      return `#if ${entry.guards.join(' && ')} is false`;
    case 'archive-member':
      return `in an archive, linked only when something needs it, ${makefile}`;
    case 'orphan':
      return `no pattern of the linker script takes ${entry.section}: in the image, never called`;
    case 'no-effect':
      return 'the macro is not visible here: nothing is registered';
    case 'linked':
    case 'conditional':
      return '';
  }
}
