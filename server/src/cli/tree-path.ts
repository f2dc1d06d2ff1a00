import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, relative, resolve } from 'node:path';

/**
 * What a path that a person gives may be called in the tree: it counts from the root, or else from the current folder.
 * Relative to the root, without a slash at the end; '' is the root itself. Empty: it leads out of the tree.
 */
export function namesInTree(root: string, path: string, currentFolder = process.cwd()): readonly string[] {
  const absolute = resolve(currentFolder, path);
  const names = [
    ...(isAbsolute(path) ? [] : [relative(root, join(root, normalize(path)))]),
    relative(root, absolute),
    // A link may lead to the root, or into it.
    relative(realPath(root), realPath(absolute)),
  ];
  return [...new Set(names)].filter((name) => !/^\.\.(?:[\\/]|$)/.test(name) && !isAbsolute(name));
}

/** With links followed as far as there is anything: an object need not be there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
  }
}
