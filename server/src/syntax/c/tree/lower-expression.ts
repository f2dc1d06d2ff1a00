import type { Node } from 'web-tree-sitter';
import type { Range } from '../../positions';
import type {
  AssignOperator,
  BinaryOperator,
  BlockStatement,
  Expression,
  InitialiserItem,
} from '../function-body';
import { looksLikeTypedef } from './kernel-words';
import { charValue, numberValue } from './literal-value';
import type { ParsableText } from './parsable-text';

/** What lowering needs to know beside the tree. */
export interface Lowering {
  readonly source: ParsableText;
  /** The file's own text. */
  readonly file: string;
  readonly block: (lowering: Lowering, node: Node) => BlockStatement;
  /** How many statements and expressions this stands in. */
  readonly depth: number;
}

/**
 * Code that lies deeper than this is `unknown`: whoever follows the tree down needs stack for every level. Of a chain of
 * `else if`, and of `a + b + c`, each part lies in the one before.
 */
const deepest = 300;

/** What lies within a statement or an expression; `undefined`: too deep to be looked at. */
export const within = (lowering: Lowering): Lowering | undefined =>
  lowering.depth < deepest ? { ...lowering, depth: lowering.depth + 1 } : undefined;

export const rangeOf = (lowering: Lowering, node: Node): Range => ({
  start: lowering.source.base + node.startIndex,
  end: lowering.source.base + endIndex(lowering, node),
});

/** A stand-in is shorter than what it stands for. */
function endIndex({ source }: Lowering, node: Node): number {
  const { endIndex: end } = node;
  // Each step down the tree is a call into WebAssembly, and hardly any node ends in a stand-in.
  if (!mayEndIn(source.types, end)) return end;
  const last = lastLeaf(node);
  const stand = source.types.get(last.startIndex);
  return stand && last.type !== ')' ? Math.max(stand.end, end) : end;
}

type StandIns = Lowering['source']['types'];

const startsOf = new WeakMap<StandIns, Int32Array>();

/** Whether an offset is in what some stand-in stands for. */
function mayEndIn(types: StandIns, offset: number): boolean {
  let starts = startsOf.get(types);
  if (!starts) startsOf.set(types, (starts = Int32Array.from(types.keys()).sort()));
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const stand = types.get(starts[low - 1] ?? -1);
  return stand !== undefined && offset <= stand.end;
}

function lastLeaf(node: Node): Node {
  let leaf = node;
  for (let child = leaf.lastChild; child; child = leaf.lastChild) leaf = child;
  return leaf;
}

/** The file's own text, white space folded. */
export function writtenText(lowering: Lowering, node: Node): string {
  const { start, end } = rangeOf(lowering, node);
  return lowering.file.slice(start, end).trim().replace(/\s+/g, ' ');
}

export const unknown = (lowering: Lowering, node: Node): Expression => ({
  kind: 'unknown',
  range: rangeOf(lowering, node),
  text: writtenText(lowering, node),
});

const binaryOperators: ReadonlySet<string> = new Set([
  ...['*', '/', '%', '+', '-', '<<', '>>', '<', '>', '<=', '>=', '==', '!=', '&', '^', '|', '&&', '||'],
]);
const assignOperators: ReadonlySet<string> = new Set(
  ['', '*', '/', '%', '+', '-', '<<', '>>', '&', '^', '|'].map((operator) => `${operator}=`),
);
const isBinary = (text: string): text is BinaryOperator => binaryOperators.has(text);
const isAssign = (text: string): text is AssignOperator => assignOperators.has(text);

/** The expressions of `a, b, c`; one for anything else. */
export function commaParts(node: Node): readonly Node[] {
  const parts: Node[] = [];
  const open: Node[] = [node];
  for (let part = open.pop(); part; part = open.pop()) {
    if (part.type !== 'comma_expression') parts.push(part);
    else
      for (const name of ['left', 'right']) {
        const side = part.childForFieldName(name);
        if (side) open.push(side);
      }
  }
  return parts.reverse();
}

/** The children that are code. */
export const codeChildren = (node: Node): readonly Node[] =>
  node.namedChildren.filter((child) => child.type !== 'comment');

/** An expression's node as data; what the grammar could not read is `unknown`. */
export function lowerExpression(outer: Lowering, node: Node): Expression {
  const lowering = within(outer);
  if (!lowering || node.isError || node.isMissing || node.children.some((child) => child.isError))
    return unknown(outer, node);
  const stand = lowering.source.types.get(node.startIndex);
  if (stand && node.childCount === 0)
    return { kind: 'type', range: rangeOf(lowering, node), text: stand.text };
  const range = rangeOf(lowering, node);
  const field = (name: string): Expression => {
    const child = node.childForFieldName(name);
    return child ? lowerExpression(lowering, child) : unknown(lowering, node);
  };
  switch (node.type) {
    case 'identifier':
    case 'type_identifier':
    case 'field_identifier':
    case 'true':
    case 'false':
    case 'null':
      return { kind: 'identifier', range, name: node.text };
    case 'number_literal':
      return { kind: 'number', range, text: node.text, value: numberValue(node.text) };
    case 'char_literal':
      return { kind: 'char', range, text: node.text, value: charValue(node.text) };
    case 'string_literal':
    case 'concatenated_string':
      return { kind: 'string', range, text: writtenText(lowering, node) };
    case 'parenthesized_expression':
    case 'argument_list':
      return parenthesized(lowering, node);
    case 'comma_expression':
      return {
        kind: 'comma',
        range,
        expressions: commaParts(node).map((part) => lowerExpression(lowering, part)),
      };
    case 'call_expression': {
      const type = castLikeCallee(node);
      if (type !== undefined) return { kind: 'cast', range, type, operand: field('arguments') };
      const list = node.childForFieldName('arguments');
      if (!list || list.children.some((child) => child.isError)) return unknown(lowering, node);
      const parts = codeChildren(list).map((argument) => lowerExpression(lowering, argument));
      return { kind: 'call', range, callee: field('function'), arguments: parts };
    }
    case 'unary_expression': {
      const operator = node.childForFieldName('operator')?.type ?? '';
      if (operator !== '!' && operator !== '~' && operator !== '-' && operator !== '+')
        return unknown(lowering, node);
      return { kind: 'unary', range, operator, operand: field('argument') };
    }
    case 'update_expression': {
      const operator = node.childForFieldName('operator');
      const argument = node.childForFieldName('argument');
      return {
        kind: 'update',
        range,
        operator: operator?.type === '--' ? '--' : '++',
        prefix: (operator?.startIndex ?? 0) < (argument?.startIndex ?? 0),
        operand: field('argument'),
      };
    }
    case 'pointer_expression':
      return {
        kind: node.childForFieldName('operator')?.type === '&' ? 'address' : 'dereference',
        range,
        operand: field('argument'),
      };
    case 'binary_expression': {
      const operator = node.childForFieldName('operator')?.type ?? '';
      if (!isBinary(operator)) return unknown(lowering, node);
      return { kind: 'binary', range, operator, left: field('left'), right: field('right') };
    }
    case 'assignment_expression': {
      const operator = node.childForFieldName('operator')?.type ?? '';
      if (!isAssign(operator)) return unknown(lowering, node);
      return { kind: 'assign', range, operator, target: field('left'), value: field('right') };
    }
    case 'conditional_expression': {
      const whenTrue = node.childForFieldName('consequence');
      return {
        kind: 'conditional',
        range,
        condition: field('condition'),
        whenTrue: whenTrue ? lowerExpression(lowering, whenTrue) : undefined,
        whenFalse: field('alternative'),
      };
    }
    case 'field_expression': {
      const member = node.childForFieldName('field');
      if (!member) return unknown(lowering, node);
      return {
        kind: 'member',
        range,
        object: field('argument'),
        arrow: node.childForFieldName('operator')?.type === '->',
        member: member.text,
        memberRange: rangeOf(lowering, member),
      };
    }
    case 'subscript_expression':
      return { kind: 'index', range, object: field('argument'), index: field('index') };
    case 'cast_expression':
      return cast(lowering, node);
    case 'sizeof_expression':
    case 'alignof_expression':
      return sizeOf(lowering, node);
    case 'offsetof_expression':
      return offsetOf(lowering, node);
    case 'compound_literal_expression':
      return {
        kind: 'compound-literal',
        range,
        type: typeText(lowering, node.childForFieldName('type')),
        initialiser: field('value'),
      };
    case 'initializer_list':
      return {
        kind: 'initialiser-list',
        range,
        items: codeChildren(node).map((item) => initialiserItem(lowering, item)),
      };
    case 'type_descriptor':
      return { kind: 'type', range, text: typeText(lowering, node) };
    case 'compound_statement':
      return { kind: 'statement-expression', range, block: lowering.block(lowering, node) };
    default:
      return unknown(lowering, node);
  }
}

function parenthesized(lowering: Lowering, node: Node): Expression {
  const [inner] = codeChildren(node);
  return inner ? lowerExpression(lowering, inner) : unknown(lowering, node);
}

/** A type as written, white space folded; where a stand-in is, what it stands for. */
export function typeText(lowering: Lowering, node: Node | null): string {
  if (!node) return '';
  const pieces: string[] = [];
  const open: Node[] = [node];
  for (let part = open.pop(); part; part = open.pop())
    if (part.childCount === 0) pieces.push(lowering.source.types.get(part.startIndex)?.text ?? part.text);
    else open.push(...part.children.toReversed());
  return pieces
    .join(' ')
    .replace(/\s+/g, ' ')
    .replace(/\* (?=\*)/g, '*')
    .replace(/ ?([()[\],]) ?/g, (_, mark: string) => (mark === ',' ? ', ' : mark === '(' ? ' (' : mark))
    .trim();
}

/** `(u32)(x)` looks like a call of `u32` to a grammar that knows no types; a typedef tells by its name. */
function castLikeCallee(node: Node): string | undefined {
  const callee = node.childForFieldName('function');
  const list = node.childForFieldName('arguments');
  const [inner] = callee?.type === 'parenthesized_expression' ? codeChildren(callee) : [];
  if (inner?.type !== 'identifier' || !looksLikeTypedef(inner.text)) return undefined;
  return list && codeChildren(list).length === 1 ? inner.text : undefined;
}

/** `(a) - b` and `(f)(x)` look like casts to a grammar that knows no types. */
function cast(lowering: Lowering, node: Node): Expression {
  const type = node.childForFieldName('type');
  const value = node.childForFieldName('value');
  const range = rangeOf(lowering, node);
  if (!type || !value) return unknown(lowering, node);
  const name = type.text.trim();
  const stands = lowering.source.types.has(type.startIndex);
  if (!stands && /^[A-Za-z_]\w*$/.test(name) && !looksLikeTypedef(name) && !isPrimitive(type)) {
    const left: Expression = { kind: 'identifier', range: rangeOf(lowering, type), name };
    const operand = value.childForFieldName('argument');
    if (operand && (value.type === 'pointer_expression' || value.type === 'unary_expression')) {
      const operator = value.childForFieldName('operator')?.type ?? '';
      if (isBinary(operator))
        return { kind: 'binary', range, operator, left, right: lowerExpression(lowering, operand) };
    }
    if (value.type === 'parenthesized_expression') {
      const [inner] = codeChildren(value);
      const given = inner ? commaParts(inner).map((part) => lowerExpression(lowering, part)) : [];
      return { kind: 'call', range, callee: left, arguments: given };
    }
  }
  return {
    kind: 'cast',
    range,
    type: typeText(lowering, type),
    operand: lowerExpression(lowering, value),
  };
}

const isPrimitive = (type: Node): boolean => type.descendantsOfType('primitive_type').length > 0;

function sizeOf(lowering: Lowering, node: Node): Expression {
  const operator = node.firstChild?.text ?? 'sizeof';
  const type = node.childForFieldName('type');
  const value = node.childForFieldName('value') ?? codeChildren(node).at(-1);
  const range = rangeOf(lowering, node);
  const operand: Expression = type
    ? { kind: 'type', range: rangeOf(lowering, type), text: typeText(lowering, type) }
    : value
      ? lowerExpression(lowering, value)
      : unknown(lowering, node);
  return { kind: 'sizeof', range, operator, operand };
}

/** `offsetof(struct x, m)` stays a call, as every macro does. */
function offsetOf(lowering: Lowering, node: Node): Expression {
  const [type, member] = [node.childForFieldName('type'), node.childForFieldName('member')];
  const first = node.firstChild;
  if (!type || !member || !first) return unknown(lowering, node);
  return {
    kind: 'call',
    range: rangeOf(lowering, node),
    callee: { kind: 'identifier', range: rangeOf(lowering, first), name: first.text },
    arguments: [
      { kind: 'type', range: rangeOf(lowering, type), text: typeText(lowering, type) },
      { kind: 'identifier', range: rangeOf(lowering, member), name: member.text },
    ],
  };
}

function initialiserItem(lowering: Lowering, node: Node): InitialiserItem {
  const range = rangeOf(lowering, node);
  if (node.type !== 'initializer_pair')
    return { range, designator: undefined, value: lowerExpression(lowering, node) };
  const value = node.childForFieldName('value');
  const designators = node.childrenForFieldName('designator');
  return {
    range,
    designator: designators.map((part) => writtenText(lowering, part)).join(''),
    value: value ? lowerExpression(lowering, value) : unknown(lowering, node),
  };
}
