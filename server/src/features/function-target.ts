import type { TableEntry } from '../link/entry';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import { definedFunctions, definitionOf, type DefinedFunction } from './code-words';
import { functionPlaces, type FunctionPlace } from './name-uses';
import { indexOf } from './snapshot-index';
import { mayInclude } from '../watchers/may-include';
import { unitSources } from './unit-sources';
import { uniqueTargets, type Target, type View } from './view';

/** Where a registered function is defined. */
export interface FunctionTarget extends Target {
  readonly isStatic: boolean;
}

const targetIn = (file: string, { nameRange, isStatic }: DefinedFunction): FunctionTarget => ({
  file,
  range: nameRange,
  isStatic,
});

/**
 * The definitions that a registration can mean: that in its own file; else one in its unit; else those for the whole
 * kernel, of which linked ones hide the others. They are looked for in the files that hold a name of the family, and in
 * `mentioning`.
 */
export function functionTargets(
  view: View,
  entry: TableEntry,
  mentioning: readonly string[] = [],
): readonly FunctionTarget[] {
  const { function: name, place } = entry;
  const own = definitionOf(view.source(place.file), name);
  if (own) return [targetIn(place.file, own)];
  const unit = unitOf(view, entry);
  for (const path of unit) {
    const found = definitionOf(view.source(path), name);
    if (found) return [targetIn(path, found)];
  }
  const found = [...new Set([...view.snapshot.candidates, ...mentioning])].flatMap((path) => {
    const file = path.endsWith('.c') ? view.source(path) : undefined;
    if (file?.text.includes(name) !== true) return [];
    const defined = definedFunctions(file).find((one) => one.name === name && !one.isStatic);
    return defined ? [targetIn(path, defined)] : [];
  });
  const linked = found.filter(({ file }) => indexOf(view.snapshot).linkedSources.has(file));
  return linked.length > 0 ? linked : found;
}

/** The one definition that it can mean; `undefined`: there are several, or none is known. */
export function functionTarget(
  view: View,
  entry: TableEntry,
  mentioning?: readonly string[],
): FunctionTarget | undefined {
  const [target, ...others] = functionTargets(view, entry, mentioning);
  return others.length === 0 ? target : undefined;
}

/** Whether the functions are known, and known in their own units only: the rest of the tree cannot name them. */
export function areStatic(view: View, entries: readonly TableEntry[]): boolean {
  return entries.every((entry) => {
    const targets = functionTargets(view, entry);
    return targets.length > 0 && targets.every(({ isStatic }) => isStatic);
  });
}

/** The `.c` files of the unit that an entry belongs to. */
export function unitOf(view: View, entry: TableEntry): ReadonlySet<string> {
  const source = sourceOf(entry);
  return source.endsWith('.c') ? unitSources(view, source) : new Set();
}

const sourceOf = ({ object, place }: Pick<TableEntry, 'object' | 'place'>): string =>
  object?.replace(/\.o$/, '.c') ?? place.file;

/** All definitions that entries can mean, in the order of the entries. */
export function functionsOf(
  view: View,
  entries: readonly TableEntry[],
  mentioning?: readonly string[],
): readonly Target[] {
  return uniqueTargets(
    entries
      .flatMap((entry) => functionTargets(view, entry, mentioning))
      .map(({ file, range }) => ({ file, range })),
  );
}

/**
 * The registrations of the function that a name at `range` of a file means: one that the file defines or registers, or
 * uses from another file. Empty: it means something else, or that is not certain.
 */
export function entriesMeant(
  view: View,
  file: SourceFile,
  name: string,
  range: Range,
): readonly TableEntry[] {
  const entries = indexOf(view.snapshot).entriesOf(name);
  if (entries.length === 0) return [];
  const place = functionPlaces(file, name).find((one) => one.range.start === range.start);
  if (!place || place.use === 'macro') return [];
  return entries.filter((entry) => entry.place.file === file.path || isMeantIn(view, entry, file, place));
}

function isMeantIn(view: View, entry: TableEntry, file: SourceFile, { use, range }: FunctionPlace): boolean {
  const { path } = file;
  const defined = definedFunctions(file).filter((one) => one.name === entry.function);
  // A header may declare the function, and define a stub for kernels without it.
  const isDeclared =
    path.endsWith('.h') &&
    use === 'declaration' &&
    !defined.some(({ nameRange }) => nameRange.start === range.start);
  const targets = functionTargets(view, entry, [path]);
  if (defined.length === 0 || isDeclared) {
    if (unitOf(view, entry).has(path)) return true;
    return targets.length === 0 ? !isOfHeader(view, entry) : targets.every(({ isStatic }) => !isStatic);
  }
  if (!targets.some((target) => target.file === path)) return false;
  // Of several functions of one name, that of the kernel that is built is meant.
  const { linkedSources } = indexOf(view.snapshot);
  return entry.status !== 'linked' || linkedSources.has(path) || unitOf(view, entry).has(path);
}

/** A static function of a header is another one in every unit; where headers declare it as well, it is a stub. */
function isOfHeader(view: View, { function: name, ...entry }: TableEntry): boolean {
  let isDefined = false;
  for (const path of mayInclude(view, sourceOf(entry)).files) {
    const file = path.endsWith('.h') ? view.source(path) : undefined;
    if (file?.text.includes(name) !== true) continue;
    const defined = definedFunctions(file).filter((one) => one.name === name);
    isDefined ||= defined.length > 0;
    const declared = functionPlaces(file, name).filter(({ use }) => use === 'declaration');
    if (declared.length > defined.length) return false;
  }
  return isDefined;
}

/** The functions of a file that another file registers, with their registrations. */
export function registeredElsewhere(
  view: View,
  path: string,
): readonly { readonly defined: DefinedFunction; readonly entries: readonly TableEntry[] }[] {
  const file = view.source(path);
  if (!file) return [];
  return definedFunctions(file).flatMap((defined) => {
    const entries = entriesMeant(view, file, defined.name, defined.nameRange).filter(
      ({ place }) => place.file !== path,
    );
    return entries.length === 0 ? [] : [{ defined, entries }];
  });
}
