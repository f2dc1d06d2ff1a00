import {
  expandText,
  longestValue,
  lookup,
  processScope,
  unknownWord,
  type Scope,
  type Variable,
} from './expand';
import {
  parseMakefile,
  type AssignStatement,
  type Makefile,
  type MakeStatement,
  type MakeTest,
} from './parse';
import { wordsOf } from './words';

/** What running a makefile needs besides text functions. */
export interface MakeFiles {
  /** Parsed once; `undefined`: no such file. `path` is as the makefile wrote it. */
  makefile(path: string): { readonly path: string; readonly makefile: Makefile } | undefined;
  /** An include that is not a file of the tree, but known: the configuration. True when it was dealt with. */
  provided(path: string, scope: Scope): boolean;
  missing(path: string, from: string, line: number): void;
  exported(name: string): void;
  /** `targets: NAME op value`: for whoever makes one of them. */
  forTargets(targets: readonly string[], assign: AssignStatement, scope: Scope): void;
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
        const name = assign(statement, scope);
        if (statement.isExported) files.exported(name);
        break;
      }
      case 'target-assign':
        files.forTargets(wordsOf(expandText(statement.targets, scope)), statement.assign, scope);
        break;
      case 'conditional': {
        for (const { test, body } of statement.branches)
          if (test === undefined || holds(test, scope)) {
            runStatements(body, path, scope, files, depth);
            break;
          }
        break;
      }
      case 'include': {
        if (depth >= deepestInclude) {
          scope.world.say('error', `${path}:${String(statement.line)}: includes without end`);
          break;
        }
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
        processScope(scope).variables.set(expandText(statement.name, scope).trim(), undefinedVariable);
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

/** Hides what a parent scope may hold under the name. */
const undefinedVariable = { flavour: 'simple', value: '', origin: 'undefined' } as const;

/** Carries out one assignment; gives the variable's name. */
export function assign(statement: AssignStatement, scope: Scope): string {
  const name = expandText(statement.name, scope).trim();
  const { operator, value } = statement;
  if (operator === ':=') {
    set(scope, name, 'simple', expandText(value, scope));
    return name;
  }
  if (operator === '!=') {
    set(scope, name, 'recursive', scope.world.shell(expandText(value, scope)) ?? unknownWord);
    return name;
  }
  const known = operator === '=' ? undefined : lookup(scope, name);
  if (known === undefined) set(scope, name, 'recursive', value);
  else if (operator === '+=') {
    const added = known.flavour === 'simple' ? expandText(value, scope) : value;
    if (added !== '') set(scope, name, known.flavour, known.value === '' ? added : `${known.value} ${added}`);
  }
  return name;
}

function set(scope: Scope, name: string, flavour: Variable['flavour'], text: string): void {
  const value = text.length > longestValue ? text.slice(0, longestValue) : text;
  const process = processScope(scope);
  process.variables.set(name, { flavour, value, origin: 'file' });
  // By an `$(eval)` inside of a variable, if ever.
  process.settled?.clear();
}

function holds(test: MakeTest, scope: Scope): boolean {
  if (test.kind === 'defined') {
    const name = expandText(test.left, scope).trim();
    return ((lookup(scope, name)?.value ?? '') !== '') !== test.negated;
  }
  return (expandText(test.left, scope) === expandText(test.right, scope)) !== test.negated;
}
