import { expand, type MacroScope } from './expand';
import { lex, type Token } from './lex';

/** The value of a condition: a number, or `undefined` where it hangs on something that is not known. */
export type ConditionValue = bigint | undefined;

export interface ConditionScope extends MacroScope {
  /** `defined(NAME)`; `undefined`: not known (CONFIG_ names without a configuration). */
  isDefined(name: string): boolean | undefined;
  /** `__has_include(…)`, as written in the parentheses. */
  hasInclude?(spec: string): boolean;
  /** True for a name whose value is not known. */
  isUnknown?(name: string): boolean;
}

/** Kconfig's tests (include/linux/kconfig.h), which are not known for a name that is not. */
const configTests = new Set(['IS_ENABLED', 'IS_BUILTIN', 'IS_MODULE', 'IS_REACHABLE', 'config_enabled']);

/** Features asked for with `__has_attribute(x)` and the like: GCC 12 has those that the kernel asks for. */
const featureTests = new Set([
  '__has_attribute',
  '__has_c_attribute',
  '__has_cpp_attribute',
  '__has_builtin',
  '__has_feature',
  '__has_extension',
]);

/** Evaluates the text of an `#if`. What cannot be parsed is not known. */
export function evaluateCondition(text: string, scope: ConditionScope): ConditionValue {
  const unknowns = new Set<string>();
  const tokens = expand(replaceTests(conditionTokens(text), scope, unknowns), scope);
  return parse(tokens, unknowns);
}

const lexed = new Map<string, readonly Token[]>();

/** The same conditions come again in every unit. */
function conditionTokens(text: string): readonly Token[] {
  let tokens = lexed.get(text);
  if (!tokens) lexed.set(text, (tokens = lex(text, 0, text.length, -1)));
  return tokens;
}

const number = (value: boolean): Token => ({
  kind: 'number',
  text: value ? '1' : '0',
  spaced: true,
  offset: -1,
});

const unknownToken = '\u0000unknown';

/** `defined X`, `__has_include(…)` and tests on unknown names, replaced before macros are expanded. */
function replaceTests(
  tokens: readonly Token[],
  scope: ConditionScope,
  unknowns: Set<string>,
): readonly Token[] {
  const result: Token[] = [];
  const unknown = (): Token => {
    unknowns.add(unknownToken);
    return { kind: 'name', text: unknownToken, spaced: true, offset: -1 };
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    const opens = tokens[at + 1]?.text === '(';
    if (token.text === 'defined') {
      const name = tokens[at + (opens ? 2 : 1)];
      at += opens ? 3 : 1;
      const known = name?.kind === 'name' ? scope.isDefined(name.text) : false;
      result.push(known === undefined ? unknown() : number(known));
    } else if (opens && (token.text === '__has_include' || token.text === '__has_include_next')) {
      const close = closing(tokens, at + 1);
      const spec = tokens
        .slice(at + 2, close)
        .map(({ text: part }) => part)
        .join('');
      result.push(number(scope.hasInclude?.(spec) ?? false));
      at = close;
    } else if (opens && featureTests.has(token.text)) {
      result.push(number(token.text.includes('attribute')));
      at = closing(tokens, at + 1);
    } else if (
      opens &&
      configTests.has(token.text) &&
      tokens.slice(at + 2, closing(tokens, at + 1)).some(({ text: name }) => scope.isUnknown?.(name) === true)
    ) {
      result.push(unknown());
      at = closing(tokens, at + 1);
    } else if (token.kind === 'name' && scope.isUnknown?.(token.text) === true) result.push(unknown());
    else result.push(token);
  }
  return result;
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at]?.text === '(') depth++;
    if (tokens[at]?.text === ')' && --depth === 0) return at;
  }
  return tokens.length;
}

const precedence: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

const truth = (value: ConditionValue): boolean | undefined =>
  value === undefined ? undefined : value !== 0n;
const asNumber = (value: boolean | undefined): ConditionValue =>
  value === undefined ? undefined : value ? 1n : 0n;

function parse(tokens: readonly Token[], unknowns: ReadonlySet<string>): ConditionValue {
  let at = 0;
  let broken = tokens.length === 0;
  const peek = (): string | undefined => tokens[at]?.text;

  const primary = (): ConditionValue => {
    const token = tokens[at++];
    if (token === undefined) {
      broken = true;
      return undefined;
    }
    if (token.text === '(') {
      const value = ternary();
      if (peek() === ')') at++;
      else broken = true;
      return value;
    }
    if (token.text === '!') {
      const value = truth(primary());
      return asNumber(value === undefined ? undefined : !value);
    }
    if (token.text === '-' || token.text === '+' || token.text === '~') {
      const value = primary();
      if (value === undefined) return undefined;
      return token.text === '-' ? -value : token.text === '~' ? ~value : value;
    }
    if (token.kind === 'number') return numberValue(token.text);
    if (token.kind === 'char') return BigInt(characterValue(token.text));
    if (token.kind === 'name') {
      if (unknowns.has(token.text)) return undefined;
      // A function-like use of a name that is no macro: C calls it an error; nothing is known then.
      if (peek() === '(') {
        at = closing(tokens, at) + 1;
        return undefined;
      }
      return token.text === 'true' ? 1n : 0n;
    }
    broken = true;
    return undefined;
  };

  const binary = (least: number): ConditionValue => {
    let left = primary();
    for (;;) {
      const operator = peek();
      const level = operator === undefined ? undefined : precedence[operator];
      if (operator === undefined || level === undefined || level < least) return left;
      at++;
      left = combine(operator, left, binary(level + 1));
    }
  };

  const ternary = (): ConditionValue => {
    const test = binary(1);
    if (peek() !== '?') return test;
    at++;
    const yes = ternary();
    if (peek() === ':') at++;
    else broken = true;
    const no = ternary();
    const decided = truth(test);
    return decided === undefined ? (yes === no ? yes : undefined) : decided ? yes : no;
  };

  const value = ternary();
  return broken || at < tokens.length ? undefined : value;
}

function combine(operator: string, left: ConditionValue, right: ConditionValue): ConditionValue {
  if (operator === '&&' || operator === '||') {
    const deciding = operator === '||';
    const [a, b] = [truth(left), truth(right)];
    if (a === deciding || b === deciding) return asNumber(deciding);
    return a === undefined || b === undefined ? undefined : asNumber(!deciding);
  }
  if (left === undefined || right === undefined) return undefined;
  switch (operator) {
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '==':
      return asNumber(left === right);
    case '!=':
      return asNumber(left !== right);
    case '<':
      return asNumber(left < right);
    case '>':
      return asNumber(left > right);
    case '<=':
      return asNumber(left <= right);
    case '>=':
      return asNumber(left >= right);
    case '<<':
      return right < 0n || right > 63n ? undefined : BigInt.asIntN(64, left << right);
    case '>>':
      return right < 0n || right > 63n ? undefined : left >> right;
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0n ? undefined : left / right;
    case '%':
      return right === 0n ? undefined : left % right;
    default:
      return undefined;
  }
}

function numberValue(text: string): ConditionValue {
  const digits = /^(0[xX][\da-fA-F]+|0[bB][01]+|0[0-7]*|[1-9]\d*)[uUlL]*$/.exec(text.replace(/'/g, ''))?.[1];
  if (digits === undefined) return undefined;
  return /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
}

const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '0': 0, a: 7, b: 8, f: 12, v: 11 };

function characterValue(text: string): number {
  const inside = text.replace(/^[LuU]?'|'$/g, '');
  if (!inside.startsWith('\\')) return inside.charCodeAt(0) || 0;
  const hex = /^\\x([\da-fA-F]+)$/.exec(inside)?.[1];
  if (hex !== undefined) return Number.parseInt(hex, 16);
  const octal = /^\\([0-7]{1,3})$/.exec(inside)?.[1];
  if (octal !== undefined) return Number.parseInt(octal, 8);
  return escapes[inside.charAt(1)] ?? inside.charCodeAt(1);
}
