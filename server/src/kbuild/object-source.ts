import type { Rule } from '../syntax/make/run';
import { readPattern, stemOf } from '../syntax/make/words';
import type { TreeReader } from '../source/tree-reader';
import { treePath } from './make-process';

/** An object made of another one (objcopy), which is made of another one, and so on: longer chains are circles. */
const longestChain = 5;

/**
 * What an object is compiled from: the first prerequisite of its own rule in the makefile of its directory, or of a rule
 * for a pattern that fits it closer than Kbuild's own `%.o: %.c`; else the source of its name. `undefined`: none of them
 * is in the tree.
 */
export function objectSource(
  tree: TreeReader,
  object: string,
  rules: readonly Rule[],
  depth = 0,
): string | undefined {
  const own = ownSource(tree, object);
  if (rules.length === 0 || depth > longestChain) return own;
  const sourceIn = (prerequisite: string | undefined): string | undefined => {
    if (prerequisite === undefined) return undefined;
    const path = treePath(prerequisite);
    if (path.endsWith('.o')) return path === object ? undefined : objectSource(tree, path, rules, depth + 1);
    return /\.(?:c|S|rs)$/.test(path) && tree.kind(path) === 'file' ? path : undefined;
  };
  const isThere = (prerequisite: string): boolean =>
    !/\.[cS]$/.test(prerequisite) || tree.kind(treePath(prerequisite)) === 'file';
  // Of several, make takes the last.
  const explicit = rules.findLast((rule) => prerequisiteOf(rule, object) !== undefined);
  if (explicit) return sourceIn(prerequisiteOf(explicit, object)) ?? own;
  const longest = own === undefined ? Infinity : object.length - object.lastIndexOf('/') - '.o'.length;
  const fitting = rules
    .flatMap((rule) => implied(rule, object))
    .filter(({ stem, others }) => stem.length < longest && others.every(isThere))
    .sort((a, b) => a.stem.length - b.stem.length);
  const nearest = (isMade: boolean): string | undefined => {
    for (const { prerequisite } of fitting)
      if (prerequisite.endsWith('.o') === isMade) {
        const source = sourceIn(prerequisite);
        if (source !== undefined) return source;
      }
    return undefined;
  };
  // Make looks for what is there before it looks for what could be made.
  return nearest(false) ?? own ?? nearest(true);
}

function ownSource(tree: TreeReader, object: string): string | undefined {
  const stem = object.replace(/\.o$/, '');
  return [`${stem}.c`, `${stem}.S`, `${stem}.rs`].find((path) => tree.kind(path) === 'file');
}

const fill = (pattern: string, stem: string): string => pattern.replace('%', () => stem);

/** The first prerequisite that a rule names for an object; `undefined`: it is no rule of its own. */
function prerequisiteOf({ targets, pattern, prerequisites }: Rule, object: string): string | undefined {
  const [first] = prerequisites;
  if (first === undefined || !targets.some((target) => !target.includes('%') && treePath(target) === object))
    return undefined;
  if (pattern === undefined) return first;
  const stem = stemOf(object, readPattern(treePath(pattern)));
  return stem === undefined ? undefined : fill(first, stem);
}

/** The same for rules of patterns, with what `%` stands for. */
function implied(
  { targets, pattern, prerequisites }: Rule,
  object: string,
): readonly { readonly stem: string; readonly prerequisite: string; readonly others: readonly string[] }[] {
  const [first, ...others] = prerequisites;
  if (first === undefined || pattern !== undefined) return [];
  return targets.flatMap((target) => {
    const stem = target.includes('%') ? stemOf(object, readPattern(treePath(target))) : undefined;
    if (stem === undefined) return [];
    return [{ stem, prerequisite: fill(first, stem), others: others.map((other) => fill(other, stem)) }];
  });
}
