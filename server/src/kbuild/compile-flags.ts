import { expandText, type Scope } from '../syntax/make/expand';
import { wordsOf } from '../syntax/make/words';
import { setSimple } from '../syntax/make/run';
import { treePath } from './make-process';
import type { Directory } from './directory';
import type { CompileFlags, PlannedObject } from './link-plan';

const optimisations: ReadonlySet<string> = new Set(['0', '1', '2', '3', 's', 'z', 'g', 'fast']);

const isOptimisation = (level: string): level is CompileFlags['optimisation'] => optimisations.has(level);

/**
 * The flags for one object, in the order of scripts/Makefile.lib (`c_flags`): `$(CFLAGS)` and `CFLAGS_$(*F).o` of 2.6,
 * `KBUILD_CFLAGS`, `ccflags-y` and `CFLAGS_$(target-stem).o` of later kernels. What a tree does not set is empty.
 */
export function compileFlags(
  object: PlannedObject,
  directory: Directory,
  compilerTypes: string | undefined,
): CompileFlags {
  const scope: Scope = { variables: new Map(), parent: directory.scope, world: directory.scope.world };
  const name = object.path.slice(object.path.lastIndexOf('/') + 1);
  const stem = object.path.startsWith(`${directory.path}/`)
    ? object.path.slice(directory.path.length + 1).replace(/\.o$/, '')
    : name.replace(/\.o$/, '');
  // Per-target automatic variables, which flags of single objects may use.
  setSimple(scope, '@', object.path);
  setSimple(scope, '*', object.path.replace(/\.o$/, ''));
  setSimple(scope, '*F', name.replace(/\.o$/, ''));
  setSimple(scope, 'target-stem', stem);
  setSimple(scope, 'basetarget', name.replace(/\.o$/, ''));
  const text = (variable: string): string => expandText(`$(${variable})`, scope);
  const removed = new Set([
    ...wordsOf(text(`CFLAGS_REMOVE_${stem}.o`)),
    ...wordsOf(text('ccflags-remove-y')),
  ]);
  const own = stem.includes('/')
    ? `${text(`CFLAGS_${stem}.o`)} ${text(`CFLAGS_${name}`)}`
    : text(`CFLAGS_${name}`);
  const words = [
    text('NOSTDINC_FLAGS'),
    text('LINUXINCLUDE'),
    compilerTypes === undefined ? '' : `-include ${compilerTypes}`,
    text('CPPFLAGS'),
    text('KBUILD_CPPFLAGS'),
    text('CFLAGS'),
    text('KBUILD_CFLAGS'),
    text('CFLAGS_KERNEL'),
    text('KBUILD_CFLAGS_KERNEL'),
    directory.inheritedFlags,
    text('EXTRA_CFLAGS'),
    text('ccflags-y'),
    text('cppflags-y'),
    own,
  ]
    .flatMap(wordsOf)
    .filter((word) => !removed.has(word));
  const read = readFlags(words);
  return { ...read, defines: [...read.defines, ...kbuildNames(object, name)] };
}

/** `-DKBUILD_MODNAME=…` and its kin, which every object gets. */
function kbuildNames(object: PlannedObject, name: string): CompileFlags['defines'] {
  const base = name.replace(/\.o$/, '').replace(/[-,]/g, '_');
  return [
    { name: 'KBUILD_BASENAME', text: `"${base}"` },
    { name: 'KBUILD_MODNAME', text: `"${object.moduleName}"` },
    { name: '__KBUILD_MODNAME', text: `kmod_${object.moduleName}` },
    { name: 'KBUILD_MODFILE', text: `"${object.path.replace(/\.o$/, '')}"` },
  ];
}

/** GCC's words, as far as they decide tables. Later ones win, as for GCC. */
export function readFlags(words: readonly string[]): CompileFlags {
  let optimisation: CompileFlags['optimisation'] = '0';
  let keepsToplevelOrder = false;
  let lto = false;
  const includePaths: string[] = [];
  const forcedIncludes: string[] = [];
  const defines: { name: string; text: string | undefined }[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '-include') forcedIncludes.push(treePath(words[++at] ?? ''));
    else if (word === '-I') includePaths.push(treePath(words[++at] ?? ''));
    else if (word.startsWith('-I')) includePaths.push(treePath(word.slice(2)));
    else if (word.startsWith('-D')) {
      const definition = word === '-D' ? (words[++at] ?? '') : word.slice(2);
      const equals = definition.indexOf('=');
      defines.push(
        equals < 0
          ? { name: definition, text: '1' }
          : { name: definition.slice(0, equals), text: unquote(definition.slice(equals + 1)) },
      );
    } else if (word.startsWith('-U')) defines.push({ name: word.slice(2), text: undefined });
    else if (word.startsWith('-O')) {
      const level = word.slice(2) === '' ? '1' : word.slice(2);
      optimisation = isOptimisation(level) ? level : 'unknown';
    } else if (word === '-fno-toplevel-reorder' || word === '-fno-unit-at-a-time') keepsToplevelOrder = true;
    else if (word === '-ftoplevel-reorder') keepsToplevelOrder = false;
    else if (word.startsWith('-flto')) lto = true;
    else if (word === '-fno-lto') lto = false;
  }
  return {
    optimisation,
    keepsToplevelOrder,
    includePaths: [...new Set(includePaths)].filter((path) => path !== ''),
    forcedIncludes,
    defines: withoutRepetition(defines),
    lto,
  };
}

/** Only the last of the same definitions counts, unless something else was said of the name in between. */
function withoutRepetition(defines: CompileFlags['defines']): CompileFlags['defines'] {
  return defines.filter(({ name, text }, at) => {
    const next = defines.slice(at + 1).find((later) => later.name === name);
    return next === undefined || next.text !== text;
  });
}

/** A shell's view of a word: `'"x"'` and `\"x\"` are `"x"`. */
function unquote(text: string): string {
  return text.replace(/^'(.*)'$/, '$1').replace(/\\"/g, '"');
}
