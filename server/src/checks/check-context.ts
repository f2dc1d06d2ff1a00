import type { FunctionBody } from '../syntax/c/function-body';
import type { CParser } from '../syntax/c/tree/c-parser';
import { bodiesOf, functionsOf, type FunctionFact } from '../syntax/c/tree/functions';
import type { SourceFile } from '../syntax/c/unit';
import type { CodeReader } from '../watchers/code-reader';
import { configDecides } from '../watchers/config-conditions';
import type { Snapshot } from '../watchers/snapshot';

/** What rules look at. Everything is of one moment: the snapshot, and the texts it was taken from. */
export interface CheckContext extends CodeReader {
  /**
   * Files anywhere in the tree in which a name stands, sorted; `undefined` where the tree was not searched for it.
   */
  readonly mentions: (name: string) => readonly string[] | undefined;
}

export interface CheckSources {
  readonly source: (path: string) => SourceFile | undefined;
  readonly parser: CParser;
  readonly mentions?: ReadonlyMap<string, readonly string[]>;
}

/** Facts hang on the text they are of, so that a new snapshot reads again only what changed. */
const factsOf = new WeakMap<SourceFile, readonly FunctionFact[]>();
const bodiesOfFact = new WeakMap<FunctionFact, readonly FunctionBody[]>();
const builtBodiesOfFact = new WeakMap<
  FunctionFact,
  { readonly config: Snapshot['config']; readonly bodies: readonly FunctionBody[] }
>();

/** Puts a context together; what it reads and parses is kept as long as the texts are. */
export function checkContext(snapshot: Snapshot, { source, parser, mentions }: CheckSources): CheckContext {
  const { config } = snapshot;
  const decide = configDecides(config);
  return {
    snapshot,
    source,
    mentions: (name) => mentions?.get(name),
    functions(path) {
      const file = source(path);
      if (!file) return [];
      let known = factsOf.get(file);
      if (!known) factsOf.set(file, (known = functionsOf(parser, file.text, file.facts)));
      return known;
    },
    bodies(path, fact) {
      let known = bodiesOfFact.get(fact);
      if (!known) {
        const file = source(path);
        bodiesOfFact.set(fact, (known = file ? bodiesOf(parser, file.text, fact, file.facts) : []));
      }
      return known;
    },
    builtBodies(path, fact) {
      let known = builtBodiesOfFact.get(fact);
      if (!known || known.config !== config) {
        const file = source(path);
        known = { config, bodies: file ? bodiesOf(parser, file.text, fact, file.facts, decide) : [] };
        builtBodiesOfFact.set(fact, known);
      }
      return known.bodies;
    },
  };
}
