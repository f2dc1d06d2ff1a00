import type { CheckContext } from './check-context';
import { writtenEntries } from './entries';

/**
 * Functions whose callers anywhere in the tree matter to some rule: registered ones that are static. The tree is
 * searched for them once, before the rules run.
 */
export function namesToFind(context: CheckContext): readonly string[] {
  const names = writtenEntries(context.snapshot).flatMap(({ function: name, place }) =>
    context.functions(place.file).some((fact) => fact.name === name && fact.isStatic) ? [name] : [],
  );
  return [...new Set(names)].sort();
}
