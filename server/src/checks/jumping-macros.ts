import type { SourceFile } from '../syntax/c/unit';

/** Macros of a file that hold one of these words: `return`, `goto`, a function. */
export function macrosWith({ facts }: SourceFile, words: readonly string[]): ReadonlySet<string> {
  const wanted = new RegExp(`\\b(?:${words.join('|')})\\b`);
  return new Set(
    facts.directives.flatMap((directive) =>
      directive.kind === 'define' && wanted.test(directive.body) ? [directive.name] : [],
    ),
  );
}
