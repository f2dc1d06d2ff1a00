/**
 * `npm run verify:kernel [-- LINUX-6.1-TREE [WORK-FOLDER]]`: grafts our task-watchers port onto a copy of the tree, builds it for two
 * quite different configurations with the real make, gcc and ld, and compares every table of every family with the
 * vmlinux, entry by entry. Without a tree, Debian's linux-source-6.1 is fetched with apt-get. Needs flex, bison, bc,
 * libelf-dev, libssl-dev, 6 GB and some ten minutes on two cores. Status 1 where anything differs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';

const configurations: Readonly<Record<string, readonly string[]>> = {
  tiny: ['64BIT=y', 'SYSVIPC=y', 'TTY=y', 'SERIAL_8250=y', 'PROC_FS=y'],
  net: [
    ...[
      '64BIT',
      'CC_OPTIMIZE_FOR_PERFORMANCE',
      'SMP',
      'NET',
      'INET',
      'BLOCK',
      'AUDIT',
      'KEYS',
      'SYSVIPC',
      'MODULES',
      'NUMA',
    ].map((name) => `${name}=y`),
    ...['NETDEVICES', 'CONNECTOR', 'PROC_FS', 'PROC_EVENTS', 'MULTIUSER', 'PRINTK', 'TTY', 'VT', 'INPUT'].map(
      (name) => `${name}=y`,
    ),
    'DUMMY=m',
  ],
};

const [given, chosenFolder] = process.argv.slice(2);
const work = resolve(chosenFolder ?? join(homedir(), '.cache/task-watchers/verify-kernel'));
const tree = join(work, 'linux');
const command = join(__dirname, '../server/bin/tw-index.js');
const run = (program: string, words: readonly string[], folder: string): void => {
  execFileSync(program, words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
};

function pristine(): string {
  if (given !== undefined) return resolve(given);
  const folder = join(work, 'debian');
  mkdirSync(folder, { recursive: true });
  run('apt-get', ['download', 'linux-source-6.1'], folder);
  const deb = readdirSync(folder).find((name) => name.endsWith('.deb')) ?? '';
  run('dpkg', ['-x', deb, '.'], folder);
  run('tar', ['xJf', 'usr/src/linux-source-6.1.tar.xz'], folder);
  return join(folder, 'linux-source-6.1');
}

mkdirSync(work, { recursive: true });
if (!existsSync(join(tree, 'kernel/task_watchers.c'))) {
  console.log('copying and grafting');
  cpSync(pristine(), tree, { recursive: true, verbatimSymlinks: true });
  run('npx', ['tsx', join(__dirname, 'graft-kernel.ts'), tree], join(__dirname, '..'));
}
let differing = 0;
for (const [name, options] of Object.entries(configurations)) {
  const build = join(work, `build-${name}`);
  if (!existsSync(join(build, 'vmlinux'))) {
    console.log(`building ${name}`);
    mkdirSync(build, { recursive: true });
    run('make', [`O=${build}`, 'tinyconfig'], tree);
    appendFileSync(join(build, '.config'), options.map((option) => `CONFIG_${option}\n`).join(''));
    run('make', [`O=${build}`, 'olddefconfig'], tree);
    run('make', [`O=${build}`, `-j${availableParallelism()}`, 'vmlinux'], tree);
  }
  for (const family of ['task-watchers', 'initcalls']) {
    console.log(`\n${name}: ${family}`);
    const words = ['verify', join(build, 'vmlinux'), '--root', tree, '--build', build, '--family', family];
    if (spawnSync(process.execPath, [command, ...words], { stdio: 'inherit' }).status !== 0) differing++;
  }
}
process.exitCode = differing === 0 ? 0 : 1;
