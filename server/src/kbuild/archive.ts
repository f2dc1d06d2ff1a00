/** Archives as `ar` writes them (System V/GNU format), thin ones too. */
export interface Archive {
  /** Members hold no bytes of their own: their names are paths, relative to the archive's directory. */
  readonly isThin: boolean;
  /** In order. */
  readonly members: readonly string[];
}

/** `undefined`: no archive. What is cut off in the middle ends with the last whole header. */
export function readArchive(bytes: Uint8Array): Archive | undefined {
  const magic = latin1(bytes, 0, 8);
  if (magic !== '!<thin>\n' && magic !== '!<arch>\n') return undefined;
  const isThin = magic === '!<thin>\n';
  const members: string[] = [];
  let longNames = '';
  for (let at = 8; at + 60 <= bytes.length;) {
    const name = latin1(bytes, at, 16).trimEnd();
    const size = Number(latin1(bytes, at + 48, 10));
    if (latin1(bytes, at + 58, 2) !== '`\n' || !Number.isInteger(size) || size < 0) break;
    const body = at + 60;
    const isTable = name === '/' || name === '//' || name === '/SYM64/';
    if (name === '//') longNames = latin1(bytes, body, size);
    else if (!isTable) {
      const offset = /^\/(\d+)/.exec(name)?.[1];
      const written = offset === undefined ? name : (longNames.slice(Number(offset)).split('\n', 1)[0] ?? '');
      members.push(written.replace(/\/$/, ''));
    }
    at = body + (isThin && !isTable ? 0 : size + (size % 2));
  }
  return { isThin, members };
}

function latin1(bytes: Uint8Array, from: number, length: number): string {
  let text = '';
  for (let at = from; at < Math.min(from + length, bytes.length); at++)
    text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}
