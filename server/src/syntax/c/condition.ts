import { expand, type Expanded, type MacroScope } from './expand';
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

/** Features asked for with `__has_attribute(x)` and the like. */
const featureTests = new Set([
  '__has_attribute',
  '__has_c_attribute',
  '__has_cpp_attribute',
  '__has_builtin',
  '__has_feature',
  '__has_extension',
]);

/** Attributes that kernels ask for and Clang alone has; GCC 12 has all the others they ask for. */
const clangAttributes = new Set([
  'availability',
  'btf_decl_tag',
  'btf_type_tag',
  'counted_by',
  'diagnose_as_builtin',
  'diagnose_if',
  'disable_sanitizer_instrumentation',
  'enable_if',
  'guarded_by',
  'optnone',
  'overloadable',
  'pass_dynamic_object_size',
  'pass_object_size',
]);

/** Evaluates the text of an `#if`. What cannot be parsed is not known (GCC reports it, and takes it as false). */
export function evaluateCondition(text: string, scope: ConditionScope): ConditionValue {
  const operators: MacroScope = { ...scope, operator: (name, rest) => operator(name, rest, scope) };
  return parse(expand(conditionTokens(text), operators));
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

const unknown: Token = { kind: 'name', text: '\u0000unknown', spaced: true, offset: -1 };

/** `defined X`, `__has_include(…)` and tests on unknown names: also where a macro spells them, as GCC has it. */
function operator(name: string, rest: Expanded[], scope: ConditionScope): Token | undefined {
  if (name === 'defined') {
    const opens = rest.at(-1)?.text === '(';
    const asked = rest.at(opens ? -2 : -1);
    if (asked?.kind !== 'name' || (opens && rest.at(-3)?.text !== ')')) return undefined;
    rest.length -= opens ? 3 : 1;
    const known = scope.isDefined(asked.text);
    return known === undefined ? unknown : number(known);
  }
  if (scope.isUnknown?.(name) === true) return unknown;
  const isInclude = name === '__has_include' || name === '__has_include_next';
  if (!isInclude && !featureTests.has(name) && !configTests.has(name)) return undefined;
  const inside = operand(rest);
  if (inside === undefined) return undefined;
  if (configTests.has(name)) {
    if (!inside.some((token) => scope.isUnknown?.(token.text) === true)) return undefined;
    rest.length -= inside.length + 2;
    return unknown;
  }
  rest.length -= inside.length + 2;
  if (isInclude) {
    const [first] = inside;
    const written = first?.kind === 'string' || first?.text === '<' ? inside : expand(inside, scope);
    return number(scope.hasInclude?.(written.map(({ text }) => text).join('')) ?? false);
  }
  const feature = inside.map(({ text }) => text).join('');
  const bare = /^__(\w+?)__$/.exec(feature)?.[1] ?? feature;
  if (name === '__has_builtin') return number(feature.startsWith('__builtin_'));
  return number(name.endsWith('attribute') && !clangAttributes.has(bare));
}

/** The tokens in the parentheses that `rest` begins with (its end: the next token is last), in reading order. */
function operand(rest: readonly Expanded[]): readonly Expanded[] | undefined {
  if (rest.at(-1)?.text !== '(') return undefined;
  const inside: Expanded[] = [];
  let depth = 0;
  for (let at = rest.length - 1; at >= 0; at--) {
    const token = rest[at];
    if (token === undefined) break;
    if (token.text === ')' && --depth === 0) return inside;
    if (depth > 0) inside.push(token);
    if (token.text === '(') depth++;
  }
  return undefined;
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

/** Arithmetic is in intmax_t, or uintmax_t where either side is unsigned (C11 6.10.1): 64 bits. */
interface Value {
  readonly bits: bigint;
  readonly unsigned: boolean;
}

type MaybeValue = Value | undefined;

const wrap = (bits: bigint, unsigned: boolean): Value => ({
  bits: unsigned ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits),
  unsigned,
});
const truth = (value: MaybeValue): boolean | undefined =>
  value === undefined ? undefined : value.bits !== 0n;
const asNumber = (value: boolean | undefined): MaybeValue =>
  value === undefined ? undefined : { bits: value ? 1n : 0n, unsigned: false };

/** Deeper parentheses or signs than any person writes: given up, rather than overflow the stack. */
const deepest = 500;

function parse(tokens: readonly Token[]): ConditionValue {
  let at = 0;
  let depth = 0;
  let broken = tokens.length === 0;
  const peek = (): string | undefined => tokens[at]?.text;

  const primary = (): MaybeValue => {
    const token = tokens[at++];
    if (token === undefined || depth > deepest) {
      broken = true;
      return undefined;
    }
    depth++;
    const value = primaryFrom(token);
    depth--;
    return value;
  };

  const primaryFrom = (token: Token): MaybeValue => {
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
      const { bits, unsigned } = value;
      return wrap(token.text === '-' ? -bits : token.text === '~' ? ~bits : bits, unsigned);
    }
    if (token.kind === 'number' || token.kind === 'char') {
      const value = token.kind === 'number' ? numberValue(token.text) : characterValue(token.text);
      if (value === undefined) broken = true;
      return value;
    }
    if (token === unknown || token.text === unknown.text) return undefined;
    // Names that are no macros are 0; one that is called is a mistake.
    if (token.kind === 'name' && peek() !== '(') return asNumber(false);
    broken = true;
    return undefined;
  };

  const binary = (least: number): MaybeValue => {
    let left = primary();
    for (;;) {
      const operator = peek();
      const level = operator === undefined ? undefined : precedence[operator];
      if (operator === undefined || level === undefined || level < least) return left;
      at++;
      left = combine(operator, left, binary(level + 1));
    }
  };

  const ternary = (): MaybeValue => {
    if (depth > deepest) {
      broken = true;
      return undefined;
    }
    depth++;
    const value = choice();
    depth--;
    return value;
  };

  const choice = (): MaybeValue => {
    const first = binary(1);
    if (peek() !== '?') return first;
    const test = truth(first);
    at++;
    const yes = ternary();
    if (peek() === ':') at++;
    else broken = true;
    const no = ternary();
    if (test === undefined) return yes?.bits === no?.bits ? yes : undefined;
    const chosen = test ? yes : no;
    return chosen && wrap(chosen.bits, chosen.unsigned || (test ? no : yes)?.unsigned === true);
  };

  const value = ternary();
  return broken || at < tokens.length ? undefined : value?.bits;
}

function combine(operator: string, left: MaybeValue, right: MaybeValue): MaybeValue {
  if (operator === '&&' || operator === '||') {
    const deciding = operator === '||';
    const [a, b] = [truth(left), truth(right)];
    if (a === deciding || b === deciding) return asNumber(deciding);
    return a === undefined || b === undefined ? undefined : asNumber(!deciding);
  }
  if (left === undefined || right === undefined) return undefined;
  if (operator === '<<' || operator === '>>') {
    const by = operator === '<<' ? right.bits : -right.bits;
    const limited = by > 64n ? 64n : by < -64n ? -64n : by;
    return wrap(limited >= 0n ? left.bits << limited : left.bits >> -limited, left.unsigned);
  }
  const unsigned = left.unsigned || right.unsigned;
  const a = wrap(left.bits, unsigned).bits;
  const b = wrap(right.bits, unsigned).bits;
  switch (operator) {
    case '|':
      return wrap(a | b, unsigned);
    case '^':
      return wrap(a ^ b, unsigned);
    case '&':
      return wrap(a & b, unsigned);
    case '==':
      return asNumber(a === b);
    case '!=':
      return asNumber(a !== b);
    case '<':
      return asNumber(a < b);
    case '>':
      return asNumber(a > b);
    case '<=':
      return asNumber(a <= b);
    case '>=':
      return asNumber(a >= b);
    case '+':
      return wrap(a + b, unsigned);
    case '-':
      return wrap(a - b, unsigned);
    case '*':
      return wrap(a * b, unsigned);
    case '/':
      return b === 0n ? undefined : wrap(a / b, unsigned);
    case '%':
      return b === 0n ? undefined : wrap(a % b, unsigned);
    default:
      return undefined;
  }
}

const numberPattern =
  /^(0[xX][\da-fA-F]+|0[bB][01]+|0[0-7]*|[1-9]\d*)([uU]?(?:l|L|ll|LL)?|(?:l|L|ll|LL)[uU])$/;

function numberValue(text: string): MaybeValue {
  const [, digits, suffix = ''] = numberPattern.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const bits = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  return wrap(bits, /u/i.test(suffix) || bits >= 1n << 63n);
}

const escapes: Readonly<Record<string, number>> = {
  ...{ n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, e: 27, E: 27 },
};

/** `'a'`, `'\n'`, `'\x1b'`; of several characters each pushes the others up by eight bits, as GCC has it. */
function characterValue(text: string): MaybeValue {
  const inside = /^'((?:[^'\\]|\\[\s\S])+)'$/.exec(text)?.[1];
  if (inside === undefined) return undefined;
  let bits = 0n;
  let count = 0;
  for (const [, hex, octal, escaped, plain] of inside.matchAll(
    /\\x([\da-fA-F]+)|\\([0-7]{1,3})|\\([\s\S])|([\s\S])/g,
  )) {
    const code =
      hex !== undefined
        ? Number.parseInt(hex, 16)
        : octal !== undefined
          ? Number.parseInt(octal, 8)
          : escaped !== undefined
            ? (escapes[escaped] ?? escaped.charCodeAt(0))
            : (plain ?? '').charCodeAt(0);
    bits = (bits << 8n) | BigInt(code & 255);
    count++;
  }
  // char is signed, int has 32 bits.
  return wrap(BigInt.asIntN(count === 1 ? 8 : 32, bits), false);
}
