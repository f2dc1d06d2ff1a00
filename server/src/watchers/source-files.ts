import { generatedHeaders } from '../syntax/c/kernel-includes';
import { scanBytes } from '../syntax/c/text-scan';
import type { SourceFile, UnitFiles } from '../syntax/c/unit';
import { FileChanged, type TreeReader } from '../source/tree-reader';
import { heldTexts } from './held-texts';
import { ReadFile } from './read-file';

/** Files that may be read again. */
export interface RememberedFiles extends UnitFiles {
  /** What `source` will give, for {@link TreeReader.glance}; `undefined`: that is not known yet. */
  glance(path: string): SourceFile | undefined;
  /** What is known of a file so far; `undefined`: nothing, or that there is none. */
  known(path: string): SourceFile | undefined;
  /** Its text is another now. That a file came or went needs a new view: what includes mean is kept with this one. */
  forget(path: string): void;
  /**
   * Steps that put the texts away which are held for nobody else; `keep` puts one where it takes less, and gives what
   * brings it back. They come back when they are asked for.
   */
  rest(keep: (text: string) => () => string): Iterable<() => void>;
  /** Others looked at these files, and nothing that is looked for stands in them: of those the text is hardly needed. */
  bare(paths: Iterable<string>): void;
  /** More is looked for than before: these files (`undefined`: all) may hold some of it. */
  distrust(paths?: readonly string[]): void;
  /** All that was read so far. */
  readonly facts: ReadonlyMap<string, SourceFile | undefined>;
}

/** Where texts can be read again, so many UTF-16 code units of them are held. */
const mostHeld = 4 * 1024 * 1024;

/**
 * Facts of the tree's C files, each read and scanned once. What a finished build generated stands behind the tree.
 * `before`: facts that still hold.
 */
export function sourceFiles(
  tree: TreeReader,
  build: TreeReader | undefined,
  arch: string,
  srcarch: string,
  before: Iterable<readonly [string, SourceFile | undefined]> = [],
): RememberedFiles {
  const known = new Map<string, SourceFile | undefined>(before);
  const glanced = new Map<string, { readonly file: ReadFile; readonly take: () => void }>();
  const bare = new Set<string>();
  const present = new Map<string, boolean>();
  const exists = (path: string): boolean => {
    let answer = present.get(path);
    if (answer === undefined) {
      answer = tree.kind(path) === 'file' || build?.kind(path) === 'file';
      present.set(path, answer);
    }
    return answer;
  };
  const readAgain = (path: string): string => {
    const text = tree.again?.(path) ?? build?.again?.(path);
    if (text === undefined) throw new FileChanged(path);
    return text;
  };
  const hold =
    tree.again === undefined ? () => undefined : heldTexts(mostHeld, (path) => () => readAgain(path));
  /** `undefined`: it has to be read as a whole. */
  const readBare = (path: string): ReadFile | undefined => {
    const bytes = bare.has(path) ? tree.bytes?.(path) : undefined;
    return bytes && new ReadFile(path, { scanned: scanBytes(bytes), again: () => readAgain(path) }, hold);
  };
  return {
    facts: known,
    bare(paths) {
      for (const path of paths) bare.add(path);
    },
    distrust(paths = [...bare]) {
      for (const path of paths) {
        bare.delete(path);
        if (known.get(path)?.isBare === true) known.delete(path);
      }
    },
    *rest(keep) {
      for (const [path, file] of known)
        if (file instanceof ReadFile && tree.overlaid?.has(path) !== true)
          yield () => {
            file.putAway((_, text) => keep(text));
            file.facts.forgetDirectives();
          };
    },
    glance(path) {
      if (known.has(path)) return known.get(path);
      const before = glanced.get(path);
      if (before) return before.file;
      const other = readBare(path);
      if (other) {
        known.set(path, other);
        return other;
      }
      const found = tree.glance?.(path);
      if (!found) return undefined;
      const file = new ReadFile(path, found.text, hold);
      glanced.set(path, { file, take: found.take });
      hold(file);
      return file;
    },
    known: (path) => known.get(path),
    forget: (path) => {
      known.delete(path);
      glanced.delete(path);
    },
    exists,
    ...generatedHeaders(arch, srcarch, exists),
    source(path) {
      if (known.has(path)) return known.get(path);
      const before = glanced.get(path);
      if (before) {
        before.take();
        glanced.delete(path);
        known.set(path, before.file);
        return before.file;
      }
      const other = readBare(path);
      const text = other ? undefined : (tree.read(path) ?? build?.read(path));
      const file = other ?? (text === undefined ? undefined : new ReadFile(path, text, hold));
      known.set(path, file);
      if (file && !other) hold(file);
      return file;
    },
  };
}
