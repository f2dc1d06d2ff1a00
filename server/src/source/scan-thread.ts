import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Share } from './prescan-share';
import type { ScanResult } from './scan-files';

/** A thread that works on one share after the other. */
export interface ScanThread {
  /** Takes part in a share. Only when it has said what it found, it can be given another. */
  readonly run: (share: Share) => Promise<ScanResult>;
  /** What it does is waited for; or not: the process may end meanwhile. */
  readonly awaited: (isAwaited: boolean) => void;
  /** Nobody wants it any more. */
  readonly end: () => void;
}

export function startThread(): ScanThread {
  const bundled = join(__dirname, 'prescan-worker.js');
  // Run from TypeScript (in tests), the worker needs the loader that the process has.
  const worker = existsSync(bundled)
    ? new Worker(bundled)
    : new Worker(join(__dirname, 'prescan-worker.ts'), { execArgv: ['--require', 'tsx/cjs'] });
  let failed: unknown;
  let give: (result: ScanResult) => void = () => undefined;
  let fail: (reason: unknown) => void = () => undefined;
  worker.on('message', (result: ScanResult) => {
    give(result);
  });
  worker.on('error', (error) => {
    failed = error;
    fail(error);
  });
  return {
    run(share) {
      const result = new Promise<ScanResult>((resolve, reject) => {
        give = resolve;
        fail = reject;
      });
      // It may have failed before anybody waits for it.
      result.catch(() => undefined);
      if (failed === undefined) worker.postMessage(share);
      else fail(failed);
      return result;
    },
    awaited(isAwaited) {
      if (isAwaited) worker.ref();
      else worker.unref();
    },
    end() {
      void worker.terminate();
    },
  };
}
