import { isInTree } from '../source/overlaid-hits';
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
      for (const { path, after } of changes) {
        if (!isInTree(path, exclude, [])) continue;
        for (const [name, files] of next ?? known) {
          const stands = after?.text.includes(name) ?? false;
          if (stands === files.includes(path)) continue;
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
