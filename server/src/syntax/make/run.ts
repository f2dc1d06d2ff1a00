import { expandText, lookup, unknownWord, wordsOf, type Scope } from './expand';
import { parseMakefile, type Makefile, type MakeStatement, type MakeTest } from './parse';

/** What running a makefile needs besides text functions. */
export interface MakeFiles {
  /** Parsed once; `undefined`: no such file. `path` is as the makefile wrote it. */
  makefile(path: string): { readonly path: string; readonly makefile: Makefile } | undefined;
  /** An include that is not a file of the tree, but known: the configuration. True when it was dealt with. */
  provided(path: string, scope: Scope): boolean;
  missing(path: string, from: string, line: number): void;
  exported(name: string): void;
}

const deepestInclude = 60;

/** Carries out the statements of one makefile in `scope`, as make's first phase does. */
export function runMakefile(
  path: string,
  makefile: Makefile,
  scope: Scope,
  files: MakeFiles,
  depth = 0,
): void {
  const before = scope.variables.get('MAKEFILE_LIST')?.value ?? '';
  setSimple(scope, 'MAKEFILE_LIST', `${before} ${path}`.trim());
  runStatements(makefile.statements, path, scope, files, depth);
}

function runStatements(
  statements: readonly MakeStatement[],
  path: string,
  scope: Scope,
  files: MakeFiles,
  depth: number,
): void {
  for (const statement of statements)
    switch (statement.kind) {
      case 'assign': {
        const name = expandText(statement.name, scope).trim();
        assign(scope, name, statement.operator, statement.value);
        if (statement.isExported) files.exported(name);
        break;
      }
      case 'conditional': {
        const branch = statement.branches.find(({ test }) => test === undefined || holds(test, scope));
        if (branch) runStatements(branch.body, path, scope, files, depth);
        break;
      }
      case 'include': {
        if (depth >= deepestInclude) break;
        for (const wanted of wordsOf(expandText(statement.files, scope))) {
          if (files.provided(wanted, scope)) continue;
          const found = files.makefile(wanted);
          if (found) runMakefile(found.path, found.makefile, scope, files, depth + 1);
          else if (!statement.optional) files.missing(wanted, path, statement.line);
        }
        break;
      }
      case 'export':
        if (statement.on) wordsOf(expandText(statement.names, scope)).forEach((name) => files.exported(name));
        break;
      case 'undefine':
        scope.variables.delete(expandText(statement.name, scope).trim());
        break;
      case 'expression':
        runText(expandText(statement.text, scope), path, scope, files, depth);
    }
}

/** Text that came out of an expression or `$(eval)`: usually nothing, else makefile text. */
export function runText(text: string, path: string, scope: Scope, files: MakeFiles, depth = 0): void {
  if (text.trim() === '' || text.includes(unknownWord)) return;
  runStatements(parseMakefile(text).statements, path, scope, files, depth);
}

export function setSimple(scope: Scope, name: string, value: string): void {
  scope.variables.set(name, { flavour: 'simple', value, origin: 'file' });
}

function assign(scope: Scope, name: string, operator: string, value: string): void {
  const known = lookup(scope, name);
  switch (operator) {
    case ':=':
      setSimple(scope, name, expandText(value, scope));
      return;
    case '?=':
      if (known === undefined) scope.variables.set(name, { flavour: 'recursive', value, origin: 'file' });
      return;
    case '+=':
      if (known === undefined) scope.variables.set(name, { flavour: 'recursive', value, origin: 'file' });
      else {
        const added = known.flavour === 'simple' ? expandText(value, scope) : value;
        const both = known.value === '' ? added : `${known.value} ${added}`;
        scope.variables.set(name, { ...known, value: both, origin: 'file' });
      }
      return;
    case '!=':
      scope.variables.set(name, {
        flavour: 'recursive',
        value: scope.world.shell(expandText(value, scope)) ?? unknownWord,
        origin: 'file',
      });
      return;
    default:
      scope.variables.set(name, { flavour: 'recursive', value, origin: 'file' });
  }
}

function holds(test: MakeTest, scope: Scope): boolean {
  if (test.kind === 'defined') {
    const name = expandText(test.left, scope).trim();
    return ((lookup(scope, name)?.value ?? '') !== '') !== test.negated;
  }
  return (expandText(test.left, scope) === expandText(test.right, scope)) !== test.negated;
}
