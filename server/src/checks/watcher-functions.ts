import type { FunctionFact } from '../syntax/c/tree/functions';
import { isNamed } from '../syntax/c/section-entry';
import { holdsText } from '../syntax/c/remember-by-file';
import type { SourceFile } from '../syntax/c/unit';
import type { TableEntry } from '../link/entry';
import type { CheckContext } from './check-context';
import { writtenEntries } from './entries';

/** A registered function with its definition (one of them, where `#if` gives several) and all its registrations. */
export interface WatcherFunction {
  readonly file: SourceFile;
  readonly fact: FunctionFact;
  readonly entries: readonly TableEntry[];
}

const known = new WeakMap<CheckContext, readonly WatcherFunction[]>();

/** Every registered function whose definition is found, each definition once. */
export function watcherFunctions(context: CheckContext): readonly WatcherFunction[] {
  const found = known.get(context);
  if (found) return found;
  const byPlace = new Map<string, { file: SourceFile; fact: FunctionFact; entries: TableEntry[] }>();
  for (const entry of writtenEntries(context.snapshot))
    for (const { file, fact } of definitionsOf(context, entry)) {
      const key = `${file.path}:${fact.range.start}`;
      const same = byPlace.get(key);
      if (same) same.entries.push(entry);
      else byPlace.set(key, { file, fact, entries: [entry] });
    }
  const all = [...byPlace.values()];
  known.set(context, all);
  return all;
}

interface Definition {
  readonly file: SourceFile;
  readonly fact: FunctionFact;
}

/** In more candidates than this, only functions are looked for that the registration's own file names. */
const mostSearched = 2000;

/** In the registration's own file, else in the unit's source, else the one external definition among the candidates. */
function definitionsOf(context: CheckContext, entry: TableEntry): readonly Definition[] {
  if (!isNamed(entry.function)) return [];
  const inFile = (path: string): readonly Definition[] => {
    const file = context.source(path);
    if (!file || !holdsText(file, entry.function)) return [];
    return (defined(context.functions(path)).get(entry.function) ?? []).map((fact) => ({ file, fact }));
  };
  const own = inFile(entry.place.file);
  if (own.length > 0) return own;
  const unit = entry.object?.replace(/\.o$/, '.c');
  const inUnit = unit === undefined || unit === entry.place.file ? [] : inFile(unit);
  if (inUnit.length > 0) return inUnit;
  const { candidates } = context.snapshot;
  // A macro made the name (module_pci_driver), thousands of times: looking for each in thousands of files takes minutes.
  const registered = candidates.length > mostSearched ? context.source(entry.place.file) : undefined;
  if (registered && !holdsText(registered, entry.function)) return [];
  const elsewhere = candidates
    .filter((path) => path.endsWith('.c') && path !== entry.place.file && path !== unit)
    .flatMap(inFile)
    .filter(({ fact }) => !fact.isStatic);
  return new Set(elsewhere.map(({ file }) => file.path)).size === 1 ? elsewhere : [];
}

const definedOf = new WeakMap<readonly FunctionFact[], ReadonlyMap<string, readonly FunctionFact[]>>();

/** The definitions among a file's functions, by name. */
function defined(functions: readonly FunctionFact[]): ReadonlyMap<string, readonly FunctionFact[]> {
  const known = definedOf.get(functions);
  if (known) return known;
  const byName = new Map<string, FunctionFact[]>();
  for (const fact of functions) {
    if (fact.body === undefined) continue;
    const same = byName.get(fact.name);
    if (same) same.push(fact);
    else byName.set(fact.name, [fact]);
  }
  definedOf.set(functions, byName);
  return byName;
}

/** Events a function is registered for, in family order. */
export function eventsOf({ snapshot }: CheckContext, { entries }: WatcherFunction): readonly string[] {
  const names = new Set(entries.map(({ event }) => event));
  return snapshot.family.events.flatMap(({ name }) => (names.has(name) ? [name] : []));
}

/** Registered functions are called long after the kernel started: not so for initcalls. */
export const isCalledAfterBoot = ({ snapshot }: CheckContext): boolean =>
  snapshot.family.dispatchers.some(({ eventArgument }) => eventArgument !== undefined);

/** Its definitions and prototypes in its own file. */
export const declarationsOf = (
  context: CheckContext,
  { file, fact }: WatcherFunction,
): readonly FunctionFact[] => context.functions(file.path).filter(({ name }) => name === fact.name);
