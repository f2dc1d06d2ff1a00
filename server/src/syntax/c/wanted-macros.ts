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

const words = /[A-Za-z_]\w*/g;

/**
 * Follows `#define`s backwards: from macros known to register (and those whose body spells a wanted section) to every
 * macro whose body mentions one of them. What only happens to share a name is in it too; whether a use registers
 * anything is decided by expanding it.
 */
export function leadingMacros(
  files: readonly { readonly path: string; readonly facts: CFileFacts }[],
  known: readonly string[],
  spellsSection: (text: string) => boolean,
): readonly LeadingMacro[] {
  const byWord = new Map<string, { define: Define; file: string }[]>();
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
      for (const [word] of directive.body.matchAll(words)) {
        const uses = byWord.get(word);
        if (uses === undefined) byWord.set(word, [{ define: directive, file: path }]);
        else if (uses.at(-1)?.define !== directive) uses.push({ define: directive, file: path });
      }
      if (names.has(directive.name) || spellsSection(directive.body)) add(directive, path);
    }
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
    for (const { define, file } of byWord.get(name) ?? []) add(define, file);
  return found;
}
