import type { SourceFile } from '../syntax/c/unit';
import { findMentions } from './find-mentions';
import type { Kernel } from './open-kernel';
import { isRead } from './pending-changes';
import { rememberedMentions, type RememberedMentions } from './remembered-mentions';
import type { FileChange } from './revise-candidates';

/** In which files of the tree names stand: searched for once, and kept up to date as files change. */
export interface NameSearch extends Pick<RememberedMentions, 'known' | 'revise'> {
  /** All that is known once the tree was searched for `names`. One search at a time. */
  find(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Nothing that was found holds any more. */
  clear(): void;
}

/** `kernel`: the one that is open now; `undefined`: none, there is nothing to search. */
export function nameSearch(
  kernel: () => Kernel | undefined,
  source: (path: string) => SourceFile | undefined,
): NameSearch {
  const mentions = rememberedMentions();
  /** For each search that runs: the files that changed meanwhile. */
  const searches = new Set<Set<string>>();
  /** How often everything was forgotten. */
  let generation = 0;
  let searching: Promise<unknown> = Promise.resolve();

  const search = async (names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> => {
    for (let missing = mentions.missing(names); missing.length > 0; missing = mentions.missing(names)) {
      const opened = kernel();
      if (!opened) break;
      const before = generation;
      const meanwhile = new Set<string>();
      searches.add(meanwhile);
      const found = await findMentions(opened, missing, () => undefined).finally(() => {
        searches.delete(meanwhile);
      });
      if (before !== generation) continue;
      mentions.adopt(found);
      const changes = [...meanwhile].map((path): FileChange => ({
        path,
        before: undefined,
        after: isRead(path) ? source(path) : undefined,
      }));
      mentions.revise(changes, opened.project.exclude);
    }
    return mentions.known();
  };

  return {
    known: () => mentions.known(),
    find(names) {
      // What the search before finds need not be looked for again.
      const searched = searching.then(() => search(names));
      searching = searched.catch(() => undefined);
      return searched;
    },
    revise(changes, exclude) {
      mentions.revise(changes, exclude);
      for (const meanwhile of searches) for (const { path } of changes) meanwhile.add(path);
    },
    clear() {
      mentions.clear();
      generation++;
    },
  };
}
