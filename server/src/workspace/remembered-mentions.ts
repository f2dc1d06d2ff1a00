import { isInTree } from '../source/overlaid-hits';
import type { SourceFile } from '../syntax/c/unit';
import { textDifference } from '../syntax/text-difference';
import type { FileChange } from './revise-candidates';

/** In which files of the tree names stand, kept up to date as files change. */
export interface RememberedMentions {
  /** Files by name, as far as the tree was searched. A new value after each change. */
  known(): ReadonlyMap<string, readonly string[]>;
  missing(names: readonly string[]): readonly string[];
  adopt(found: ReadonlyMap<string, readonly string[]>): void;
  revise(changes: readonly FileChange[], exclude: readonly string[]): void;
  clear(): void;
}

export function rememberedMentions(): RememberedMentions {
  let known = new Map<string, readonly string[]>();
  return {
    known: () => known,
    missing: (names) => [...new Set(names)].filter((name) => !known.has(name)),
    adopt(found) {
      known = new Map([...known, ...found]);
    },
    revise(changes, exclude) {
      let next: Map<string, readonly string[]> | undefined;
      for (const change of changes) {
        const { path } = change;
        if (!isInTree(path, exclude, [])) continue;
        for (const [name, files] of next ?? known) {
          const stood = files.includes(path);
          const stands = standsNow(change, name, stood);
          if (stands === stood) continue;
          next ??= new Map(known);
          next.set(name, stands ? [...files, path].sort() : files.filter((file) => file !== path));
        }
      }
      if (next) known = next;
    },
    clear() {
      known = new Map();
    },
  };
}

/** Only the stretch that changed is looked at, as long as that tells. */
function standsNow({ before, after }: FileChange, name: string, stood: boolean): boolean {
  if (!after) return false;
  if (!before) return after.text.includes(name);
  const { start, endBefore, endAfter } = textDifference(before, after);
  const around = name.length - 1;
  const touches = ({ text }: SourceFile, end: number): boolean =>
    text.slice(Math.max(0, start - around), end + around).includes(name);
  if (!stood) return touches(after, endAfter);
  return !touches(before, endBefore) || after.text.includes(name);
}
