import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Copy {
  readonly folder: string;
  /** Where `text` stands first in a file as it is on disk: row and column, both 1-based. */
  find(path: string, text: string): { readonly row: number; readonly column: number };
  remove(): void;
}

/** The example kernel in a folder of its own, to be edited; with a build folder that has cpusets, too. */
export function exampleCopy(): Copy {
  const parent = mkdtempSync(join(realpathSync(tmpdir()), 'tw-example-'));
  const folder = join(parent, 'example-kernel');
  cpSync(join(__dirname, '../fixtures/example-kernel'), folder, { recursive: true });
  const config = readFileSync(join(folder, '.config'), 'utf8');
  mkdirSync(join(folder, 'build-cpusets'));
  writeFileSync(
    join(folder, 'build-cpusets/.config'),
    config.replace('# CONFIG_CPUSETS is not set', 'CONFIG_CPUSETS=y'),
  );
  return {
    folder,
    find(path, text) {
      const lines = readFileSync(join(folder, path), 'utf8').split('\n');
      const row = lines.findIndex((line) => line.includes(text));
      if (row < 0) throw new Error(`${path}: no ${text}`);
      return { row: row + 1, column: (lines[row] ?? '').indexOf(text) + 1 };
    },
    remove() {
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
