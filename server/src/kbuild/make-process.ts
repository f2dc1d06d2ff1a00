import {
  newScope,
  newWork,
  processScope,
  valueOf,
  type MakeWorld,
  type Scope,
  type Variable,
} from '../syntax/make/expand';
import { parseMakefile, type AssignStatement, type Makefile } from '../syntax/make/parse';
import { runMakefile, runText, type MakeFiles, type Rule } from '../syntax/make/run';
import { wordsOf } from '../syntax/make/words';
import type { Note } from '../syntax/note';
import type { Place } from '../syntax/positions';
import { unreadableBecause, type TreeReader } from '../source/tree-reader';
import { shellAnswer } from './shell-answers';

/** The absolute path under which makefiles believe to be running: no real folder, so that nothing real shows. */
export const pretendedRoot = '/root-of-the-kernel';

/** A variable that has this value while one of the targets is made. */
export interface TargetAssignment {
  /** `fork.o`, `arch/x86/%.o`. */
  readonly targets: readonly string[];
  readonly assign: AssignStatement;
}

/** One evaluation of a tree's makefiles: parsed files are shared, scopes are not. */
export interface MakeProcess {
  readonly scope: Scope;
  readonly exported: ReadonlySet<string>;
  readonly notes: Note[];
  /** Reads and carries out a makefile of the tree in `scope`; false: there is none, or none that can be read. */
  run(path: string, scope: Scope): boolean;
  /** Makefiles that are there and were wanted in a scope, but cannot be read: what they set is not known. */
  unread(scope: Scope): readonly string[];
  /** The folders whose makefiles wanted one of those; '' is the root's. */
  readonly unreadFrom: ReadonlySet<string>;
  readonly makefile: (path: string) => Makefile | undefined;
  /** Sets the configuration's variables, as including auto.conf does. */
  configure(scope: Scope): void;
  /** Rules that were met in a scope and may say what objects are made from. */
  rules(scope: Scope): readonly Rule[];
  /** Target-specific variables that were set in a scope. */
  forTargets(scope: Scope): readonly TargetAssignment[];
  /** The line of a variable that holds what only a run of make could tell; `undefined`: not known, or there is none. */
  unknownPlace(scope: Scope, name: string): Place | undefined;
  /** A process's child: sees the parent's exported variables, as through the environment. */
  child(values: Readonly<Record<string, string>>): Scope;
}

/** `./a/../b` and the pretended root away. */
export function treePath(path: string): string {
  if (isPlain(path)) return path;
  const inside = path.startsWith(`${pretendedRoot}/`) ? path.slice(pretendedRoot.length + 1) : path;
  if (inside === pretendedRoot) return '';
  const parts: string[] = [];
  for (const part of inside.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** There is nothing in it that could go away: most paths are so, and stay the strings that they are. */
const isPlain = (path: string): boolean =>
  !path.includes('./') &&
  !path.includes('//') &&
  !path.startsWith('/') &&
  !path.endsWith('/') &&
  !path.endsWith('.');

export function startMake(
  tree: TreeReader,
  config: ReadonlyMap<string, string>,
  arch: string,
  onShell: ((command: string, answer: string | undefined) => void) | undefined,
  given: Readonly<Record<string, string>>,
): MakeProcess {
  const notes: Note[] = [];
  const parsed = new Map<string, Makefile | undefined>();
  const exported = new Set<string>();
  const targetAssignments = new Map<Scope, TargetAssignment[]>();
  const unknownPlaces = new Map<Scope, Map<string, Place>>();
  const rules = new Map<Scope, Rule[]>();
  const unread = new Map<Scope, string[]>();
  const unreadFrom = new Set<string>();
  const noted = new Set<string>();
  const note = (added: Note): void => {
    const key = `${added.file ?? ''}:${added.line ?? 0}:${added.message}`;
    if (noted.has(key)) return;
    noted.add(key);
    notes.push(added);
  };

  const makefile = (path: string): Makefile | undefined => {
    if (parsed.has(path)) return parsed.get(path);
    const text = tree.read(path);
    const result = text === undefined ? undefined : parseMakefile(text);
    for (const problem of result?.problems ?? []) note({ ...problem, file: path });
    parsed.set(path, result);
    return result;
  };

  const isUnreadIn = (path: string, reason: string, into: Scope, from: string): void => {
    const known = unread.get(into);
    if (known) known.push(path);
    else unread.set(into, [path]);
    const folder = from.slice(0, Math.max(0, from.lastIndexOf('/')));
    unreadFrom.add(folder === 'scripts' ? '' : folder);
    note({ file: path, message: `${reason}: what it would link is not known`, isUnread: true });
  };

  const world: MakeWorld = {
    wildcard: (pattern) => wildcard(tree, pattern),
    work: newWork(),
    absolute: (name) =>
      name.startsWith('/') && !name.startsWith(pretendedRoot)
        ? name
        : `${pretendedRoot}/${treePath(name)}`.replace(/\/$/, ''),
    exists: (name) => treePath(name) === '' || tree.kind(treePath(name)) !== undefined,
    shell(command) {
      const answer = shellAnswer(command, config, arch);
      onShell?.(command, answer);
      return answer;
    },
    evaluate: (text, into) => {
      runText(text, '', into, files);
    },
    say: (kind, text) => {
      if (kind === 'error') note({ message: `a makefile stops with: ${text.trim()}` });
    },
    unknownShell: () => undefined,
  };

  const scope = newScope(world, undefined);
  // Since 5.18 auto.conf holds text without quotes; the function that writes it so tells.
  const quotes = !(tree.read('scripts/kconfig/confdata.c') ?? '').includes('print_symbol_for_autoconf');
  const configured = new Map<string, Variable>();
  for (const [name, value] of config)
    configured.set(name, { flavour: 'simple', value: quotes ? makeValue(value) : value, origin: 'file' });
  const configuration = newScope(world, undefined, configured);
  const configure = (into: Scope): void => {
    if (into.parent === undefined || into.parent === configuration) {
      // What was set before gives way.
      for (const name of into.variables.keys()) if (configured.has(name)) into.variables.delete(name);
      into.parent = configuration;
    } else for (const [name, variable] of configured) into.variables.set(name, variable);
  };
  const files: MakeFiles = {
    makefile(path) {
      const inTree = treePath(path);
      const found = makefile(inTree);
      return found && { path, makefile: found };
    },
    provided(path, into) {
      // The configuration in make's form. auto.conf.cmd only makes sure that it is up to date.
      if (path.endsWith('auto.conf.cmd')) return true;
      if (!/(?:^|\/)(?:auto\.conf|\.config)$/.test(path)) return false;
      configure(into);
      return true;
    },
    missing(path, { path: from, line, optional }, into) {
      const inTree = treePath(path);
      const reason = unreadableBecause(tree, inTree);
      if (reason !== undefined) isUnreadIn(inTree, reason, processScope(into), treePath(from));
      else if (!optional)
        note({ file: treePath(from), line, message: `includes ${inTree}, which is not in the tree` });
    },
    exported: (name) => exported.add(name),
    forTargets(targets, assign, into) {
      const known = targetAssignments.get(into);
      if (known) known.push({ targets, assign });
      else targetAssignments.set(into, [{ targets, assign }]);
    },
    rule(rule, into) {
      const process = processScope(into);
      const known = rules.get(process);
      if (known) known.push(rule);
      else rules.set(process, [rule]);
    },
    unknown(name, path, line, into) {
      const file = treePath(path);
      // Text of an `$(eval)` has no lines.
      if (file === '') return;
      const known = unknownPlaces.get(into);
      if (!known) unknownPlaces.set(into, new Map([[name, { file, line }]]));
      else if (!known.has(name)) known.set(name, { file, line });
    },
  };
  for (const [name, value] of Object.entries(given))
    scope.variables.set(name, { flavour: 'simple', value, origin: 'environment' });

  return {
    scope,
    exported,
    notes,
    makefile,
    configure,
    unread: (of) => unread.get(of) ?? [],
    unreadFrom,
    rules: (of) => rules.get(of) ?? [],
    forTargets: (of) => targetAssignments.get(of) ?? [],
    unknownPlace: (of, name) => unknownPlaces.get(of)?.get(name),
    run(path, into) {
      const found = makefile(path);
      if (found) runMakefile(path, found, into, files);
      const reason = found ? undefined : unreadableBecause(tree, path);
      if (reason !== undefined) isUnreadIn(path, reason, into, path);
      return found !== undefined;
    },
    child(values) {
      const variables = new Map<string, Variable>();
      for (const name of exported) {
        if (scope.variables.has(name) || scope.parent?.variables.has(name) === true)
          variables.set(name, {
            flavour: 'simple',
            value: valueOf(name, scope),
            origin: 'environment',
          });
      }
      for (const [name, value] of Object.entries(values))
        variables.set(name, { flavour: 'simple', value, origin: 'file' });
      return newScope(world, undefined, variables);
    },
  };
}

/** As auto.conf wrote it before 5.18: text keeps its quotes. */
function makeValue(value: string): string {
  return /^(?:[ym]|-?\d+|0[xX][\da-fA-F]+)$/.test(value) ? value : `"${value}"`;
}

/** As glob(3), sorted by bytes: `*`, `?` and `[…]` may stand in any part of the path. */
function wildcard(tree: TreeReader, pattern: string): readonly string[] {
  if (!isWild(pattern)) return isThere(tree, pattern) ? [pattern] : [];
  const parts = pattern.split('/');
  let found: readonly string[] = [''];
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1;
    const names = isWild(part) ? matching(tree, found, part, isLast) : found.map((before) => before + part);
    found = isLast ? names : names.map((name) => `${name}/`);
  }
  return found.filter((name) => isThere(tree, name)).sort((a, b) => (a < b ? -1 : 1));
}

const isWild = (text: string): boolean => /[*?[]/.test(text);

/** What the folders hold that one part of a pattern stands for. */
function matching(
  tree: TreeReader,
  folders: readonly string[],
  part: string,
  isLast: boolean,
): readonly string[] {
  const expression = partExpression(part);
  return folders.flatMap((folder) =>
    tree
      .list(treePath(folder))
      .filter((name) => isLast || name.endsWith('/'))
      .map((name) => name.replace(/\/$/, ''))
      .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && expression.test(name))
      .map((name) => folder + name),
  );
}

/** A name that ends in a slash is a folder's. */
function isThere(tree: TreeReader, name: string): boolean {
  const path = treePath(name);
  const kind = path === '' ? 'directory' : tree.kind(path);
  return name.endsWith('/') ? kind === 'directory' : kind !== undefined;
}

/** One part of a pattern; `[!…]` and `[^…]` are what is not in it, and a range from high to low holds nothing. */
const partExpression = (part: string): RegExp =>
  new RegExp(
    `^${part.replace(
      /\[([!^]?)(\]?[^\]]*)\]|[.+^${}()|\\*?[\]]/g,
      (written, not: string | undefined, inside: string | undefined) => {
        if (inside !== undefined) {
          const ranges = inside.replace(/([^])-([^])/g, (range, a: string, b: string) =>
            a <= b ? range : '',
          );
          return `[${not === '' ? '' : '^'}${ranges.replace(/[\\\]^]/g, '\\$&')}]`;
        }
        return written === '*' ? '.*' : written === '?' ? '.' : `\\${written}`;
      },
    )}$`,
    's',
  );

export const listOf = (name: string, scope: Scope): readonly string[] => wordsOf(valueOf(name, scope));
