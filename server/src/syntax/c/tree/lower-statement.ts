import type { Node } from 'web-tree-sitter';
import type { BlockStatement, Declarator, Expression, Statement } from '../function-body';
import {
  codeChildren,
  commaParts,
  lowerExpression,
  rangeOf,
  typeText,
  unknown,
  within,
  writtenText,
  type Lowering,
} from './lower-expression';

/** A `compound_statement` as a block. */
export function lowerBlock(lowering: Lowering, node: Node): BlockStatement {
  return {
    kind: 'block',
    range: rangeOf(lowering, node),
    statements: codeChildren(node).flatMap((child) => lowerStatements(lowering, child)),
  };
}

/** Several, because labels and cases stand before what they mark. */
function lowerStatements(outer: Lowering, node: Node): readonly Statement[] {
  const lowering = within(outer);
  if (!lowering) return [unknownStatement(outer, node)];
  const range = rangeOf(lowering, node);
  if (node.isError) return errorStatements(lowering, node);
  switch (node.type) {
    case 'labeled_statement': {
      const label = node.childForFieldName('label');
      const rest = codeChildren(node).filter((child) => child.id !== label?.id);
      if (!label) return [unknownStatement(lowering, node)];
      return [
        {
          kind: 'label',
          range: { start: range.start, end: rangeOf(lowering, label).end },
          name: label.text,
          nameRange: rangeOf(lowering, label),
        },
        ...rest.flatMap((child) => lowerStatements(lowering, child)),
      ];
    }
    case 'case_statement': {
      const value = node.childForFieldName('value');
      const rest = codeChildren(node).filter((child) => child.id !== value?.id);
      const end = node.children.find(({ type }) => type === ':')?.endIndex ?? node.endIndex;
      const place = { start: range.start, end: lowering.source.base + end };
      return [
        value ? lowerCase(lowering, value, place) : { kind: 'default', range: place },
        ...rest.flatMap((child) => lowerStatements(lowering, child)),
      ];
    }
    default:
      return [lowerStatement(lowering, node)];
  }
}

function lowerCase(lowering: Lowering, value: Node, range: Statement['range']): Statement {
  const operator = value.childForFieldName('operator');
  const [left, right] = [value.childForFieldName('left'), value.childForFieldName('right')];
  if (operator && left && right && lowering.source.ranges.has(operator.startIndex))
    return {
      kind: 'case',
      range,
      value: lowerExpression(lowering, left),
      last: lowerExpression(lowering, right),
    };
  return { kind: 'case', range, value: lowerExpression(lowering, value), last: undefined };
}

/** As one statement: a block where labels make it several. */
function lowerOne(lowering: Lowering, node: Node | null, parent: Node): Statement {
  if (!node) return { kind: 'empty', range: rangeOf(lowering, parent) };
  const statements = lowerStatements(lowering, node);
  const [only] = statements;
  return statements.length === 1 && only
    ? only
    : { kind: 'block', range: rangeOf(lowering, node), statements };
}

function lowerStatement(lowering: Lowering, node: Node): Statement {
  const range = rangeOf(lowering, node);
  if (node.isMissing) return { kind: 'empty', range };
  if (node.type !== 'compound_statement' && node.children.some((child) => child.isError))
    return unknownStatement(lowering, node);
  const condition = (): Expression => conditionOf(lowering, node);
  const body = (): Statement => lowerOne(lowering, node.childForFieldName('body'), node);
  switch (node.type) {
    case 'compound_statement':
      return lowerBlock(lowering, node);
    case 'expression_statement':
      return expressionStatement(lowering, node);
    case 'declaration':
      return declaration(lowering, node);
    case 'if_statement': {
      const then = lowerOne(lowering, node.childForFieldName('consequence'), node);
      const other = node.childForFieldName('alternative');
      const [inner] = other ? codeChildren(other) : [];
      const stand = lowering.source.loops.get(node.startIndex);
      if (stand) return macroLoop(lowering, node, stand.text, stand.end, then);
      return {
        kind: 'if',
        range,
        condition: condition(),
        then,
        else: other ? lowerOne(lowering, inner ?? null, other) : undefined,
      };
    }
    case 'while_statement': {
      const stand = lowering.source.loops.get(node.startIndex);
      if (stand) return macroLoop(lowering, node, stand.text, stand.end, body());
      return { kind: 'while', range, condition: condition(), body: body() };
    }
    case 'do_statement':
      return { kind: 'do', range, body: body(), condition: condition() };
    case 'for_statement':
      return forStatement(lowering, node, body());
    case 'switch_statement':
      return { kind: 'switch', range, value: condition(), body: body() };
    case 'return_statement': {
      const [value] = codeChildren(node);
      return { kind: 'return', range, value: value ? lowerExpression(lowering, value) : undefined };
    }
    case 'goto_statement': {
      const label = node.childForFieldName('label');
      return label
        ? { kind: 'goto', range, label: label.text, labelRange: rangeOf(lowering, label) }
        : unknownStatement(lowering, node);
    }
    case 'break_statement':
      return { kind: 'break', range };
    case 'continue_statement':
      return { kind: 'continue', range };
    case ';':
      return { kind: 'empty', range };
    default:
      return unknownStatement(lowering, node);
  }
}

const unknownStatement = (lowering: Lowering, node: Node): Statement => ({
  kind: 'unknown',
  range: rangeOf(lowering, node),
  text: writtenText(lowering, node),
});

/** What the grammar understood inside an error is lost on purpose: nobody knows how it hangs together. */
function errorStatements(lowering: Lowering, node: Node): readonly Statement[] {
  return /^[\s;]*$/.test(node.text) ? [] : [unknownStatement(lowering, node)];
}

function conditionOf(lowering: Lowering, node: Node): Expression {
  const condition = node.childForFieldName('condition');
  if (!condition) return unknown(lowering, node);
  return lowerExpression(lowering, condition);
}

function macroLoop(
  lowering: Lowering,
  node: Node,
  name: string,
  nameEnd: number,
  body: Statement,
): Statement {
  const condition = node.childForFieldName('condition');
  const [inner] = condition ? codeChildren(condition) : [];
  const { base } = lowering.source;
  return {
    kind: 'macro-loop',
    range: rangeOf(lowering, node),
    name,
    nameRange: { start: base + node.startIndex, end: base + nameEnd },
    arguments: inner ? commaParts(inner).map((part) => lowerExpression(lowering, part)) : [],
    body,
  };
}

function expressionStatement(lowering: Lowering, node: Node): Statement {
  const range = rangeOf(lowering, node);
  const [inner] = codeChildren(node);
  if (!inner) return { kind: 'empty', range };
  const assembler = lowering.source.assembler.get(inner.startIndex);
  if (assembler) return { kind: 'asm', range, names: assembler.names, labels: assembler.labels };
  return { kind: 'expression', range, expression: lowerExpression(lowering, inner) };
}

function forStatement(lowering: Lowering, node: Node, body: Statement): Statement {
  const initialiser = node.childForFieldName('initializer');
  const [condition, step] = [node.childForFieldName('condition'), node.childForFieldName('update')];
  return {
    kind: 'for',
    range: rangeOf(lowering, node),
    initialise: !initialiser
      ? undefined
      : initialiser.type === 'declaration'
        ? declaration(lowering, initialiser)
        : {
            kind: 'expression',
            range: rangeOf(lowering, initialiser),
            expression: lowerExpression(lowering, initialiser),
          },
    condition: condition ? lowerExpression(lowering, condition) : undefined,
    step: step ? lowerExpression(lowering, step) : undefined,
    body,
  };
}

function declaration(lowering: Lowering, node: Node): Statement {
  const declarators = node.childrenForFieldName('declarator');
  const storage = node.namedChildren.filter(({ type }) => type === 'storage_class_specifier');
  const qualifiers = node.namedChildren.filter(({ type }) => type === 'type_qualifier');
  const type = node.childForFieldName('type');
  return {
    kind: 'declaration',
    range: rangeOf(lowering, node),
    storage: storage.map(({ text }) => text),
    type: [...qualifiers.map(({ text }) => text), typeText(lowering, type)].join(' '),
    declarators: declarators.flatMap((child) => declarator(lowering, child)),
  };
}

function declarator(lowering: Lowering, node: Node): readonly Declarator[] {
  const value = node.type === 'init_declarator' ? node.childForFieldName('value') : null;
  const declared = node.type === 'init_declarator' ? node.childForFieldName('declarator') : node;
  const name = declared ? declaredName(declared) : undefined;
  if (!declared || !name) return [];
  return [
    {
      range: rangeOf(lowering, node),
      name: name.text,
      nameRange: rangeOf(lowering, name),
      text: writtenText(lowering, declared),
      initialiser: value ? lowerExpression(lowering, value) : undefined,
    },
  ];
}

/** The identifier inside `*p`, `buf[16]`, `(*fn)(int)`. */
export function declaredName(node: Node): Node | undefined {
  let at: Node | undefined = node;
  while (at && at.type !== 'identifier' && at.type !== 'field_identifier')
    at =
      at.childForFieldName('declarator') ??
      (at.type === 'parenthesized_declarator' ? codeChildren(at)[0] : undefined);
  return at;
}
