import { partsOf } from '../../syntax/c/flow/control-flow';
import type { Expression, FunctionBody, Statement } from '../../syntax/c/function-body';

/** A variable that a body declares itself, or a parameter. */
export interface Local {
  /** `retval`, or `retval@120` for one that hides another: unique in its function. */
  readonly key: string;
  readonly type: string;
}

/** What the names in a body mean. */
export interface Variables {
  /**
   * One name for one place in memory: `retval`, `tsk->mempolicy`, `p->signal->flags`. Names that are no local variables
   * (globals, constants, macros) stand for themselves. `undefined`: no such place, or not one that can be told.
   */
  readonly keyOf: (expression: Expression) => string | undefined;
  readonly locals: ReadonlyMap<string, Local>;
  /** Keys of locals whose address is taken anywhere: whoever has it may change them. */
  readonly exposed: ReadonlySet<string>;
  /** Keys of locals that are set anywhere but where they are declared. */
  readonly changed: ReadonlySet<string>;
}

type Scope = ReadonlyMap<string, string>;

/** Finds out which declaration each name of a body means: an inner variable may hide an outer one. */
export function variablesOf(body: FunctionBody, parameters: readonly Local[]): Variables {
  const locals = new Map(parameters.map((local) => [local.key, local]));
  const exposed = new Set<string>();
  const changed = new Set<string>();
  /** By the offset of an identifier. */
  const meant = new Map<number, string>();

  function declare(scope: Map<string, string>, name: string, at: number, type: string): void {
    const key = locals.has(name) ? `${name}@${String(at)}` : name;
    locals.set(key, { key, type });
    scope.set(name, key);
    meant.set(at, key);
  }

  function block(statements: readonly Statement[], outer: Scope): void {
    const scope = new Map(outer);
    for (const statement of statements) visit(statement, scope);
  }

  function visit(statement: Statement, scope: Map<string, string>): void {
    switch (statement.kind) {
      case 'block':
        block(statement.statements, scope);
        break;
      case 'declaration':
        for (const { name, nameRange, text, initialiser } of statement.declarators) {
          // A static variable keeps what an earlier call left in it; a prototype is none.
          if (!statement.storage.some((word) => /^(?:static|extern|typedef)$/.test(word)))
            declare(scope, name, nameRange.start, `${statement.type} ${text.replace(name, '')}`.trim());
          if (initialiser) names(initialiser, scope);
        }
        break;
      case 'expression':
        names(statement.expression, scope);
        break;
      case 'if':
        names(statement.condition, scope);
        block([statement.then], scope);
        if (statement.else) block([statement.else], scope);
        break;
      case 'while':
      case 'do':
        names(statement.condition, scope);
        block([statement.body], scope);
        break;
      case 'for': {
        const inner = new Map(scope);
        if (statement.initialise) visit(statement.initialise, inner);
        if (statement.condition) names(statement.condition, inner);
        if (statement.step) names(statement.step, inner);
        block([statement.body], inner);
        break;
      }
      case 'macro-loop':
        for (const argument of statement.arguments) {
          names(argument, scope);
          note(argument, scope, changed);
        }
        block([statement.body], scope);
        break;
      case 'switch':
        names(statement.value, scope);
        block([statement.body], scope);
        break;
      case 'case':
        names(statement.value, scope);
        break;
      case 'return':
        if (statement.value) names(statement.value, scope);
        break;
      case 'asm':
        for (const name of statement.names) changed.add(scope.get(name) ?? name);
        break;
      case 'computed-goto':
        names(statement.target, scope);
        break;
      default:
        break;
    }
  }

  function names(expression: Expression, scope: Scope): void {
    if (expression.kind === 'identifier') {
      const key = scope.get(expression.name);
      if (key !== undefined) meant.set(expression.range.start, key);
      return;
    }
    if (expression.kind === 'statement-expression') {
      block(expression.block.statements, scope);
      return;
    }
    if (expression.kind === 'address') note(expression.operand, scope, exposed);
    if (expression.kind === 'assign') note(expression.target, scope, changed);
    if (expression.kind === 'update') note(expression.operand, scope, changed);
    for (const part of partsOf(expression)) names(part, scope);
  }

  function note(expression: Expression, scope: Scope, into: Set<string>): void {
    const key = expression.kind === 'identifier' ? scope.get(expression.name) : undefined;
    if (key !== undefined) into.add(key);
  }

  block(body.block.statements, new Map(parameters.map(({ key }) => [key, key])));

  const keyOf = (expression: Expression): string | undefined => {
    switch (expression.kind) {
      case 'identifier':
        return meant.get(expression.range.start) ?? expression.name;
      case 'member': {
        const base = keyOf(expression.object);
        return base === undefined ? undefined : `${base}${expression.arrow ? '->' : '.'}${expression.member}`;
      }
      case 'dereference': {
        const base = keyOf(expression.operand);
        return base === undefined ? undefined : `*${base}`;
      }
      case 'cast':
        return keyOf(expression.operand);
      default:
        return undefined;
    }
  };
  return { keyOf, locals, exposed, changed };
}

/** The variable that a key begins with: `tsk` of `tsk->sysvsem.undo_list`. */
export const baseOf = (key: string): string => /^\**([^-.*]+)/.exec(key)?.[1] ?? key;

/** The key says more than a variable's name. */
export const isPath = (key: string): boolean => /->|\.|^\*/.test(key);
