import {
  expandText,
  lookup,
  newScope,
  unknownWord,
  valueOf,
  type Scope,
  type Variable,
} from '../syntax/make/expand';
import { wordsOf } from '../syntax/make/words';
import { unreadableBecause, type TreeReader } from '../source/tree-reader';
import { listOf, treePath, type MakeProcess } from './make-process';

/** What one directory's Kbuild file or Makefile asks for, evaluated (scripts/Makefile.build and Makefile.lib). */
export interface Directory {
  /** `kernel/sched`; '' for the root. */
  readonly path: string;
  /** The makefile that was read, relative to the root. */
  readonly makefile: string;
  /** The directory whose makefile sent make here; `undefined`: the top Makefile. */
  readonly parent: Directory | undefined;
  readonly scope: Scope;
  /** The scope again, with what these pass on in their place of what the parent's makefile does; later ones win. */
  readonly scopeBelow: (...above: readonly Scope[]) => Scope;
  /** In order, without repetition: `fork.o`, `sched/`. */
  readonly builtIn: readonly string[];
  /** What goes into lib.a: sorted, without what is built in. */
  readonly library: readonly string[];
  /** Makefiles of it that cannot be read: it may build more, or less. */
  readonly unread: readonly string[];
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
  'subdir-asflags-y',
  'EXTRA_CFLAGS',
];

const nothing: Variable = { flavour: 'simple', value: '', origin: 'file' };
const sourceRoot: Variable = { flavour: 'simple', value: '.', origin: 'file' };

/** Reads a directory, each once: what `from` says counts for the first time. */
export type DirectoryReader = (path: string, from: Directory | undefined) => Directory | undefined;

/** Hears of a list that only a run of make could tell. */
export type UnknownList = (directory: Pick<Directory, 'makefile' | 'scope'>, variable: string) => void;

/** Reads directories of one make process. */
export function directoryReader(make: MakeProcess, tree: TreeReader, unknown: UnknownList): DirectoryReader {
  const base = make.child({});
  make.configure(base);
  make.run('scripts/Kbuild.include', base);
  make.run('scripts/Makefile.compiler', base);
  const known = new Map<string, Directory | undefined>();
  return (path, from) => {
    if (known.has(path)) return known.get(path);
    const folder = path === '' ? '' : `${path}/`;
    // Make takes it, whatever it is.
    const hasKbuild = tree.kind(`${folder}Kbuild`) !== undefined;
    const makefile = `${folder}${hasKbuild ? 'Kbuild' : 'Makefile'}`;
    // A file that was read need not be asked for; one that cannot be read hides no other.
    const isThere = hasKbuild || make.makefile(makefile) !== undefined || tree.kind(makefile) === 'file';
    if (!isThere && unreadableBecause(tree, makefile) === undefined) {
      known.set(path, undefined);
      return undefined;
    }
    const itself: Variable = { flavour: 'simple', value: path === '' ? '.' : path, origin: 'file' };
    const scopeBelow = (...above: readonly Scope[]): Scope => {
      const scope = newScope(base.world, base);
      for (const one of above) passExported(make, one, scope);
      for (const name of emptied) scope.variables.set(name, nothing);
      scope.variables.set('obj', itself);
      scope.variables.set('src', itself);
      scope.variables.set('srcroot', sourceRoot);
      make.run(makefile, scope);
      return scope;
    };
    const scope = from ? scopeBelow(from.scope) : scopeBelow();
    const list = (name: string): readonly string[] => {
      const words = listOf(name, scope);
      if (words.every(isKnown)) return words;
      unknown({ makefile, scope }, name);
      return words.filter(isKnown);
    };
    const isBuiltIn = new Set(list('obj-y'));
    const builtIn = [...isBuiltIn];
    const library = wordsOf(expandText('$(sort $(lib-y) $(lib-m))', scope)).filter(
      (word) => !isBuiltIn.has(word) && isKnown(word),
    );
    for (const name of ['lib-y', 'lib-m']) list(name);
    const directory: Directory = {
      ...{ path, makefile, parent: from, scope, scopeBelow, builtIn, library },
      unread: make.unread(scope),
    };
    known.set(path, directory);
    return directory;
  };
}

/** It does not hang on a `$(shell)`. */
export const isKnown = (word: string): boolean => !word.includes(unknownWord);

/** What a makefile changed of exported variables, the makes that it starts see in their environment. */
export function passExported(make: MakeProcess, from: Scope, to: Scope): void {
  for (const [name, variable] of from.variables)
    if (make.exported.has(name)) {
      const isPassedOn = variable.flavour === 'simple' && variable.origin === 'environment';
      to.variables.set(
        name,
        isPassedOn ? variable : { flavour: 'simple', value: valueOf(name, from), origin: 'environment' },
      );
    }
}

/**
 * Whether an object all of whose members are switched off (only `foo-` has any) counts as a composite with none, as
 * later kernels have it, or as one compiled from foo.c. The tree's own Makefile.lib is asked.
 */
export function emptyCompositesCount(make: MakeProcess): boolean {
  if (make.makefile('scripts/Makefile.lib') === undefined) return true;
  const scope = make.child({ obj: '.', src: '.', 'obj-y': 'probe.o', 'probe-': 'member.o' });
  make.run('scripts/Kbuild.include', scope);
  make.run('scripts/Makefile.lib', scope);
  return ![...listOf('real-obj-y', scope), ...listOf('real-objs-y', scope)].some((word) =>
    word.endsWith('probe.o'),
  );
}

/** The members of a composite (`foo-objs`, `foo-y`), or `undefined` for an object compiled from one source. */
export function compositeMembers(
  object: string,
  scope: Scope,
  emptyCounts: boolean,
): readonly string[] | undefined {
  const stem = object.endsWith('.o') ? object.slice(0, -2) : object;
  const members = [...listOf(`${stem}-objs`, scope), ...listOf(`${stem}-y`, scope)];
  if (members.length > 0) return [...new Set(members)];
  return emptyCounts && lookup(scope, `${stem}-`) !== undefined && listOf(`${stem}-`, scope).length > 0
    ? []
    : undefined;
}

/** A word of a directory's list as a path of the tree: `../x.o` resolved, absolute ones within the tree too. */
export function pathIn(directory: string, word: string): string {
  return treePath(word.startsWith('/') || directory === '' ? word : `${directory}/${word}`);
}
