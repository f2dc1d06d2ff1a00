import { scanner, type FolderWishes, type ScanResult } from './scan-files';

/** A piece of the work: folders, or files one by one. */
export type Part =
  | { readonly kind: 'folders'; readonly paths: readonly string[]; readonly wishes: FolderWishes }
  | { readonly kind: 'files'; readonly paths: readonly string[] };

/** The same for every thread; each takes the next part that none has taken. */
export interface Share {
  readonly root: string;
  readonly needles: readonly string[];
  readonly exclude: readonly string[];
  readonly parts: readonly Part[];
  /** Whether the result lists the files that were looked at. */
  readonly listed: boolean;
  /** Whether it lists them and the folders, with what was found. */
  readonly logged: boolean;
  /** Whether it says what the files include. */
  readonly includes: boolean;
  /** Two counters in shared memory: the next part to take, and the threads that found none left. */
  readonly next: Int32Array;
}

/** Works until no part is left. `after` is called after each part, with the number of parts taken so far by all. */
export function runShare(share: Share, after?: (taken: number) => void): ScanResult {
  const scan = scanner(share.root, share.needles, share.exclude, share);
  for (;;) {
    const part = share.parts[Atomics.add(share.next, 0, 1)];
    if (part === undefined) {
      Atomics.add(share.next, 1, 1);
      return scan.result();
    }
    for (const path of part.paths) {
      if (part.kind === 'files') scan.file(path);
      else scan.folder(path, part.wishes);
    }
    after?.(Math.min(Atomics.load(share.next, 0), share.parts.length));
  }
}

/** What a worker was started with comes to it untyped. */
export function isShare(value: unknown): value is Share {
  return (
    typeof value === 'object' && value !== null && 'parts' in value && 'needles' in value && 'next' in value
  );
}
