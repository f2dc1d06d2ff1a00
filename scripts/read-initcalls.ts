/**
 * Reads the initcall tables from a vmlinux with our own reader and compares them with a list that nm gave:
 * `npx tsx scripts/read-initcalls.ts VMLINUX TRUTH`, TRUTH one line an entry: level, module, line, function.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { readElf } from '../server/src/link/elf';
import { readElfTables } from '../server/src/link/elf-tables';
import { registeredName } from '../server/src/link/registered-name';

const [vmlinux = '', truth = ''] = process.argv.slice(2);
const levels = ['0', '1', '2', '3', '4', '5', 'rootfs', '6', '7'];
const start = (level: string): string =>
  level === 'early' ? '__initcall_start' : `__initcall${level}_start`;
const bounded = ['early', ...levels].map((level, index) => ({
  level,
  start: start(level),
  stop: index < levels.length ? start(levels[index] ?? '') : '__initcall_end',
}));
const requests = [
  ...bounded.flatMap(({ level, ...boundaries }) =>
    /^\d$/.test(level)
      ? [
          { event: level, ...boundaries, sections: [`.initcall${level}.init`] },
          { event: `${level}s`, ...boundaries, sections: [`.initcall${level}s.init`] },
        ]
      : [{ event: level, ...boundaries, sections: [`.initcall${level}.init`] }],
  ),
  {
    event: 'con',
    start: '__con_initcall_start',
    stop: '__con_initcall_end',
    sections: ['.con_initcall.init'],
  },
];

const began = performance.now();
const file = openSync(vmlinux, 'r');
const size = fstatSync(file).size;
let bytesRead = 0;
const elf = readElf({
  size,
  read: (offset, length) => {
    const buffer = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    const count = readSync(file, buffer, 0, buffer.length, offset);
    bytesRead += count;
    return buffer.subarray(0, count);
  },
});
if ('error' in elf) throw new Error(elf.error);
const found = readElfTables(elf, requests);
closeSync(file);
const took = performance.now() - began;
const lines = found.flatMap(({ event, entries }) =>
  entries.map((entry) => {
    const named = registeredName(entry.variable ?? '', entry.function);
    return `${event} ${named?.moduleName ?? '?'} ${named?.line ?? '?'} ${entry.function ?? '?'}`;
  }),
);
const expected = readFileSync(truth, 'utf8').trim().split('\n');
const differing = expected.filter((line, index) => lines[index] !== line).length;
for (const { event, problems } of found) for (const problem of problems) console.log(`${event}: ${problem}`);
console.log(
  `${lines.length} entries read, ${expected.length} expected, ${differing} differ; ${Math.round(took)} ms, ` +
    `${Math.round(bytesRead / 1e6)} MB read, ${Math.round(process.memoryUsage().rss / 1e6)} MB resident`,
);
lines.forEach((line, index) => {
  if (line !== expected[index]) console.log(`${line}  |  ${expected[index] ?? '-'}`);
});
process.exitCode = differing > 0 || lines.length !== expected.length ? 1 : 0;
