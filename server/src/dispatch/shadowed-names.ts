import type { BlockStatement, Statement } from '../syntax/c/function-body';
import type { RunnableFunction } from './execute/program';

/** Names that an inner block declares though an outer one, or the parameter list, has them already. */
export function shadowedNames(
  parameters: RunnableFunction['parameters'],
  { statements }: BlockStatement,
): ReadonlySet<string> {
  const found = new Set<string>();
  const outermost = new Set(parameters.flatMap(({ name }) => (name === undefined ? [] : [name])));
  lookInto(statements, outermost, found);
  return found;
}

function lookInto(statements: readonly Statement[], outer: ReadonlySet<string>, found: Set<string>): void {
  const seen = new Set(outer);
  for (const statement of statements)
    if (statement.kind === 'declaration')
      for (const { name } of statement.declarators) {
        if (outer.has(name)) found.add(name);
        seen.add(name);
      }
    else for (const inner of blocksOf(statement)) lookInto(inner, seen, found);
}

/** The statements of each scope that one statement opens. */
function blocksOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case 'block':
      return [statement.statements];
    case 'if':
      return [[statement.then], ...(statement.else ? [[statement.else]] : [])];
    case 'for':
      return [[...(statement.initialise ? [statement.initialise] : []), statement.body]];
    case 'while':
    case 'do':
    case 'macro-loop':
    case 'switch':
      return [[statement.body]];
    default:
      return [];
  }
}
