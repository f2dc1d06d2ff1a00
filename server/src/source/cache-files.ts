import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

/** The cache folder's files for one question. */
export interface KeptAnswer {
  readonly files: readonly string[];
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly used: number;
}

/** An answer with what it was made from lies in one file, the parts that it was made of in another. */
type Kind = 'answer' | 'parts';

const extensions: Readonly<Record<Kind, string>> = { answer: '.answer', parts: '.parts' };
const unfinished = '.new';
const sumBytes = 20;

/** More than this and the oldest go: answers, and bytes in all. */
const mostAnswers = 40;
const mostBytes = 256 * 1024 * 1024;

/** What was written; throws if it is not there or damaged. */
export function readKept(folder: string, key: string, kind: Kind): unknown {
  const bytes = readFileSync(join(folder, key + extensions[kind]));
  const body = bytes.subarray(sumBytes);
  if (!sumOf(body).equals(bytes.subarray(0, sumBytes))) throw new Error('damaged');
  return deserialize(body);
}

/** Against damage; with some processors three times as fast as SHA-256. */
const sumOf = (body: Uint8Array): Buffer => createHash('sha1').update(body).digest();

/** Written aside and renamed, so that nobody ever reads half of it. True: it was. */
export function writeKept(folder: string, key: string, kind: Kind, value: unknown): boolean {
  const name = key + extensions[kind];
  const aside = join(folder, `${name}.${String(process.pid)}.${randomBytes(4).toString('hex')}${unfinished}`);
  try {
    const body = serialize(value);
    makeFolder(folder);
    const file = openSync(aside, 'wx', 0o600);
    try {
      writeSync(file, sumOf(body));
      writeFileSync(file, body);
    } finally {
      closeSync(file);
    }
    renameSync(aside, join(folder, name));
    return true;
  } catch {
    // A full or read-only disk: the next run works it out again.
    remove(aside);
    return false;
  }
}

/** One by one: Node's `recursive` never ends where a folder that is there takes none and calls that ENOENT, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another run may have been faster.
    if (!existsSync(folder)) throw error;
  }
}

/** True: it is gone. */
function remove(file: string): boolean {
  try {
    rmSync(file, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** What is kept, most recently written first. */
export function keptAnswers(folder: string): readonly KeptAnswer[] {
  const byKey = new Map<string, { files: string[]; bytes: number; used: number }>();
  for (const { file, key, bytes, used } of filesIn(folder)) {
    const kept = byKey.get(key) ?? { files: [], bytes: 0, used: 0 };
    kept.files.push(file);
    byKey.set(key, { files: kept.files, bytes: kept.bytes + bytes, used: Math.max(kept.used, used) });
  }
  return [...byKey.values()].sort((a, b) => b.used - a.used);
}

interface KeptFile {
  readonly file: string;
  /** Of its question. */
  readonly key: string;
  readonly bytes: number;
  readonly used: number;
}

/** The files that are ours. */
function filesIn(folder: string): readonly KeptFile[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => [...Object.values(extensions), unfinished].some((end) => name.endsWith(end)))
    .flatMap((name): readonly KeptFile[] => {
      const file = join(folder, name);
      const found = statSync(file, { throwIfNoEntry: false });
      const key = name.slice(0, name.indexOf('.'));
      return found ? [{ file, key, bytes: found.size, used: found.mtimeMs }] : [];
    });
}

/** What another run may still be writing is left alone for this long. */
const leftOverMs = 3_600_000;

/** Removes what is too much, the oldest first. */
export function makeRoom(folder: string): void {
  for (const { file, used } of filesIn(folder))
    if (file.endsWith(unfinished) && Date.now() - used > leftOverMs) remove(file);
  let bytes = 0;
  keptAnswers(folder).forEach((kept, index) => {
    bytes += kept.bytes;
    if (index >= mostAnswers || bytes > mostBytes) kept.files.forEach(remove);
  });
}

/** Removes what is kept, and nothing else; returns how many answers that were. */
export function clearAnswers(folder: string): number {
  return keptAnswers(folder).filter(({ files }) => files.map(remove).every((isGone) => isGone)).length;
}
