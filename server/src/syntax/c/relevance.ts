import type { CFileFacts, Directive } from './scan';

/**
 * Which includes a unit has to follow. Following all of them costs some 50 ms a unit, and nearly all of it for text
 * that cannot change the answer. An include can change it only if, somewhere below, a file *matters*: it defines or
 * undefines a relevant name, holds a wanted statement, or includes what only expansion can tell. And a file that
 * matters, but is guarded and was seen already, cannot matter twice.
 *
 * Relevant names are closed over what decides: the wanted macros, every name in a wanted statement, in the body of a
 * relevant macro that may be expanded, and in a condition around a relevant definition, a wanted statement or any
 * include. Of a name that only `defined` asks for, the body says nothing. What cannot be known beforehand (a name that
 * `##` makes, a file that a computed include means) is noticed by the walk, which is then done again without: so the
 * answer is the same with and without.
 */
export interface Relevance {
  /** The files that matter below `path`, itself included, as bits; `undefined`: none. */
  below(path: string): Bits | undefined;
  /** The bit of a file that matters. */
  bitOf(path: string): number | undefined;
  readonly size: number;
  /** Only these names can change the answer, as far as could be told beforehand. */
  readonly names: ReadonlySet<string>;
  /** Include guards that something undefines: their files can be read twice. */
  readonly reopened: ReadonlySet<string>;
  /** True for a name that counts all the same, if it is asked for: some file defines it. */
  escapes(name: string): boolean;
  /** False for a file that nobody thought of. */
  covers(path: string): boolean;
}

export type Bits = Uint32Array;

export function anyOutside(bits: Bits, seen: Bits): boolean {
  for (let index = 0; index < bits.length; index++)
    if (((bits[index] ?? 0) & ~(seen[index] ?? 0)) !== 0) return true;
  return false;
}

export function setBit(bits: Bits, bit: number): void {
  bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

export interface RelevantFile {
  readonly path: string;
  readonly facts: CFileFacts;
  /** The statements that hold a wanted name, in order. */
  readonly statements: readonly RelevantStatement[];
}

export interface RelevantStatement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** How a file's includes resolve, in one set of include paths: paths, or `undefined` for what only expansion tells. */
export type IncludeTargets = (path: string) => readonly (string | undefined)[];

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
  /** Every name that some file defines or undefines. */
  readonly defined: ReadonlySet<string>;
  readonly guards: ReadonlySet<string>;
  /** The guards that something undefines. */
  readonly reopened: ReadonlySet<string>;
}

/** Closes the relevant names over the files that any unit can reach. */
export function relevantNames(files: readonly RelevantFile[], wanted: ReadonlySet<string>): RelevantNames {
  const names = new Set<string>();
  const expanded = new Set<string>();
  const asked: string[] = [];
  const waiting: string[] = [];
  const definitions = new Map<string, Definition[]>();
  const pasted = pastedNames();
  const ask = (name: string): void => {
    if (names.has(name)) return;
    names.add(name);
    asked.push(name);
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
  for (const name of wanted) add(name);
  const guards = new Set<string>();
  const undone = new Set<string>();
  for (const { facts, statements } of files) {
    if (facts.guard !== undefined && facts.guard !== '') guards.add(facts.guard);
    for (const { text } of statements) wordsOf(text).forEach(add);
    walkConditions({ facts, statements }, (directive, conditions) => {
      switch (directive?.kind) {
        case undefined:
          decide(conditions);
          return;
        case 'include':
          decide(conditions);
          if (directive.form === 'computed') wordsOf(directive.text).forEach(add);
          return;
        case 'undef':
        case 'define': {
          if (directive.kind === 'undef') undone.add(directive.name);
          // Splitting into words is left until the name turns out to be relevant: hardly any does.
          const one = {
            written: directive.kind === 'define' ? directive : undefined,
            conditions: conditions.length === 0 ? none : [...conditions],
          };
          const known = definitions.get(directive.name);
          if (known) known.push(one);
          else definitions.set(directive.name, [one]);
        }
      }
    });
  }
  // A guard with more than its own definition: whoever defines it first shuts the others, whoever undefines it opens.
  for (const guard of guards) if ((definitions.get(guard)?.length ?? 0) > 1) ask(guard);
  // By code units, as `<` compares.
  let defined: readonly string[] | undefined;
  while (asked.length > 0 || waiting.length > 0) {
    for (let name = asked.pop(); name !== undefined; name = asked.pop())
      for (const { conditions } of definitions.get(name) ?? []) decide(conditions);
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
      for (const { written } of definitions.get(name) ?? []) {
        if (!written || written.body === '') continue;
        wordsOf(written.body).forEach(add);
        pasted.body(written.body, written.parameters);
      }
    if (asked.length === 0 && pasted.isAny())
      pasted.matching((defined ??= [...definitions.keys()].sort())).forEach(add);
  }
  const reopened = new Set([...guards].filter((guard) => undone.has(guard)));
  return { names, expanded, defined: new Set(definitions.keys()), guards, reopened };
}

/** `written`: where it is no `#undef`. */
interface Definition {
  readonly written: (Directive & { readonly kind: 'define' }) | undefined;
  readonly conditions: readonly string[];
}

const none: readonly string[] = [];

type Met = Directive & { readonly kind: 'include' | 'define' | 'undef' };

/**
 * Calls `each` with every include and definition of a file, and (`undefined`) for every wanted statement, with the texts
 * of the conditions that decide whether it is seen: those of the branches before it in the same `#if`, too.
 */
function walkConditions(
  { facts, statements }: Pick<RelevantFile, 'facts' | 'statements'>,
  each: (directive: Met | undefined, conditions: readonly string[]) => void,
): void {
  const conditions: string[] = [];
  /** For each open #if, the number of conditions before it. */
  const open: number[] = [];
  let next = 0;
  const statementsBefore = (offset: number): void => {
    for (let one = statements[next]; one && one.start < offset; one = statements[next]) {
      each(undefined, conditions);
      // It goes on behind this directive, perhaps under other conditions.
      if (one.end > offset) return;
      next++;
    }
  };
  facts.directives.forEach((directive, index) => {
    if (next < statements.length) statementsBefore(directive.offset);
    switch (directive.kind) {
      case 'if':
        open.push(conditions.length);
        if (!isOwnGuard(facts, index)) conditions.push(directive.text);
        return;
      case 'elif':
        conditions.push(directive.text);
        return;
      case 'endif':
        conditions.length = open.pop() ?? conditions.length;
        return;
      case 'include':
      case 'define':
      case 'undef':
        each(directive, conditions);
        return;
      case 'else':
    }
  });
  statementsBefore(Infinity);
}

/** The #if of a file's own include guard, which is no condition. */
const isOwnGuard = (facts: CFileFacts, index: number): boolean =>
  index === 0 && facts.guard !== undefined && facts.guard !== '';

/**
 * The names that stay relevant when a file that no other includes has another text; `undefined`: everything has to be
 * looked at again. A name that nobody defines leads no further, so it can be added without a look at other files.
 */
export function namesWith(
  known: RelevantNames,
  { facts, statements }: RelevantFile,
): RelevantNames | undefined {
  const { names, expanded, defined, guards } = known;
  const added = new Set<string>();
  let isKnown = true;
  const meet = (name: string, isExpanded: boolean): void => {
    if ((isExpanded ? expanded : names).has(name)) return;
    if (defined.has(name)) isKnown = false;
    added.add(name);
  };
  const expand = (text: string): void => {
    for (const word of wordsOf(text)) meet(word, true);
  };
  for (const { text } of statements) expand(text);
  walkConditions({ facts, statements }, (directive, conditions) => {
    if (directive?.kind === 'define' || directive?.kind === 'undef') {
      const { name } = directive;
      if (!defined.has(name) || guards.has(name)) isKnown = false;
      if (!names.has(name)) return;
      if (directive.kind === 'define' && expanded.has(name)) {
        expand(directive.body);
        if (directive.body.includes('##')) isKnown = false;
      }
    } else if (directive?.form === 'computed') expand(directive.text);
    for (const condition of conditions) namesAsked(condition, meet);
  });
  if (!isKnown) return undefined;
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
  /** Pieces were found since the last call of `matching`. */
  readonly isAny: () => boolean;
  /** The names among `defined` (sorted) that these may be part of. */
  readonly matching: (defined: readonly string[]) => readonly string[];
} {
  const known = new Set<string>();
  let beginnings: string[] = [];
  let endings: string[] = [];
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
    isAny: () => beginnings.length + endings.length > 0,
    matching(defined) {
      const found = beginnings.flatMap((piece) => startingWith(defined, piece));
      if (endings.length > 0)
        found.push(...defined.filter((name) => endings.some((piece) => name.endsWith(piece))));
      beginnings = [];
      endings = [];
      return found;
    },
  };
}

function startingWith(sorted: readonly string[], beginning: string): readonly string[] {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < beginning) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (sorted[end]?.startsWith(beginning) === true) end++;
  return sorted.slice(low, end);
}

/** True for a file that can change the answer by itself. */
export function matters(file: RelevantFile, names: ReadonlySet<string>): boolean {
  const { facts, statements } = file;
  return (
    statements.length > 0 ||
    facts.directives.some(
      (directive) =>
        (directive.kind === 'include' && directive.form === 'computed') ||
        ((directive.kind === 'define' || directive.kind === 'undef') && names.has(directive.name)),
    )
  );
}

/**
 * The files that matter, below each file, in one set of include paths; found on demand, circles included. `reached`: the
 * files that were looked at with these include paths.
 */
export function relevanceOf(
  mattering: ReadonlySet<string>,
  { names, expanded, defined, reopened }: RelevantNames,
  targets: IncludeTargets,
  reached: ReadonlySet<string>,
): Relevance {
  const bits = new Map<string, number>([...mattering].map((path, index) => [path, index]));
  const words = (bits.size + 31) >>> 5;
  const below = new Map<string, Bits | undefined>();
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();

  // Tarjan's strongly connected components: files that include each other have the same answer.
  const visit = (path: string): void => {
    const number = order.size;
    order.set(path, number);
    lowest.set(path, number);
    stack.push(path);
    onStack.add(path);
    for (const target of targets(path)) {
      if (target === undefined) continue;
      if (!order.has(target)) {
        visit(target);
        lowest.set(path, Math.min(lowest.get(path) ?? 0, lowest.get(target) ?? 0));
      } else if (onStack.has(target))
        lowest.set(path, Math.min(lowest.get(path) ?? 0, order.get(target) ?? 0));
    }
    if (lowest.get(path) !== number) return;
    const component: string[] = [];
    for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
      onStack.delete(member);
      component.push(member);
      if (member === path) break;
    }
    const union = new Uint32Array(words);
    for (const member of component) {
      const own = bits.get(member);
      if (own !== undefined) setBit(union, own);
      for (const target of targets(member)) {
        const known = target === undefined ? undefined : below.get(target);
        if (known) known.forEach((word, index) => (union[index] = (union[index] ?? 0) | word));
      }
    }
    const result = union.some((word) => word !== 0) ? union : undefined;
    for (const member of component) below.set(member, result);
  };

  return {
    size: words,
    names,
    reopened,
    escapes: (name) => defined.has(name) && !expanded.has(name),
    covers: (path) => reached.has(path),
    bitOf: (path) => bits.get(path),
    below(path) {
      if (!order.has(path)) visit(path);
      return below.get(path);
    },
  };
}
