import type { CFileFacts, Directive } from './scan';
import { nameHash } from './sketch';
import { walkConditions, type RelevantStatement } from './walk-conditions';

/** A file that some unit can reach. */
export interface RelevantFile {
  readonly path: string;
  readonly facts: Pick<CFileFacts, 'directives' | 'guard' | 'sketch'>;
  /** The statements that hold a wanted name, in order. */
  readonly statements: readonly RelevantStatement[];
}

const wordPattern = /[A-Za-z_]\w*/g;
const wordsOf = (text: string): readonly string[] => text.match(wordPattern) ?? [];

const askedPattern = /\bdefined\s*(?:\(\s*)?([A-Za-z_]\w*)|[A-Za-z_]\w*/g;

/** Calls `each` with every name in a condition; `isExpanded`: not only asked for by `defined`. */
function namesAsked(condition: string, each: (name: string, isExpanded: boolean) => void): void {
  for (const [word, asked] of condition.matchAll(askedPattern)) each(asked ?? word, asked === undefined);
}

export interface RelevantNames {
  readonly names: ReadonlySet<string>;
  /** Those of them that may be expanded, so that what is in their bodies is relevant, too. */
  readonly expanded: ReadonlySet<string>;
  /** True for every name that some file defines or undefines, and by chance for another. */
  readonly isDefined: (name: string) => boolean;
  readonly guards: ReadonlySet<string>;
  /** The guards that something undefines. */
  readonly reopened: ReadonlySet<string>;
  /** False for a file that cannot change the answer by itself. */
  readonly matters: (file: RelevantFile) => boolean;
}

/** Closes the relevant names over the files that any unit can reach. Only files that define any are looked at closer. */
export function relevantNames(files: readonly RelevantFile[], wanted: ReadonlySet<string>): RelevantNames {
  const names = new Set<string>();
  const expanded = new Set<string>();
  const defining = definingFiles(files);
  /** The files that say something of what is relevant, and of those the ones that were not looked into. */
  const matters = new Set<RelevantFile>();
  const unread: RelevantFile[] = [];
  const asked: string[] = [];
  const waiting: string[] = [];
  const definitions = new Map<string, Definition[]>();
  const pasted = pastedNames();
  const ask = (name: string): void => {
    if (names.has(name)) return;
    names.add(name);
    asked.push(name);
    for (const file of defining.of(name)) mattering(file);
  };
  const mattering = (file: RelevantFile): void => {
    if (matters.has(file)) return;
    matters.add(file);
    unread.push(file);
  };
  const add = (name: string): void => {
    if (expanded.has(name)) return;
    expanded.add(name);
    waiting.push(name);
    pasted.name(name);
    ask(name);
  };
  const addAsked = (name: string, isExpanded: boolean): void => {
    (isExpanded ? add : ask)(name);
  };
  const decide = (conditions: readonly string[]): void => {
    for (const condition of conditions) namesAsked(condition, addAsked);
  };
  const expand = ({ written }: Definition): void => {
    if (!written || written.body === '') return;
    wordsOf(written.body).forEach(add);
    pasted.body(written.body, written.parameters);
  };
  const lookInto = (file: RelevantFile): void => {
    for (const { text, head = '' } of file.statements) wordsOf(`${head} ${text}`).forEach(add);
    walkConditions(file.facts, file.statements, (directive, conditions) => {
      if (directive === undefined) decide(conditions);
      else if (directive.kind !== 'include') {
        const { name } = directive;
        const one: Definition = {
          written: directive.kind === 'define' ? directive : undefined,
          conditions: conditions.length === 0 ? none : [...conditions],
        };
        const known = definitions.get(name);
        if (known) known.push(one);
        else definitions.set(name, [one]);
        if (names.has(name)) decide(conditions);
        if (expanded.has(name)) expand(one);
      }
    });
  };

  for (const name of wanted) add(name);
  const guards = new Set<string>();
  const undone = new Set<string>();
  for (const { facts } of files) {
    const { sketch } = facts;
    if (facts.guard !== undefined && facts.guard !== '') guards.add(facts.guard);
    for (const name of sketch.undone) undone.add(name);
    for (const text of sketch.computed) wordsOf(text).forEach(add);
    decide(sketch.conditions);
  }
  // A guard with more than its own definition: whoever defines it first shuts the others, whoever undefines it opens.
  for (const guard of guards) if (defining.times(guard) > 1) ask(guard);
  for (const file of files) if (file.statements.length > 0) mattering(file);
  while (unread.length + asked.length + waiting.length > 0) {
    for (let file = unread.pop(); file !== undefined; file = unread.pop()) lookInto(file);
    while (asked.length > 0 || waiting.length > 0) {
      for (let name = asked.pop(); name !== undefined; name = asked.pop())
        for (const { conditions } of definitions.get(name) ?? []) decide(conditions);
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
        definitions.get(name)?.forEach(expand);
      if (asked.length === 0) pasted.matching(files).forEach(add);
    }
  }
  return {
    names,
    expanded,
    guards,
    reopened: new Set([...guards].filter((guard) => undone.has(guard))),
    isDefined: (name) => defining.times(name) > 0,
    matters: (file) => matters.has(file) || file.facts.sketch.computed.length > 0,
  };
}

/** `written`: where it is no `#undef`. */
interface Definition {
  readonly written: (Directive & { readonly kind: 'define' }) | undefined;
  readonly conditions: readonly string[];
}

const none: readonly string[] = [];

/** Who defines or undefines a name: told by its hash, so by chance another is among them. */
function definingFiles(files: readonly RelevantFile[]): {
  readonly of: (name: string) => readonly RelevantFile[];
  /** How often. */
  readonly times: (name: string) => number;
} {
  const count = files.reduce((sum, { facts }) => sum + facts.sketch.defined.hashes.length, 0);
  // A map of so many numbers costs more than all that is asked of it: chains of those with the same last bits.
  const mask = 2 ** Math.ceil(Math.log2(count + 2)) - 1;
  const last = new Uint32Array(mask + 1);
  /** Of each definition its name, its file, and one more than the index of the one before it in its chain. */
  const hashes = new Uint32Array(count);
  const fileOf = new Uint32Array(count);
  const before = new Uint32Array(count);
  let at = 0;
  files.forEach(({ facts }, file) => {
    const { defined } = facts.sketch;
    hashes.set(defined.hashes, at);
    fileOf.fill(file, at, at + defined.hashes.length);
    for (const hash of defined.hashes) {
      before[at] = last[hash & mask] ?? 0;
      last[hash & mask] = ++at;
    }
  });
  const found = (name: string): readonly number[] => {
    const hash = nameHash(name);
    const all: number[] = [];
    for (let one = last[hash & mask] ?? 0; one > 0; one = before[one - 1] ?? 0)
      if (hashes[one - 1] === hash) all.push(fileOf[one - 1] ?? 0);
    return all;
  };
  return {
    of: (name) => [...new Set(found(name))].flatMap((file) => files[file] ?? []),
    times: (name) => found(name).length,
  };
}

/**
 * The names that stay relevant when a file that no other includes has another text; `undefined`: everything has to be
 * looked at again. A name that nobody defines leads no further, so it can be added without a look at other files.
 */
export function namesWith(
  known: RelevantNames,
  { facts, statements }: RelevantFile,
): RelevantNames | undefined {
  const { names, expanded, isDefined, guards } = known;
  const added = new Set<string>();
  const now = { isKnown: true };
  const meet = (name: string, isExpanded: boolean): void => {
    if ((isExpanded ? expanded : names).has(name)) return;
    if (isDefined(name)) now.isKnown = false;
    added.add(name);
  };
  const expand = (text: string): void => {
    for (const word of wordsOf(text)) meet(word, true);
  };
  for (const { text, head = '' } of statements) expand(`${head} ${text}`);
  walkConditions(facts, statements, (directive, conditions) => {
    if (directive?.kind === 'define' || directive?.kind === 'undef') {
      const { name } = directive;
      if (!isDefined(name) || guards.has(name)) now.isKnown = false;
      if (!names.has(name)) return;
      if (directive.kind === 'define' && expanded.has(name)) {
        expand(directive.body);
        if (directive.body.includes('##')) now.isKnown = false;
      }
    } else if (directive?.form === 'computed') expand(directive.text);
    for (const condition of conditions) namesAsked(condition, meet);
  });
  if (!now.isKnown) return undefined;
  if (added.size === 0) return known;
  return { ...known, names: new Set([...names, ...added]), expanded: new Set([...expanded, ...added]) };
}

/** A shorter piece says too little about the name that it becomes part of. */
const shortestPiece = 4;

/**
 * Names that `##` makes: `__ARG_PLACEHOLDER_##value` may be any that begins so. A piece need not stand beside the `##`:
 * `PASTE(__ARG_PLACEHOLDER_, value)` does the same, and such pieces end in an underscore.
 */
function pastedNames(): {
  /** A name that may be expanded. */
  readonly name: (name: string) => void;
  /** The body of a macro that may be. */
  readonly body: (body: string, parameters: readonly string[] | undefined) => void;
  /** The names that these files define of which pieces that were found since the last call may be part. */
  readonly matching: (files: readonly RelevantFile[]) => readonly string[];
} {
  const known = new Set<string>();
  const beginnings: string[] = [];
  const endings: string[] = [];
  const note = (piece: string | undefined, kind: '^' | '$', into: string[]): void => {
    if (piece === undefined || piece.length < shortestPiece || known.has(kind + piece)) return;
    known.add(kind + piece);
    into.push(piece);
  };
  return {
    name(name) {
      if (name.endsWith('_')) note(name, '^', beginnings);
    },
    body(body, parameters = []) {
      if (!body.includes('##')) return;
      const isPiece = (word: string | undefined): boolean =>
        word !== undefined && !parameters.includes(word) && !parameters.includes(`${word}...`);
      for (const [, piece] of body.matchAll(/\b([A-Za-z_]\w*)\s*##/g))
        if (isPiece(piece)) note(piece, '^', beginnings);
      for (const [, piece] of body.matchAll(/##\s*(\w+)/g)) if (isPiece(piece)) note(piece, '$', endings);
    },
    matching(files) {
      const found: string[] = [];
      for (const piece of beginnings.splice(0)) found.push(...namesWithin(files, `\n${piece}`));
      for (const piece of endings.splice(0)) found.push(...namesWithin(files, `${piece}\n`));
      return found;
    },
  };
}

/** The names that have a piece at their beginning or end, where a line feed marks it. */
function namesWithin(files: readonly RelevantFile[], marked: string): readonly string[] {
  const found: string[] = [];
  for (const { facts } of files) {
    const { names } = facts.sketch.defined;
    for (let at = names.indexOf(marked); at >= 0; at = names.indexOf(marked, at + 1)) {
      const from = marked.startsWith('\n') ? at + 1 : names.lastIndexOf('\n', at) + 1;
      found.push(names.slice(from, names.indexOf('\n', from)));
    }
  }
  return found;
}
