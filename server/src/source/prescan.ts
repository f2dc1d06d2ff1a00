import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { mergedIncludeNames } from './include-names';
import type { InputLog } from './input-log';
import { listingMark } from './mark';
import { runShare, type Part, type Share } from './prescan-share';
import { withoutObjects, type Hit, type ScanResult } from './scan-files';

export interface PrescanOptions {
  readonly exclude?: readonly string[];
  /** Threads in all, this one included. Default: as many as the machine has processors, at most 4. */
  readonly threads?: number;
  readonly report?: (done: number, total: number) => void;
  /** Told of everything that is looked at. */
  readonly log?: InputLog | undefined;
  /** Collect what the files include. */
  readonly includes?: boolean;
  /** This thread does none of the work: it has others to answer. */
  readonly apart?: boolean;
}

/** Fewer files than this are not worth a thread's start. */
const worthAThread = 400;
const filesInPart = 200;
/** Milliseconds. */
const reportEvery = 100;

/**
 * Finds the files below `root` that hold one of the needles. What is looked at: every `.c`, `.h` and `.S` outside
 * Documentation/, tools/, build folders and foreign trees.
 */
export async function prescanTree(
  root: string,
  needles: readonly string[],
  options: PrescanOptions = {},
): Promise<ScanResult> {
  return scanParts(root, needles, folderParts(root, options.exclude ?? [], options.log), options);
}

/** The same for chosen files, relative to the root. */
export async function prescanFiles(
  root: string,
  needles: readonly string[],
  files: readonly string[],
  options: PrescanOptions = {},
): Promise<ScanResult> {
  const parts: Part[] = [];
  for (let at = 0; at < files.length; at += filesInPart)
    parts.push({ kind: 'files', paths: files.slice(at, at + filesInPart) });
  return scanParts(root, needles, parts, files.length < worthAThread ? { ...options, threads: 1 } : options);
}

async function scanParts(
  root: string,
  needles: readonly string[],
  parts: readonly Part[],
  options: PrescanOptions,
): Promise<ScanResult> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const { log } = options;
  const share: Share = {
    root,
    needles,
    exclude: options.exclude ?? [],
    parts,
    next,
    logged: log !== undefined,
    includes: options.includes === true,
  };
  const threads = Math.min(options.threads ?? Math.min(availableParallelism(), 4), Math.max(parts.length, 1));
  if (options.apart === true && threads > 1) {
    const watch = setInterval(() => {
      options.report?.(Math.min(Atomics.load(next, 0), parts.length), parts.length);
    }, reportEvery);
    try {
      return logged(
        share,
        log,
        merge(await Promise.all(Array.from({ length: threads }, () => startWorker(share)))),
      );
    } finally {
      clearInterval(watch);
    }
  }
  const others = Array.from({ length: threads - 1 }, () => startWorker(share));
  const own = runShare(share, (taken) => options.report?.(taken, parts.length));
  return logged(share, log, merge([own, ...(await Promise.all(others))]));
}

function logged(
  { root, needles, includes }: Share,
  log: InputLog | undefined,
  result: ScanResult,
): ScanResult {
  const { files, found, folders, listings } = result.looked;
  log?.searched({ root, needles, includes, files, found });
  folders.forEach((folder, index) => log?.folder(join(root, folder), listings[index]));
  return result;
}

function startWorker(share: Share): Promise<ScanResult> {
  const bundled = join(__dirname, 'prescan-worker.js');
  // Run from TypeScript (in tests), the worker needs the loader that the process has.
  const worker = existsSync(bundled)
    ? new Worker(bundled, { workerData: share })
    : new Worker(join(__dirname, 'prescan-worker.ts'), {
        workerData: share,
        execArgv: ['--require', 'tsx/cjs'],
      });
  return new Promise((resolve, reject) => {
    worker.once('message', (result: ScanResult) => {
      resolve(result);
    });
    worker.once('error', reject);
  });
}

function merge(results: readonly ScanResult[]): ScanResult {
  const byFile = (a: Hit, b: Hit): number => (a.file < b.file ? -1 : 1);
  return {
    hits: results.flatMap(({ hits }) => hits).sort(byFile),
    problems: results.flatMap(({ problems }) => problems),
    skipped: results.flatMap(({ skipped }) => skipped),
    files: results.reduce((sum, { files }) => sum + files, 0),
    bytes: results.reduce((sum, { bytes }) => sum + bytes, 0),
    looked: {
      files: results.flatMap(({ looked }) => looked.files),
      found: results.flatMap(({ looked }) => looked.found),
      folders: results.flatMap(({ looked }) => looked.folders),
      listings: results.flatMap(({ looked }) => looked.listings),
    },
    includes: mergedIncludeNames(results.map(({ includes }) => includes)),
  };
}

/**
 * Folders two levels down make parts small enough to share out; the largest go first (drivers/ is more than half of a
 * kernel, and drivers/gpu more than half of that), so that no thread is left alone with one at the end.
 */
function folderParts(root: string, exclude: readonly string[], log?: InputLog): readonly Part[] {
  const skip = new Set([...exclude, ...withoutObjects]);
  const folders = (path: string): readonly string[] => {
    try {
      const entries = readdirSync(join(root, path), { withFileTypes: true });
      log?.folder(join(root, path), listingMark(entries));
      return entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map(({ name }) => (path === '' ? name : `${path}/${name}`))
        .filter((folder) => !skip.has(folder));
    } catch {
      log?.folder(join(root, path));
      return [];
    }
  };
  const tops = folders('');
  const weight = (path: string): number => (path === 'drivers/gpu' ? 2 : path.startsWith('drivers/') ? 1 : 0);
  const below = tops.flatMap((top) => folders(top)).sort((a, b) => weight(b) - weight(a));
  return [
    ...below.map((path): Part => ({ kind: 'folder', paths: [path] })),
    ...['', ...tops].map((path): Part => ({ kind: 'own-files', paths: [path] })),
  ];
}
