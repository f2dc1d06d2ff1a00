import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Copy {
  readonly folder: string;
  remove(): void;
}

/** The example kernel in a folder of its own, to be edited. */
export function exampleCopy(): Copy {
  const folder = join(mkdtempSync(join(tmpdir(), 'tw-example-')), 'example-kernel');
  cpSync(join(__dirname, '../fixtures/example-kernel'), folder, { recursive: true });
  return {
    folder,
    remove() {
      rmSync(join(folder, '..'), { recursive: true, force: true });
    },
  };
}
