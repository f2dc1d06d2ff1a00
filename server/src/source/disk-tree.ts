import { isAscii } from 'node:buffer';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { InputLog } from './input-log';
import { listingMark } from './mark';
import type { TreeReader } from './tree-reader';

/** Bigger text files than this are not source that a person edits; reading one would cost more than it tells. */
export const largestFile = 8 * 1024 * 1024;
/** Bytes at the beginning in which a zero tells that a file is no text. */
export const binaryLooksIn = 8192;

type ReadingOf<What> = (What & { readonly changed: number }) | { readonly reason: string };
type Reading = ReadingOf<{ readonly text: string }>;

export interface DiskTree extends TreeReader {
  /** Something came or went in a directory: what it is that is now otherwise than was answered before. */
  listAgain(directory: string): readonly Difference[];
  /** The same for a directory and all below it. */
  listAgainBelow(directory: string): readonly Difference[];
}

/** What a path was, and what it is. */
export interface Difference {
  readonly path: string;
  readonly before: ReturnType<TreeReader['kind']>;
  readonly after: ReturnType<TreeReader['kind']>;
}

/**
 * A tree on disk, as it was when each thing was first asked for: `kind` and `list` are kept, `read` is not (facts are,
 * above). Links to files are followed, links to folders are not. `log`: told of everything that is looked at.
 */
export function diskTree(root: string, log?: InputLog): DiskTree {
  const listings = new Map<string, Listing>();
  /** Of folders that are not listed the name that was asked for, and is not there. */
  const absent = new Map<string, string>();
  const problems = new Map<string, string>();
  /** When each file that was read had been written to, in milliseconds. */
  const versions = new Map<string, number>();
  const base = join(root, '/');
  // As `join` has it, at a tenth of the time for paths that are as they should be.
  const onDisk = (path: string): string =>
    path.includes('./') || path.includes('//') || path.endsWith('.') ? join(base, path) : base + path;

  /** Notes down why something cannot be read, or that it can. */
  const remark = (path: string, reason: string | undefined): void => {
    if (reason !== undefined) problems.set(path, reason);
    else if (problems.size > 0) problems.delete(path);
  };

  const listing = (directory: string): Listing => {
    const known = listings.get(directory);
    if (known) return known;
    const read = readListing(directory === '' ? join(root) : onDisk(directory), log);
    const found = 'reason' in read ? new Map<string, 'file' | 'directory'>() : read;
    remark(directory, 'reason' in read ? read.reason : undefined);
    const missed = absent.get(directory);
    if (missed !== undefined) found.delete(missed);
    listings.set(directory, found);
    return found;
  };

  /**
   * Most folders are only asked for a Kbuild file, which they have not: for that they need not be listed. No other name,
   * so that what is logged does not hang on which of several was asked for first.
   */
  const isAbsent = (path: string, directory: string, name: string): boolean => {
    if (name !== 'Kbuild' || listings.has(directory)) return false;
    const missed = absent.get(directory);
    if (missed !== undefined) return missed === name;
    const file = onDisk(path);
    if (isThere(file)) return false;
    log?.file(file);
    absent.set(directory, name);
    return true;
  };

  /** Of a folder that nobody asked about, nothing was answered. */
  const listAgain = (directory: string): readonly Difference[] => {
    const before = listings.get(directory);
    const missed = absent.get(directory);
    absent.delete(directory);
    if (before) {
      listings.delete(directory);
      return differences(directory, before, listing(directory));
    }
    if (missed === undefined || !isThere(onDisk(`${directory}/${missed}`))) return [];
    return differences(directory, new Map(), new Map([[missed, 'file']]));
  };

  return {
    root,
    read(path) {
      const file = onDisk(path);
      log?.file(file);
      const reading = readText(file);
      if (reading !== undefined && 'text' in reading) {
        versions.set(path, reading.changed);
        remark(path, undefined);
        return reading.text;
      }
      remark(path, reading?.reason ?? noFile(file));
      return undefined;
    },
    bytes(path) {
      const file = onDisk(path);
      const reading = readBytes(file);
      if (reading === undefined || !('bytes' in reading) || !isAscii(reading.bytes)) return undefined;
      log?.file(file);
      versions.set(path, reading.changed);
      return reading.bytes;
    },
    glance(path) {
      const reading = readText(onDisk(path));
      if (reading === undefined || !('text' in reading)) return undefined;
      return {
        text: reading.text,
        take() {
          log?.file(onDisk(path));
          versions.set(path, reading.changed);
        },
      };
    },
    again(path) {
      const reading = readText(onDisk(path));
      return reading && 'text' in reading && versions.get(path) === reading.changed
        ? reading.text
        : undefined;
    },
    kind(path) {
      if (path === '') return 'directory';
      const slash = path.lastIndexOf('/');
      const directory = slash < 0 ? '' : path.slice(0, slash);
      const name = path.slice(slash + 1);
      return isAbsent(path, directory, name) ? undefined : listing(directory).get(name);
    },
    list: (directory) =>
      [...listing(directory)].map(([name, kind]) => (kind === 'directory' ? `${name}/` : name)).sort(),
    problems: () => [...problems].map(([file, reason]) => ({ file, reason })),
    listAgain,
    listAgainBelow: (directory) =>
      [...new Set([...listings.keys(), ...absent.keys()])]
        .filter((known) => known === directory || known.startsWith(`${directory}/`))
        .flatMap(listAgain),
  };
}

type Listing = ReadonlyMap<string, 'file' | 'directory'>;

function differences(directory: string, before: Listing, after: Listing): readonly Difference[] {
  const prefix = directory === '' ? '' : `${directory}/`;
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => ({ path: prefix + name, before: before.get(name), after: after.get(name) }));
}

/** `reason`: why it cannot be listed, if it is there. */
function readListing(
  folder: string,
  log?: InputLog,
): Map<string, 'file' | 'directory'> | { readonly reason: string | undefined } {
  const found = new Map<string, 'file' | 'directory'>();
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
    if (log) log.folder(folder, listingMark(entries));
  } catch (error) {
    log?.folder(folder);
    const code = errorCode(error);
    return { reason: code === 'ENOENT' || code === 'ENOTDIR' ? undefined : `cannot be listed (${code})` };
  }
  for (const entry of entries) {
    if (entry.isFile()) found.set(entry.name, 'file');
    else if (entry.isDirectory()) found.set(entry.name, 'directory');
    else if (entry.isSymbolicLink()) {
      log?.file(join(folder, entry.name));
      if (isRegularFile(join(folder, entry.name))) found.set(entry.name, 'file');
    }
  }
  return found;
}

/** Also where that cannot be told. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

function isRegularFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Why what has this name is no file that can be read; `undefined`: nothing has it. */
function noFile(path: string): string | undefined {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return 'cannot be read (a link to nothing)';
    return `cannot be read (${found.isDirectory() ? 'a folder' : 'no regular file'})`;
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOTDIR' ? undefined : `cannot be read (${code})`;
  }
}

/** One for all files that fit it; what is read from it is copied at once. */
const buffer = Buffer.allocUnsafeSlow(256 * 1024);

function readText(path: string): Reading | undefined {
  const reading = readBytes(path);
  return reading && 'bytes' in reading ? { text: decode(reading.bytes), changed: reading.changed } : reading;
}

/**
 * `undefined`: no such file. Never blocks on a FIFO or a device: those are not regular files. What was read is there until
 * the next file is.
 */
function readBytes(path: string): ReadingOf<{ readonly bytes: Buffer }> | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return isRegularFile(path) ? { reason: `cannot be read (${errorCode(error)})` } : undefined;
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) return undefined;
    if (found.size > largestFile) return { reason: `larger than ${largestFile >> 20} MiB, not read` };
    const count = found.size < buffer.length ? readSync(file, buffer, 0, buffer.length, 0) : -1;
    // It grew meanwhile, or it is large: as a whole.
    const isRead = count >= found.size && count < buffer.length;
    const bytes = isRead ? buffer.subarray(0, count) : readFileSync(path);
    if (bytes.subarray(0, binaryLooksIn).includes(0)) return { reason: 'binary, not read' };
    return { bytes, changed: found.mtimeMs };
  } catch (error) {
    return { reason: `cannot be read (${errorCode(error)})` };
  } finally {
    closeSync(file);
  }
}

/** UTF-8 where it is valid, else Latin-1: old kernels hold names of people in it. A byte order mark is kept. */
export function decode(bytes: Buffer): string {
  // A string of one byte each, made without a look at what they mean.
  if (isAscii(bytes)) return bytes.toString('latin1');
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') && Buffer.byteLength(text) !== bytes.length
    ? bytes.toString('latin1')
    : text;
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unknown error';
}

/** A file for reading pieces of: an ELF of hundreds of megabytes. `undefined`: cannot be opened. */
export interface BinaryFile {
  readonly size: number;
  /** Fewer bytes than asked for only at the end of the file. */
  readAt(offset: number, length: number): Uint8Array;
  close(): void;
}

export function openBinary(path: string): BinaryFile | { readonly failure: string } {
  try {
    if (!statSync(path).isFile()) return { failure: `${path}: not a file` };
    const file = openSync(path, 'r');
    return {
      size: fstatSync(file).size,
      readAt(offset, length) {
        const bytes = Buffer.alloc(length);
        const count = readSync(file, bytes, 0, length, offset);
        return bytes.subarray(0, count);
      },
      close: () => {
        closeSync(file);
      },
    };
  } catch (error) {
    const code = errorCode(error);
    return { failure: `${path}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}` };
  }
}
