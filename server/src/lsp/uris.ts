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

/** Making one takes its time, and the same few are asked for with every answer. */
const known = new Map<string, string>();
const mostKnown = 2000;

export function uriOf(path: string): string {
  let uri = known.get(path);
  if (uri === undefined) {
    if (known.size >= mostKnown) known.clear();
    known.set(path, (uri = pathToFileURL(path).href));
  }
  return uri;
}

/** `path` relative to `root`, `/` as separator; `undefined`: not below it. Both absolute. */
export function relativeTo(root: string, path: string): string | undefined {
  const prefix = root.endsWith('/') || root.endsWith('\\') ? root : `${root}/`;
  const unified = path.replace(/\\/g, '/');
  const wanted = prefix.replace(/\\/g, '/');
  return unified.startsWith(wanted) ? unified.slice(wanted.length) : undefined;
}
