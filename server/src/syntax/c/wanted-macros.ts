import type { CFileFacts, Directive } from './scan';

type Define = Directive & { readonly kind: 'define' };

/** A macro that leads to a wanted section. */
export interface LeadingMacro {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly parameters: readonly string[] | undefined;
  readonly body: string;
}

/** Nothing in a string is ever expanded: `"board_staging: " fmt` does not use the macro board_staging. */
const literal = /"(?:[^"\\]|\\.)*"/gs;

const words = /[A-Za-z_]\w*/g;

/** A shorter beginning says too little about the name that it becomes part of: `DEFINE_` begins half of the kernel. */
const shortestBeginning = 10;

/** Families that lead through more names than this would find beginnings everywhere. */
const mostForBeginnings = 64;

/**
 * Beginnings that `##` may make a longer name of: `register_##event`, or `PASTE(register_, event)`, where the `##` is
 * one macro further away. Endings would be too many: `##_init` is in hundreds of macros.
 */
const beginning = /\b([A-Za-z_]\w*_)\b|\b([A-Za-z_]\w*)\s*##/g;

/**
 * Follows `#define`s backwards: from macros known to register (and those whose body spells a wanted section) to every
 * macro whose body mentions one of them, or a piece of one that `##` completes. What only happens to share a name is in it too; whether a use registers
 * anything is decided by expanding it.
 */
export function leadingMacros(
  files: readonly { readonly path: string; readonly facts: CFileFacts }[],
  known: readonly string[],
  spellsSection: (text: string) => boolean,
): readonly LeadingMacro[] {
  const byWord = new Map<string, { define: Define; file: string }[]>();
  const byBeginning: typeof byWord = new Map();
  const names = new Set(known);
  const waiting: string[] = [...known];
  const found: LeadingMacro[] = [];
  const seen = new Set<Define>();
  const add = (define: Define, file: string): void => {
    if (seen.has(define)) return;
    seen.add(define);
    const { name, line, parameters, body } = define;
    found.push({ name, file, line, parameters, body });
    if (names.has(name)) return;
    names.add(name);
    waiting.push(name);
  };
  for (const { path, facts } of files)
    for (const directive of facts.directives) {
      if (directive.kind !== 'define') continue;
      const note = (into: typeof byWord, word: string): void => {
        const uses = into.get(word);
        if (uses === undefined) into.set(word, [{ define: directive, file: path }]);
        else if (uses.at(-1)?.define !== directive) uses.push({ define: directive, file: path });
      };
      const code = directive.body.includes('"') ? directive.body.replace(literal, '""') : directive.body;
      for (const [word] of code.matchAll(words)) note(byWord, word);
      for (const [, word, pasted = word ?? ''] of code.matchAll(beginning))
        if (pasted.length >= shortestBeginning) note(byBeginning, pasted);
      if (names.has(directive.name) || spellsSection(directive.body)) add(directive, path);
    }
  const follow = (): void => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
      for (const { define, file } of byWord.get(name) ?? []) add(define, file);
  };
  follow();
  // One step only: what a piece leads to is a guess, and guesses that lead to guesses take in half of the tree.
  for (const name of names.size > mostForBeginnings ? [] : [...names])
    for (let length = shortestBeginning; length < name.length; length++)
      for (const { define, file } of byBeginning.get(name.slice(0, length)) ?? []) add(define, file);
  follow();
  return found;
}
