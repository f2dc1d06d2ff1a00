import {
  expandText,
  longestValue,
  lookup,
  newScope,
  processScope,
  unknownWord,
  type MakeWorld,
  type Scope,
  type Variable,
} from './expand';
import {
  parseMakefile,
  type AssignStatement,
  type ConditionalStatement,
  type IncludeStatement,
  type MakeBranch,
  type Makefile,
  type MakeStatement,
  type MakeTest,
  type UndefineStatement,
} from './parse';
import { wordsOf } from './words';

/** What running a makefile needs besides text functions. */
export interface MakeFiles {
  /** Parsed once; `undefined`: no such file. `path` is as the makefile wrote it. */
  makefile(path: string): { readonly path: string; readonly makefile: Makefile } | undefined;
  /** An include that is not a file of the tree, but known: the configuration. True when it was dealt with. */
  provided(path: string, scope: Scope): boolean;
  /** An include that cannot be carried out; `optional`: make goes on without. */
  missing(
    path: string,
    from: Pick<IncludeStatement, 'line' | 'optional'> & { readonly path: string },
    scope: Scope,
  ): void;
  exported(name: string): void;
  /** `targets: NAME op value`: for whoever makes one of them. */
  forTargets(targets: readonly string[], assign: AssignStatement, scope: Scope): void;
  /** It may say what objects are made from. */
  rule(rule: Rule, scope: Scope): void;
  /** From this line on, the variable holds what only a run of make could tell. */
  unknown(name: string, path: string, line: number, scope: Scope): void;
  /** Only which variables are set counts. */
  readonly isTrial?: true;
}

/** A rule with a recipe, expanded: targets and prerequisites are words. */
export interface Rule {
  readonly targets: readonly string[];
  /** Of a static pattern rule. */
  readonly pattern: string | undefined;
  readonly prerequisites: readonly string[];
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
        const { name, isUnknown } = assign(statement, scope);
        if (statement.isExported) files.exported(name);
        if (isUnknown) files.unknown(name, path, statement.line, scope);
        break;
      }
      case 'target-assign':
        files.forTargets(wordsOf(expandText(statement.targets, scope)), statement.assign, scope);
        break;
      case 'conditional': {
        const { possible, taken } = branchesOf(statement, scope);
        if (possible.length < 2 || files.isTrial) {
          for (const { body } of files.isTrial ? possible : taken)
            runStatements(body, path, scope, files, depth);
          break;
        }
        const names = namesSet(possible, path, scope, files, depth);
        for (const { body } of taken) runStatements(body, path, scope, files, depth);
        for (const name of names) {
          open(scope, name);
          files.unknown(name, path, statement.line, scope);
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
          else files.missing(wanted, { path, line: statement.line, optional: statement.optional }, scope);
        }
        break;
      }
      case 'export':
        if (statement.on) wordsOf(expandText(statement.names, scope)).forEach((name) => files.exported(name));
        break;
      case 'undefine':
        undefine(statement, scope);
        break;
      case 'rule':
        files.rule(
          {
            targets: wordsOf(expandText(statement.targets, scope)),
            pattern: statement.pattern && expandText(statement.pattern, scope).trim(),
            prerequisites: wordsOf(expandText(statement.prerequisites, scope)),
          },
          scope,
        );
        break;
      case 'expression':
        runText(expandText(statement.text, scope), path, scope, files, depth);
    }
}

function undefine({ name, isOverride }: UndefineStatement, scope: Scope): void {
  const named = expandText(name, scope).trim();
  if (isOverride || lookup(scope, named)?.origin !== 'override')
    processScope(scope).variables.set(named, undefinedVariable);
}

/** Text that came out of an expression or `$(eval)`: usually nothing, else makefile text. */
export function runText(text: string, path: string, scope: Scope, files: MakeFiles, depth = 0): void {
  if (text.trim() === '') return;
  runStatements(parseMakefile(text).statements, path, scope, files, depth);
}

export function setSimple(scope: Scope, name: string, value: string): void {
  scope.variables.set(name, { flavour: 'simple', value, origin: 'file' });
}

/** Hides what a parent scope may hold under the name. */
const undefinedVariable = { flavour: 'simple', value: '', origin: 'undefined' } as const;

/** What an assignment did. `isUnknown`: it added what only a run of make could tell. */
export interface Assigned {
  readonly name: string;
  readonly isUnknown: boolean;
}

/** Carries out one assignment. */
export function assign(statement: AssignStatement, scope: Scope): Assigned {
  // With the white space that the value of a variable has: `obj-$(V)` where a comment stands behind `V := y`.
  const name = expandText(statement.name, scope);
  if (!name.includes(unknownWord)) return { name, isUnknown: assignTo(name, statement, scope) };
  const likely = likelyName(name);
  assignTo(likely, { ...statement, operator: '+=' }, scope);
  open(scope, likely);
  return { name: likely, isUnknown: true };
}

/** `obj-$(HAVE)` where nobody knows HAVE: kbuild's conditions are `y` where they hold. */
const likelyName = (name: string): string =>
  wordsOf(name)
    .filter((word) => word !== unknownWord)
    .join(' ')
    .replaceAll(unknownWord, 'y');

/** True: what it added only a run of make could tell. */
function assignTo(name: string, { operator, value, isOverride }: AssignStatement, scope: Scope): boolean {
  const origin = isOverride ? 'override' : 'file';
  if (!isOverride && processScope(scope).variables.get(name)?.origin === 'override') return false;
  if (operator === ':=') {
    const text = expandText(value, scope);
    set(scope, name, 'simple', text, origin);
    return text.includes(unknownWord);
  }
  if (operator === '!=') {
    const answer = scope.world.shell(expandText(value, scope));
    set(scope, name, 'recursive', answer ?? unknownWord, origin);
    return answer === undefined;
  }
  const known = operator === '=' ? undefined : lookup(scope, name);
  if (known === undefined) set(scope, name, 'recursive', value, origin);
  else if (operator === '+=') {
    const added = known.flavour === 'simple' ? expandText(value, scope) : value;
    if (added !== '')
      set(scope, name, known.flavour, known.value === '' ? added : `${known.value} ${added}`, origin);
    return added.includes(unknownWord);
  }
  return false;
}

/** From here on the variable may hold more, or less, than it seems to. */
function open(scope: Scope, name: string): void {
  const { flavour, value } = lookup(scope, name) ?? { flavour: 'simple', value: '' };
  set(scope, name, flavour, `${value} ${unknownWord}`.trimStart());
}

function set(
  scope: Scope,
  name: string,
  flavour: Variable['flavour'],
  text: string,
  origin: Variable['origin'] = 'file',
): void {
  const value = text.length > longestValue ? text.slice(0, longestValue) : text;
  const process = processScope(scope);
  process.variables.set(name, { flavour, value, origin });
  // By an `$(eval)` inside of a variable, if ever.
  process.settled?.clear();
}

interface Branches {
  /** Those that make may carry out, as far as is known: one or none where every test is decided. */
  readonly possible: readonly MakeBranch[];
  /** The one that is carried out here, if any: what is not known counts as text. */
  readonly taken: readonly MakeBranch[];
}

function branchesOf({ branches }: ConditionalStatement, scope: Scope): Branches {
  const possible: MakeBranch[] = [];
  let taken: MakeBranch | undefined;
  let isDecided = true;
  for (const branch of branches) {
    const { holds, isKnown } = branch.test ? outcome(branch.test, scope) : always;
    if (!holds && isKnown) continue;
    possible.push(branch);
    if (holds) taken ??= branch;
    isDecided &&= isKnown;
    if (holds && isKnown) break;
  }
  // There may be no `else`: none is carried out then.
  return { possible: isDecided ? possible : [...possible, nothing], taken: taken ? [taken] : [] };
}

const nothing: MakeBranch = { test: undefined, body: [] };

interface Outcome {
  readonly holds: boolean;
  /** False: it hangs on what only a run of make could tell. */
  readonly isKnown: boolean;
}

const always: Outcome = { holds: true, isKnown: true };

function outcome(test: MakeTest, scope: Scope): Outcome {
  const left = expandText(test.left, scope);
  if (test.kind === 'defined') {
    const value = lookup(scope, left.trim())?.value ?? '';
    return { holds: (value !== '') !== test.negated, isKnown: !`${left}${value}`.includes(unknownWord) };
  }
  const right = expandText(test.right, scope);
  return { holds: (left === right) !== test.negated, isKnown: !`${left}${right}`.includes(unknownWord) };
}

/** The variables that any of the branches sets: they are carried out where nothing that they do counts. */
function namesSet(
  branches: readonly MakeBranch[],
  path: string,
  scope: Scope,
  files: MakeFiles,
  depth: number,
): readonly string[] {
  const world: MakeWorld = { ...scope.world, say: () => undefined };
  const trial = newScope(world, scope);
  const elsewhere = newScope(world, undefined);
  const filesOnly: MakeFiles = {
    makefile: (wanted) => files.makefile(wanted),
    provided: (wanted) => files.provided(wanted, elsewhere),
    missing: () => undefined,
    exported: () => undefined,
    forTargets: () => undefined,
    rule: () => undefined,
    unknown: () => undefined,
    isTrial: true,
  };
  for (const { body } of branches) runStatements(body, path, trial, filesOnly, depth);
  return [...trial.variables.keys()].filter((name) => name !== 'MAKEFILE_LIST');
}
