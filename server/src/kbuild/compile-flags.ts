import { expandText, lookup, newScope, type Scope } from '../syntax/make/expand';
import { assign, setSimple } from '../syntax/make/run';
import { readPattern, stemOf, wordsOf } from '../syntax/make/words';
import { isKnown, passExported, type Directory } from './directory';
import { treePath, type MakeProcess } from './make-process';
import type { CompileFlags, PlannedObject } from './link-plan';

const optimisations: ReadonlySet<string> = new Set(['0', '1', '2', '3', 's', 'z', 'g', 'fast']);

const isOptimisation = (level: string): level is CompileFlags['optimisation'] => optimisations.has(level);

/**
 * Flags as the tree's own scripts/Makefile.lib puts them together: its `c_flags` (`a_flags` for assembler, `cpp_flags`
 * for linker scripts) expanded with the object as the target. A tree without Makefile.lib gets the usual variables in
 * the usual order.
 */
export function flagsReader(
  make: MakeProcess,
): (object: PlannedObject, directory: Directory, isModule: boolean) => CompileFlags {
  const scopes = new Map<Directory, Scope>();
  const hasLib = make.makefile('scripts/Makefile.lib') !== undefined;

  /** The directory's scope after Makefile.lib, with what the makes above it export after theirs. */
  const libScope = (directory: Directory): Scope => {
    const known = scopes.get(directory);
    if (known) return known;
    const scope = newScope(directory.scope.world, directory.scope);
    scopes.set(directory, scope);
    // Lists that only a build can tell are taken as they are known: else any object of theirs might be a module's.
    for (const [name, variable] of directory.scope.variables)
      if (objectList.test(name) && !isKnown(variable.value))
        scope.variables.set(name, { ...variable, value: wordsOf(variable.value).filter(isKnown).join(' ') });
    if (directory.parent) {
      // A make's assignments win over its environment; what they add to it comes after it.
      const above = libScope(directory.parent);
      const before = directory.parent.scope;
      const passed = newScope(scope.world, scope.parent);
      passExported(make, above, passed);
      const own = [...passed.variables.keys()].filter((name) => isOwn(directory.scope, name));
      const isChanged = own.some((name) => valueIn(passed, name) !== valueIn(before, name));
      const after = isChanged ? directory.scopeBelow(before, above) : directory.scope;
      for (const [name, variable] of passed.variables)
        if (!own.includes(name)) scope.variables.set(name, variable);
      for (const name of own) {
        const variable = after.variables.get(name);
        if (variable) scope.variables.set(name, variable);
      }
    }
    if (hasLib) make.run('scripts/Makefile.lib', scope);
    else
      for (const name of ['KBUILD_CFLAGS', 'KBUILD_AFLAGS'])
        setSimple(
          scope,
          name,
          `${expandText(`$(${name})`, scope)} ${expandText(name === 'KBUILD_CFLAGS' ? '$(subdir-ccflags-y)' : '', scope)}`,
        );
    return scope;
  };

  return (object, directory, isModule) => {
    const kind = kindOf(object);
    const parent = libScope(directory);
    const scope = newScope(parent.world, parent);
    const target = kind === 'script' ? object.path.replace(/\.o$/, '') : object.path;
    const file = target.slice(target.lastIndexOf('/') + 1);
    const folder = target.slice(0, Math.max(0, target.lastIndexOf('/')));
    const suffix = /\.[^./]*$/.exec(file)?.[0] ?? '';
    const stem = (
      directory.path !== '' && target.startsWith(`${directory.path}/`)
        ? target.slice(directory.path.length + 1)
        : directory.path === ''
          ? target
          : file
    ).slice(0, -suffix.length);
    setSimple(scope, '@', target);
    setSimple(scope, '@F', file);
    setSimple(scope, '@D', folder);
    setSimple(scope, '*', stem);
    setSimple(scope, '*F', stem.slice(stem.lastIndexOf('/') + 1));
    setSimple(scope, '<', object.source ?? '');
    // In kernels before 4.x these two are target-specific variables of Makefile.build.
    if (lookup(scope, 'modname') === undefined) setSimple(scope, 'modname', object.moduleName);
    if (lookup(scope, 'modkern_cflags') === undefined)
      setSimple(
        scope,
        'modkern_cflags',
        expandText(isModule ? '$(CFLAGS_MODULE)' : '$(CFLAGS_KERNEL)', scope),
      );
    for (const { targets, assign: statement } of make.forTargets(directory.scope))
      if (targets.some((pattern) => stemOf(target, readPattern(treePath(pattern))) !== undefined))
        assign(statement, scope);
    // What module it belongs to is asked for three times, and is a search in all lists of the directory.
    scope.settled = new Map();
    const text = expandText(
      hasLib ? `$(${kind === 'c' ? 'c' : kind === 'asm' ? 'a' : 'cpp'}_flags)` : usual,
      scope,
    );
    const read = readFlags(shellWords(text));
    const added = [
      ...(kind === 'script' ? scriptDefines : kbuildNames(object, stem)),
      ...assemblerDefines(object.source),
    ];
    const said = new Set(read.defines.map(({ name }) => name));
    return { ...read, defines: [...read.defines, ...added.filter(({ name }) => !said.has(name))] };
  };
}

/** `obj-y`, `lib-`, `foo-objs`. */
const objectList = /-(?:objs|[ym]?)$/;

/** The flags of a tree that has no scripts/Makefile.lib. */
const usual =
  '$(NOSTDINC_FLAGS) $(LINUXINCLUDE) $(filter-out $(CFLAGS_REMOVE_$(*F).o) $(ccflags-remove-y), $(CPPFLAGS) $(KBUILD_CPPFLAGS) $(CFLAGS) $(KBUILD_CFLAGS) $(CFLAGS_KERNEL) $(EXTRA_CFLAGS) $(ccflags-y)) $(CFLAGS_$(*F).o)';

const valueIn = (scope: Scope, name: string): string => expandText(`$(${name})`, scope);

const isOwn = (scope: Scope, name: string): boolean => scope.variables.get(name)?.origin === 'file';

function kindOf({ source }: PlannedObject): 'c' | 'asm' | 'script' {
  if (source?.endsWith('.lds.S') === true) return 'script';
  return source?.endsWith('.S') === true ? 'asm' : 'c';
}

/** What GCC defines where it preprocesses assembler. */
export const assemblerDefines = (source: string | undefined): CompileFlags['defines'] =>
  source?.endsWith('.S') === true ? [{ name: '__ASSEMBLER__', text: '1' }] : [];

/** What scripts/Makefile.build adds for linker scripts. */
const scriptDefines: CompileFlags['defines'] = [
  { name: '__ASSEMBLY__', text: '1' },
  { name: 'LINKER_SCRIPT', text: '1' },
];

/** `-DKBUILD_MODNAME=…` and its kin, where the tree does not set them. */
function kbuildNames(object: PlannedObject, stem: string): CompileFlags['defines'] {
  const base = stem.slice(stem.lastIndexOf('/') + 1).replace(/[-,]/g, '_');
  return [
    { name: 'KBUILD_BASENAME', text: `"${base}"` },
    { name: 'KBUILD_MODNAME', text: `"${object.moduleName}"` },
    { name: '__KBUILD_MODNAME', text: `kmod_${object.moduleName}` },
    { name: 'KBUILD_MODFILE', text: `"${object.path.replace(/\.o$/, '')}"` },
  ];
}

/** What takes an argument: in the same word, or in the next one. */
const withArgument = /^-(include|imacros|iquote|isystem|idirafter|I|D|U)(.*)$/s;

/** GCC's words, as far as they decide tables. Later ones win, as for GCC. */
export function readFlags(
  words: readonly string[],
  place: (path: string) => string = treePath,
): CompileFlags {
  let optimisation: CompileFlags['optimisation'] = '0';
  let keepsToplevelOrder = false;
  let lto = false;
  const paths = new Map<string, string[]>();
  const defines: { name: string; text: string | undefined }[] = [];
  // What -Wp gives to the preprocessor counts after the driver's own words.
  const [own, passed] = [
    words.filter((word) => !word.startsWith('-Wp,')),
    words.filter((word) => word.startsWith('-Wp,')).flatMap((word) => word.slice('-Wp,'.length).split(',')),
  ];
  const all = [...own, ...passed];
  for (let at = 0; at < all.length; at++) {
    const word = all[at] ?? '';
    const [, option, glued = ''] = withArgument.exec(word) ?? [];
    if (option !== undefined) {
      // Where only a run of make can tell the argument, there is none.
      const isNext = glued === '' && all[at + 1]?.startsWith('-') !== true;
      const argument = isNext ? (all[++at] ?? '') : glued;
      if (argument === '') continue;
      if (option === 'U') defines.push({ name: argument, text: undefined });
      else if (option === 'D') defines.push(...definitionOf(argument));
      else paths.set(option, [...(paths.get(option) ?? []), place(argument)]);
    } else if (word.startsWith('-O')) {
      const level = word.slice(2) === '' ? '1' : word.slice(2);
      optimisation = isOptimisation(level) ? level : 'unknown';
    } else if (word === '-fno-toplevel-reorder' || word === '-fno-unit-at-a-time') keepsToplevelOrder = true;
    else if (word === '-ftoplevel-reorder') keepsToplevelOrder = false;
    else if (word.startsWith('-flto')) lto = true;
    else if (word === '-fno-lto') lto = false;
  }
  const given = (...options: readonly string[]): readonly string[] =>
    options.flatMap((option) => paths.get(option) ?? []);
  return {
    optimisation,
    keepsToplevelOrder,
    includePaths: [...new Set(given('iquote', 'I', 'isystem', 'idirafter'))],
    forcedIncludes: given('imacros', 'include'),
    defines: withoutRepetition([...optimisationMacros(optimisation), ...defines]),
    lto,
  };
}

function definitionOf(argument: string): CompileFlags['defines'] {
  const equals = argument.indexOf('=');
  const name = equals < 0 ? argument : argument.slice(0, equals);
  const text = equals < 0 ? '1' : argument.slice(equals + 1);
  // -D"KBUILD_STR(s)=#s", and what uses it, in kernels before 4.x.
  return /^\w+$/.test(name) ? [{ name, text: text.replace(/^KBUILD_STR\((.*)\)$/, '"$1"') }] : [];
}

/** What GCC defines by itself at this level and not at -O2. */
function optimisationMacros(level: CompileFlags['optimisation']): CompileFlags['defines'] {
  if (level === '0') return [{ name: '__OPTIMIZE__', text: undefined }];
  return level === 's' || level === 'z' ? [{ name: '__OPTIMIZE_SIZE__', text: '1' }] : [];
}

/** Only the last of the same definitions counts, unless something else was said of the name in between. */
function withoutRepetition(defines: CompileFlags['defines']): CompileFlags['defines'] {
  return defines.filter(({ name, text }, at) => {
    const next = defines.slice(at + 1).find((later) => later.name === name);
    return next === undefined || next.text !== text;
  });
}

/** Words as a shell sees them: quotes hold them together and go, a backslash takes the next character as it is. */
export function shellWords(text: string): readonly string[] {
  const words = text.match(/(?:[^\s"'\\]+|"(?:\\[^]|[^"\\])*"?|'[^']*'?|\\[^]?)+/g) ?? [];
  return words.map((word) => (/["'\\]/.test(word) ? unquoted(word) : word));
}

function unquoted(word: string): string {
  return word.replace(
    /"((?:\\[^]|[^"\\])*)"?|'([^']*)'?|\\([^]?)/g,
    (_, double?: string, single?: string, plain?: string) =>
      double === undefined ? (single ?? plain ?? '') : double.replace(/\\(["\\$`])/g, '$1'),
  );
}
