/**
 * `npm run verify:old -- LINUX-2.6.20-TREE [WORK-FOLDER [NAME…]]`: grafts a task-watchers port of ours onto a copy of the
 * tree, builds it with the real make and ld, and compares every table with the vmlinux, entry by entry. GCC of today
 * compiles nearly all of it, told to take the C of then and to pass for GCC 4.1 (scripts/old-kernel-cc.mjs, which also
 * says which files it refused). The kernel would not boot, but its tables are what make's link order, the preprocessor,
 * GCC's order and the linker script make of it. Needs gcc with -m32, make, 1 GB. Status 1 where anything differs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';

interface Build {
  readonly arch: string;
  readonly width: '-m32' | '-m64';
  readonly emulation: string;
  readonly base: string;
  /** Options in place of what the base has: `=y` where they say no value. */
  readonly options: readonly string[];
}

const i386 = { arch: 'i386', width: '-m32', emulation: 'elf_i386' } as const;

const builds: Readonly<Record<string, Build>> = {
  defconfig: { ...i386, base: 'defconfig', options: [] },
  /** Small, for size, without modules: members of lib.a are linked as they are needed. */
  small: {
    ...i386,
    base: 'allnoconfig',
    options: ['PROC_FS', 'SYSVIPC', 'KEYS', 'CC_OPTIMIZE_FOR_SIZE', 'BLOCK'],
  },
};

const [given, chosenFolder, ...names] = process.argv.slice(2);
if (given === undefined)
  throw new Error('usage: verify-old-kernel.ts LINUX-2.6.20-TREE [WORK-FOLDER [NAME…]]');
const work = resolve(chosenFolder ?? join(homedir(), '.cache/task-watchers/verify-old-kernel'));
const tree = join(work, 'linux');
const command = join(__dirname, '../server/bin/tw-index.js');

function make(build: string, { arch, width, emulation }: Build, ...targets: readonly string[]): void {
  const compiler = `${process.execPath} ${join(__dirname, 'old-kernel-cc.mjs')} ${width}`;
  const linker = `ld -m ${emulation} --unresolved-symbols=ignore-all -z muldefs --no-warn-rwx-segments`;
  spawnSync(
    'make',
    [
      '-k',
      `-j${String(availableParallelism())}`,
      `ARCH=${arch}`,
      `O=${build}`,
      'HOSTCC=gcc -fcommon -w -DPATH_MAX=4096',
      `CC=${compiler}`,
      `LD=${linker}`,
      ...targets,
    ],
    {
      cwd: tree,
      // What oldconfig asks is answered with its default.
      input: '\n'.repeat(5000),
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, OLD_KERNEL_LOG: join(build, 'refused') },
    },
  );
}

mkdirSync(work, { recursive: true });
if (!existsSync(join(tree, 'kernel/task_watchers.c'))) {
  console.log('copying and grafting');
  cpSync(resolve(given), tree, { recursive: true, verbatimSymlinks: true });
  execFileSync('npx', ['tsx', join(__dirname, 'graft-old-kernel.ts'), tree], {
    cwd: join(__dirname, '..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
let differing = 0;
for (const [name, build] of Object.entries(builds)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const folder = join(work, `build-${name}`);
  const vmlinux = join(folder, 'vmlinux');
  if (!existsSync(vmlinux)) {
    console.log(`building ${name}`);
    mkdirSync(folder, { recursive: true });
    make(folder, build, build.base);
    const config = join(folder, '.config');
    const set = new Set(build.options);
    const kept = readFileSync(config, 'utf8')
      .split('\n')
      .filter((line) => !set.has(/CONFIG_(\w+)/.exec(line)?.[1] ?? ''));
    writeFileSync(config, kept.join('\n'));
    appendFileSync(config, build.options.map((option) => `CONFIG_${option}=y\n`).join(''));
    make(folder, build, 'oldconfig');
    make(folder, build, 'vmlinux');
  }
  if (existsSync(join(folder, 'refused')))
    console.log(`${name}: refused by GCC, entries alone: ${readFileSync(join(folder, 'refused'), 'utf8')}`);
  for (const family of ['task-watchers', 'initcalls']) {
    console.log(`\n${name}: ${family}`);
    const words = ['verify', vmlinux, '--root', tree, '--arch', build.arch, '--family', family];
    const config = ['--config', join(folder, '.config')];
    if (spawnSync(process.execPath, [command, ...words, ...config], { stdio: 'inherit' }).status !== 0)
      differing++;
  }
}
process.exitCode = differing === 0 ? 0 : 1;
