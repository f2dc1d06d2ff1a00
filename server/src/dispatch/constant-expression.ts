import type { Token } from '../syntax/c/lex';
import { charValue } from '../syntax/c/tree/literal-value';
import { arithmetic, literal } from './execute/arithmetic';
import { cType, int, promoted, wrap } from './execute/c-type';
import { compare } from './execute/compare';
import type { Constant } from './execute/program';
import { emptyState } from './execute/state';
import { number, type Value } from './execute/value';

type Numeric = Value & { kind: 'number' };

/** Deeper parentheses or signs than any person writes. */
const deepest = 200;

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const levelOf: ReadonlyMap<string, number> = new Map(
  levels.flatMap((operators, level) => operators.map((operator) => [operator, level] as const)),
);

/**
 * The value of an expression of integer constants, in the type that C gives it. `tokens`: macros expanded. `undefined`:
 * a name is left, or it is no such expression, or C gives it no value (a shift too far).
 */
export function constantExpression(tokens: readonly Token[], wordBits: 32 | 64): Constant | undefined {
  let at = 0;
  const value = binary(0, 0);
  return value?.type && at === tokens.length ? { value: value.value, type: value.type } : undefined;

  function binary(least: number, depth: number): Numeric | undefined {
    let left = operand(depth);
    for (;;) {
      const operator = tokens[at]?.text ?? '';
      const level = levelOf.get(operator);
      if (!left || level === undefined || level < least) return left;
      at++;
      const right = binary(level + 1, depth + 1);
      left = right && joined(operator, left, right);
    }
  }

  function operand(depth: number): Numeric | undefined {
    const token = tokens[at++];
    if (!token || depth > deepest) return undefined;
    if (token.kind === 'number') return numeric(literal(token.text, wordBits));
    if (token.kind === 'char') {
      const code = charValue(token.text);
      return code === undefined ? undefined : numeric(number(code, int));
    }
    if (token.text === '(') {
      const type = castType();
      const inner = type ? operand(depth + 1) : binary(0, depth + 1);
      if (type) return inner && numeric(number(wrap(inner.value, type), type));
      return tokens[at++]?.text === ')' ? inner : undefined;
    }
    if (!/^[-+~!]$/.test(token.text)) return undefined;
    const inner = operand(depth + 1);
    if (!inner?.type) return undefined;
    if (token.text === '!') return numeric(number(inner.value === 0n ? 1 : 0, int));
    const type = promoted(inner.type);
    const result = token.text === '-' ? -inner.value : token.text === '~' ? ~inner.value : inner.value;
    return numeric(number(wrap(result, type), type));
  }

  /** The type of a cast whose `(` was read; then it goes on behind the `)`. */
  function castType(): ReturnType<typeof cType> {
    const end = tokens.findIndex(({ text }, index) => index >= at && text === ')');
    const words = tokens.slice(at, Math.max(end, at));
    if (words.length === 0 || !words.every(({ kind }) => kind === 'name')) return undefined;
    const type = cType(words.map(({ text }) => text).join(' '), wordBits);
    if (type) at = end + 1;
    return type;
  }
}

const numeric = (value: Value): Numeric | undefined => (value.kind === 'number' ? value : undefined);

function joined(operator: string, left: Numeric, right: Numeric): Numeric | undefined {
  switch (operator) {
    case '||':
      return numeric(number(left.value !== 0n || right.value !== 0n ? 1 : 0, int));
    case '&&':
      return numeric(number(left.value !== 0n && right.value !== 0n ? 1 : 0, int));
    case '==':
    case '!=':
    case '<':
    case '>':
    case '<=':
    case '>=': {
      const [way, other] = compare(operator, left, right, emptyState);
      return way && !other ? numeric(number(way.holds ? 1 : 0, int)) : undefined;
    }
    default:
      return numeric(arithmetic(operator, left, right, emptyState).value);
  }
}

/** A constant as C text that has its value and its type. */
export function textOfConstant({ value, type }: Constant, wordBits: 32 | 64): string {
  const length = type.bits <= 32 ? '' : wordBits === 64 ? 'L' : 'LL';
  const suffix = `${type.signed || type.bits < 32 ? '' : 'U'}${length}`;
  // The least number of a type has no literal: its magnitude is one too large.
  return value < 0n ? `(-${String(-value - 1n)}${suffix} - 1)` : `${String(value)}${suffix}`;
}
