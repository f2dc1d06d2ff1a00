/** Random C files that register watchers in every manner that a kernel's sources know. */
import { events, type Dialect, type EventName } from './dialect';
import type { Random } from './random';

/** What the C files of one kernel share. */
export interface Sources {
  readonly rnd: Random;
  readonly dialect: Dialect;
  readonly compiler: 'gcc' | 'clang';
  /** Names without `CONFIG_`. */
  readonly options: readonly [string, ...string[]];
  /** Headers that register in whoever includes them: `linux/shared_0.h`. */
  readonly sharedHeaders: readonly string[];
  readonly files: Map<string, string>;
}

/** What a makefile tells the compiler of one unit. */
export interface UnitHints {
  /** Macros that a makefile may or may not define. */
  readonly defines: readonly string[];
  /** Functions of library members to call. */
  readonly calls: readonly string[];
  /** Functions to define for others. */
  readonly exports: readonly string[];
  /** What its symbols begin with, where that is not the file's name. */
  readonly stem?: string;
}

const parameters = '(unsigned long val, struct task_struct *tsk)';

/** Writes the headers; returns those that register by themselves. */
export function writeHeaders(
  rnd: Random,
  dialect: Dialect,
  options: Sources['options'],
  files: Map<string, string>,
): readonly string[] {
  files.set(`include/${dialect.header}`, dialect.headerText);
  const both = [dialect.register('init', 'fn'), dialect.register('free', 'fn')];
  const wrappers = [
    `#define watch_both(fn) ${both.join('; \\\n\t')}`,
    `#define watch_named(stem) ${dialect.register('exec', 'stem##_watch')}`,
    `#define WATCH_TWICE(fn) watch_both(fn); ${dialect.register('uid', 'fn')}`,
    `#define WATCH_WITH(reg, fn...) reg(fn)`,
    `#define watch_own(fn) static int fn${parameters} { return 0; } ${dialect.register('clone', 'fn')}`,
    `#define FOR_EACH_OF(reg, one, two) reg(one); reg(two)`,
  ];
  files.set(
    'include/linux/wrappers.h',
    `#ifndef _WRAPPERS_H\n#define _WRAPPERS_H\n#include <${dialect.header}>\n${wrappers.join('\n')}\n#endif\n`,
  );
  const shared: string[] = [];
  for (let number = rnd.below(3); number > 0; number--) {
    const header = `linux/shared_${number}.h`;
    const called = `shared_${number}_fn`;
    const event = rnd.pick(events);
    const guard = rnd.chance(0.4) ? condition(rnd, options, []) : undefined;
    files.set(
      `include/${header}`,
      [
        `#ifndef _SHARED_${number}_H`,
        `#define _SHARED_${number}_H`,
        `#include <${dialect.header}>`,
        ...(guard === undefined ? [] : [guard]),
        `static inline int ${called}${parameters} { return 0; }`,
        `${dialect.register(event, called)};`,
        ...(guard === undefined ? [] : ['#endif']),
        '#endif',
        '',
      ].join('\n'),
    );
    shared.push(header);
  }
  // Read as often as it is included, each time with another ITEM.
  files.set('include/linux/items.h', 'ITEM(alpha)\n#ifdef CONFIG_ALPHA\nITEM(beta)\n#endif\nITEM(gamma)\n');
  // Two headers with one include guard: whichever comes first shuts the other out.
  for (const which of ['generic', 'special'])
    files.set(
      `include/linux/watch_${which}.h`,
      [
        '#ifndef _WATCH_H',
        '#define _WATCH_H',
        `#include <${dialect.header}>`,
        `#define watch_by_${which}(fn) ${dialect.register(which === 'generic' ? 'gid' : 'exit', 'fn')}`,
        `#define watch_at_all(fn) watch_by_${which}(fn)`,
        '#endif',
        '',
      ].join('\n'),
    );
  // Which event is in a name that ## makes.
  files.set(
    'include/linux/pasted.h',
    [
      '#pragma once',
      `#include <${dialect.header}>`,
      `#if ${rnd.pick(['defined(CONFIG_BETA)', 'IS_ENABLED(CONFIG_GAMMA)', '1'])}`,
      `#define PASTED_WATCH_now_EVENT(fn) ${dialect.register('clone', 'fn')}`,
      '#else',
      `#define PASTED_WATCH_now_EVENT(fn) ${dialect.register('uid', 'fn')}`,
      '#endif',
      `#define PASTED_WATCH_then_EVENT(fn) ${dialect.register('free', 'fn')}`,
      '#define JOIN_(a, b, c) a##b##c',
      '#define JOIN(a, b, c) JOIN_(a, b, c)',
      '#ifdef CONFIG_DELTA',
      '#define WHEN now',
      '#else',
      '#define WHEN then',
      '#endif',
      '#define watch_pasted(fn) JOIN(PASTED_WATCH_, WHEN, _EVENT)(fn)',
      '',
    ].join('\n'),
  );
  files.set(
    'include/linux/everything.h',
    [
      '#pragma once',
      `#include <${dialect.header}>`,
      '#include "wrappers.h"',
      ...shared.slice(0, rnd.below(2)).map((header) => `#include <${header}>`),
      '',
    ].join('\n'),
  );
  return shared;
}

/** An `#if` line, true or false depending on the configuration. */
function condition(rnd: Random, options: Sources['options'], defines: readonly string[]): string {
  const [x, y] = [`CONFIG_${rnd.pick(options)}`, `CONFIG_${rnd.pick(options)}`];
  switch (rnd.below(defines.length > 0 ? 14 : 12)) {
    case 0:
    case 1:
      return `#ifdef ${x}`;
    case 2:
      return `#ifndef ${x}`;
    case 3:
      return `#if IS_ENABLED(${x})`;
    case 4:
      return `#if IS_BUILTIN(${x}) || IS_MODULE(${y})`;
    case 5:
      return `#if defined(${x}) && !defined(${y})`;
    case 6:
      return `#if defined ${x} || \\\n    defined(${y}_MODULE)`;
    case 7:
      return `#if CONFIG_LEVEL ${rnd.pick(['>', '<', '==', '>=', '!='])} ${rnd.below(5)}`;
    case 8:
      return `#if (CONFIG_LEVEL << 1) + ${rnd.below(3)} > 4 && !IS_ENABLED(${x})`;
    case 9:
      return `#if ${rnd.below(2)}`;
    case 10:
      return `# if !defined ( ${x} ) /* not there */`;
    case 11:
      return `#if defined(${x}) == defined(${y})`;
    default:
      return `#ifdef ${rnd.oneOf(defines) ?? 'NOTHING'}`;
  }
}

/** Writes `path` (`kernel/f1.c`), and perhaps a .c file that it includes. */
export function writeUnit(sources: Sources, path: string, hints: UnitHints): void {
  const { rnd, files, sharedHeaders, dialect, compiler } = sources;
  const base = path.replace(/^.*\//, '').replace(/\.c$/, '').replaceAll('-', '_');
  const stem = hints.stem ?? base;
  const lines = rnd.chance(0.3) ? ['// SPDX-License-Identifier: MIT', ''] : [];
  // Clang refuses what GCC takes for a declaration without types.
  const seesMacros = rnd.chance(0.95) || compiler === 'clang';
  if (seesMacros)
    lines.push(
      rnd.chance(0.6)
        ? `#include <${dialect.header}>`
        : rnd.chance(0.5)
          ? '#include <linux/everything.h>'
          : '#include <linux/wrappers.h>',
    );
  else
    lines.push('struct task_struct;', 'typedef int (*task_watcher_fn)(unsigned long, struct task_struct *);');
  const hasWrappers = seesMacros && rnd.chance(0.4);
  if (hasWrappers) lines.push('#include "linux/wrappers.h"');
  for (const header of sharedHeaders) if (rnd.chance(0.2)) lines.push(`#include <${header}>`);
  const ending: string[] = [];
  if (rnd.chance(0.15)) {
    const part = `${stem}_part.c`;
    const inner: string[] = [];
    items(sources, `${stem}_part`, { seesMacros, hasWrappers, hints }, inner);
    files.set(path.replace(/[^/]*$/, part), `${inner.join('\n')}\n`);
    (rnd.chance(0.5) ? lines : ending).push(`#include "${part}"`);
  }
  for (const name of hints.exports) lines.push(`int ${name}(void) { return ${rnd.below(9)}; }`);
  for (const name of hints.calls)
    lines.push(`extern int ${name}(void);`, `int ${stem}_calls_${name}(void) { return ${name}() + 1; }`);
  items(sources, stem, { seesMacros, hasWrappers, hints }, lines);
  lines.push(...ending, '');
  const text = lines.join('\n');
  files.set(path, rnd.chance(0.03) ? text.replaceAll('\n', '\r\n') : text);
}

interface Sees {
  readonly seesMacros: boolean;
  readonly hasWrappers: boolean;
  readonly hints: UnitHints;
}

function items(
  { rnd, dialect, options }: Sources,
  stem: string,
  { seesMacros, hasWrappers, hints }: Sees,
  lines: string[],
): void {
  // One pointer variable of a name in a unit, whatever branch it stands in: each branch must compile.
  const taken = new Set<string>();
  let functions = 0;
  let recent: string | undefined;
  const watcher = (suffix = ''): string => {
    const called = `${stem}_w${functions++}${suffix}`;
    lines.push(
      ...noise(rnd, dialect, called),
      ...(rnd.chance(0.08)
        ? [`${rnd.pick(['', '__attribute__((weak)) ', 'extern '])}int ${called}${parameters} { return -1; }`]
        : rnd.chance(0.5)
          ? [`static int ${called}${parameters}`, '{', '\treturn 0;', '}']
          : [`static int ${called}${parameters} { /* nothing; */ return val == 1; }`]),
    );
    recent = called;
    return called;
  };
  const last = (): string => (recent === undefined || rnd.chance(0.6) ? watcher() : recent);
  const macro = (): string | undefined => {
    const event = rnd.pick(events);
    const called = last();
    if (taken.has(`${event} ${called}`)) return undefined;
    taken.add(`${event} ${called}`);
    const text = dialect.register(event, called);
    if (rnd.chance(0.05)) return text.replace(', ', ' /* , */ ,\\\n /* ) */ ');
    return rnd.chance(0.1) ? text.replace(/\(|, /g, '$&\n\t\t') : text;
  };
  const constant = dialect.isConst ? 'const ' : '';
  const registrationOf = (event: EventName, called: string): string =>
    seesMacros
      ? dialect.register(event, called)
      : `static task_watcher_fn ${constant}raw_${called} __attribute__((used, section("${dialect.section(event)}"))) = ${called}`;
  const raw = (): string => {
    const event: EventName = rnd.pick(events);
    const called = watcher();
    const section = dialect.section(event);
    switch (rnd.below(7)) {
      case 5: {
        const other = watcher();
        return `static task_watcher_fn ${constant}__attribute__((__used__, __section__("${section}"))) raw_${called} = ${called}, raw_${other} = ${other}`;
      }
      case 6: {
        const declared = `static task_watcher_fn ${constant}early_${called} __attribute__((__used__, __section__("${section}")))`;
        const between = registrationOf(rnd.pick(events), watcher());
        recent = undefined;
        return `${declared}; ${between}; ${declared} = ${called}`;
      }
      case 0:
        return `static task_watcher_fn ${constant}raw_${called} __attribute__((__used__, __section__("${section}"))) = ${called}`;
      case 1:
        return `static task_watcher_fn ${constant}bare_${called} __attribute__((section("${section}"))) = &${called}`;
      case 2:
        return `task_watcher_fn ${constant}open_${called} __attribute__((section("${section}"))) = ${called}`;
      case 3:
        return `static int (*${constant}ptr_${called})(unsigned long, struct task_struct *) __attribute__((used)) __attribute__((section("${section}"))) = ${called}`;
      default:
        return `__asm__(".section \\"${section}\\", \\"a${dialect.isConst ? '' : 'w'}\\"\\nasm_${called}: .quad ${called}\\n.previous\\n")`;
    }
  };
  const wrapped = (text: string): void => {
    lines.push(`${text};`);
    recent = undefined;
  };
  const registration = (): void => {
    const shape = rnd.below(20);
    if (shape < 4 || !seesMacros) {
      const text = !seesMacros && rnd.chance(0.7) ? macro() : raw();
      if (text !== undefined) lines.push(`${text};`);
      // The pointer in asm is a use that the compiler does not see.
      const inAsm = /\.quad (\w+)/.exec(text ?? '')?.[1];
      if (inAsm !== undefined) lines.push(`void *use_${inAsm}(void) { return ${inAsm}; }`);
    } else if (shape < 6 && hasWrappers) wrapped(`watch_both(${watcher()})`);
    else if (shape === 6 && hasWrappers) wrapped(`watch_named(${watcher('_watch').replace(/_watch$/, '')})`);
    else if (shape === 7 && hasWrappers) wrapped(`WATCH_TWICE(${watcher()})`);
    else if (shape === 8 && hasWrappers) wrapped(`FOR_EACH_OF(watch_both, ${watcher()}, ${watcher()})`);
    else if (shape === 12 && hasWrappers)
      wrapped(`WATCH_WITH(${rnd.pick(['watch_both', 'WATCH_TWICE'])}, ${watcher()})`);
    else if (shape === 13 && hasWrappers) wrapped(`watch_own(${stem}_w${functions++})`);
    else if (shape === 9) {
      const called = watcher();
      const own = `${stem.toUpperCase()}_WATCH${functions}`;
      lines.push(`#define ${own}(f) ${dialect.register(rnd.pick(events), 'f')}`, `${own}(${called});`);
      recent = undefined;
    } else if (shape === 10) {
      const [one, two] = [macro(), macro()];
      lines.push([one, two].flatMap((text) => (text === undefined ? [] : `${text};`)).join(' '));
    } else {
      const text = macro();
      if (text !== undefined) lines.push(`${text};${rnd.chance(0.1) ? ' /* ; { */' : ''}`);
    }
  };
  let special = 0;
  const fromHeader = (): void => {
    recent = undefined;
    const event = rnd.pick(events);
    switch (special++ === 0 ? rnd.below(3) : 3) {
      case 0: {
        const item = (body: string): void => {
          lines.push(`#define ITEM(n) ${body}`, '#include <linux/items.h>', '#undef ITEM');
        };
        item(`static int ${stem}_##n${parameters} { return 0; }`);
        lines.push(`#define ITEM_NAME(n) ${stem}_##n`);
        item(`${dialect.register(event, `${stem}_##n`)};`);
        return;
      }
      case 1:
        lines.push(
          ...rnd.pick([
            ['#include <linux/watch_generic.h>', '#include <linux/watch_special.h>'],
            ['#include <linux/watch_special.h>', '#include <linux/watch_generic.h>'],
          ]),
          `watch_at_all(${watcher()});`,
        );
        break;
      case 2:
        lines.push('#include <linux/pasted.h>', `watch_pasted(${watcher()});`);
        break;
      default:
        registration();
    }
    recent = undefined;
  };
  const several = (depth: number, most: number): void => {
    for (let count = rnd.below(most); count > 0; count--) {
      if (rnd.chance(0.65)) registration();
      else if (seesMacros && rnd.chance(0.3)) fromHeader();
      else {
        // A function that is defined inside a branch is used only there.
        recent = undefined;
        lines.push(condition(rnd, options, hints.defines));
        if (depth < 3 && rnd.chance(0.3)) several(depth + 1, 3);
        else registration();
        const alternative = rnd.below(4);
        if (alternative < 2) {
          recent = undefined;
          lines.push(alternative === 0 ? '#else' : elseIf(condition(rnd, options, [])));
          if (depth < 3 && rnd.chance(0.3)) several(depth + 1, 3);
          else registration();
        }
        recent = undefined;
        lines.push('#endif');
      }
    }
  };
  several(0, 6);
}

/** What looks like a registration and is none. */
function noise(rnd: Random, dialect: Dialect, called: string): readonly string[] {
  if (rnd.chance(0.02)) return oddBraces(`odd_${called}`, rnd.chance(0.5));
  if (rnd.chance(0.9)) return [];
  const text = `${dialect.register(rnd.pick(events), called)};`;
  switch (rnd.below(5)) {
    case 0:
      return [`/* ${text}`, ` * ${text} */`];
    case 1:
      return [`// ${text} \\`, text];
    case 2:
      return [`static const char *text_${called}(void) { return "${text} /*"; }`];
    case 3:
      return ['#if 0', `don't ${text}`, '#elif 0', text, '#endif'];
    default:
      return [`#define NEVER_${called} ${text} \\`, `\t${text}`];
  }
}

/** A function whose braces match only for the preprocessor: a loop that opens, or closes, in one of two branches. */
function oddBraces(called: string, opens: boolean): readonly string[] {
  const [one, two] = ['#ifdef CONFIG_ALPHA', '#ifndef CONFIG_ALPHA'];
  return [
    `int ${called}(int left)`,
    '{',
    ...(opens
      ? [one, '\twhile (left) {', '#endif', two, '\tif (left) {', '#endif', '\t\tleft--;', '\t}']
      : ['\twhile (left) {', '\t\tleft--;', one, '\t}', '#endif', two, '\t\tleft--;', '\t}', '#endif']),
    '\treturn left;',
    '}',
  ];
}

const elseIf = (line: string): string =>
  line.replace(/^# ?(ifdef|ifndef|if)/, (_, word: string) =>
    word === 'ifdef' ? '#elif defined' : word === 'ifndef' ? '#elif !defined' : '#elif',
  );
