import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Share } from './prescan-share';
import type { ScanResult } from './scan-files';

/** A thread that works on one share after the other. */
export interface ScanThread {
  /** Takes part in a share, once it is done with those that it was given before. */
  readonly run: (share: Share) => Promise<ScanResult>;
  /** What it does is waited for; or not: the process may end meanwhile. */
  readonly awaited: (isAwaited: boolean) => void;
  /** Nobody wants it any more. */
  readonly end: () => void;
}

/** What ends a thread, once it is done with its shares. */
const lastMessage = 'end';

/** Threads that look through a tree together, the one that asks for it included. */
export const threadsInAll = (): number => Math.min(availableParallelism(), 4);

/** Threads that were started before it was known what they are to do. */
const waiting: ScanThread[] = [];

/** Soon there will be a scan: until a thread has started, much else can be loaded and read. */
export function expectScan(): void {
  while (waiting.length < threadsInAll() - 1) {
    const thread = newThread();
    thread.awaited(false);
    waiting.push(thread);
  }
}

/** One that waits, or else a new one. */
export function startThread(): ScanThread {
  const thread = waiting.pop() ?? newThread();
  thread.awaited(true);
  return thread;
}

function newThread(): ScanThread {
  const bundled = join(__dirname, 'prescan-worker.js');
  // Run from TypeScript (in tests), the worker needs the loader that the process has.
  const worker = existsSync(bundled)
    ? new Worker(bundled)
    : new Worker(join(__dirname, 'prescan-worker.ts'), { execArgv: ['--require', 'tsx/cjs'] });
  let failed: Error | undefined;
  const asked: { readonly give: (result: ScanResult) => void; readonly fail: (reason: unknown) => void }[] =
    [];
  worker.on('message', (result: ScanResult) => {
    asked.shift()?.give(result);
  });
  worker.on('error', (error: Error) => {
    failed = error;
    for (const { fail } of asked.splice(0)) fail(error);
  });
  return {
    run(share) {
      const result = new Promise<ScanResult>((give, fail) => {
        if (failed !== undefined) {
          fail(failed);
          return;
        }
        asked.push({ give, fail });
        worker.postMessage(share);
      });
      // It may fail before anybody waits for it.
      result.catch(() => undefined);
      return result;
    },
    awaited(isAwaited) {
      if (isAwaited) worker.ref();
      else worker.unref();
    },
    end() {
      // Not `terminate`: where its code is just being compiled in the background, that brings the whole process down.
      worker.unref();
      worker.postMessage(lastMessage);
    },
  };
}
