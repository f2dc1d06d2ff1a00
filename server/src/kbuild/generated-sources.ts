import { expandText, type Scope } from '../syntax/make/expand';
import { rulesOf } from '../syntax/make/rules';
import { readPattern, stemOf, wordsOf } from '../syntax/make/words';
import { unreadableBecause, type TreeReader } from '../source/tree-reader';
import type { Directory } from './directory';
import { listOf, treePath } from './make-process';

/** What a build makes the source of an object from, as far as the rules of its directory tell. */
export interface GeneratedSource {
  /** False: no rule makes it, and a build would stop there. What is there and cannot be read, the tree says. */
  readonly isMade: boolean;
  /** The files of the tree that it is made from, with sources of the programs that make it: `arch/x86/tools/vdso2c.c`. */
  readonly from: readonly string[];
}

/** Made by rules of scripts/Makefile.lib and scripts/Makefile.build from a file beside it: `x.asn1`, `board.dts`. */
const madeAnywhere = /\.(?:asn1|dtbo?|lex|tab)$/;

/** So many rules one after the other are followed from a source back to what is in the tree. */
const longestChain = 4;

interface Rule {
  readonly targets: readonly string[];
  readonly prerequisites: () => readonly string[];
}

/** Asked about objects that have no source in the tree; reads the makefiles of their directories as text, once each. */
export function generatedSources(
  tree: TreeReader,
  owner: (object: string) => Directory | undefined,
): (object: string) => GeneratedSource {
  const known = new Map<Directory, readonly Rule[]>();
  const rulesFor = (directory: Directory): readonly Rule[] => {
    const found = known.get(directory) ?? rulesIn(tree, directory);
    known.set(directory, found);
    return found;
  };
  return (object) => {
    const stem = object.replace(/\.o$/, '');
    const from = new Set<string>();
    const shipped = `${stem}.c_shipped`;
    if (tree.kind(shipped) === 'file') from.add(shipped);
    const directory = owner(object);
    const isThere = ['.c', '.S', '.rs'].some(
      (ending) => unreadableBecause(tree, stem + ending) !== undefined,
    );
    let isMade = directory === undefined || from.size > 0 || isThere || madeAnywhere.test(stem);
    if (directory === undefined) return { isMade, from: [...from] };
    let wanted: readonly string[] = [`${stem}.c`, `${stem}.S`, object];
    const seen = new Set(wanted);
    for (let step = 0; step < longestChain && wanted.length > 0; step++) {
      const next: string[] = [];
      for (const rule of rulesFor(directory))
        for (const target of wanted) {
          const matched = rule.targets
            .map((pattern) => stemOf(target, readPattern(pattern)))
            .find((one) => one !== undefined);
          if (matched === undefined) continue;
          isMade = true;
          for (const word of rule.prerequisites()) {
            const path = treePath(word.replace('%', matched));
            if (seen.has(path)) continue;
            seen.add(path);
            const sources = sourcesOf(tree, path, directory.scope);
            for (const source of sources) from.add(source);
            if (sources.length === 0) next.push(path);
          }
        }
      wanted = next;
    }
    return { isMade, from: [...from] };
  };
}

/** Those of a directory's makefile and of what it includes, in every branch of their conditions. */
function rulesIn(tree: TreeReader, { makefile, scope }: Directory): readonly Rule[] {
  const files = new Set([makefile, ...listOf('MAKEFILE_LIST', scope).map(treePath)]);
  const expanded = (words: string): readonly string[] => wordsOf(expandText(words, scope)).map(treePath);
  return [...files].flatMap((file) =>
    rulesOf(tree.read(file) ?? '').map(({ targets, prerequisites }) => ({
      targets: expanded(targets),
      prerequisites: () => expanded(prerequisites),
    })),
  );
}

/** A file of the tree itself; of a program that runs in the build its sources. */
function sourcesOf(tree: TreeReader, path: string, scope: Scope): readonly string[] {
  if (tree.kind(path) === 'file') return [path];
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const members = listOf(`${path.slice(folder.length)}-objs`, scope).map((word) =>
    word.replace(/\.o$/, '.c'),
  );
  return [`${path}.c`, ...members.map((name) => treePath(folder + name))].filter(
    (source) => tree.kind(source) === 'file',
  );
}
