/** A whole random kernel tree, small, that `make` builds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSystem, type Age } from './build-system';
import { dialectA, dialectB, dialectC, type Dialect } from './dialect';
import { random, type Random } from './random';
import { writeHeaders, writeUnit } from './random-c';
import { writeDirectory, writeLibrary, type Directories } from './random-makefiles';
import { randomScript } from './random-script';

export interface RandomKernel {
  readonly seed: number;
  readonly age: Age;
  readonly dialect: Dialect;
  readonly compiler: 'gcc' | 'clang';
  readonly files: ReadonlyMap<string, string>;
}

const options = ['ALPHA', 'BETA', 'GAMMA', 'DELTA', 'EPSILON', 'ZETA', 'ETA'] as const;
const kconfig = readFileSync(
  join(__dirname, '../../fixtures/example-kernel/include/linux/kconfig.h'),
  'utf8',
);

export function randomKernel(seed: number): RandomKernel {
  const rnd = random(seed);
  const age = rnd.pick<Age>(['partial', 'parts', 'whole', 'whole']);
  const dialect = rnd.pick([dialectA, dialectB, dialectC])(rnd.chance(0.4));
  const files = new Map<string, string>([['include/linux/kconfig.h', kconfig]]);
  const linksComposites = rnd.chance(0.5);
  for (const [path, text] of buildSystem(age, linksComposites)) files.set(path, text);
  const compiler = rnd.chance(0.15) ? 'clang' : 'gcc';
  files.set('.config', configText(rnd, compiler));
  const sharedHeaders = writeHeaders(rnd, dialect, options, files);
  let stems = 0;
  const of: Directories = {
    rnd,
    dialect,
    compiler,
    options,
    sharedHeaders,
    files,
    isPartial: age === 'partial' || (age === 'parts' && linksComposites),
    libraryFunctions: [],
    nextStem: () => `f${stems++}`,
  };
  const archLines: string[] = [];
  const tops = ['kernel', 'mm', 'drivers', 'net'];
  writeLibrary(of, 'lib');
  for (const path of tops) {
    if (path === 'kernel' || rnd.chance(0.5)) writeDirectory(of, path, 0);
    else files.set(`${path}/Makefile`, 'obj-y :=\n');
  }
  writeUnit(of, 'init/main.c', { defines: [], calls: of.libraryFunctions.slice(0, 1), exports: [] });
  files.set('init/Makefile', 'obj-y := main.o\n');
  if (rnd.chance(0.5)) {
    writeLibrary(of, 'arch/x86/lib');
    archLines.push('libs-y += arch/x86/lib/');
  }
  if (rnd.chance(0.3)) {
    writeDirectory(of, 'arch/x86/pci', 2);
    archLines.push(`drivers-$(CONFIG_${rnd.pick(options)}) += arch/x86/pci/`);
  }
  if (rnd.chance(0.3)) {
    writeDirectory(of, 'arch/x86/mm', 2);
    archLines.push('core-y += arch/x86/mm/');
  }
  writeUnit(of, 'arch/x86/kernel/process.c', { defines: [], calls: [], exports: [] });
  const isHeadListed = age === 'whole';
  files.set(
    'arch/x86/kernel/Makefile',
    isHeadListed ? 'obj-y := process.o\nobj-y += head_64.o\n' : 'extra-y := head_64.o\nobj-y := process.o\n',
  );
  files.set(
    'arch/x86/Makefile',
    [
      'KBUILD_CFLAGS += -m64 -mno-red-zone -mno-sse -mcmodel=kernel -fno-pic',
      ...(isHeadListed ? [] : ['head-y := arch/x86/kernel/head_64.o', 'core-y += arch/x86/kernel/']),
      ...archLines,
      '',
    ].join('\n'),
  );
  if (isHeadListed) files.set('arch/x86/Kbuild', 'obj-y += kernel/\n');
  if (age === 'whole')
    files.set(
      'Kbuild',
      `${[
        'init/',
        'arch/$(SRCARCH)/',
        '$(ARCH_CORE)',
        ...tops.slice(0, 2).map((top) => `${top}/`),
        '$(ARCH_LIB)',
        'drivers/',
        '$(ARCH_DRIVERS)',
        'net/',
      ]
        .map((word) => `obj-y += ${word}`)
        .join('\n')}\n`,
    );
  else if (!files.has('scripts/head')) headRule(files);
  const bases = [...files.keys()].flatMap((path) => /([^/]+)\.c$/.exec(path)?.[1] ?? []);
  const script = randomScript(rnd, dialect, options, bases);
  for (const [path, text] of script.headers) files.set(path, text);
  files.set('arch/x86/kernel/vmlinux.lds.S', script.vmlinuxLds);
  return { seed, age, dialect, compiler, files };
}

/** head-y is built in its directory, though not part of the directory's object. */
function headRule(files: Map<string, string>): void {
  const build = files.get('scripts/Makefile.build') ?? '';
  files.set('scripts/Makefile.build', build.replace('all: ', 'all: $(addprefix $(prefix),$(extra-y)) '));
}

function configText(rnd: Random, compiler: RandomKernel['compiler']): string {
  const lines = options.map((name) => {
    const value = rnd.pick(['y', 'y', 'y', 'm', 'n']);
    return value === 'n' ? `# CONFIG_${name} is not set` : `CONFIG_${name}=${value}`;
  });
  const optimise = rnd.pick([
    'CC_OPTIMIZE_FOR_PERFORMANCE',
    'CC_OPTIMIZE_FOR_PERFORMANCE',
    'CC_OPTIMIZE_FOR_SIZE',
    'CC_OPTIMIZE_NOTHING',
  ]);
  return [
    '#',
    '# Automatically generated file; DO NOT EDIT.',
    '# Linux/x86 6.1.0 Kernel Configuration',
    '#',
    ...(compiler === 'gcc'
      ? [
          'CONFIG_CC_VERSION_TEXT="gcc (Debian 12.2.0-14) 12.2.0"',
          'CONFIG_CC_IS_GCC=y',
          'CONFIG_GCC_VERSION=120200',
        ]
      : [
          'CONFIG_CC_VERSION_TEXT="Debian clang version 14.0.6"',
          'CONFIG_CC_IS_CLANG=y',
          'CONFIG_CLANG_VERSION=140006',
        ]),
    'CONFIG_64BIT=y',
    'CONFIG_X86=y',
    'CONFIG_X86_64=y',
    rnd.chance(0.5) ? 'CONFIG_MODULES=y' : '# CONFIG_MODULES is not set',
    rnd.chance(0.3) ? 'CONFIG_X86_KERNEL_IBT=y' : '# CONFIG_X86_KERNEL_IBT is not set',
    `CONFIG_${optimise}=y`,
    `CONFIG_LEVEL=${rnd.below(5)}`,
    ...lines,
    '',
  ].join('\n');
}
