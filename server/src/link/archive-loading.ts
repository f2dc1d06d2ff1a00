import { bytesOf, readElf } from './elf';

/** The names by which ld binds one object to others. */
export interface LinkerSymbols {
  /** Global, weak and common ones that it defines, in the order of its symbol table: an archive's index has these. */
  readonly defined: readonly string[];
  /** What it needs from others. Weak references are left out: they take no member out of an archive. */
  readonly needed: readonly string[];
}

export function linkerSymbols(object: Uint8Array): LinkerSymbols | undefined {
  const elf = readElf(bytesOf(object));
  if ('error' in elf) return undefined;
  const { symbols } = elf;
  const { count, sections, bindings } = symbols;
  const defined: string[] = [];
  const needed: string[] = [];
  for (let index = 1; index < count; index++) {
    if (bindings[index] === 0) continue;
    if (sections[index] !== 0) defined.push(symbols.name(index));
    else if (bindings[index] === 1) needed.push(symbols.name(index));
  }
  return { defined, needed };
}

interface Given {
  readonly path: string;
  /** Set for a member of an archive that is searched. */
  readonly archive?: string;
}

interface Archive {
  readonly members: string[];
}

/**
 * The paths that ld loads, in its order: all objects, and of each archive what is needed when it is its turn. `given`:
 * in link order. The whole is taken as one group (`--start-group … --end-group`, what kernels use), so archives are
 * searched again until nothing new is loaded; within an archive ld goes through its index until nothing new is needed
 * (binutils' `elf_link_add_archive_symbols`). `undefined`: the symbols of one of them are not known.
 */
export function loadOrder(
  given: readonly Given[],
  symbolsOf: (path: string) => LinkerSymbols | undefined,
): readonly string[] | undefined {
  const defined = new Set<string>();
  const needed = new Set<string>();
  const loaded: string[] = [];
  const inLink = new Set<string>();
  const load = (path: string, symbols: LinkerSymbols): void => {
    inLink.add(path);
    loaded.push(path);
    for (const name of symbols.defined) defined.add(name);
    for (const name of symbols.needed) needed.add(name);
  };
  const search = ({ members }: Archive): boolean => {
    let found = false;
    for (let again = true; again;) {
      again = false;
      for (const path of members) {
        const symbols = inLink.has(path) ? undefined : symbolsOf(path);
        if (!symbols?.defined.some((name) => needed.has(name) && !defined.has(name))) continue;
        load(path, symbols);
        found = true;
        again = true;
      }
    }
    return found;
  };

  const archives = new Map<string, Archive>();
  const turns: (Given | Archive)[] = [];
  for (const one of given) {
    if (symbolsOf(one.path) === undefined) return undefined;
    if (one.archive === undefined) {
      turns.push(one);
      continue;
    }
    const known = archives.get(one.archive);
    if (known) known.members.push(one.path);
    else {
      const archive = { members: [one.path] };
      archives.set(one.archive, archive);
      turns.push(archive);
    }
  }
  for (const turn of turns) {
    const symbols = 'path' in turn ? symbolsOf(turn.path) : undefined;
    if ('members' in turn) search(turn);
    else if (symbols) load(turn.path, symbols);
  }
  while ([...archives.values()].map(search).some((found) => found));
  return loaded;
}
