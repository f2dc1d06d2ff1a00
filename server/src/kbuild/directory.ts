import { expandText, lookup, unknownWord, type Scope } from '../syntax/make/expand';
import { setSimple } from '../syntax/make/run';
import type { TreeReader } from '../source/tree-reader';
import { listOf, treePath, type MakeProcess } from './make-process';

/** What one directory's Kbuild file or Makefile asks for, evaluated (scripts/Makefile.build and Makefile.lib). */
export interface Directory {
  /** `kernel/sched`; '' for the root. */
  readonly path: string;
  /** The makefile that was read, relative to the root. */
  readonly makefile: string;
  readonly scope: Scope;
  /** In order, without repetition: `fork.o`, `sched/`. */
  readonly builtIn: readonly string[];
  /** What goes into lib.a: sorted, without what is built in. */
  readonly library: readonly string[];
  /** `subdir-ccflags-y` of this directory and those above it. */
  readonly inheritedFlags: string;
}

/** Variables that Makefile.build empties before it reads a directory's file. */
const emptied = [
  'obj-y',
  'obj-m',
  'obj-',
  'lib-y',
  'lib-m',
  'always-y',
  'extra-y',
  'subdir-y',
  'subdir-m',
  'targets',
  'ccflags-y',
  'cppflags-y',
  'asflags-y',
  'subdir-ccflags-y',
  'EXTRA_CFLAGS',
];

export type DirectoryReader = (path: string, inheritedFlags: string) => Directory | undefined;

/** Reads directories of one make process, each once. `unknown` hears of lists that only a run of make could tell. */
export function directoryReader(
  make: MakeProcess,
  tree: TreeReader,
  unknown: (makefile: string, variable: string) => void,
): DirectoryReader {
  const base = make.child({});
  make.configure(base);
  make.run('scripts/Kbuild.include', base);
  make.run('scripts/Makefile.compiler', base);
  const known = new Map<string, Directory | undefined>();
  return (path, inheritedFlags) => {
    if (known.has(path)) return known.get(path);
    const makefile = ['Kbuild', 'Makefile']
      .map((name) => (path === '' ? name : `${path}/${name}`))
      .find((candidate) => tree.kind(candidate) === 'file');
    if (makefile === undefined) {
      known.set(path, undefined);
      return undefined;
    }
    const scope: Scope = { variables: new Map(), parent: base, world: base.world };
    for (const name of emptied) setSimple(scope, name, '');
    setSimple(scope, 'obj', path === '' ? '.' : path);
    setSimple(scope, 'src', path === '' ? '.' : path);
    make.run(makefile, scope);
    const list = (name: string): readonly string[] => {
      const words = listOf(name, scope);
      if (words.some((word) => word.includes(unknownWord))) unknown(makefile, name);
      return words.filter((word) => !word.includes(unknownWord));
    };
    const builtIn = [...new Set(list('obj-y'))];
    const isBuiltIn = new Set(builtIn);
    const library = [...new Set([...list('lib-y'), ...list('lib-m')])]
      .filter((word) => !isBuiltIn.has(word))
      .sort();
    const own = expandText('$(subdir-ccflags-y)', scope).trim();
    const directory: Directory = {
      path,
      makefile,
      scope,
      builtIn,
      library,
      inheritedFlags: `${inheritedFlags} ${own}`.trim(),
    };
    known.set(path, directory);
    return directory;
  };
}

/**
 * The members of a composite (`foo-objs`, `foo-y`), or `undefined` for an object compiled from one source. A composite
 * all of whose members are switched off (`foo-` only) is one with none.
 */
export function compositeMembers(object: string, scope: Scope): readonly string[] | undefined {
  const stem = object.replace(/\.o$/, '');
  const members = [...listOf(`${stem}-objs`, scope), ...listOf(`${stem}-y`, scope)];
  if (members.length > 0) return [...new Set(members)];
  return lookup(scope, `${stem}-`) !== undefined && listOf(`${stem}-`, scope).length > 0 ? [] : undefined;
}

/** A word of a directory's list as a path of the tree: `../x.o` resolved, absolute ones within the tree too. */
export function pathIn(directory: string, word: string): string {
  return treePath(word.startsWith('/') || directory === '' ? word : `${directory}/${word}`);
}
