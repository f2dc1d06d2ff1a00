import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for a test file's compilations. */
export interface Workbench {
  readonly folder: string;
  write(name: string, text: string): string;
  run(program: string, ...args: readonly string[]): string;
  remove(): void;
}

export function workbench(): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'tw-link-'));
  return {
    folder,
    write: (name, text) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    run: (program, ...args) =>
      execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Names of an object's sections that start with `prefix`, in header order, with their flags, as readelf has them. */
export function sectionsByReadelf(
  bench: Workbench,
  object: string,
  prefix: string,
): readonly { readonly name: string; readonly flags: string }[] {
  return bench
    .run('readelf', '-SW', object)
    .split('\n')
    .flatMap((line) => {
      const [, name = '', type, , , , , flags = ''] = /^\s*\[\s*\d+\]\s+(.*)$/.exec(line)
        ? ['', ...line.replace(/^\s*\[\s*\d+\]\s+/, '').split(/\s+/)]
        : [];
      return name.startsWith(prefix) && type === 'PROGBITS' ? [{ name, flags }] : [];
    });
}

/** Data symbols of one section in address order, as nm has them. */
export function variablesByNm(bench: Workbench, object: string, section: string): readonly string[] {
  return bench
    .run('objdump', '-t', object)
    .split('\n')
    .flatMap((line) => {
      const found = /^([0-9a-f]+) \S?.{6} (\S+)\s+[0-9a-f]+ (\S+)$/.exec(line);
      if (found?.[2] !== section || found[3] === section) return [];
      return [{ address: found[1] ?? '', name: found[3] ?? '' }];
    })
    .sort((a, b) => (a.address < b.address ? -1 : 1))
    .map(({ name }) => name);
}
