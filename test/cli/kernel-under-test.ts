import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const exampleKernel = join(__dirname, '../fixtures/example-kernel');
export const command = join(__dirname, '../../server/bin/tw-index.js');

/** What tests keep between runs is theirs alone. */
const cacheOfTests = mkdtempSync(join(tmpdir(), 'tw-cache-'));

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command, as a user does. */
export function twIndex(words: readonly string[], folder = tmpdir()): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '', XDG_CACHE_HOME: cacheOfTests },
  });
  return { status, out: stdout, err: stderr };
}

/** A copy of the example kernel in a folder of its own, with these files, text by path, added or in the place of its own. */
export function copyOfExample(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tw-example-'));
  cpSync(exampleKernel, folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Builds it with the real make, gcc and ld; returns the vmlinux. */
export function makeKernel(folder: string): string {
  execFileSync('make', ['-s', '-C', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  return join(folder, 'vmlinux');
}

/** Symbols in address order, as nm reads them: a witness that shares no code with ours. */
export function symbolsOf(vmlinux: string): readonly string[] {
  return execFileSync('nm', ['-n', vmlinux], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.split(' ').at(-1) ?? '');
}

/** What stands between two symbols. */
export function between(symbols: readonly string[], start: string, stop: string): readonly string[] {
  return symbols.slice(symbols.indexOf(start) + 1, symbols.indexOf(stop));
}

/** Where in the file a symbol's bytes are, as nm and readelf tell it. */
export function offsetOf(vmlinux: string, symbol: string): number {
  const nm = execFileSync('nm', [vmlinux], { encoding: 'utf8' });
  const address = BigInt(`0x${new RegExp(`^([0-9a-f]+) \\w ${symbol}$`, 'm').exec(nm)?.[1] ?? '0'}`);
  const sections = execFileSync('readelf', ['-SW', vmlinux], { encoding: 'utf8' });
  for (const [, ...numbers] of sections.matchAll(/PROGBITS\s+([0-9a-f]+)\s+([0-9a-f]+)\s+([0-9a-f]+)/g)) {
    const [from = 0n, offset = 0n, size = 0n] = numbers.map((number) => BigInt(`0x${number}`));
    if (address >= from && address < from + size) return Number(offset + address - from);
  }
  throw new Error(`${symbol} is in no section of ${vmlinux}`);
}
