import type { Directive } from './scan';
import { interestingStatements, type SourceFile } from './unit';

/**
 * What of a file leads a preprocessor: its directives and the statements that hold a wanted name, in order. Two texts of
 * the same shape yield the same, from other lines.
 */
export function shapeOf(file: SourceFile, pattern: RegExp): string {
  const { facts } = file;
  const wording = facts.wording();
  if (wording === undefined) return madeShape(file, pattern);
  const statements = interestingStatements(file, pattern).map(
    ({ start, text }) => `${String(facts.directivesBefore(start))} ${text}`,
  );
  return [facts.guard === undefined ? '-' : `+${facts.guard}`, wording, ...statements].join('\0');
}

/** The same where it has to be told from the directives themselves. */
function madeShape(file: SourceFile, pattern: RegExp): string {
  const { directives, guard } = file.facts;
  const statements = interestingStatements(file, pattern);
  const parts: string[] = [guard === undefined ? '-' : `+${guard}`];
  let next = 0;
  for (const directive of directives) {
    for (let one = statements[next]; one && one.start < directive.offset; one = statements[++next])
      parts.push(one.text);
    const said = saidBy(directive);
    parts.push(said.includes('__LINE__') ? `${said} ${String(directive.line)}` : said);
  }
  for (const one of statements.slice(next)) parts.push(one.text);
  return parts.join('\0');
}

function saidBy(directive: Directive): string {
  switch (directive.kind) {
    case 'include':
      return `#include ${directive.next ? 'next ' : ''}${directive.form} ${directive.text}`;
    case 'define': {
      const parameters = directive.parameters === undefined ? '' : `(${directive.parameters.join()})`;
      return `#define ${directive.name}${parameters} ${directive.body}`;
    }
    case 'undef':
      return `#undef ${directive.name}`;
    case 'if':
    case 'elif':
      return `#${directive.kind} ${directive.text}`;
    case 'else':
    case 'endif':
      return `#${directive.kind}`;
  }
}
