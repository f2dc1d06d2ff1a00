import type { KernelConfig } from '../syntax/config';
import type { Scope } from '../syntax/make/expand';
import type { Note } from '../syntax/note';
import type { TreeReader } from '../source/tree-reader';
import { flagsReader } from './compile-flags';
import {
  compositeMembers,
  directoryReader,
  emptyCompositesCount,
  isKnown,
  pathIn,
  type Directory,
  type DirectoryReader,
  type UnknownList,
} from './directory';
import { explainer } from './explain';
import { ExplainedObject } from './explained-object';
import { finalLink } from './final-link';
import { generatedSources } from './generated-sources';
import type { CompileFlags, Compiler, Given, LinkPlan, PlannedObject } from './link-plan';
import { missingSources } from './missing-sources';
import { objectSource } from './object-source';
import { listOf, pretendedRoot, startMake, treePath, type MakeProcess } from './make-process';

export interface PlanInput {
  readonly tree: TreeReader;
  readonly config: KernelConfig | undefined;
  /** `--arch`; else the configuration's own, else `hostArch`. */
  readonly arch: string | undefined;
  readonly hostArch: string;
  /** Hears of every `$(shell)`, and of what it was taken to print; `undefined`: not known. */
  readonly onShell?: (command: string, answer: string | undefined) => void;
}

/** Evaluates the tree's makefiles into the objects of vmlinux in link order. Runs nothing. */
export function makeLinkPlan(input: PlanInput): LinkPlan {
  const { tree, config } = input;
  const values = config?.values ?? new Map<string, string>();
  const arch = chooseArch(input);
  const subarch = arch === 'um' ? underUserMode(input) : arch;
  const make = startMake(tree, values, subarch, input.onShell, {
    ARCH: arch,
    SUBARCH: subarch,
    CURDIR: pretendedRoot,
    MAKE: 'make',
    MAKECMDGOALS: 'vmlinux',
    MAKE_VERSION: '4.3',
    '.FEATURES': 'output-sync',
    // As the top Makefile starts itself again: it does nothing else without.
    MAKEFLAGS: 'rR --no-print-directory',
    MAKE_HOST: 'x86_64-pc-linux-gnu',
    sub_make_done: '1',
    KBUILD_VERBOSE: '0',
    CC: 'gcc',
    LD: 'ld',
  });
  const notes: Note[] = [];
  if (!make.run('Makefile', make.scope)) notes.push({ message: 'the tree has no Makefile' });
  const srcarch = listOf('SRCARCH', make.scope)[0] ?? arch;
  if (tree.kind(`arch/${srcarch}`) !== 'directory')
    notes.push({ message: `the tree has no arch/${srcarch}: name another architecture` });
  const open = new Set<string>();
  const unknown: UnknownList = ({ makefile, scope }, variable) => {
    open.add(makefile);
    notes.push(unknownList(make, scope, makefile, variable));
  };
  const read = directoryReader(make, tree, unknown);
  const collected = config
    ? collectObjects(make, tree, read, {
        config: values,
        isOpen: ({ makefile }) => open.has(makefile),
        unknown,
        missing(path, from) {
          notes.push({
            ...(from ? { file: from.makefile } : {}),
            message: `${path}/ has neither Kbuild nor Makefile: what is built there is missing`,
          });
        },
      })
    : { objects: [], owners: new Map<string, Directory>(), senders: new Map<string, string>() };
  const explain = explainer(tree, make.makefile, config?.values, srcarch, {
    owner: (object) => collected.owners.get(object)?.path,
    sender: (directory) => collected.senders.get(directory),
  });
  const whyOf = (path: string): PlannedObject['why'] => explain(path)?.steps ?? [];
  const ownerOf = (path: string): Directory | undefined => collected.owners.get(path);
  const generated = generatedSources(tree, ownerOf);
  const missing: Pick<PlannedObject, 'path'>[] = [];
  const objects = collected.objects.map((object) => {
    if (object.source !== undefined) return new ExplainedObject(object, whyOf);
    const { isMade, from } = generated(object.path);
    if (!isMade) missing.push(object);
    return new ExplainedObject(from.length === 0 ? object : { ...object, madeFrom: from }, whyOf);
  });
  notes.push(...missingSources(missing, (path) => ownerOf(path)?.makefile));
  if (config && objects.length === 0)
    notes.push({
      file: 'Makefile',
      message: 'links nothing into vmlinux, as far as it is understood: nothing is known about tables',
      isUnread: true,
    });
  const mayBeUnread = (path: string): boolean =>
    [...make.unreadFrom].some((folder) => folder === '' || path.startsWith(`${folder}/`));
  return {
    source: config ? 'kbuild' : 'none',
    arch,
    srcarch,
    compiler: compilerOf(values),
    objects,
    linkerScript: [`arch/${srcarch}/kernel/vmlinux.lds.S`, `arch/${srcarch}/vmlinux.lds.S`].find(
      (path) => tree.kind(path) === 'file',
    ),
    flags: flagsOf(make, collected.owners, read),
    unlinked(source) {
      const path = source.replace(/\.\w+$/, '.o');
      const chain = explain(path);
      const status = chain?.state === 'module' ? 'module' : mayBeUnread(path) ? 'conditional' : 'not-built';
      return { path, status, why: chain?.steps ?? [] };
    },
    conditions: (source) => explain(source.replace(/\.\w+$/, '.o'))?.steps ?? [],
    get notes() {
      const endless: readonly Note[] =
        make.scope.world.work.left < 0
          ? [{ message: 'makefiles expand without end: what they ask for is not complete here' }]
          : [];
      return [...notes, ...make.notes, ...endless];
    },
  };
}

function unknownList(make: MakeProcess, scope: Scope, makefile: string, variable: string): Note {
  return {
    ...(make.unknownPlace(scope, variable) ?? { file: makefile, line: 1 }),
    message: `${variable} hangs on a $(shell) that only a build runs: which objects it adds is not known`,
  };
}

function chooseArch({ tree, config, arch, hostArch }: PlanInput): string {
  if (arch !== undefined) return arch;
  if (config?.arch !== undefined) return config.arch;
  if (config) {
    // Configurations before 2.6.2x do not say; their options do.
    const has = (name: string): boolean => config.values.has(name);
    const folder = (name: string): boolean => tree.kind(`arch/${name}`) === 'directory';
    if (has('CONFIG_X86_64')) return folder('x86_64') ? 'x86_64' : 'x86';
    if (has('CONFIG_X86') || has('CONFIG_X86_32')) return folder('i386') ? 'i386' : 'x86';
    for (const name of tree.list('arch').map((entry) => entry.replace(/\/$/, '')))
      if (has(`CONFIG_${name.toUpperCase()}`)) return name;
  }
  if (tree.kind(`arch/${hostArch}`) === 'directory') return hostArch;
  if (/^(?:x86_64|i.86)$/.test(hostArch) && tree.kind('arch/x86') === 'directory') return 'x86';
  const only = tree.list('arch').filter((name) => name.endsWith('/'));
  return only.length === 1 ? (only[0] ?? '').replace(/\/$/, '') : hostArch;
}

/** User-mode Linux runs on another architecture's kernel: the host's, unless the configuration tells. */
function underUserMode({ tree, config, hostArch }: PlanInput): string {
  const isX86 = config?.values.has('CONFIG_X86_64') === true || config?.values.has('CONFIG_X86_32') === true;
  if ((isX86 || /^(?:x86_64|i.86)$/.test(hostArch)) && tree.kind('arch/x86') === 'directory') return 'x86';
  return hostArch;
}

function compilerOf(config: ReadonlyMap<string, string>): Compiler {
  const text = config.get('CONFIG_CC_VERSION_TEXT');
  return {
    // Before 4.18 the configuration does not name the compiler, and there was only one.
    kind: config.get('CONFIG_CC_IS_CLANG') === 'y' ? 'clang' : 'gcc',
    lto: config.get('CONFIG_LTO_CLANG') === 'y' || config.get('CONFIG_LTO_GCC') === 'y',
    ...(text === undefined ? {} : { versionText: text }),
  };
}

interface Collected {
  readonly objects: readonly Omit<PlannedObject, 'why'>[];
  /** The directory whose makefile compiles an object. */
  readonly owners: ReadonlyMap<string, Directory>;
  /** The directory whose makefile sent make into another. */
  readonly senders: ReadonlyMap<string, string>;
}

/** What the top Makefile hands to the linker, in order: whole, then what is searched like an archive. */
function linkerWords(make: MakeProcess): {
  readonly whole: readonly string[];
  readonly searched: readonly string[];
  /** Only a build can tell whether that is all. */
  readonly isOpen: boolean;
} {
  let isOpen = false;
  const list = (name: string): readonly string[] => {
    const words = listOf(name, make.scope);
    if (words.every(isKnown)) return words;
    isOpen = true;
    make.notes.push(unknownList(make, make.scope, 'Makefile', name));
    return words.filter(isKnown);
  };
  const objects = list('KBUILD_VMLINUX_OBJS');
  const newer =
    objects.length > 0 ? objects : [...list('KBUILD_VMLINUX_INIT'), ...list('KBUILD_VMLINUX_MAIN')];
  const whole = newer.length > 0 ? newer : [...list('vmlinux-init'), ...list('vmlinux-main')];
  const searched = newer.length > 0 ? list('KBUILD_VMLINUX_LIBS') : [];
  return { whole, searched, isOpen };
}

interface Collecting {
  readonly config: ReadonlyMap<string, string>;
  /** True for a directory with a list that only a build can tell. */
  readonly isOpen: (directory: Directory) => boolean;
  readonly unknown: UnknownList;
  /** Hears of directories without a makefile. */
  readonly missing: (path: string, from: Directory | undefined) => void;
}

function collectObjects(
  make: MakeProcess,
  tree: TreeReader,
  read: DirectoryReader,
  { config, isOpen, unknown, missing }: Collecting,
): Collected {
  const objects: Omit<PlannedObject, 'why'>[] = [];
  const owners = new Map<string, Directory>();
  const taken = new Set<string>();
  const visiting = new Set<string>();
  const senders = new Map<string, string>();
  const link = finalLink(tree, config);
  let given: Given = { isThin: true };
  const { whole, searched, isOpen: isListOpen } = linkerWords(make);
  const emptyCounts = emptyCompositesCount(make);
  const heads = tree.read(headList);
  /** Why an object that is added now has no certain place; the first reason counts. */
  let behindUnknown = isListOpen ? openList : unreadOfAll(make, tree);
  const enter = (directory: Directory): void => {
    behindUnknown ??= isOpen(directory) ? openList : directory.unread.map(linksUnknown)[0];
  };

  const add = (
    path: string,
    directory: Directory | undefined,
    composite: string | undefined,
    archive: string | undefined,
  ): void => {
    if (taken.has(path)) return;
    taken.add(path);
    if (directory) owners.set(path, directory);
    const name = (composite ?? path).replace(/\.o$/, '');
    objects.push({
      path,
      source: objectSource(tree, path, directory ? make.rules(directory.scope) : []),
      membership: archive === undefined ? 'object' : 'archive-member',
      ...(archive === undefined ? {} : { archive }),
      moduleName: name.slice(name.lastIndexOf('/') + 1).replace(/[-,]/g, '_'),
      given: link.given(given, composite),
      ...(behindUnknown === undefined ? {} : { behindUnknown }),
    });
  };

  const addWord = (word: string, directory: Directory): void => {
    const path = pathIn(directory.path, word);
    if (word.endsWith('/')) builtIn(path, directory);
    else if (/\/built-in\.[ao]$/.test(word)) builtIn(path.replace(/\/built-in\.[ao]$/, ''), directory);
    else if (word.endsWith('.o')) {
      const members = compositeMembers(word, directory.scope, emptyCounts);
      if (members === undefined) {
        add(path, directory, undefined, undefined);
        return;
      }
      if (!members.every(isKnown)) {
        unknown(directory, `${word.slice(0, -2)}-y`);
        behindUnknown ??= openList;
      }
      for (const member of members)
        if (isKnown(member))
          if (member.endsWith('/')) builtIn(pathIn(directory.path, member), directory);
          else add(pathIn(directory.path, member), directory, path, undefined);
    }
  };

  const builtIn = (path: string, from: Directory | undefined): void => {
    if (visiting.has(path)) return;
    visiting.add(path);
    if (from) senders.set(path, from.path);
    const directory = read(path, from);
    if (directory) enter(directory);
    else missing(path, from);
    for (const word of directory?.builtIn ?? []) if (directory) addWord(word, directory);
  };

  const isThin = whole.some((word) => word.endsWith('built-in.a'));
  const takeWord = (word: string, isSearched: boolean): void => {
    const path = treePath(word);
    const inside = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    given = link.word(path, isThin);
    if (/(?:^|\/)built-in\.[ao]$/.test(path)) builtIn(inside, undefined);
    else if (path.endsWith('/lib.a')) {
      const directory = read(inside, undefined);
      if (directory) enter(directory);
      // Linked whole since 5.8 with modules, since any of them may need a member; else ld picks what is needed.
      const archive = isSearched ? path : undefined;
      for (const member of directory?.library ?? [])
        if (directory && member.endsWith('.o'))
          add(pathIn(directory.path, member), directory, undefined, archive);
    } else if (path.endsWith('.o')) add(path, read(inside, undefined), undefined, undefined);
  };
  for (const word of whole) takeWord(word, !isThin && word.endsWith('.a'));
  for (const word of searched) takeWord(word, true);
  return { objects: headFirst(heads, objects), owners, senders };
}

const openList = 'a $(shell) that only a build runs may link objects before it';
const linksUnknown = (path: string): string => `${path} cannot be read, and may link objects before it`;

/** What the order of all objects hangs on and cannot be read. */
function unreadOfAll(make: MakeProcess, tree: TreeReader): string | undefined {
  const scripts = tree.problems().flatMap(({ file }) => (file.startsWith('scripts/') ? [file] : []));
  return [...make.unread(make.scope), ...scripts].map(linksUnknown)[0];
}

const headList = 'scripts/head-object-list.txt';

/** `ar mPi` of the top Makefile since 6.1: what scripts/head-object-list.txt names goes to the front. */
function headFirst(
  list: string | undefined,
  objects: readonly Omit<PlannedObject, 'why'>[],
): readonly Omit<PlannedObject, 'why'>[] {
  if (list === undefined) return objects;
  const patterns = list.split('\n').filter((line) => line !== '');
  // grep -F -f: each line is looked for anywhere in the member's path.
  const isHead = ({ path, membership }: Omit<PlannedObject, 'why'>): boolean =>
    membership === 'object' && patterns.some((pattern) => path.includes(pattern));
  const head = new Set(objects.filter(isHead));
  return head.size === 0 ? objects : [...head, ...objects.filter((object) => !head.has(object))];
}

/** Flags of any object, in the plan or not; each is evaluated once. */
function flagsOf(
  make: MakeProcess,
  owners: ReadonlyMap<string, Directory>,
  read: DirectoryReader,
): (object: PlannedObject) => CompileFlags {
  const known = new Map<string, CompileFlags>();
  const flags = flagsReader(make);
  /** The nearest directory above that has a makefile, as if the one above that had sent make there. */
  const nearest = (path: string): Directory | undefined => {
    const above = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    return read(path, path === '' ? undefined : nearest(above)) ?? (path === '' ? undefined : nearest(above));
  };
  return (object) => {
    const cached = known.get(object.path);
    if (cached) return cached;
    const inside = object.path.slice(0, Math.max(0, object.path.lastIndexOf('/')));
    const directory = owners.get(object.path) ?? nearest(inside);
    const result: CompileFlags = directory
      ? flags(object, directory, !owners.has(object.path))
      : {
          optimisation: 'unknown',
          keepsToplevelOrder: false,
          includePaths: ['include'],
          forcedIncludes: [],
          defines: [{ name: '__KERNEL__', text: '1' }],
          lto: false,
        };
    known.set(object.path, result);
    return result;
  };
}
