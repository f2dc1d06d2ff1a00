import type { FunctionBody } from '../syntax/c/function-body';
import type { CParser } from '../syntax/c/tree/c-parser';
import { generations, type Generations } from '../syntax/c/tree/code-memory';
import { bodiesOf, bodySteps, functionsOf, type FunctionFact, type Quiet } from '../syntax/c/tree/functions';
import { finish, type Steps } from '../syntax/steps';
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
  /** The bodies of a definition, in steps of one body each. */
  readonly bodySteps: (path: string, fact: FunctionFact, quiet?: Quiet) => Steps<readonly FunctionBody[]>;
}

export interface CheckSources {
  readonly source: (path: string) => SourceFile | undefined;
  readonly parser: CParser;
  readonly mentions?: ReadonlyMap<string, readonly string[]>;
  /** Of the last context of the same tree: only what changed since then is parsed again. */
  readonly memory?: CheckMemory;
}

/** What is kept of one tree from one context to the next. */
export interface CheckMemory {
  readonly files: Map<string, ReadCode>;
}

type Bodies = readonly FunctionBody[];

/** Of the last version of a file, what was read in it. */
interface CodeMemory {
  readonly functions: Generations<readonly FunctionFact[]>;
  readonly bodies: Generations<Bodies>;
  /** Bodies under this configuration, which decides some conditions. */
  readonly built: Generations<Bodies>;
  readonly config: Snapshot['config'];
}

/** Bodies are asked for by rules that wait until a person pauses: after about so many edits. */
const untilQuiet = 40;

function codeMemory(config: Snapshot['config']): CodeMemory {
  return {
    functions: generations(),
    bodies: generations(untilQuiet),
    built: generations(untilQuiet),
    config,
  };
}

interface ReadCode {
  readonly file: SourceFile;
  readonly functions: readonly FunctionFact[];
  readonly bodies: Map<FunctionFact, Bodies>;
  readonly built: Map<FunctionFact, Bodies>;
  readonly memory: CodeMemory;
}

export const checkMemory = (): CheckMemory => ({ files: new Map() });

/** Puts a context together; what it reads and parses is kept as long as its memory lives. */
export function checkContext(
  snapshot: Snapshot,
  { source, parser, mentions, memory: { files } = checkMemory() }: CheckSources,
): CheckContext {
  const { config } = snapshot;
  const decide = configDecides(config);
  const read = (path: string): ReadCode | undefined => {
    const file = source(path);
    if (!file) return undefined;
    const known = files.get(path);
    if (known?.file === file && known.memory.config === config) return known;
    const memory = known && known.memory.config === config ? known.memory : codeMemory(config);
    for (const part of [memory.functions, memory.bodies, memory.built]) part.turn();
    const functions = functionsOf(parser, file.text, file.facts, memory.functions);
    const code: ReadCode = { file, functions, bodies: new Map(), built: new Map(), memory };
    files.set(path, code);
    return code;
  };
  const context: CheckContext = {
    snapshot,
    source,
    mentions: (name) => mentions?.get(name),
    functions: (path) => read(path)?.functions ?? [],
    *bodySteps(path, fact, quiet) {
      const code = read(path);
      if (!code) return [];
      // Who asks for fewer remembers them (`flow/code`).
      const known = quiet ? undefined : code.bodies.get(fact);
      if (known) return known;
      const { file, memory } = code;
      const found = yield* bodySteps(parser, file.text, fact, file.facts, undefined, memory.bodies, quiet);
      if (!quiet) code.bodies.set(fact, found);
      return found;
    },
    bodies: (path, fact, quiet) => finish(context.bodySteps(path, fact, quiet)),
    builtBodies(path, fact) {
      const code = read(path);
      if (!code) return [];
      const { file, memory } = code;
      let built = code.built.get(fact);
      if (!built) {
        built = bodiesOf(parser, file.text, fact, file.facts, decide, memory.built);
        code.built.set(fact, built);
      }
      return built;
    },
  };
  return context;
}
