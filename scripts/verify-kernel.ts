/**
 * `npm run verify:kernel [-- LINUX-TREE [WORK-FOLDER [september|december]]]`: grafts a task-watchers port of ours
 * onto a copy of the tree (after the postings of September 2006, or of December), builds it for two quite different
 * configurations with the real make, gcc and ld, and compares every table of every family with the vmlinux, entry by
 * entry, predicted from the makefiles alone and with the build's help. Tried with 6.1 and 7.3; without a tree, Debian's
 * linux-source-6.1 is fetched with apt-get. Needs flex, bison, bc,
 * libelf-dev, libssl-dev, 6 GB and some ten minutes on two cores. Status 1 where anything differs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';

type Options = readonly string[];

const on = (...names: Options): Options => names.map((name) => `${name}=y`);

interface Port {
  readonly script: string;
  readonly configurations: Readonly<Record<string, Options>>;
}

const network = ['SMP', 'NET', 'INET', 'NETDEVICES', 'NUMA', 'CONNECTOR', 'PROC_EVENTS', 'INPUT'];
const common = ['64BIT', 'SYSVIPC', 'PROC_FS', 'KEYS', 'MULTIUSER', 'TTY'];

const ports: Readonly<Record<string, Port>> = {
  september: {
    script: 'graft-kernel.ts',
    configurations: {
      tiny: on('64BIT', 'SYSVIPC', 'TTY', 'SERIAL_8250', 'PROC_FS'),
      net: [
        ...on(...common, ...network, 'CC_OPTIMIZE_FOR_PERFORMANCE', 'BLOCK', 'AUDIT', 'MODULES'),
        ...on('PRINTK', 'VT'),
        'DUMMY=m',
      ],
    },
  },
  december: {
    script: 'graft-december.ts',
    configurations: {
      small: on(...common, 'SERIAL_8250', 'CGROUPS', 'EXPERT'),
      big: [
        ...on(...common, ...network, 'CC_OPTIMIZE_FOR_PERFORMANCE', 'BLOCK', 'AUDIT', 'MODULES', 'CGROUPS'),
        ...on('PCI', 'ACPI', 'CPUSETS', 'ETHERNET', 'NET_VENDOR_INTEL', 'E1000', 'EXT4_FS', 'PRINTK'),
        ...on('SERIAL_8250', 'HW_RANDOM', 'BLK_DEV', 'NETFILTER', 'IP_NF_IPTABLES', 'KEYBOARD_ATKBD'),
        ...on('HIGH_RES_TIMERS', 'IO_URING', 'CRYPTO', 'SECURITY', 'VIRTUALIZATION', 'EXPERT'),
        ...['BLK_DEV_LOOP=m', 'SOUND=m', 'SND=m'],
      ],
    },
  },
};

const [given, chosenFolder, portName = 'september'] = process.argv.slice(2);
const port = ports[portName];
if (port === undefined) throw new Error(`no port ${portName}; there are: ${Object.keys(ports).join(', ')}`);
const work = resolve(chosenFolder ?? join(homedir(), '.cache/task-watchers/verify-kernel'));
const tree = join(work, portName === 'september' ? 'linux' : `linux-${portName}`);
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
  run('npx', ['tsx', join(__dirname, port.script), tree], join(__dirname, '..'));
}
let differing = 0;
for (const [name, options] of Object.entries(port.configurations)) {
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
    const words = ['verify', join(build, 'vmlinux'), '--root', tree, '--family', family];
    for (const more of [
      ['--config', join(build, '.config')],
      ['--build', build],
    ])
      if (spawnSync(process.execPath, [command, ...words, ...more], { stdio: 'inherit' }).status !== 0)
        differing++;
  }
}
process.exitCode = differing === 0 ? 0 : 1;
