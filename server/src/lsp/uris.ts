import { fileURLToPath, pathToFileURL } from 'node:url';

/** The path of a `file:` URI; `undefined`: another scheme, or no valid URI. */
export function pathOf(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

export const uriOf = (path: string): string => pathToFileURL(path).href;

/** `path` relative to `root`, `/` as separator; `undefined`: not below it. Both absolute. */
export function relativeTo(root: string, path: string): string | undefined {
  const prefix = root.endsWith('/') || root.endsWith('\\') ? root : `${root}/`;
  const unified = path.replace(/\\/g, '/');
  const wanted = prefix.replace(/\\/g, '/');
  return unified.startsWith(wanted) ? unified.slice(wanted.length) : undefined;
}
