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
import { changesOf, type Changes } from './changed-inputs';
import { inputsOf, newestOf, type KeptInputs, type Logged } from './kept-inputs';

/**
 * Answers kept between runs, in the user's cache folder, never in a tree. An answer is a function of the question and of
 * the files and folders that were looked at; it is given again only if it must still be the same ({@link changesOf}).
 * Beside it lie the parts it was made from: what is left of them once something has changed is for those who make the
 * next answer to tell. A cache that is missing, damaged, of another version or not writable costs time, nothing else.
 */
export interface KeptAnswer {
  readonly files: readonly string[];
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly used: number;
}

/** What is there for a question: the answer, or what became of its inputs since, with the parts it was made from. */
export type Found = { readonly answer: unknown } | EarlierRun;

export interface EarlierRun {
  /** The inputs as they were when the answer was made. */
  readonly inputs: KeptInputs;
  readonly changes: Changes;
  /** As they were kept; `undefined`: none. */
  readonly parts: () => unknown;
}

/** More than this and the oldest go: answers, and bytes in all. */
const mostAnswers = 40;
const mostBytes = 256 * 1024 * 1024;

/** Changed with every change to what is stored. */
const format = 4;
const answerExtension = '.answer';
const partsExtension = '.parts';
const unfinished = '.new';
const sumBytes = 20;

/** What a file holds behind its sum, as V8 writes values. */
interface Kept {
  readonly inputs: KeptInputs;
  /** The same for the answer by itself, which is read only if it holds. */
  readonly answer: Uint8Array;
  /** The parts that belong to it have the same. */
  readonly stamp: string;
}

interface KeptParts {
  readonly parts: unknown;
  readonly stamp: string;
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

/** What is kept for a question. `began`: milliseconds since 1970, before the first look. */
export function keptAnswer(folder: string, key: string, began = Date.now()): Found | undefined {
  try {
    // The sum says that it is as it was written, and the key that it was written by this version.
    const kept = deserialize(bodyOf(join(folder, key + answerExtension))) as Kept;
    const changes = changesOf(kept.inputs);
    if (!changes) return undefined;
    if (changes.isSame) {
      // Next time what changed need not be looked at again.
      if (changes.files.size > 0 && newestOf(changes.inputs) <= began - tooYoungMs)
        write(folder, key + answerExtension, { ...kept, inputs: changes.inputs });
      return { answer: deserialize(kept.answer) };
    }
    return {
      inputs: kept.inputs,
      changes,
      parts() {
        try {
          const { parts, stamp } = deserialize(bodyOf(join(folder, key + partsExtension))) as KeptParts;
          return stamp === kept.stamp ? parts : undefined;
        } catch {
          return undefined;
        }
      },
    };
  } catch {
    return undefined;
  }
}

/** What a file holds; throws if it is not there or damaged. */
function bodyOf(file: string): Uint8Array {
  const bytes = readFileSync(file);
  const body = bytes.subarray(sumBytes);
  if (!sumOf(body).equals(bytes.subarray(0, sumBytes))) throw new Error('damaged');
  return body;
}

/** Against damage; with some processors three times as fast as SHA-256. */
const sumOf = (body: Uint8Array): Buffer => createHash('sha1').update(body).digest();

export interface ToKeep {
  readonly answer: unknown;
  /** What was looked at. */
  readonly log: Logged;
  /** What parts of an earlier run that went into the answer were made from, as found when this run began. */
  readonly earlier?: KeptInputs | undefined;
  readonly parts?: unknown;
}

/**
 * Keeps an answer, unless something it was made from changed while it was being made (`began`: milliseconds since 1970,
 * before the first look). True: it was kept.
 */
export function keepAnswer(
  folder: string,
  key: string,
  { answer, log, earlier, parts }: ToKeep,
  began: number,
): boolean {
  const inputs = inputsOf(log, earlier);
  if (!inputs || newestOf(inputs) > began - tooYoungMs) return false;
  const stamp = randomBytes(8).toString('hex');
  const isKept =
    (parts === undefined || write(folder, key + partsExtension, { parts, stamp })) &&
    write(folder, key + answerExtension, { inputs, answer: serialize(answer), stamp });
  makeRoom(folder);
  return isKept;
}

/** Written aside and renamed, so that nobody ever reads half of it. */
function write(folder: string, name: string, value: Kept | KeptParts): boolean {
  const aside = join(folder, `${name}.${String(process.pid)}.${randomBytes(4).toString('hex')}${unfinished}`);
  try {
    const body = serialize(value);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
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
    .filter((name) => [answerExtension, partsExtension, unfinished].some((end) => name.endsWith(end)))
    .flatMap((name): readonly KeptFile[] => {
      const file = join(folder, name);
      const found = statSync(file, { throwIfNoEntry: false });
      const key = name.slice(0, name.indexOf('.'));
      return found ? [{ file, key, bytes: found.size, used: found.mtimeMs }] : [];
    });
}

/** What another run may still be writing is left alone for this long. */
const leftOverMs = 3_600_000;

function makeRoom(folder: string): void {
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
