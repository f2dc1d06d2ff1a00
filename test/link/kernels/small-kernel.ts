/** A kernel whose units and patterns are written by hand, that `make` builds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSystem } from './build-system';
import { dialectA, events, type Dialect, type EventName } from './dialect';
import type { RandomKernel } from './random-kernel';

export interface SmallKernel {
  /** Below kernel/, in link order: `a.c`, `b.S`. Headers are not linked. */
  readonly units: Readonly<Record<string, string>>;
  readonly dialect?: Dialect;
  /** What takes an event's sections; default: `*(section)`. */
  readonly pattern?: (section: string, event: EventName) => string;
  /** Added to the header that has the macros. */
  readonly header?: string;
  readonly optimise?: 'PERFORMANCE' | 'SIZE' | 'NOTHING';
  readonly compiler?: 'gcc' | 'clang';
}

const kconfig = readFileSync(
  join(__dirname, '../../fixtures/example-kernel/include/linux/kconfig.h'),
  'utf8',
);
const compilers = {
  gcc: 'CONFIG_CC_VERSION_TEXT="gcc (Debian 12.2.0-14) 12.2.0"\nCONFIG_CC_IS_GCC=y\nCONFIG_GCC_VERSION=120200',
  clang:
    'CONFIG_CC_VERSION_TEXT="Debian clang version 14.0.6"\nCONFIG_CC_IS_CLANG=y\nCONFIG_CLANG_VERSION=140006',
};

export function smallKernel({
  units,
  dialect = dialectA(false),
  pattern = (section) => `*(${section})`,
  header = '',
  optimise = 'PERFORMANCE',
  compiler = 'gcc',
}: SmallKernel): RandomKernel {
  const table = events.map(
    (event) => `${dialect.boundary(event, 'start')} = .; ${pattern(dialect.section(event), event)}`,
  );
  const objects = Object.keys(units).filter((name) => /\.[cS]$/.test(name));
  const files = new Map([
    ['include/linux/kconfig.h', kconfig],
    ...buildSystem('whole', false),
    [`include/${dialect.header}`, dialect.headerText + header],
    [
      '.config',
      `#\n# Linux/x86 6.1.0 Kernel Configuration\n#\n${compilers[compiler]}
CONFIG_64BIT=y\nCONFIG_X86=y\nCONFIG_X86_64=y\nCONFIG_MODULES=y\nCONFIG_CC_OPTIMIZE_${
        optimise === 'PERFORMANCE' ? 'FOR_PERFORMANCE' : optimise === 'SIZE' ? 'FOR_SIZE' : 'NOTHING'
      }=y\n`,
    ],
    ['Kbuild', 'obj-y += init/\nobj-y += arch/$(SRCARCH)/\nobj-y += kernel/\nobj-y += $(ARCH_LIB)\n'],
    ['init/Makefile', 'obj-y := main.o\n'],
    ['init/main.c', 'int main_none;\n'],
    ['lib/Makefile', 'lib-y := none.o\n'],
    ['lib/none.c', 'int none;\n'],
    ['kernel/Makefile', `obj-y := ${objects.map((name) => name.replace(/\.[cS]$/, '.o')).join(' ')}\n`],
    ...Object.entries(units).map(([name, text]): [string, string] => [`kernel/${name}`, text]),
    ['arch/x86/Kbuild', 'obj-y += kernel/\n'],
    ['arch/x86/Makefile', 'KBUILD_CFLAGS += -m64 -mno-red-zone -mno-sse -mcmodel=kernel -fno-pic\n'],
    ['arch/x86/kernel/Makefile', 'obj-y := head_64.o\n'],
    [
      'arch/x86/kernel/vmlinux.lds.S',
      `SECTIONS {
	. = 0x1000000;
	.text : { *(.head.text) *(.text .text.*) }
	.rodata : { *(.rodata .rodata.*) }
	. = ALIGN(8);
	${dialect.outputSection} : {
		${table.join('\n\t\t')}
		${dialect.boundary('free', 'stop')} = .;
	}
	.data : { *(.data .data.*) }
	.bss : { *(.bss .bss.* COMMON) }
	/DISCARD/ : { *(.note.GNU-stack) *(.comment) *(.eh_frame) *(.note*) }
}
`,
    ],
  ]);
  return { seed: 0, age: 'whole', dialect, compiler, files };
}

const parameters = '(unsigned long val, struct task_struct *tsk)';

/** Functions that can be registered, each another than the others. */
export const watchers = (...names: readonly string[]): string =>
  names.map((name) => `int ${name}${parameters} { return val == sizeof("${name}"); }\n`).join('');
