import type { Family } from './family';

const levels = [
  '0',
  '0s',
  '1',
  '1s',
  '2',
  '2s',
  '3',
  '3s',
  '4',
  '4s',
  '5',
  '5s',
  'rootfs',
  '6',
  '6s',
  '7',
  '7s',
];

const levelMeaning: Readonly<Record<string, string>> = {
  early: 'before SMP is up (do_pre_smp_initcalls)',
  '0': 'pure: only initialises variables',
  '1': 'core',
  '2': 'postcore',
  '3': 'arch',
  '4': 'subsys',
  '5': 'fs',
  rootfs: 'the initramfs is unpacked',
  '6': 'device: where module_init() of built-in code goes',
  '7': 'late',
  con: 'consoles, from console_init()',
};

/** Which levels there are depends on the kernel's age. */
const mayBeAbsent = true;

/** Mainline's own linker-gathered tables (include/linux/init.h, include/asm-generic/vmlinux.lds.h), in call order. */
export const initcallsFamily: Family = {
  name: 'initcalls',
  title: 'Initcalls',
  noun: ['initcall', 'initcalls'],
  events: [
    { name: 'early', mayBeAbsent, start: '__initcall_start', meaning: levelMeaning.early ?? '' },
    ...levels.map((name) => ({
      name,
      mayBeAbsent,
      ...(name.endsWith('s') && name !== 'rootfs' ? { within: name.slice(0, -1) } : {}),
      meaning: levelMeaning[name] ?? `${levelMeaning[name.slice(0, -1)] ?? ''}, synchronised`,
    })),
    {
      name: 'con',
      mayBeAbsent,
      section: '.con_initcall.init',
      start: '__con_initcall_start',
      stop: '__con_initcall_end',
      meaning: levelMeaning.con ?? '',
    },
  ],
  sections: [{ template: '.initcall{event}.init', spelling: 'same' }],
  boundaries: [{ start: '__initcall{event}_start', spelling: 'same', end: '__initcall_end' }],
  macros: ['__define_initcall', 'module_init', 'console_initcall', '__initcall', 'early_initcall'],
  needles: ['initcall', 'module_init', 'module_exit', '__define_initcall'],
  dispatchers: [
    { function: 'do_initcalls' },
    { function: 'do_pre_smp_initcalls' },
    { function: 'console_init' },
  ],
  modulesTakePart: false,
};
