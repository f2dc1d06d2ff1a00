import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
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
import { homedir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { inputsOf, newestOf, stillHolds, type KeptInputs } from './kept-inputs';

/**
 * Answers kept between runs, in the user's cache folder, never in a tree. An answer is a function of the question and of
 * the files and folders that were looked at; it is given again only if it must still be the same ({@link stillHolds}).
 * A cache that is missing, damaged, of another version or not writable costs time, nothing else.
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
const format = 2;
const extension = '.answer';
const sumBytes = 32;

/** What a file holds behind its sum, as V8 writes values. */
interface Kept {
  readonly inputs: KeptInputs;
  /** The same for the answer by itself, which is read only if it holds. */
  readonly answer: Uint8Array;
}

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

/** The answer, if it must still be the same. `began`: milliseconds since 1970, before the first look. */
export function keptAnswer(folder: string, key: string, began = Date.now()): unknown {
  try {
    const bytes = readFileSync(join(folder, key + extension));
    const body = bytes.subarray(sumBytes);
    if (!createHash('sha256').update(body).digest().equals(bytes.subarray(0, sumBytes))) return undefined;
    // The sum says that it is as it was written, and the key that it was written by this version.
    const kept = deserialize(body) as Kept;
    const now = stillHolds(kept.inputs);
    if (!now) return undefined;
    // Next time what changed need not be looked at again.
    if (now !== kept.inputs && newestOf(now) <= began - tooYoungMs)
      store(folder, key, { ...kept, inputs: now });
    return deserialize(kept.answer);
  } catch {
    return undefined;
  }
}

/**
 * Keeps an answer, unless something it was made from changed while it was being made (`began`: milliseconds since 1970,
 * before the first look). True: it was kept.
 */
export function keepAnswer(
  folder: string,
  key: string,
  answer: unknown,
  log: Parameters<typeof inputsOf>[0],
  began: number,
): boolean {
  const inputs = inputsOf(log);
  if (!inputs || newestOf(inputs) > began - tooYoungMs) return false;
  return store(folder, key, { inputs, answer: serialize(answer) });
}

/** Written aside and renamed, so that nobody ever reads half of it. */
function store(folder: string, key: string, kept: Kept): boolean {
  const aside = join(folder, `${key}.${String(process.pid)}.${randomBytes(4).toString('hex')}.new`);
  try {
    const body = serialize(kept);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = openSync(aside, 'wx', 0o600);
    try {
      writeSync(file, createHash('sha256').update(body).digest());
      writeFileSync(file, body);
    } finally {
      closeSync(file);
    }
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
