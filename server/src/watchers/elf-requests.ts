import type { ElfTableRequest } from '../link/elf-tables';
import type { LaidTable } from '../link/tables';
import { sectionsOf } from './assemble';
import { spell, type Family } from './family';

/** What to read from an ELF file, one list per dialect: the first whose boundary symbols exist is meant. */
export function elfRequests(family: Family): readonly (readonly ElfTableRequest[])[] {
  const shapes = family.boundaries.length > 0 ? family.boundaries : [undefined];
  return shapes.map((shape) => {
    const startOf = (name: string): string | undefined => {
      const event = family.events.find((candidate) => candidate.name === name);
      return event?.start ?? shape?.start.replace('{event}', spell(name, shape.spelling));
    };
    const own = family.events.filter(({ within, stop }) => within === undefined && stop === undefined);
    return family.events.map((event): ElfTableRequest => {
      const table = event.within ?? event.name;
      const at = own.findIndex(({ name }) => name === table);
      const next = own[at + 1];
      const stop = event.stop ?? (next === undefined ? shape?.end : startOf(next.name));
      return { event: event.name, start: startOf(table), stop, sections: sectionsOf(family, event.name) };
    });
  });
}

/** The same from a predicted layout, whose linker script says which symbols bound which table. */
export function elfRequestsOf(family: Family, laid: readonly LaidTable[]): readonly ElfTableRequest[] {
  return laid.map(({ event, start, stop, entries }) => ({
    event,
    start,
    stop,
    sections: sectionsOf(family, event),
    // Linux 2.6.20 calls the variables of level 0 as those of level 1: the sources know better than the name.
    variables: entries.flatMap(({ entry }) => (entry.variable.endsWith(event) ? [] : [entry.variable])),
  }));
}
