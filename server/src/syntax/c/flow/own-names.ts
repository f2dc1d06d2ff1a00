import type {
  BlockStatement,
  DeclarationStatement,
  Expression,
  FunctionBody,
  Statement,
} from '../function-body';
import { expressionsWithin } from './control-flow';

/** Which name a variable has here, where that is not the one it is written with. */
type Scope = ReadonlyMap<string, string>;

/** The name as written of a variable that {@link withOwnNames} renamed. */
export const writtenName = (name: string): string => {
  const mark = name.indexOf('#');
  return mark < 0 ? name : name.slice(0, mark);
};

/**
 * The body with a name of its own for every variable: where a name is declared a second time, or means something else
 * outside the block that declares it, it becomes `name#1`. The same body where no name is that.
 */
export function withOwnNames(body: FunctionBody, parameters: ReadonlySet<string>): FunctionBody {
  const shared = sharedNames(body.block, parameters);
  if (shared.size === 0) return body;
  const counts = new Map<string, number>();
  const ownName = (name: string): string => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return `${name}#${String(count)}`;
  };
  return { ...body, block: block(body.block, new Map()) };

  function block(of: BlockStatement, outer: Scope): BlockStatement {
    let scope = outer;
    const statements = of.statements.map((statement) => {
      const [renamed, after] = renamedStatement(statement, scope);
      scope = after;
      return renamed;
    });
    return { ...of, statements };
  }

  /** A statement, and what its declarations mean for those after it. */
  function renamedStatement(statement: Statement, scope: Scope): readonly [Statement, Scope] {
    if (statement.kind === 'declaration') return declaration(statement, scope);
    return [otherStatement(statement, scope), scope];
  }

  function declaration(
    statement: DeclarationStatement,
    outer: Scope,
  ): readonly [DeclarationStatement, Scope] {
    const scope = new Map(outer);
    const declarators = statement.declarators.map((declarator) => {
      const { name, text, initialiser } = declarator;
      const own = shared.has(name) ? ownName(name) : name;
      if (own !== name) scope.set(name, own);
      return {
        ...declarator,
        name: own,
        text: own === name ? text : text.replace(new RegExp(`\\b${name}\\b`), () => own),
        // A variable is there in its own initialiser.
        initialiser: initialiser && expression(initialiser, scope),
      };
    });
    return [{ ...statement, declarators }, scope];
  }

  function otherStatement(statement: Exclude<Statement, DeclarationStatement>, scope: Scope): Statement {
    const inner = (one: Statement): Statement => renamedStatement(one, scope)[0];
    const value = (one: Expression): Expression => expression(one, scope);
    switch (statement.kind) {
      case 'block':
        return block(statement, scope);
      case 'expression':
        return { ...statement, expression: value(statement.expression) };
      case 'if':
        return {
          ...statement,
          condition: value(statement.condition),
          then: inner(statement.then),
          else: statement.else && inner(statement.else),
        };
      case 'while':
      case 'do':
        return { ...statement, condition: value(statement.condition), body: inner(statement.body) };
      case 'for': {
        const [initialise, own] = statement.initialise
          ? renamedStatement(statement.initialise, scope)
          : [undefined, scope];
        return {
          ...statement,
          initialise,
          condition: statement.condition && expression(statement.condition, own),
          step: statement.step && expression(statement.step, own),
          body: renamedStatement(statement.body, own)[0],
        };
      }
      case 'macro-loop':
        return { ...statement, arguments: statement.arguments.map(value), body: inner(statement.body) };
      case 'switch':
        return { ...statement, value: value(statement.value), body: inner(statement.body) };
      case 'case':
        return { ...statement, value: value(statement.value), last: statement.last && value(statement.last) };
      case 'return':
        return { ...statement, value: statement.value && value(statement.value) };
      case 'computed-goto':
        return { ...statement, target: value(statement.target) };
      default:
        return statement;
    }
  }
}

/** The expression with the names that its variables have in `scope`. */
function expression(of: Expression, scope: Scope): Expression {
  if (scope.size === 0) return of;
  const part = (one: Expression): Expression => expression(one, scope);
  switch (of.kind) {
    case 'identifier': {
      const own = scope.get(of.name);
      return own === undefined ? of : { ...of, name: own };
    }
    case 'call':
      return { ...of, callee: part(of.callee), arguments: of.arguments.map(part) };
    case 'unary':
    case 'update':
    case 'address':
    case 'dereference':
    case 'cast':
    case 'sizeof':
      return { ...of, operand: part(of.operand) };
    case 'binary':
      return { ...of, left: part(of.left), right: part(of.right) };
    case 'assign':
      return { ...of, target: part(of.target), value: part(of.value) };
    case 'conditional':
      return {
        ...of,
        condition: part(of.condition),
        whenTrue: of.whenTrue && part(of.whenTrue),
        whenFalse: part(of.whenFalse),
      };
    case 'comma':
      return { ...of, expressions: of.expressions.map(part) };
    case 'member':
      return { ...of, object: part(of.object) };
    case 'index':
      return { ...of, object: part(of.object), index: part(of.index) };
    case 'compound-literal':
      return { ...of, initialiser: part(of.initialiser) };
    case 'initialiser-list':
      return { ...of, items: of.items.map((item) => ({ ...item, value: part(item.value) })) };
    default:
      return of;
  }
}

/** Names that are declared more than once, or inside and used outside. */
function sharedNames(body: BlockStatement, parameters: ReadonlySet<string>): ReadonlySet<string> {
  const declared = new Set(parameters);
  const shared = new Set<string>();
  const free = new Set<string>();
  // The outermost block of a function is the scope of its parameters.
  inBlock(body.statements, parameters);
  for (const name of free) if (declared.has(name)) shared.add(name);
  return shared;

  function inBlock(statements: readonly Statement[], outer: ReadonlySet<string>): void {
    const scope = new Set(outer);
    for (const statement of statements) look(statement, scope);
  }

  /** Adds to `scope` what a declaration declares. */
  function look(statement: Statement, scope: Set<string>): void {
    if (statement.kind === 'declaration') {
      for (const { name, initialiser } of statement.declarators) {
        if (declared.has(name)) shared.add(name);
        declared.add(name);
        scope.add(name);
        if (initialiser) use(initialiser, scope);
      }
      return;
    }
    for (const one of expressionsOf(statement)) if (statement.kind !== 'for') use(one, scope);
    if (statement.kind === 'for') {
      const own = new Set(scope);
      if (statement.initialise) look(statement.initialise, own);
      for (const one of expressionsOf(statement)) use(one, own);
      inBlock([statement.body], own);
    } else for (const inner of innerStatements(statement)) inBlock(inner, scope);
  }

  function use(of: Expression, scope: ReadonlySet<string>): void {
    for (const one of expressionsWithin(of))
      if (one.kind === 'identifier' && !scope.has(one.name)) free.add(one.name);
  }
}

function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case 'expression':
      return [statement.expression];
    case 'if':
    case 'while':
    case 'do':
      return [statement.condition];
    case 'for':
      return [statement.condition, statement.step].flatMap((one) => one ?? []);
    case 'macro-loop':
      return statement.arguments;
    case 'switch':
      return [statement.value];
    case 'case':
      return [statement.value, ...(statement.last ? [statement.last] : [])];
    case 'return':
      return statement.value ? [statement.value] : [];
    case 'computed-goto':
      return [statement.target];
    default:
      return [];
  }
}

/** The statements of each scope that one statement opens. */
function innerStatements(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case 'block':
      return [statement.statements];
    case 'if':
      return [[statement.then], ...(statement.else ? [[statement.else]] : [])];
    case 'while':
    case 'do':
    case 'macro-loop':
    case 'switch':
      return [[statement.body]];
    default:
      return [];
  }
}
