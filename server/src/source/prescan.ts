import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mergedIncludeNames } from './include-names';
import type { InputLog } from './input-log';
import { listingMark } from './mark';
import { runShare, type Part, type Share } from './prescan-share';
import { foreign, withoutObjects, type FolderWishes, type Hit, type ScanResult } from './scan-files';
import { startThread, threadsInAll } from './scan-thread';

export type PrescanReport = (done: number, total: number) => void;

export interface PrescanOptions {
  readonly exclude?: readonly string[];
  /** Threads in all, this one included. Default: as many as the machine has processors, at most 4. */
  readonly threads?: number;
  readonly report?: PrescanReport;
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
  return scanParts(
    root,
    needles,
    fileParts(files),
    files.length < worthAThread ? { ...options, threads: 1 } : options,
  );
}

function fileParts(files: readonly string[]): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < files.length; at += filesInPart)
    parts.push({ kind: 'files', paths: files.slice(at, at + filesInPart) });
  return parts;
}

/** Something else to do in small steps; what is left of it when others have taken all of the scan is left. */
export type Steps = Iterator<unknown, void>;

/** A scan that other threads have begun. */
export interface RunningScan {
  readonly root: string;
  readonly needles: readonly string[];
  readonly exclude: readonly string[];
  /** False: only some headers, and what will be named. */
  readonly isWhole: boolean;
  /** Which headers are looked at first, and what they hold, once; `undefined`: they are looked at with all the rest. */
  readonly headers: (otherwise?: Steps) => Promise<ScanResult> | undefined;
  /**
   * After that, once: the rest of the tree, or else these files, relative to the root. This thread takes part, too: when
   * it has nothing else to do.
   */
  readonly rest: (files: readonly string[], report?: PrescanReport, otherwise?: Steps) => Promise<ScanResult>;
  /** Nobody wants it any more, or all of it is done. */
  readonly end: () => void;
}

/** Where the headers are that any source may include. */
const headersOf = 'include';

/**
 * Begins to scan in other threads, while this one has something else to do: the headers below include/, then the whole
 * tree, unless it is to be told later which files. `undefined`: there are no other threads.
 */
export function startScan(
  root: string,
  needles: readonly string[],
  isWhole: boolean,
  { exclude = [], log, includes = false }: PrescanOptions,
): RunningScan | undefined {
  const threads = threadsInAll();
  if (threads < 2) return undefined;
  const wishes = { exclude, includes, logged: log !== undefined, listed: false };
  const begin = (of: readonly Part[], more: Partial<typeof wishes> = {}): RunningScan['rest'] => {
    const share = shareOf(root, needles, of, { ...wishes, ...more });
    shares.push(share);
    const theirs = others.map((thread) => thread.run(share));
    return async (_, report, otherwise) => {
      for (const thread of others) thread.awaited(true);
      while (Atomics.load(share.next, 0) < of.length && otherwise?.next().done === false);
      const own = runShare(share, (taken) => report?.(taken, of.length));
      // While others are at their last parts.
      while (Atomics.load(share.next, 1) < threads && otherwise?.next().done === false);
      const found = await Promise.all(theirs);
      for (const thread of others) thread.awaited(false);
      return logged(share, log, mergedScans([own, ...found]));
    };
  };
  const shares: Share[] = [];
  const others = Array.from({ length: threads - 1 }, startThread);
  // Whoever fails before asking for the result need not wait for it.
  for (const thread of others) thread.awaited(false);
  // What is kept of a whole scan is kept as one.
  const isApart = !isWhole || log === undefined;
  const headers = isApart ? begin(headerParts(root, exclude, !isWhole, log), { listed: true }) : undefined;
  const rest = isWhole ? begin(folderParts(root, exclude, log, isApart)) : undefined;
  return {
    root,
    needles,
    exclude,
    isWhole,
    headers: (otherwise) => headers?.([], undefined, otherwise),
    rest: (files, report, otherwise) => (rest ?? begin(fileParts(files)))(files, report, otherwise),
    end() {
      // Parts that nobody took are not wanted any more.
      for (const { next, parts } of shares) Atomics.store(next, 0, parts.length);
      for (const thread of others) thread.end();
    },
  };
}

function shareOf(
  root: string,
  needles: readonly string[],
  parts: readonly Part[],
  wishes: Pick<Share, 'exclude' | 'includes' | 'listed' | 'logged'>,
): Share {
  return { root, needles, parts, next: new Int32Array(new SharedArrayBuffer(8)), ...wishes };
}

async function scanParts(
  root: string,
  needles: readonly string[],
  parts: readonly Part[],
  options: PrescanOptions,
): Promise<ScanResult> {
  const { log, exclude = [], includes = false } = options;
  const share = shareOf(root, needles, parts, {
    exclude,
    includes,
    listed: false,
    logged: log !== undefined,
  });
  const threads = Math.min(options.threads ?? threadsInAll(), Math.max(parts.length, 1));
  const start = (count: number): readonly Promise<ScanResult>[] =>
    Array.from({ length: count }, async () => {
      const thread = startThread();
      try {
        return await thread.run(share);
      } finally {
        thread.end();
      }
    });
  if (options.apart === true && threads > 1) {
    const watch = setInterval(() => {
      options.report?.(Math.min(Atomics.load(share.next, 0), parts.length), parts.length);
    }, reportEvery);
    try {
      return logged(share, log, mergedScans(await Promise.all(start(threads))));
    } finally {
      clearInterval(watch);
    }
  }
  const others = start(threads - 1);
  const own = runShare(share, (taken) => options.report?.(taken, parts.length));
  return logged(share, log, mergedScans([own, ...(await Promise.all(others))]));
}

function logged(
  { root, needles, includes, parts }: Share,
  log: InputLog | undefined,
  result: ScanResult,
): ScanResult {
  const { files, found, folders, listings } = result.looked;
  const isWhole = parts.every((part) => part.kind === 'folders' && part.wishes.only === undefined);
  log?.searched({ root, needles, includes, files, found, folders: isWhole ? folders : [], outcome: result });
  folders.forEach((folder, index) => log?.folder(join(root, folder), listings[index]));
  return result;
}

/** What several looks at different files found. */
export function mergedScans(results: readonly ScanResult[]): ScanResult {
  const byFile = (a: Hit, b: Hit): number => (a.file < b.file ? -1 : 1);
  // Not one by one: there may be a quarter of a million of each.
  const all = <T>(of: (result: ScanResult) => readonly T[]): T[] => new Array<T>().concat(...results.map(of));
  return {
    hits: all(({ hits }) => hits).sort(byFile),
    problems: all(({ problems }) => problems),
    skipped: all(({ skipped }) => skipped),
    files: results.reduce((sum, { files }) => sum + files, 0),
    bytes: results.reduce((sum, { bytes }) => sum + bytes, 0),
    looked: {
      files: all(({ looked }) => looked.files),
      found: all(({ looked }) => looked.found),
      folders: all(({ looked }) => looked.folders),
      listings: all(({ looked }) => looked.listings),
    },
    includes: mergedIncludeNames(results.map(({ includes }) => includes)),
  };
}

/** The folders in a folder, hidden ones too; none of a folder that is passed over. */
function foldersIn(
  root: string,
  path: string,
  skip: ReadonlySet<string>,
  log: InputLog | undefined,
): readonly string[] {
  try {
    const entries = readdirSync(join(root, path), { withFileTypes: true });
    log?.folder(join(root, path), listingMark(entries));
    if (path !== '' && foreign(entries) !== undefined) return [];
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => (path === '' ? name : `${path}/${name}`))
      .filter((folder) => !skip.has(folder));
  } catch {
    log?.folder(join(root, path));
    return [];
  }
}

/** The headers below include/, shared out by the folders in it, and those in them. */
function headerParts(
  root: string,
  exclude: readonly string[],
  hidden: boolean,
  log: InputLog | undefined,
): readonly Part[] {
  const wishes = { hidden, only: 'headers' } as const;
  const folders = (path: string): readonly string[] =>
    foldersIn(root, path, new Set(exclude), log).filter((folder) => hidden || !isHidden(folder));
  const below = folders(headersOf);
  return [
    // In include/linux is a third of them.
    ...[...below, headersOf].map((path) => folderPart(path, { ...wishes, deep: false })),
    ...below.flatMap(folders).map((path) => folderPart(path, { ...wishes, deep: true })),
  ];
}

const folderPart = (path: string, wishes: FolderWishes): Part => ({ kind: 'folders', paths: [path], wishes });

const isHidden = (path: string): boolean => path.startsWith('.', path.lastIndexOf('/') + 1);

/**
 * Folders two levels down make parts small enough to share out; the largest go first (drivers/ is more than half of a
 * kernel, and drivers/gpu more than half of that), so that no thread is left alone with one at the end. `isApart`: the
 * headers below include/ are looked at elsewhere.
 */
function folderParts(
  root: string,
  exclude: readonly string[],
  log?: InputLog,
  isApart = false,
): readonly Part[] {
  const skip = new Set([...exclude, ...withoutObjects]);
  const folders = (path: string): readonly string[] =>
    foldersIn(root, path, skip, log).filter((folder) => !isHidden(folder));
  const tops = folders('');
  const weight = (path: string): number => (path === 'drivers/gpu' ? 2 : path.startsWith('drivers/') ? 1 : 0);
  const below = tops.flatMap((top) => folders(top)).sort((a, b) => weight(b) - weight(a));
  const part = (path: string, deep: boolean): Part => {
    const isOfHeaders = path === headersOf || path.startsWith(`${headersOf}/`);
    return folderPart(path, { deep, only: isApart && isOfHeaders ? 'others' : undefined });
  };
  return [...below.map((path) => part(path, true)), ...['', ...tops].map((path) => part(path, false))];
}
