import type { TreeReader } from '../source/tree-reader';
import type { Note } from '../syntax/note';
import type { PlannedObject } from './link-plan';

/** More are not named one by one. */
const mostNamed = 3;

/** Made by rules of scripts/Makefile.lib and scripts/Makefile.build from a file beside it: `x.asn1`, `board.dts`. */
const madeAnywhere = /\.(?:asn1|dtbo?|lex|tab)$/;

/**
 * Objects for which the tree has neither a source nor a rule that would make one: a build would stop there, and what
 * they register is missing. `makefileOf`: the makefile that an object's directory is built by.
 */
export function missingSources(
  objects: readonly Omit<PlannedObject, 'why'>[],
  makefileOf: (path: string) => string | undefined,
  tree: TreeReader,
): readonly Note[] {
  const targets = new Map<string, readonly RegExp[]>();
  const isMade = (path: string): boolean => {
    const stem = path.replace(/\.o$/, '');
    if (madeAnywhere.test(stem) || tree.kind(`${stem}.c_shipped`) === 'file') return true;
    const makefile = makefileOf(path);
    if (makefile === undefined) return true;
    let rules = targets.get(makefile);
    if (!rules) targets.set(makefile, (rules = madeBy(tree.read(makefile) ?? '')));
    const name = stem.slice(stem.lastIndexOf('/') + 1);
    return rules.some((rule) => ['c', 'S', 'o'].some((ending) => rule.test(`${name}.${ending}`)));
  };
  const missing = objects.filter(({ path, source }) => source === undefined && !isMade(path));
  return missing.slice(0, mostNamed).map(({ path }, index) => {
    const makefile = makefileOf(path);
    const more = missing.length - mostNamed;
    return {
      ...(makefile === undefined ? {} : { file: makefile }),
      message:
        `${path} has no source in the tree, and no rule makes one: what it registers is missing` +
        (index === mostNamed - 1 && more > 0 ? ` (so have ${more} more)` : ''),
    };
  });
}

/** The base names that a makefile's rules make, `%` included. */
function madeBy(text: string): readonly RegExp[] {
  const lines = text.replace(/\\\r?\n/g, ' ').split('\n');
  return lines.flatMap((line) => {
    const [, words = ''] = /^([^\t#:=][^#:=]*)::?(?!=)/.exec(line) ?? [];
    return words
      .split(/\s+/)
      .filter((word) => /\.[cSo]$/.test(word))
      .map((word) => {
        const name = word.slice(word.lastIndexOf('/') + 1);
        return new RegExp(`^${name.replace(/[.+*?^${}()|[\]\\]/g, '\\$&').replaceAll('%', '.*')}$`);
      });
  });
}
