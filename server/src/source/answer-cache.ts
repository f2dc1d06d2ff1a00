import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { InputLog } from './input-log';

/**
 * Answers kept between runs, in the user's cache folder, never in a tree. An answer is a function of the question and of
 * the files and folders that were looked at; it is given again only if each of them has the same size, inode, time of
 * change and time of modification as before. A cache that is missing, damaged, of another version or not writable costs
 * time, nothing else.
 */
export interface KeptAnswer {
  readonly file: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly used: number;
}

/** More than this and the oldest go: answers, and bytes in all. */
const mostAnswers = 40;
const mostBytes = 256 * 1024 * 1024;

/** Changed with every change to what is stored. */
const format = 1;
const extension = '.answer';

/** A file that changed this short a time before the run began might have changed after it was read, too. */
const tooYoungMs = 2000;

/** `XDG_CACHE_HOME`, or what the system has for it; in a folder of ours. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (xdg?.startsWith('/')) return join(xdg, 'task-watchers');
  if (process.platform === 'win32' && local !== undefined) return join(local, 'task-watchers', 'cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'task-watchers');
  return join(homedir(), '.cache', 'task-watchers');
}

/** The name under which the answer to a question is kept. */
export function questionKey(version: string, question: readonly unknown[]): string {
  const { v8, modules } = process.versions;
  return createHash('sha256')
    .update(JSON.stringify([format, version, v8, modules, question]))
    .digest('hex')
    .slice(0, 40);
}

/** The answer, if all it was made from is unchanged. */
export function keptAnswer(folder: string, key: string): unknown {
  try {
    const bytes = readFileSync(join(folder, key + extension));
    const sum = bytes.subarray(0, 32);
    const body = bytes.subarray(32);
    if (!createHash('sha256').update(body).digest().equals(sum)) return undefined;
    const lengths = body.readUInt32LE(0);
    const inputs = body.toString('utf8', 4 + 32, 4 + 32 + lengths).split('\n');
    const now = signatureOf(inputs);
    if (!now?.digest.equals(body.subarray(4, 4 + 32))) return undefined;
    return deserialize(body.subarray(4 + 32 + lengths));
  } catch {
    return undefined;
  }
}

/**
 * Keeps an answer, unless something it was made from changed while it was being made (`began`: milliseconds since 1970,
 * before the first look). Written aside and renamed, so that nobody ever reads half of it. True: it was kept.
 */
export function keepAnswer(
  folder: string,
  key: string,
  answer: unknown,
  inputs: Pick<InputLog, 'files' | 'folders'>,
  began: number,
): boolean {
  const aside = join(folder, `${key}.${String(process.pid)}.${randomBytes(4).toString('hex')}.new`);
  try {
    const paths = [...inputs.files, ...[...inputs.folders].map((path) => `${path}/`)];
    if (paths.some((path) => path.includes('\n'))) return false;
    const signature = signatureOf(paths);
    if (!signature || signature.newest > began - tooYoungMs) return false;
    const list = Buffer.from(paths.join('\n'), 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(list.length);
    const body = Buffer.concat([length, signature.digest, list, serialize(answer)]);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(aside, Buffer.concat([createHash('sha256').update(body).digest(), body]), { mode: 0o600 });
    renameSync(aside, join(folder, key + extension));
    makeRoom(folder);
    return true;
  } catch {
    // A full or read-only disk: the next run works it out again.
    remove(aside);
    return false;
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

/** What files and folders (with a `/` at the end) are now, as one number, and when the last of them changed. */
function signatureOf(
  paths: readonly string[],
): { readonly digest: Buffer; readonly newest: number } | undefined {
  const facts = new Float64Array(paths.length * 4);
  let newest = 0;
  let at = 0;
  for (const path of paths) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found) {
      // A folder's own size says nothing, and its times say what came or went.
      facts[at] = path.endsWith('/') ? -1 : found.size;
      facts[at + 1] = found.ino;
      facts[at + 2] = found.mtimeMs;
      facts[at + 3] = found.ctimeMs;
      newest = Math.max(newest, found.mtimeMs, found.ctimeMs);
    }
    at += 4;
  }
  return { digest: createHash('sha256').update(facts).digest(), newest };
}

/** What is kept, most recently written first. */
export function keptAnswers(folder: string): readonly KeptAnswer[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith(extension) || name.endsWith('.new'))
    .flatMap((name): readonly KeptAnswer[] => {
      const file = join(folder, name);
      const found = statSync(file, { throwIfNoEntry: false });
      return found ? [{ file, bytes: found.size, used: found.mtimeMs }] : [];
    })
    .sort((a, b) => b.used - a.used);
}

function makeRoom(folder: string): void {
  let bytes = 0;
  keptAnswers(folder).forEach((kept, index) => {
    bytes += kept.bytes;
    const isLeftOver = kept.file.endsWith('.new') && Date.now() - kept.used > 3_600_000;
    if (index >= mostAnswers || bytes > mostBytes || isLeftOver) remove(kept.file);
  });
}

/** Removes what is kept, and nothing else; returns how many files that were. */
export function clearAnswers(folder: string): number {
  return keptAnswers(folder).filter(({ file }) => remove(file)).length;
}
