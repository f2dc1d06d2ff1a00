import type { Note } from '../syntax/note';
import type { PlannedObject } from './link-plan';

/** More are not named one by one. */
const mostNamed = 3;

/**
 * Objects for which the tree has neither a source nor a rule that would make one: a build would stop there, and what
 * they register is missing. `makefileOf`: the makefile that an object's directory is built by.
 */
export function missingSources(
  objects: readonly Pick<PlannedObject, 'path'>[],
  makefileOf: (path: string) => string | undefined,
): readonly Note[] {
  return objects.slice(0, mostNamed).map(({ path }, index) => {
    const makefile = makefileOf(path);
    const more = objects.length - mostNamed;
    return {
      ...(makefile === undefined ? {} : { file: makefile }),
      message:
        `${path} has no source in the tree, and no rule makes one: what it registers is missing` +
        (index === mostNamed - 1 && more > 0 ? ` (so have ${more} more)` : ''),
    };
  });
}
