import { existsSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { absolutePath, pathsInPart, shortPathsIn, type PathList } from './path-list';

/** Numbers per path: size, inode, time of modification, time of change; all 0 where there is nothing. */
export const factsPerPath = 4;

/** What two threads share. */
export interface StatShare {
  readonly paths: PathList;
  /** {@link factsPerPath} numbers for each, in shared memory. */
  readonly facts: Float64Array;
  /** In shared memory: the next part of the paths to take, and how many paths are done. */
  readonly counters: Int32Array;
}

/** Fewer than this are done before another thread has started. */
export const worthAThread = 20_000;
/** Milliseconds after which nobody waits for the other thread any more. */
const patience = 2000;

/** Paths that another thread is asking about. */
export interface AskedAhead {
  readonly paths: PathList;
  /** What they are; once. This thread takes part in what is left. */
  readonly facts: () => Float64Array;
}

/** What files and folders (with a slash at the end) are now. */
export function statFiles(paths: PathList, isShared = paths.count >= worthAThread): Float64Array {
  return isShared ? askAhead(paths).facts() : begin(paths, undefined).facts();
}

/** Has another thread begin to ask what these are, while this one has something else to do. */
export function askAhead(paths: PathList): AskedAhead {
  const worker = waiting ?? newWorker();
  waiting = undefined;
  return begin(paths, worker);
}

function begin(paths: PathList, worker: Worker | undefined): AskedAhead {
  const { count } = paths;
  const share: StatShare = {
    paths,
    facts: new Float64Array(new SharedArrayBuffer(count * factsPerPath * 8)),
    counters: new Int32Array(new SharedArrayBuffer(8)),
  };
  // Of a piece of a file that was read, all of the file would be copied, twice.
  worker?.postMessage({ ...share, paths: { ...paths, bytes: inSharedMemory(paths.bytes) } });
  return {
    paths,
    facts() {
      statShare(share);
      // What the other thread took it finishes in a moment; if it died, this one does all of it again.
      for (let done = Atomics.load(share.counters, 1); done < count; done = Atomics.load(share.counters, 1))
        if (Atomics.wait(share.counters, 1, done, patience) === 'timed-out') {
          Atomics.store(share.counters, 0, 0);
          Atomics.store(share.counters, 1, 0);
          statShare(share);
          break;
        }
      return share.facts;
    },
  };
}

function inSharedMemory(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

/** Works until no path is left that nobody took. */
export function statShare({ paths, facts, counters }: StatShare): void {
  for (;;) {
    const part = Atomics.add(counters, 0, 1);
    if (part >= paths.ends.length) return;
    const names = shortPathsIn(paths, part);
    let at = part * pathsInPart * factsPerPath;
    for (const name of names) {
      const found = whatIsAt(absolutePath(paths, name));
      // A folder's own size says nothing, and its times say what came or went.
      facts[at] = found ? (name.endsWith('/') ? -1 : found.size) : 0;
      facts[at + 1] = found?.ino ?? 0;
      facts[at + 2] = found?.mtimeMs ?? 0;
      facts[at + 3] = found?.ctimeMs ?? 0;
      at += factsPerPath;
    }
    Atomics.add(counters, 1, names.length);
    Atomics.notify(counters, 1);
  }
}

/** `undefined`: nothing, or nothing that can be asked for: a link to itself. */
function whatIsAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** A thread that was started before it was known what it is to do. */
let waiting: Worker | undefined;

/** Soon there will be many paths: starting a thread takes as long as asking about 10,000 of them. */
export function expectManyPaths(): void {
  waiting ??= newWorker();
}

/** There will be none after all. */
export function expectNoPaths(): void {
  waiting?.postMessage(undefined);
  waiting = undefined;
}

function newWorker(): Worker | undefined {
  const bundled = join(__dirname, 'stat-worker.js');
  if (!existsSync(bundled)) return undefined;
  const worker = new Worker(bundled);
  // It ends by itself after its first message: `terminate` can bring the whole process down, where the thread's code is
  // just being compiled in the background. Without it the work takes longer, nothing else.
  worker.on('error', () => undefined);
  worker.unref();
  return worker;
}

/** What a worker is told comes to it untyped. */
export function isStatShare(value: unknown): value is StatShare {
  return typeof value === 'object' && value !== null && 'paths' in value && 'facts' in value;
}
