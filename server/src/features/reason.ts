import type { TableEntry } from '../link/entry';

/** Why an entry is not in the table, in one line. */
export function reason(entry: TableEntry): string {
  // The line whose condition decides says more than the one that names the object.
  const last = entry.why.findLast(({ guards }) => guards.length > 0) ?? entry.why.at(-1);
  const makefile = last === undefined ? 'no makefile names it' : `${last.file}:${last.line}: ${last.text}`;
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
