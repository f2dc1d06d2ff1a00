import type { Directive } from './scan';
import { interestingStatements, type SourceFile } from './unit';

/**
 * What of a file leads a preprocessor: its directives and the statements that hold a wanted name, in order. Two texts of
 * the same shape yield the same, from other lines.
 */
export function shapeOf(file: SourceFile, pattern: RegExp): string {
  const { facts } = file;
  const place = (offset: number): string => String(facts.directivesBefore(offset));
  const directives =
    facts.wording() ??
    facts.directives.map((one) => `${place(one.offset)} ${withLine(saidBy(one), one.line)}`).join('\0');
  const statements = interestingStatements(file, pattern).map(
    ({ start, text, head = '' }) => `${place(start)} ${head}${text}`,
  );
  return [facts.guard === undefined ? '-' : `+${facts.guard}`, directives, ...statements].join('\0');
}

const withLine = (said: string, line: number): string =>
  said.includes('__LINE__') ? `${said} ${String(line)}` : said;

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
