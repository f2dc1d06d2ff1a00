import { interestingStatements, type SourceFile } from './unit';

/**
 * What of a file leads a preprocessor: its directives and the statements that hold a wanted name, in order. Two texts of
 * the same shape yield the same, from other lines.
 */
export function shapeOf(file: SourceFile, pattern: RegExp): string {
  const { text, facts } = file;
  const { directives, guard } = facts;
  const statements = interestingStatements(file, pattern);
  const parts: string[] = [guard === undefined ? '-' : `+${guard}`];
  let next = 0;
  for (const { offset, end, line } of directives) {
    for (let one = statements[next]; one && one.start < offset; one = statements[++next])
      parts.push(one.text);
    const directive = text.slice(offset, end);
    parts.push(directive.includes('__LINE__') ? `${String(line)}:${directive}` : directive);
  }
  for (const one of statements.slice(next)) parts.push(one.text);
  return parts.join('\0');
}
