import type { Note } from '../syntax/note';
import type { TreeReader } from '../source/tree-reader';
import { readArchive } from './archive';
import { assemblerDefines, readFlags, shellWords } from './compile-flags';
import type { CompileFlags, LinkPlan, PlannedObject } from './link-plan';
import { treePath } from './make-process';

export interface BuildArtefacts {
  readonly tree: TreeReader;
  /** The folder of a finished build: `O=`, or the tree itself. */
  readonly build: TreeReader;
  /** A file of the build folder as bytes; `undefined`: there is none. */
  readonly bytes: (path: string) => Uint8Array | undefined;
}

/**
 * A link plan from what a finished build left: the order of vmlinux.a (since 6.1), else of what `.vmlinux.cmd` says ld
 * was given, archives and partial links (`ld -r`) opened up; sources and flags from the `.cmd` files beside the
 * objects. Reasons and everything not linked stay as `plan`, evaluated from the makefiles, has them. `undefined`: the
 * build left no order.
 */
export function planFromArtefacts(plan: LinkPlan, artefacts: BuildArtefacts): LinkPlan | undefined {
  const commands = commandReader(artefacts);
  const order = linkedObjects(artefacts, commands, plan.objects);
  if (order === undefined || order.length === 0) return undefined;
  const evaluated = new Map(plan.objects.map((object) => [object.path, object]));
  const objects = order.map(({ path, archive }): PlannedObject => {
    const known = evaluated.get(path);
    const source = commands(path)?.source ?? known?.source;
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.o$/, '');
    return {
      path,
      source,
      membership: archive === undefined ? 'object' : 'archive-member',
      ...(archive === undefined ? {} : { archive }),
      moduleName: known?.moduleName ?? name.replace(/[-,]/g, '_'),
      given: known?.given ?? { ...(archive === undefined ? {} : { archive }), isThin: true },
      get why() {
        return known?.why ?? [];
      },
    };
  });
  const flags = new Map<string, CompileFlags>();
  return {
    ...plan,
    source: 'artefacts',
    objects,
    flags(object) {
      const cached = flags.get(object.path);
      if (cached) return cached;
      const words = commands(object.path)?.words;
      const read = words ? flagsOf(object, words, artefacts) : plan.flags(object);
      flags.set(object.path, read);
      return read;
    },
    get notes() {
      return [...plan.notes, ...differences(plan, objects)];
    },
  };
}

function flagsOf(
  { source }: PlannedObject,
  words: readonly string[],
  artefacts: BuildArtefacts,
): CompileFlags {
  const read = readFlags(words, (path) => inTree(path, artefacts));
  return { ...read, defines: [...assemblerDefines(source), ...read.defines] };
}

/** Where the build and the makefiles disagree, one of them is not what the user thinks it is. */
function differences(plan: LinkPlan, objects: readonly PlannedObject[]): readonly Note[] {
  const missing = namesMissing(plan.objects, objects);
  const extra = namesMissing(objects, plan.objects);
  return [
    ...(missing.length > 0
      ? [{ message: `the build has not linked ${missing}, which the makefiles ask for: is it stale?` }]
      : []),
    ...(extra.length > 0
      ? [{ message: `the build has linked ${extra}, which the makefiles do not ask for: is it stale?` }]
      : []),
  ];
}

function namesMissing(from: readonly PlannedObject[], others: readonly PlannedObject[]): string {
  const have = new Set(others.map(({ path }) => path));
  const missing = from.filter(({ path }) => !have.has(path)).map(({ path }) => path);
  return missing.length > 3
    ? `${missing.slice(0, 3).join(', ')} and ${String(missing.length - 3)} more`
    : missing.join(', ');
}

interface BuildCommand {
  readonly words: readonly string[];
  readonly source: string | undefined;
}

/** `kernel/.fork.o.cmd`: the command that made a file (`cmd_` or `savedcmd_`), and its source. */
function commandReader(artefacts: BuildArtefacts): (path: string) => BuildCommand | undefined {
  const known = new Map<string, BuildCommand | undefined>();
  return (path) => {
    if (known.has(path)) return known.get(path);
    const slash = path.lastIndexOf('/') + 1;
    const text = artefacts.build.read(`${path.slice(0, slash)}.${path.slice(slash)}.cmd`);
    const lines = text?.split('\n') ?? [];
    const valueOf = (prefix: string): string | undefined =>
      lines.find((line) => line.startsWith(`${prefix}_`))?.replace(/^.*? := /, '');
    const command = valueOf('cmd') ?? valueOf('savedcmd');
    const source = valueOf('source') ?? firstPrerequisite(lines);
    const found = source === undefined ? undefined : inTree(source, artefacts);
    const result: BuildCommand | undefined =
      command === undefined
        ? undefined
        : {
            words: shellWords(command.replaceAll('$(pound)', '#').replaceAll('$$', () => '$')),
            source: found === undefined ? undefined : present(found, artefacts),
          };
    known.set(path, result);
    return result;
  };
}

/** A source of the tree, or one that the build made: both by their path from the root. */
function present(path: string, { tree, build }: BuildArtefacts): string | undefined {
  if (tree.kind(path) === 'file') return path;
  const made = path.replace(/^\$\(objtree\)\//, '');
  return build.kind(made) === 'file' ? made : undefined;
}

/** Before 2.6.37 the source is the first of the `deps_`. */
function firstPrerequisite(lines: readonly string[]): string | undefined {
  const at = lines.findIndex((line) => line.startsWith('deps_'));
  return at < 0 ? undefined : lines[at + 1]?.replace(/\\$/, '').trim();
}

/** A path as the build wrote it: relative to the root, or `$(objtree)/…` where only the build folder has it. */
function inTree(path: string, { tree, build }: BuildArtefacts): string {
  if (!path.startsWith('/')) {
    const inBuild = treePath(path);
    const isSource = tree.kind(inBuild) !== undefined && build.kind(inBuild) === undefined;
    return isSource || tree.root === build.root ? inBuild : `$(objtree)/${inBuild}`;
  }
  if (path.startsWith(`${tree.root}/`)) return treePath(path.slice(tree.root.length));
  if (path.startsWith(`${build.root}/`)) return `$(objtree)/${treePath(path.slice(build.root.length))}`;
  // Built elsewhere: the longest end of the path that the tree has.
  const parts = path.split('/').slice(1);
  for (let from = 1; from < parts.length; from++) {
    const end = parts.slice(from).join('/');
    if (tree.kind(end) !== undefined) return end;
  }
  return path;
}

interface Linked {
  readonly path: string;
  /** Set for members of an archive that ld only searches. */
  readonly archive: string | undefined;
}

function linkedObjects(
  artefacts: BuildArtefacts,
  commands: (path: string) => BuildCommand | undefined,
  evaluated: readonly PlannedObject[],
): readonly Linked[] | undefined {
  const linked: Linked[] = [];
  const taken = new Set<string>();
  const open = new Set<string>();

  const add = (path: string, archive: string | undefined): void => {
    const parts = partialLink(path, commands(path)?.words ?? []);
    if (parts && !open.has(path)) {
      open.add(path);
      for (const part of parts) addWord(part, false);
      return;
    }
    // A directory without objects has an empty archive for its `built-in.o`.
    if (taken.has(path) || path.endsWith('/built-in.o')) return;
    taken.add(path);
    linked.push({ path, archive });
  };

  const addWord = (word: string, isSearched: boolean): boolean => {
    const path = relativeTo(artefacts.build.root, word);
    if (!path.endsWith('.a')) {
      add(path, undefined);
      return true;
    }
    const bytes = artefacts.bytes(path);
    const archive = bytes && readArchive(bytes);
    if (!archive) return false;
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    for (const member of archive.members)
      add(
        relativeTo(artefacts.build.root, member.startsWith('/') ? member : folder + member),
        isSearched ? path : undefined,
      );
    return true;
  };

  const link = commands('vmlinux.o')?.words ?? [];
  if (addWord('vmlinux.a', false)) {
    for (const word of afterFlag(link, '--start-group', '--end-group')) addWord(word, true);
    // Without the command that linked it all, the archives are those that the makefiles hand over.
    if (link.length === 0)
      for (const { path, archive } of evaluated) if (archive !== undefined) add(path, archive);
    return linked;
  }
  const words = commands('vmlinux')?.words.filter((word) => /\.[ao]$/.test(word)) ?? [];
  for (const word of words) if (!/(?:^|\/)\.tmp_|kallsyms/.test(word)) addWord(word, word.endsWith('/lib.a'));
  return linked.length > 0 ? linked : undefined;
}

/** `ld … -r -o fs/built-in.o fs/open.o …`: the parts, in order. */
function partialLink(path: string, words: readonly string[]): readonly string[] | undefined {
  if (!words.includes('-r') || !/(?:^|-)ld(?:\.\w+)?$/.test(words[0] ?? '')) return undefined;
  const output = words.indexOf('-o');
  // Of a file behind `-R` only the symbols are used.
  const parts = words.filter(
    (word, at) => at > 0 && at !== output + 1 && words[at - 1] !== '-R' && /\.[ao]$/.test(word),
  );
  return parts.length > 0 && treePath(words[output + 1] ?? '') === path ? parts : undefined;
}

function afterFlag(words: readonly string[], from: string, to: string): readonly string[] {
  const start = words.indexOf(from);
  const end = words.indexOf(to);
  return start < 0 || end < 0 ? [] : words.slice(start + 1, end);
}

function relativeTo(root: string, path: string): string {
  return treePath(path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path);
}
