import { createHash, randomBytes } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { makeRoom, readKept, writeKept } from './cache-files';
import { changesOf, type Changes } from './changed-inputs';
import { inputsOf, newestOf, type KeptInputs, type Logged } from './kept-inputs';
import type { AskedAhead } from './stat-files';

/**
 * Answers kept between runs, in the user's cache folder, never in a tree. An answer is a function of the question and of
 * the files and folders that were looked at; it is given again only if it must still be the same ({@link changesOf}).
 * Beside it lie the parts it was made from: what is left of them once something has changed is for those who make the
 * next answer to tell. A cache that is missing, damaged, of another version or not writable costs time, nothing else.
 */
export type Found = { readonly answer: unknown } | EarlierRun;

export interface EarlierRun {
  /** The inputs as they were when the answer was made. */
  readonly inputs: KeptInputs;
  readonly changes: Changes;
  /** As they were kept; `undefined`: none. */
  readonly parts: () => unknown;
}

/** Changed with every change to what is stored. */
const format = 6;

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
    const kept = readKept(folder, key, 'answer') as Kept;
    const changes = changesOf(kept.inputs);
    if (!changes) return undefined;
    if (changes.isSame) {
      // Next time what changed need not be looked at again.
      if (changes.files.size > 0 && newestOf(changes.inputs) <= began - tooYoungMs)
        writeKept(folder, key, 'answer', { ...kept, inputs: changes.inputs });
      return { answer: deserialize(kept.answer) };
    }
    return {
      inputs: kept.inputs,
      changes,
      parts() {
        try {
          const { parts, stamp } = readKept(folder, key, 'parts') as KeptParts;
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

export interface ToKeep {
  readonly answer: unknown;
  /** What was looked at. */
  readonly log: Logged;
  /** What parts of an earlier run that went into the answer were made from, as found when this run began. */
  readonly earlier?: KeptInputs | undefined;
  /** What another thread was asked for meanwhile, as for {@link inputsOf}. */
  readonly ahead?: AskedAhead | undefined;
  readonly parts?: unknown;
}

/**
 * Keeps an answer, unless something it was made from changed while it was being made (`began`: milliseconds since 1970,
 * before the first look). True: it was kept.
 */
export function keepAnswer(
  folder: string,
  key: string,
  { answer, log, earlier, ahead, parts }: ToKeep,
  began: number,
): boolean {
  const inputs = inputsOf(log, earlier, ahead);
  if (!inputs || newestOf(inputs) > began - tooYoungMs) return false;
  const stamp = randomBytes(8).toString('hex');
  const isKept =
    (parts === undefined || writeKept(folder, key, 'parts', { parts, stamp })) &&
    writeKept(folder, key, 'answer', { inputs, answer: serialize(answer), stamp });
  makeRoom(folder);
  return isKept;
}
