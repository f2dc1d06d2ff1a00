/** Random directories: makefiles in Kbuild's language, and the C files they name. */
import type { Random } from './random';
import { writeUnit, type Sources } from './random-c';

export interface Directories extends Sources {
  /** Objects and directories are linked by `ld -r`: what is linked twice is defined twice, and nothing may be empty. */
  readonly isPartial: boolean;
  /** Functions that library members define and other objects may call. */
  readonly libraryFunctions: string[];
  /** Unique stems: `f0`, `f1`, … No two symbols of the kernel are named alike; files may be. */
  nextStem(): string;
}

/** A list that the configuration may switch off: `obj-y`, `obj-$(CONFIG_X)`, and lines to put around the assignment. */
interface List {
  readonly name: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

function list(rnd: Random, options: Sources['options'], prefix = 'obj'): List {
  const plain = (name: string): List => ({ name, before: [], after: [] });
  const x = `CONFIG_${rnd.pick(options)}`;
  const y = `CONFIG_${rnd.pick(options)}`;
  const inside = (line: string): List => ({ name: `${prefix}-y`, before: [line], after: ['endif'] });
  switch (rnd.below(30)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return plain(`${prefix}-$(${x})`);
    case 4:
      return inside(`ifdef ${x}`);
    case 5:
      return inside(`ifeq ($(${x}),y)`);
    case 6:
      return inside(`ifneq ($(${x})$(${y}),)`);
    case 7:
      return plain(`${prefix}-$(subst m,y,$(${x}))`);
    case 8:
      return plain(`${prefix}-$(if $(${x}),y)`);
    case 9:
      return inside(`ifneq (,$(filter y m,$(${x})))`);
    case 10:
      return { name: `${prefix}-y`, before: [`ifndef ${x}`, 'else'], after: ['endif'] };
    case 11:
      return inside(`ifeq "$(${x})" "$(${y})"`);
    case 12:
      return plain(`${prefix}-$(${x}:m=y)`);
    case 13:
      return plain(`${prefix}-$(patsubst m,y,$(${x}))`);
    case 14:
      return plain(`${prefix}-$(${rnd.pick(['or', 'and'])} $(${x}),$(${y}))`);
    case 15:
      return plain(`${prefix}-$(firstword $(filter ${rnd.pick(['y', 'm', 'n'])},$(${x}) $(${y})) n)`);
    case 16:
      return plain(`${prefix}-$(if $(filter-out m,$(${x})),$(strip $(${y})),n)`);
    case 17:
      return {
        name: `${prefix}-y`,
        before: [`ifeq ($(${x}),m)`, `unused += 1`, rnd.pick([`else ifdef ${y}`, `else ifeq ($(${y}),y)`])],
        after: ['endif'],
      };
    case 18:
      return {
        name: `${prefix}-y`,
        before: [`ifdef ${x}`, `else ifneq ($(${y}),)`, 'else'],
        after: ['endif'],
      };
    case 19:
      return {
        name: `${prefix}-y`,
        before: [`ifdef ${x}`, `  ifndef ${y}`],
        after: ['  endif', 'endif # both'],
      };
    case 20:
      return plain(`${prefix}-$(call switched,${x})`);
    default:
      return plain(`${prefix}-y`);
  }
}

/** One directory with all below it. */
export function writeDirectory(of: Directories, path: string, depth: number): void {
  const { rnd, options, files, compiler } = of;
  const lines: string[] = rnd.chance(0.2) ? ['# SPDX-License-Identifier: MIT', ''] : [];
  lines.push('switched = $(subst m,y,$($(1)))');
  const extra: string[] = [];
  const directoryDefines: string[] = [];
  if (rnd.chance(0.2)) {
    const name = `DIRECTORY_${path.replaceAll('/', '_').toUpperCase()}`;
    directoryDefines.push(name);
    lines.push(
      `${rnd.chance(0.5) ? 'ccflags' : 'subdir-ccflags'}-${rnd.chance(0.5) ? 'y' : `$(CONFIG_${rnd.pick(options)})`} += -D${name}`,
    );
  }
  const compile = (name: string, stem: string): void => {
    const defines = [...directoryDefines];
    const own: string[] = [];
    if (rnd.chance(0.12)) own.push(`-O${rnd.pick(['0', '1', '2', '3', 's'])}`);
    if (rnd.chance(0.08) && compiler === 'gcc') own.push('-fno-toplevel-reorder');
    if (rnd.chance(0.08)) own.push('-fdata-sections', '-ffunction-sections');
    if (rnd.chance(0.12)) {
      const define = `EXTRA_${stem.toUpperCase()}`;
      defines.push(define);
      own.push(`-D${define}${rnd.chance(0.5) ? '=1' : ''}`);
    }
    if (own.length > 0) {
      const guard = rnd.chance(0.2) ? `ifdef CONFIG_${rnd.pick(options)}` : undefined;
      if (guard !== undefined) extra.push(guard);
      extra.push(`CFLAGS_${name}.o ${rnd.pick([':=', '+=', '='])} ${own.join(' ')}`);
      if (guard !== undefined) extra.push('endif');
    }
    if (rnd.chance(0.05)) extra.push(`CFLAGS_REMOVE_${name}.o := -O2`);
    const callee = rnd.chance(0.15) ? rnd.oneOf(of.libraryFunctions) : undefined;
    const calls = callee === undefined ? [] : [callee];
    writeUnit(of, `${path}/${name}.c`, { defines, calls, exports: [], stem: stem.replaceAll('-', '_') });
  };
  const assign = ({ name, before, after }: List, value: string, operator = '+='): void => {
    lines.push(...before, `${name} ${operator} ${value}`, ...after);
  };
  if (rnd.chance(0.1)) {
    // Never in vmlinux: modules, and what is only built.
    const stem = of.nextStem();
    compile(stem, stem);
    lines.push(
      rnd.pick([`obj-m += ${stem}.o`, `extra-m += ${stem}.o`, `always-$(CONFIG_NEVER) += ${stem}.o`]),
    );
  }
  // Files of one name in many directories.
  let hasCore = false;
  for (let count = 1 + rnd.below(4); count > 0; count--) {
    const stem = of.nextStem();
    const target = list(rnd, options);
    const kind = rnd.below(20);
    if (!hasCore && rnd.chance(0.15)) {
      hasCore = true;
      compile('core', stem);
      assign(target, 'core.o');
    } else if (kind < 4 && depth < 3) {
      assign(target, `${stem}/`);
      writeDirectory(of, `${path}/${stem}`, depth + 1);
    } else if (kind < 9) {
      composite(of, stem, compile, lines);
      assign(target, `${stem}.o`);
    } else if (kind === 9) {
      const inner = of.nextStem();
      compile(`below/${inner}`, inner);
      assign(target, `below/${inner}.o`);
    } else if (kind === 10) {
      const pair = [of.nextStem(), of.nextStem()];
      pair.forEach((one) => {
        compile(one, one);
      });
      lines.push(`some-of-${stem} := $(addsuffix .o, ${pair.join(' ')})`);
      assign(target, `$(some-of-${stem})`);
    } else if (kind === 11 && rnd.chance(0.6)) {
      severalAtOnce(of, stem, compile, lines, target, assign);
    } else if (kind === 11) {
      const pair = [of.nextStem(), of.nextStem()];
      pair.forEach((one) => {
        compile(one, one);
      });
      assign(target, `${pair[0] ?? ''}.o \\\n\t\t\t ${pair[1] ?? ''}.o # both`);
    } else {
      const name = rnd.chance(0.1) ? `${stem}-dashed` : stem;
      compile(name, stem);
      assign(
        target,
        `${name}.o`,
        lines.some((line) => line.startsWith('obj-y')) ? '+=' : rnd.pick(['+=', '+=', ':=', '=']),
      );
      // Named twice: it is linked once, at its first place.
      if (rnd.chance(0.1)) assign(rnd.chance(0.5) ? target : list(rnd, options), `${name}.o`);
    }
  }
  if (rnd.chance(0.1)) {
    const stem = of.nextStem();
    compile(stem, stem);
    files.set(`${path}/Makefile.more`, `obj-$(CONFIG_${rnd.pick(options)}) += ${stem}.o\n`);
    lines.push(
      rnd.pick([
        'include $(src)/Makefile.more',
        '-include $(obj)/Makefile.more',
        `include ${path}/Makefile.more`,
      ]),
    );
  }
  const isKbuild = rnd.chance(0.1);
  if (isKbuild) files.set(`${path}/Makefile`, 'obj-y += never.o\n');
  files.set(`${path}/${isKbuild ? 'Kbuild' : 'Makefile'}`, `${[...lines, ...extra].join('\n')}\n`);
}

/** Two objects through the functions of make, and lists that are read before or after they are set. */
function severalAtOnce(
  of: Directories,
  stem: string,
  compile: (name: string, stem: string) => void,
  lines: string[],
  target: List,
  assign: (target: List, value: string, operator?: string) => void,
): void {
  const { rnd } = of;
  const [one, two] = [of.nextStem(), of.nextStem()];
  compile(one, one);
  compile(two, two);
  const names = `names-of-${stem}`;
  switch (rnd.below(8)) {
    case 0:
      assign(target, `$(foreach name,${one} ${two},$(name).o)`);
      break;
    case 1:
      assign(target, `$(patsubst %,%.o,${one} ${two})`);
      break;
    case 2:
      lines.push(`${names} := ${two} ${one}`);
      assign(target, `$(${names}:=.o)`);
      break;
    case 3:
      lines.push(`define ${names}`, `${one}.o`, `${two}.o`, 'endef');
      assign(target, `$(${names})`);
      break;
    case 4:
      // Read at once or when all is known: what the list is by now decides.
      assign(target, `$(${names})`);
      lines.push(`${names} = ${one}.o ${two}.o`);
      break;
    case 5:
      lines.push(`${names} ?= ${one}.o`, `${names} ?= ${two}.o`);
      assign(target, `$(sort $(${names}) ${two}.o)`);
      break;
    case 6:
      assign(target, `$(filter-out ${one}.o,${one}.o ${two}.o) $(wordlist 2,2,none ${one}.o)`);
      break;
    default:
      lines.push(
        `${names}-y := ${one}.o`,
        `${names}-$(CONFIG_NEVER) += never.o`,
        `${names}-y += $(subst =,.,${two}=o)`,
      );
      assign(target, `$(${names}-y)`);
  }
}

/** `foo-y`, `foo-objs`, `foo-$(CONFIG_X)`, members below, and a member that another composite has, too. */
function composite(
  of: Directories,
  stem: string,
  compile: (name: string, stem: string) => void,
  lines: string[],
): void {
  const { rnd, options, isPartial } = of;
  const member = (letter: string): string => {
    const name = rnd.chance(0.1) ? `below/${stem}${letter}` : `${stem}${letter}`;
    compile(name, `${stem}${letter}`);
    return `${name}.o`;
  };
  const first = member('a');
  const isOptional = !isPartial && rnd.chance(0.15);
  // With `m`, Kbuild would take the object for no composite, and its source would be missing.
  lines.push(
    isOptional
      ? `${stem}-$(subst m,y,$(CONFIG_${rnd.pick(options)})) += ${first}`
      : `${stem}-${rnd.pick(['y', 'objs'])} := ${first} ${member('b')}`,
  );
  if (rnd.chance(0.5)) lines.push(`${stem}-$(CONFIG_${rnd.pick(options)}) += ${member('c')}`);
  if (rnd.chance(0.2)) lines.push(`${stem}-${rnd.pick(['y', 'objs'])} += ${member('d')}`);
  if (rnd.chance(0.1)) lines.push(`${stem}-y += ${first}`);
}

/** A directory that also has a library: lib/. */
export function writeLibrary(of: Directories, path: string): void {
  const { rnd, options, files } = of;
  writeDirectory(of, path, 2);
  const makefile = files.has(`${path}/Kbuild`) ? `${path}/Kbuild` : `${path}/Makefile`;
  const lines: string[] = [];
  for (let count = rnd.below(4); count > 0; count--) {
    const stem = of.nextStem();
    const { name, before, after } = rnd.chance(0.7)
      ? { name: 'lib-y', before: [], after: [] }
      : list(rnd, options, 'lib');
    lines.push(...before, `${name} += ${stem}.o`, ...after);
    const called = `library_${stem}`;
    // A list that is not lib-y may be empty in this configuration: nobody may need its members then.
    if (name === 'lib-y' && before.length === 0) of.libraryFunctions.push(called);
    writeUnit(of, `${path}/${stem}.c`, { defines: [], calls: [], exports: [called] });
    if (rnd.chance(0.1)) lines.push(`obj-y += ${stem}.o`);
  }
  files.set(makefile, `${files.get(makefile) ?? ''}${lines.join('\n')}\n`);
}
