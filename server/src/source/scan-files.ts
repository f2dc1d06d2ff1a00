import { closeSync, openSync, readdirSync, readSync, statSync, type Dirent } from 'node:fs';
import { errorCode } from './disk-tree';
import { includeWords, longestInclude } from './include-names';
import { listingMark, markMaker, type Mark, type MarkMaker } from './mark';
import { needleSearch } from './needle-search';
import type { Hit, SearchOutcome } from './search-outcome';

export type { Hit } from './search-outcome';

export interface ScanResult extends SearchOutcome {
  readonly files: number;
  readonly bytes: number;
  /** What was looked at, relative to the root; empty unless it was asked for. */
  readonly looked: Looked;
}

/** Files and folders, and what was found in each; 0: something that cannot be told again. */
export interface Looked {
  readonly files: readonly string[];
  readonly found: readonly Mark[];
  readonly folders: readonly string[];
  readonly listings: readonly Mark[];
}

export interface ScanWishes {
  /** List the files that were looked at. */
  readonly listed?: boolean;
  /** List them and the folders, with what was found in each. */
  readonly logged?: boolean;
  /** Collect what the files include. */
  readonly includes?: boolean;
}

/** Which files of a folder are scanned. */
export interface FolderWishes {
  /** With all below it. */
  readonly deep: boolean;
  /** Hidden folders too. */
  readonly hidden?: boolean | undefined;
  /** Only headers, or only what is none. */
  readonly only?: 'headers' | 'others' | undefined;
}

/** Scans one file at a time with one buffer for all: three system calls a file, nothing kept. */
export interface Scanner {
  /** A file, relative to the root. */
  file(path: string): void;
  /** A folder. */
  folder(path: string, wishes: FolderWishes): void;
  result(): ScanResult;
}

/** Most files fit one piece; a few register headers have 20 MB. */
const pieceSize = 1 << 20;

const none: readonly number[] = [];

/** Folders at the root that hold no kernel objects: programs for the host, and prose. */
export const withoutObjects: ReadonlySet<string> = new Set(['Documentation', 'tools', 'LICENSES']);

/**
 * `needles` are ASCII. `exclude` are folders relative to the root. Links to folders are not followed, so there are no
 * loops; what is no regular file (a FIFO named `x.c`) is not opened.
 */
export function scanner(
  root: string,
  needles: readonly string[],
  exclude: readonly string[],
  { listed = false, logged = false, includes = false }: ScanWishes = {},
): Scanner {
  const words = includes ? includeWords : [];
  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
  const patterns = needles.map(latin1);
  const { buffer, search, found, namesMet, names } = needleSearch(patterns, pieceSize, words.map(latin1));
  const includers: string[] = [];
  const ends: number[] = [];
  let met = 0;
  const hits: Hit[] = [];
  const problems: { file: string; reason: string }[] = [];
  const skipped: { file: string; reason: string }[] = [];
  const excluded = new Set(exclude.map((path) => path.replace(/^\.\/|\/+$/g, '')));
  const overlap = Math.max(includes ? longestInclude : 0, ...patterns.map(({ length }) => length - 1));
  const looked = {
    files: [] as string[],
    found: [] as Mark[],
    folders: [] as string[],
    listings: [] as Mark[],
  };
  let files = 0;
  let bytes = 0;

  /** Reads piece by piece, each overlapping the last by what a needle may straddle. Returns the needles found. */
  const needlesIn = (path: string): readonly number[] => {
    const file = openSync(path, 'r');
    try {
      let any = false;
      let kept = 0;
      for (;;) {
        const piece = buffer();
        const count = readSync(file, piece, kept, pieceSize - kept, null);
        bytes += count;
        const length = kept + count;
        const seen = search(length, kept === 0);
        any ||= seen.any;
        // Only a source says so: what else is binary holds no needle either.
        if (seen.isBinary && path.endsWith('.c'))
          problems.push({ file: path.slice(root.length + 1), reason: 'binary, not read' });
        if (length < pieceSize) return any ? found() : none;
        buffer().copyWithin(0, pieceSize - overlap);
        kept = overlap;
      }
    } finally {
      closeSync(file);
    }
  };

  /** Notes what the file includes, which was met since the last one. */
  const scanned = (path: string, mark: MarkMaker | undefined): void => {
    const before = met;
    met = namesMet();
    if (met === before) return;
    includers.push(path);
    ends.push(met);
    if (mark) names(before).forEach(mark.number);
  };

  const scanFile = (path: string): void => {
    const problemsBefore = problems.length;
    const mark = logged ? markMaker() : undefined;
    try {
      const held = needlesIn(`${root}/${path}`);
      if (held.length > 0) hits.push({ file: path, needles: held });
      if (mark) for (const one of held) mark.number(one);
      scanned(path, mark);
      files++;
    } catch (error) {
      problems.push({ file: path, reason: `cannot be read (${errorCode(error)})` });
    }
    if (mark || listed) looked.files.push(path);
    if (mark) looked.found.push(problems.length === problemsBefore ? mark.mark() : 0);
  };

  const scanFolder = (top: string, { deep, hidden = false, only }: FolderWishes): void => {
    const waiting = [top];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      let entries: Dirent[];
      try {
        entries = readdirSync(`${root}/${folder}`, { withFileTypes: true });
        if (logged) {
          looked.folders.push(folder);
          looked.listings.push(listingMark(entries));
        }
      } catch (error) {
        if (logged) {
          looked.folders.push(folder);
          looked.listings.push(0);
        }
        problems.push({ file: folder, reason: `cannot be listed (${errorCode(error)})` });
        continue;
      }
      const reason = folder === '' ? undefined : foreign(entries);
      if (reason !== undefined) {
        skipped.push({ file: folder, reason });
        continue;
      }
      for (const entry of entries) {
        const { name } = entry;
        const path = folder === '' ? name : `${folder}/${name}`;
        if (entry.isDirectory()) {
          if (deep && (hidden || !name.startsWith('.')) && !excluded.has(path)) waiting.push(path);
        } else if (
          isSource(name) &&
          (only === undefined || (only === 'headers') === name.endsWith('.h')) &&
          (entry.isFile() || (entry.isSymbolicLink() && isFileLink(`${root}/${path}`)))
        )
          scanFile(path);
      }
    }
  };

  return {
    file: scanFile,
    folder: scanFolder,
    result: () => ({
      hits,
      problems,
      skipped,
      files,
      bytes,
      looked,
      includes: { files: includers, ends: Uint32Array.from(ends), names: names(0) },
    }),
  };
}

/** `.c`, `.h`, `.S`; not what modpost writes. */
export function isSource(name: string): boolean {
  if (name.charCodeAt(name.length - 2) !== 46) return false;
  const last = name.charCodeAt(name.length - 1);
  return (last === 99 && !name.endsWith('.mod.c')) || last === 104 || last === 83;
}

const ofKernels: readonly string[] = ['arch', 'init', 'kernel', 'include', 'Makefile'];
const telling: ReadonlySet<string> = new Set([...ofKernels, '.config', '.git']);

/** Why a folder below the root is not part of this kernel: a finished build, or another tree. */
export function foreign(entries: readonly Dirent[]): string | undefined {
  const names = entries.map(({ name }) => name).filter((name) => telling.has(name));
  const has = (name: string): boolean => names.includes(name);
  if (has('.config') && has('Makefile')) return 'a build folder (O=), left out';
  if (ofKernels.every(has)) return 'another kernel tree, left out';
  if (has('.git')) return 'a repository of its own, left out';
  return undefined;
}

export function isFileLink(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
