import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Changes a file of a kernel tree; an anchor that is not found is an error. Whatever its encoding, the rest stays. */
export function edit(root: string, path: string, change: (text: string) => string): void {
  const file = join(root, path);
  const before = readFileSync(file, 'latin1');
  const after = change(before);
  if (after === before) throw new Error(`${path}: the anchor was not found`);
  writeFileSync(file, after, 'latin1');
}

/** Puts an object in front of a directory's own. */
export const addObject = (root: string, makefile: string, object: string): void => {
  edit(root, makefile, (text) => text.replace(/^obj-y\s+=\s*/m, (start) => `${start}${object} `));
};
