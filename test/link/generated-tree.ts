/**
 * Random small kernel-like trees: C files that register, makefiles in Kbuild's manner, a linker script with odd but
 * valid patterns. Each comes with what its author (the generator) knows: objects in link order, their flags and entries.
 */
import type { Compilation } from '../../server/src/link/object-sections';
import type { TableRequest } from '../../server/src/link/tables';
import type { SectionEntry } from '../../server/src/syntax/c/section-entry';
import { sectionEntry } from './section-entry-of';

export interface GeneratedObject {
  /** `kernel/a1.o`. */
  readonly path: string;
  readonly source: string;
  readonly optimisation: '0' | '1' | '2' | '3' | 's';
  readonly keepsToplevelOrder: boolean;
  readonly archive: string | undefined;
  /** In source order, those whose guard is false left out. */
  readonly entries: readonly SectionEntry[];
}

export interface GeneratedTree {
  readonly seed: number;
  readonly dialect: 'A' | 'B';
  readonly files: ReadonlyMap<string, string>;
  readonly config: ReadonlyMap<string, 'y' | 'm' | 'n'>;
  /** In link order, archive members last. */
  readonly objects: readonly GeneratedObject[];
  readonly script: string;
  readonly requests: readonly TableRequest[];
}

/** Random numbers that a seed repeats (mulberry32). */
export interface Random {
  /** 0 ≤ n < limit. */
  below(limit: number): number;
  chance(share: number): boolean;
  pick<const T>(from: readonly [T, ...T[]]): T;
  shuffle<T>(all: readonly T[]): T[];
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (share) => next() < share,
    pick: <const T>(from: readonly [T, ...T[]]) => from[below(from.length)] ?? from[0],
    shuffle: <T>(all: readonly T[]) => {
      const left = [...all];
      const out: T[] = [];
      while (left.length > 0) out.push(...left.splice(below(left.length), 1));
      return out;
    },
  };
}

const events = ['init', 'clone', 'exec', 'uid', 'gid', 'exit', 'free'] as const;
type EventName = (typeof events)[number];

const sectionOf = (dialect: 'A' | 'B', event: EventName): string =>
  dialect === 'A' ? `.task_watchers.${event}` : `.task.${event.toUpperCase()}`;
const variableOf = (dialect: 'A' | 'B', event: EventName, called: string): string =>
  dialect === 'A' ? `__task_watcher_${event}_${called}` : `__task_${event.toUpperCase()}_${called}`;

/** A section whose name is a C identifier: ld gives its boundary symbols, whether or not the script knows it. */
const identifierSection = 'odd_watchers';

export function generateTree(seed: number): GeneratedTree {
  const rnd = random(seed);
  const dialect = rnd.pick<'A' | 'B'>(['A', 'B']);
  const config = new Map<string, 'y' | 'm' | 'n'>(
    ['ALPHA', 'BETA', 'GAMMA', 'DELTA', 'EPSILON', 'ZETA'].map((name) => [
      name,
      rnd.pick<'y' | 'm' | 'n'>(['y', 'y', 'm', 'n']),
    ]),
  );
  const files = new Map<string, string>([
    [dialect === 'A' ? 'include/linux/task_watchers.h' : 'include/linux/init.h', header(dialect)],
  ]);
  const objects = makefiles(rnd, dialect, config, files);
  return {
    seed,
    dialect,
    files,
    config,
    objects,
    script: script(rnd, dialect, objects),
    requests: [
      ...events.map((event, index): TableRequest => {
        const mark = (one: EventName): string =>
          dialect === 'A' ? `__start_task_watchers_${one}` : `__start_task_${one.toUpperCase()}`;
        const next = events[index + 1];
        return {
          event: event.toUpperCase(),
          sections: [sectionOf(dialect, event)],
          start: mark(event),
          stop: next ? mark(next) : mark(event).replace('start', 'stop'),
        };
      }),
      {
        event: 'ODD',
        sections: [identifierSection],
        start: `__start_${identifierSection}`,
        stop: `__stop_${identifierSection}`,
      },
    ],
  };
}

const prototype =
  'struct task_struct;\ntypedef int (*task_watcher_fn)(unsigned long, struct task_struct *);\n';

function header(dialect: 'A' | 'B'): string {
  if (dialect === 'A')
    return `#ifndef _TW_H\n#define _TW_H\n${prototype}#define task_watcher_func(ev, fn) \\
static task_watcher_fn __task_watcher_##ev##_##fn __attribute__((__used__)) \\
\t__attribute__ ((__section__ (".task_watchers." #ev))) = fn\n#endif\n`;
  const names = events
    .map((event) => event.toUpperCase())
    .map((event) => `#define DEFINE_TASK_${event}CALL(fn) __task_call(${event}, fn)\n`);
  return `#ifndef _TW_H\n#define _TW_H\n${prototype}#define __task_call(ev, fn) \\
static task_watcher_fn __task_##ev##_##fn __attribute__((__used__)) \\
\t__attribute__ ((__section__ (".task." #ev))) = fn\n${names.join('')}#endif\n`;
}

interface Unit {
  readonly text: string;
  readonly entries: readonly SectionEntry[];
}

function unit(
  rnd: Random,
  dialect: 'A' | 'B',
  config: ReadonlyMap<string, 'y' | 'm' | 'n'>,
  file: string,
  stem: string,
): Unit {
  const lines = [`#include <linux/${dialect === 'A' ? 'task_watchers' : 'init'}.h>`];
  const entries: SectionEntry[] = [];
  const count = rnd.below(6);
  // In dialect B the event comes first in the pasted name, so two events of one function are two variables, as in A.
  const taken = new Set<string>();
  for (let number = 0; number < count; number++) {
    const called = `${stem}_w${rnd.below(3)}`;
    if (!taken.has(called)) {
      taken.add(called);
      lines.push(`static int ${called}(unsigned long val, struct task_struct *tsk)`, '{', '\treturn 0;', '}');
    }
    const event = rnd.pick([...events] as [EventName, ...EventName[]]);
    const shape = rnd.below(12);
    const section = shape === 0 ? identifierSection : sectionOf(dialect, event);
    const variable =
      shape === 0
        ? `odd_${called}`
        : shape === 1
          ? `asm_${event}_${called}`
          : shape === 2
            ? `bare_${event}_${called}`
            : variableOf(dialect, event, called);
    if (taken.has(variable)) continue;
    taken.add(variable);
    const guard = rnd.chance(0.2) ? rnd.pick([...config.keys()] as [string, ...string[]]) : undefined;
    const counts = guard === undefined || config.get(guard) === 'y';
    if (guard !== undefined) lines.push(`#ifdef CONFIG_${guard}`);
    const line = lines.length + 1;
    if (shape === 0)
      lines.push(
        `static task_watcher_fn ${variable} __attribute__((__used__, __section__("${section}"))) = ${called};`,
      );
    else if (shape === 1)
      lines.push(
        `__asm__(".section \\"${section}\\", \\"aw\\"\\n${variable}: .quad ${called}\\n.previous\\n");`,
        `int (*use_${variable}(void))(unsigned long, struct task_struct *) { return ${called}; }`,
      );
    else if (shape === 2)
      lines.push(
        `static task_watcher_fn ${variable} __attribute__((__section__("${section}"))) = ${called};`,
      );
    else if (dialect === 'A') lines.push(`task_watcher_func(${event}, ${called});`);
    else lines.push(`DEFINE_TASK_${event.toUpperCase()}CALL(${called});`);
    if (guard !== undefined) lines.push('#endif');
    if (counts)
      entries.push(
        sectionEntry(section, called, {
          variable,
          form: shape === 1 ? 'asm' : 'variable',
          isKept: shape !== 2,
          place: { file, line },
        }),
      );
  }
  return { text: lines.join('\n') + '\n', entries };
}

/** Makefiles and sources; returns the objects in link order. */
function makefiles(
  rnd: Random,
  dialect: 'A' | 'B',
  config: ReadonlyMap<string, 'y' | 'm' | 'n'>,
  files: Map<string, string>,
): readonly GeneratedObject[] {
  const objects: GeneratedObject[] = [];
  const members: GeneratedObject[] = [];
  let stems = 0;
  const optimisation = rnd.pick<GeneratedObject['optimisation']>(['0', '1', '2', '2', '2', '3', 's']);
  const compile = (
    directory: string,
    stem: string,
    into: GeneratedObject[] | undefined,
    archive?: string,
  ): string[] => {
    const file = `${directory}/${stem}.c`;
    const made = unit(rnd, dialect, config, file, stem);
    files.set(file, made.text);
    const own = rnd.chance(0.15) ? rnd.pick(['0', '1', '2', '3', 's'] as const) : undefined;
    const keeps = rnd.chance(0.1);
    into?.push({
      path: `${directory}/${stem}.o`,
      source: file,
      optimisation: own ?? optimisation,
      keepsToplevelOrder: keeps,
      archive,
      entries: made.entries,
    });
    const flags = [own === undefined ? '' : `-O${own}`, keeps ? '-fno-toplevel-reorder' : ''].filter(Boolean);
    return flags.length > 0 ? [`CFLAGS_${stem}.o := ${flags.join(' ')}`] : [];
  };
  const directory = (path: string, depth: number, linked: boolean): void => {
    const lines: string[] = [];
    const into = linked ? objects : undefined;
    for (let count = 1 + rnd.below(3); count > 0; count--) {
      const stem = `f${stems++}`;
      const option = rnd.chance(0.4) ? rnd.pick([...config.keys()] as [string, ...string[]]) : undefined;
      const list = option === undefined ? 'obj-y' : `obj-$(CONFIG_${option})`;
      const builtIn = linked && (option === undefined || config.get(option) === 'y');
      const kind = rnd.below(10);
      if (kind < 2 && depth < 2) {
        lines.push(`${list} += ${stem}/`);
        // A directory under obj-m is visited, but nothing in it reaches vmlinux.
        directory(`${path}/${stem}`, depth + 1, builtIn);
      } else if (kind < 4) {
        const parts = [`${stem}a`, `${stem}b`];
        lines.push(`${list} += ${stem}.o`, `${stem}-y := ${parts.map((part) => `${part}.o`).join(' ')}`);
        for (const part of parts) lines.push(...compile(path, part, builtIn ? into : undefined));
      } else {
        lines.push(`${list} += ${stem}.o`);
        lines.push(...compile(path, stem, builtIn ? into : undefined));
        // Named once more: it links once, at its first place.
        if (rnd.chance(0.1)) lines.push(`obj-y += ${builtIn ? `${stem}.o` : ''}`);
      }
    }
    files.set(`${path}/Makefile`, lines.join('\n') + '\n');
  };
  const top = ['kernel', 'mm', 'drivers'].slice(0, 1 + rnd.below(3));
  for (const path of top) directory(path, 0, true);
  const lib: string[] = [];
  for (let count = rnd.below(3); count > 0; count--) {
    const stem = `l${stems++}`;
    lib.push(`lib-y += ${stem}.o`, ...compile('lib', stem, members, 'lib/lib.a'));
  }
  files.set('lib/Makefile', lib.join('\n') + '\n');
  files.set('Kbuild', top.map((path) => `obj-y += ${path}/`).join('\n') + '\n');
  return [...objects, ...members];
}

/** A table's output section in event order, with one of many ways to write each pattern. */
function script(rnd: Random, dialect: 'A' | 'B', objects: readonly GeneratedObject[]): string {
  const plain = objects.filter(({ archive }) => archive === undefined);
  const somePath = (): string => plain[rnd.below(plain.length)]?.path ?? '*';
  const base = (path: string): string => path.replace(/^.*\//, '');
  const marks = (event: EventName, edge: string): string =>
    dialect === 'A' ? `__${edge}_task_watchers_${event}` : `__${edge}_task_${event.toUpperCase()}`;
  const pattern = (event: EventName): string => {
    const section = sectionOf(dialect, event);
    const other = sectionOf(dialect, rnd.pick([...events] as [EventName, ...EventName[]]));
    switch (rnd.below(16)) {
      case 0:
        return `KEEP(*(${section}))`;
      case 1:
        return `*(SORT(${section}*))`;
      case 2:
        return `*(${section} ${other})`;
      case 3:
        return `*(${other}) *(${section})`;
      case 4:
        return `*(EXCLUDE_FILE(*${base(somePath())}) ${section})`;
      case 5:
        return `EXCLUDE_FILE(*${base(somePath())}) *(${section} ${other})`;
      case 6:
        return rnd.chance(0.5)
          ? `*${base(somePath())}(${section}) *(${section})`
          : `${somePath()}(${section}) *(${section})`;
      case 7:
        return `SORT(*)(${section})`;
      case 8:
        return `*(${section.slice(0, -1)}[a-zA-Z])`;
      case 9:
        return `*lib.a:*(${section}) *(${section})`;
      case 10:
        return `KEEP(*(SORT_BY_NAME(${section.slice(0, -2)}*)))`;
      case 11:
        return rnd.chance(0.5) ? '' : `:*(${section})`;
      case 12:
        return `*(EXCLUDE_FILE(*lib.a) ${section} ${other})`;
      case 13:
        return `*(SORT_BY_ALIGNMENT(SORT_BY_NAME(${section.slice(0, -3)}?*)))`;
      default:
        return `*(${section})`;
    }
  };
  const table = events.flatMap((event) => [`    ${marks(event, 'start')} = .;`, `    ${pattern(event)}`]);
  const name = dialect === 'A' ? '.task_watchers_table' : '.task';
  const before = rnd.chance(0.1)
    ? `  .early : { *${base(somePath())}(${sectionOf(dialect, rnd.pick(['init', 'exit']))}) }\n`
    : '';
  const odd = rnd.chance(0.3) ? `  ${identifierSection} : { *(${identifierSection}) }\n` : '';
  const discard = rnd.chance(0.1)
    ? `  /DISCARD/ : { *(${sectionOf(dialect, rnd.pick(['uid', 'gid']))}) }\n`
    : '';
  const early = rnd.chance(0.5);
  return `SECTIONS
{
  . = 0x100000;
  .text : { *(.text .text.*) }
${early ? discard : ''}${before}  . = ALIGN(8);
  ${name} : AT(ADDR(${name}) - 0) {
${table.join('\n')}
    ${marks('free', 'stop')} = .;
  }
${odd}  .data : { *(.data) }
  .bss : { *(.bss) }
${early ? '' : discard}  /DISCARD/ : { *(.note.GNU-stack) *(.comment) *(.eh_frame) *(.note*) }
}
`;
}

/** How an object is compiled, for the link model. */
export const compilationOf = (object: GeneratedObject): Compilation => ({
  compiler: { kind: 'gcc', lto: false },
  flags: { optimisation: object.optimisation, keepsToplevelOrder: object.keepsToplevelOrder, lto: false },
});
