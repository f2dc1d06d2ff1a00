import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errorCode } from './disk-tree';

/** What every kernel tree has had since 2.6, and hardly anything else has together. */
const evidence = ['Makefile', 'arch', 'include', 'init/main.c', 'kernel'];

export type RootResult = { readonly root: string } | { readonly failure: string };

export function looksLikeKernelRoot(folder: string): boolean {
  return evidence.every((path) => existsSync(join(folder, path)));
}

/** The kernel tree at or above `folder`, as an absolute path. */
export function findRootAbove(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (looksLikeKernelRoot(at)) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** The root a person named (`--root`), or the one around the current folder. A failure is one line for the user. */
export function chooseRoot(named: string | undefined, currentFolder: string): RootResult {
  if (named === undefined) {
    const root = findRootAbove(currentFolder);
    return root === undefined
      ? { failure: `no kernel tree at or above ${currentFolder}; name one with --root DIR` }
      : { root };
  }
  const folder = resolve(currentFolder, named);
  if (looksLikeKernelRoot(folder)) return { root: folder };
  const problem = folderProblem(folder);
  if (problem !== undefined) return { failure: `--root ${named}: ${problem}` };
  const missing = evidence.filter((path) => !existsSync(join(folder, path)));
  const above = findRootAbove(folder);
  const hint = above === undefined ? '' : `; did you mean ${above}?`;
  return { failure: `--root ${named}: not a kernel tree (no ${missing.join(', ')})${hint}` };
}

/** `undefined`: it is a folder whose files can be read. */
function folderProblem(path: string): string | undefined {
  try {
    if (!statSync(path).isDirectory()) return 'a file, not a folder';
    accessSync(path, constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'no such folder' : `cannot be read (${code})`;
  }
}
