/**
 * `npm run verify:arch [-- LINUX-TREE [WORK-FOLDER [NAME…]]]`: builds the tree for other architectures, widths, byte orders,
 * compilers and options with the real make, and compares every table of initcalls with the vmlinux, entry by entry:
 * predicted from source and configuration alone, and with the build folder's help. The tree is not written to.
 * A tree with our task watchers (scripts/graft-kernel.ts) has those tables compared too. Needs
 * clang, lld, llvm, flex, bison, bc, libelf-dev and gcc-{s390x,powerpc64,mips}-linux-gnu; some 4 GB. Status 1 where
 * anything differs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';

interface Build {
  readonly arch: string;
  /** Words for make: the compiler. */
  readonly tools: readonly string[];
  readonly base: string;
  /** Options set to y, unless they say another value. */
  readonly options: readonly string[];
}

const common = ['PRINTK', 'BLOCK', 'MULTIUSER', 'PROC_FS', 'SYSFS', 'TTY', 'SYSVIPC', 'FUTEX', 'EPOLL'];
const network = ['NET', 'INET', 'UNIX', 'PACKET', 'NETDEVICES', 'KEYS', 'AUDIT', 'SHMEM', 'TMPFS'];
const drivers = [
  'PCI',
  'VIRTIO_MENU',
  'VIRTIO_PCI',
  'VIRTIO_BLK',
  'VIRTIO_NET',
  'BLK_DEV',
  'INPUT',
  'GPIOLIB',
];
const files = ['EXT4_FS', 'EXT4_USE_FOR_EXT2', 'VFAT_FS', 'NLS', 'AUTOFS_FS', 'CRYPTO', 'CRYPTO_SHA256'];
const modules = ['MODULES', 'MODULE_UNLOAD', 'DUMMY=m', 'IPV6=m', 'LIBCRC32C=m'];
const gcc = (prefix: string): readonly string[] => [`CROSS_COMPILE=${prefix}-linux-gnu-`];

const builds: Readonly<Record<string, Build>> = {
  'arm64-medium': {
    arch: 'arm64',
    tools: ['LLVM=1'],
    base: 'tinyconfig',
    options: [...common, ...network, ...drivers, ...files, ...modules, 'SMP', 'RANDOMIZE_BASE'],
  },
  's390-net': {
    arch: 's390',
    tools: gcc('s390x'),
    base: 'tinyconfig',
    options: [...common, ...network, ...modules, 'SMP', 'RELOCATABLE', 'RANDOMIZE_BASE', 'CCW'],
  },
  'powerpc-tiny': {
    arch: 'powerpc',
    tools: gcc('powerpc64'),
    base: 'tinyconfig',
    options: [...common, 'PCI'],
  },
  'ppc64-net': {
    arch: 'powerpc',
    tools: gcc('powerpc64'),
    base: 'tinyconfig',
    options: ['PPC64', 'PPC_BOOK3S_64', 'CPU_BIG_ENDIAN', 'PPC_PSERIES', 'SMP', ...common, ...network],
  },
  'arm-net': {
    arch: 'arm',
    tools: ['LLVM=1'],
    base: 'tinyconfig',
    options: [...common, ...network, 'ARCH_MULTI_V7', 'ARCH_VIRT', 'SMP', 'OF', 'SERIAL_AMBA_PL011'],
  },
  'mips-tiny': { arch: 'mips', tools: gcc('mips'), base: 'tinyconfig', options: [...common, 'PCI'] },
  'riscv-net': {
    arch: 'riscv',
    tools: ['LLVM=1'],
    base: 'tinyconfig',
    options: [...common, ...network, 'SMP', 'MMU', 'SOC_VIRT', 'VIRTIO_MENU', 'VIRTIO_MMIO', 'EFI'],
  },
  'i386-net': {
    arch: 'i386',
    tools: [],
    base: 'tinyconfig',
    options: [...common, ...network, ...drivers, 'SMP', 'ACPI', 'RELOCATABLE', 'RANDOMIZE_BASE', 'DUMMY'],
  },
  'arm64-tiny': { arch: 'arm64', tools: ['LLVM=1'], base: 'tinyconfig', options: [...common, 'KEYS', 'SMP'] },
  'arm64-lto': {
    arch: 'arm64',
    tools: ['LLVM=1'],
    base: 'tinyconfig',
    options: [...common, 'LTO_NONE=n', 'LTO_CLANG_THIN', 'NET', 'INET', 'CC_OPTIMIZE_FOR_PERFORMANCE'],
  },
  'x86-clang-lto': {
    arch: 'x86_64',
    tools: ['LLVM=1'],
    base: 'tinyconfig',
    options: [...common, '64BIT', 'LTO_NONE=n', 'LTO_CLANG_THIN', 'MODULES', 'MODVERSIONS', 'PCI'],
  },
};

const [given, chosenFolder, ...chosen] = process.argv.slice(2);
if (given === undefined) {
  process.stderr.write('usage: verify-arch.ts LINUX-TREE [WORK-FOLDER [NAME…]]\n');
  process.exit(2);
}
const tree = resolve(given);
const work = resolve(chosenFolder ?? join(homedir(), '.cache/task-watchers/verify-arch'));
const command = join(__dirname, '../server/bin/tw-index.js');

function build(name: string, { arch, tools, base, options }: Build): string | undefined {
  const folder = join(work, name);
  if (existsSync(join(folder, 'vmlinux'))) return folder;
  mkdirSync(folder, { recursive: true });
  const make = (...words: readonly string[]): void => {
    execFileSync('make', [`ARCH=${arch}`, ...tools, `O=${folder}`, ...words], {
      cwd: tree,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  try {
    make(base);
    const lines = options.map((option) => `CONFIG_${option}${option.includes('=') ? '' : '=y'}\n`);
    appendFileSync(join(folder, '.config'), lines.join(''));
    make('olddefconfig');
    make(`-j${String(availableParallelism())}`, 'vmlinux');
  } catch {
    return undefined;
  }
  return folder;
}

const families = existsSync(join(tree, 'kernel/task_watchers.c'))
  ? ['initcalls', 'task-watchers']
  : ['initcalls'];
let differing = 0;
const told: string[] = [];
for (const [name, wanted] of Object.entries(builds)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const folder = build(name, wanted);
  if (folder === undefined) {
    told.push(`${name}: not built`);
    differing++;
    continue;
  }
  const { arch } = wanted;
  const config = ['--config', join(folder, '.config')];
  for (const [file, help] of [
    ['vmlinux', config],
    ['vmlinux', ['--build', folder]],
    // A relocatable file: no boundary symbols, sections and relocations instead.
    ['vmlinux.o', config],
  ] as const) {
    if (!existsSync(join(folder, file))) continue;
    for (const family of families) {
      const words = [...help, '--family', family, '--arch', arch, '--quiet', '--no-cache'];
      const result = spawnSync(
        process.execPath,
        [command, 'verify', join(folder, file), '--root', tree, ...words],
        {
          encoding: 'utf8',
        },
      );
      if (result.status !== 0) {
        differing++;
        process.stdout.write(result.stdout + result.stderr);
      }
      told.push(`${name} ${file} ${help[0]} ${family}: ${result.stdout.trimEnd().split('\n').at(-1) ?? ''}`);
    }
  }
}
process.stdout.write(`${told.join('\n')}\n`);
process.exitCode = differing === 0 ? 0 : 1;
