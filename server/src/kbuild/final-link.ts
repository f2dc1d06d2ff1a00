import type { TreeReader } from '../source/tree-reader';
import type { Given } from './link-plan';

/** How this tree's build puts objects together before the final link. */
export interface FinalLink {
  /** What a word of the top Makefile's lists is to ld: an object, an archive, or the result of a partial link. */
  word(path: string, isThin: boolean): Given;
  /** The same for an object of that word; `composite`: the path of the composite it is part of. */
  given(word: Given, composite: string | undefined): Given;
}

/**
 * Three ages of Kbuild. Up to 4.x every directory is linked partially (`ld -r`) into its built-in.o, unless
 * CONFIG_THIN_ARCHIVES makes that an archive. Then built-in.a are thin archives, while composites were partial links
 * until 5.5 (`cmd_link_multi-y` in scripts/Makefile.build). Since 6.1 all goes through vmlinux.a, which
 * scripts/link-vmlinux.sh links into vmlinux.o first under some options.
 */
export function finalLink(tree: TreeReader, config: ReadonlyMap<string, string>): FinalLink {
  const linksComposites = tree.read('scripts/Makefile.build')?.includes('cmd_link_multi-y') === true;
  const throughArchive = tree.kind('scripts/head-object-list.txt') === 'file';
  const wholeObject = linksWhole(tree, config) ? 'vmlinux.o' : undefined;
  const partialDirectories = config.get('CONFIG_THIN_ARCHIVES') !== 'y';
  return {
    word(path, isThin) {
      if (wholeObject !== undefined) return { partial: wholeObject, isThin: true };
      if (/(?:^|\/)built-in\.o$/.test(path))
        return partialDirectories ? { partial: path, isThin: true } : { archive: path, isThin: true };
      if (!path.endsWith('.a')) return { isThin: true };
      return {
        archive: isThin && throughArchive && !isSearchedLibrary(path, config) ? 'vmlinux.a' : path,
        isThin,
      };
    },
    given: (word, composite) =>
      linksComposites && composite !== undefined && word.partial === undefined
        ? { ...word, partial: composite }
        : word,
  };
}

/** With modules, lib.a is linked whole, by way of vmlinux.a (KBUILD_VMLINUX_OBJS); else ld searches it. */
const isSearchedLibrary = (path: string, config: ReadonlyMap<string, string>): boolean =>
  path.endsWith('/lib.a') && config.get('CONFIG_MODULES') !== 'y';

/** `if is_enabled CONFIG_LTO_CLANG || …; then objs=vmlinux.o`, in the tree's own words. */
function linksWhole(tree: TreeReader, config: ReadonlyMap<string, string>): boolean {
  const script = tree.read('scripts/link-vmlinux.sh') ?? '';
  const branch = /\bif ([^\n]*is_enabled[^\n]*);?\s*then\s+(?:#[^\n]*\s+|ld[^\n]*\s+)*objs="?vmlinux\.o/.exec(
    script,
  );
  const asked = branch?.[1]?.match(/CONFIG_\w+/g) ?? [];
  return asked.some((name) => config.get(name) === 'y');
}
