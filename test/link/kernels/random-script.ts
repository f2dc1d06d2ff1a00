/** A random linker script, in the C preprocessor's language, with many ways to write each pattern. */
import { events, type Dialect, type EventName } from './dialect';
import type { Random } from './random';
import type { Sources } from './random-c';

export interface Scripts {
  readonly vmlinuxLds: string;
  /** By path: include/asm-generic/vmlinux.lds.h, and what it includes. */
  readonly headers: ReadonlyMap<string, string>;
}

/** `stems`: base names of objects, without `.o`. */
export function randomScript(
  rnd: Random,
  dialect: Dialect,
  options: Sources['options'],
  stems: readonly string[],
): Scripts {
  const base = (): string => rnd.oneOf(stems) ?? 'none';
  const other = (): string => dialect.section(rnd.pick(events));
  const pattern = (event: EventName): string => {
    const section = dialect.section(event);
    switch (rnd.below(36)) {
      case 0:
      case 1:
        return `KEEP(*(${section}))`;
      case 2:
        return `*(SORT(${section}*))`;
      case 3:
      case 4:
        return `*(${section} ${other()})`;
      case 5:
        return `*(${other()}) *(${section})`;
      case 6:
        return `*(EXCLUDE_FILE(*${base()}.o) ${section})`;
      case 7:
        return `EXCLUDE_FILE(*${base()}.o *${base()}.o) *(${section} ${other()})`;
      case 8:
        return `*${base()}.o(${section}) *(${section})`;
      case 9:
        return `*?${base()}.o(${section}) KEEP(*(${section}))`;
      case 10:
        return `SORT(*)(${section})`;
      case 11:
        return `*(${section.slice(0, -1)}[a-zA-Z])`;
      case 12:
        return `*lib.a:*(${section}) *(${section})`;
      case 13:
        return `KEEP(*(SORT_BY_NAME(${section.slice(0, -2)}*)))`;
      case 14:
        return `${rnd.pick(['', ':', '*built-in.?:', '*vmlinux.a:'])}*(${section})`;
      case 15:
        return `*(EXCLUDE_FILE(*lib.a *built-in.o) ${section} ${other()})`;
      case 16:
        return `*(SORT_BY_ALIGNMENT(SORT_BY_NAME(${section.slice(0, -3)}?*)))`;
      case 17:
        return `?ernel?*(${section} ${other()}) *(${section})`;
      case 18:
        return `*(${section} ${other()} ${other()})`;
      case 19:
        return `*(SORT_BY_INIT_PRIORITY(${section}*))`;
      case 20:
        return `KEEP(*(SORT_NONE(${section})))`;
      case 21:
        return `*(EXCLUDE_FILE(*${base()}.o) ${section} EXCLUDE_FILE(*${base()}.o) ${other()}) *(${section})`;
      case 22:
        return `*(${section}, ${other()})`;
      case 23:
        return `*(SORT_BY_NAME(${section}) SORT_BY_NAME(${other()})) *(${section})`;
      case 24:
        return `KEEP(*${base()}.o(${section} ${other()})) *(EXCLUDE_FILE(*${base()}.o) ${section}) *(${section})`;
      case 25:
        return `*(${section.slice(0, -1)}[!A-CX-Z]) *(${section})`;
      case 26:
        return `*core.o(${section}) *(${section})`;
      case 27:
        return `*kernel/?*(${section}) *(SORT_BY_ALIGNMENT(${section}))`;
      default:
        return `*(${section})`;
    }
  };
  const table = events.flatMap((event) => {
    const line = `${dialect.boundary(event, 'start')} = .; ${pattern(event)}`;
    return rnd.chance(0.1) ? ['ALIGN_TABLE', line] : [line];
  });
  // Dialect A and B differ in case only here: patterns that take nothing of either are valid, too.
  const orphan = rnd.chance(0.15) ? rnd.pick(events) : undefined;
  const lines = table
    .concat(`${dialect.boundary('free', 'stop')} = .;`)
    .map((line) =>
      orphan !== undefined && line.includes(`${dialect.boundary(orphan, 'start')} =`)
        ? (line.split(';')[0] ?? '') + ';'
        : line,
    );
  const conditional = rnd.chance(0.2) ? `CONFIG_${rnd.pick(options)}` : undefined;
  const name = dialect.outputSection;
  const define = (body: readonly string[]): string =>
    `#define WATCHERS_TABLE \\\n\t${body.join(' \\\n\t')}\n`;
  const usual = events.map(
    (event) => `${dialect.boundary(event, 'start')} = .; *(${dialect.section(event)})`,
  );
  const tail = dialect.name === 'B' && rnd.chance(0.5) ? '*(.task.function.*)' : '';
  const definitions = [
    '/* SPDX-License-Identifier: MIT */',
    '#define ALIGN_TABLE . = ALIGN(8);',
    ...(conditional === undefined
      ? [define(lines)]
      : [
          `#ifdef ${conditional}`,
          define(lines),
          '#else',
          define([...usual, `${dialect.boundary('free', 'stop')} = .;`]),
          '#endif',
        ]),
  ];
  const output = `#define WATCHERS . = ALIGN(8); ${name} : AT(ADDR(${name}) - 0) { WATCHERS_TABLE ${tail} }`;
  const headers = new Map<string, string>();
  if (dialect.name === 'C') {
    // The module RFC shares the table between vmlinux.lds.h and a module.lds.S.
    headers.set(
      'include/asm-generic/common.lds.h',
      [...definitions, ''].join('\n').replaceAll('WATCHERS_TABLE', 'TWTABLE'),
    );
    headers.set(
      'scripts/module.lds.S',
      `#include <asm-generic/common.lds.h>\nSECTIONS { ${name} : { TWTABLE } }\n`,
    );
    headers.set(
      'include/asm-generic/vmlinux.lds.h',
      `#include <asm-generic/common.lds.h>\n${output.replace('WATCHERS_TABLE', 'TWTABLE')}\n`,
    );
  } else headers.set('include/asm-generic/vmlinux.lds.h', [...definitions, output, ''].join('\n'));
  const before = rnd.chance(0.1)
    ? `\t.early : { *${base()}.o(${dialect.section(rnd.pick(['init', 'exit']))}) }\n`
    : '';
  const discard = rnd.chance(0.08)
    ? `\t/DISCARD/ : { *(${dialect.section(rnd.pick(['uid', 'gid']))}) }\n`
    : '';
  const early = rnd.chance(0.5);
  const vmlinuxLds = `/* SPDX-License-Identifier: MIT */
#include <asm-generic/vmlinux.lds.h>

SECTIONS
{
	. = 0x1000000;
	.text : { *(.head.text) *(.text .text.*) }
	.rodata : { *(.rodata .rodata.*) }
${early ? discard : ''}${before}	WATCHERS
	.data : { *(.data .data.*) }
	.bss : { *(.bss .bss.* COMMON) }
${early ? '' : discard}	/DISCARD/ : { *(.note.GNU-stack) *(.comment) *(.eh_frame) *(.note*) }
}
`;
  return { vmlinuxLds, headers };
}
