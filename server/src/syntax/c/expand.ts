import { lex, type Token } from './lex';

/** A macro as defined: C11 6.10.3, with GNU named variadic arguments and `, ## args`. */
export interface Macro {
  readonly name: string;
  /** `undefined`: object-like. The variadic one, if any, is the last and stands without its dots. */
  readonly parameters: readonly string[] | undefined;
  readonly variadic: boolean;
  readonly body: readonly Token[];
}

/** What expansion needs to know: the macros defined at this point, and what the built-in ones give. */
export interface MacroScope {
  lookup(name: string): Macro | undefined;
  /** `__LINE__`, `__FILE__`, `__COUNTER__`, …: the token's text, or `undefined` where the name is not built in. */
  builtin?(name: string): string | undefined;
  /**
   * Operators of conditions (`defined X`, `__has_include(…)`), whose operands are not expanded: takes what it needs
   * off `rest` (the next token last) and gives the token that stands for the result; `undefined`: not an operator here.
   */
  operator?(name: string, rest: Expanded[]): Token | undefined;
  /** Told of every name that `##` makes: it need not stand anywhere in the text. */
  pasted?(name: string): void;
}

/** Macro expansion stops here, rather than fill the memory for `#define A A1 A1`, `#define A1 A2 A2`, … */
export const largestExpansion = 200_000;

export class ExpansionTooLarge extends Error {
  override readonly name = 'ExpansionTooLarge';
}

/** Names that must not be expanded again in a token (Prosser's hide sets), as an immutable list. */
interface HideSet {
  readonly name: string;
  readonly rest: HideSet | undefined;
}

/** A token under expansion. */
export interface Expanded extends Token {
  /** Offset of the source token that it came from: of the outermost macro's name, or its own. */
  readonly origin: number;
  readonly hidden: HideSet | undefined;
  /** An argument that was empty, kept until `##` has been done. */
  readonly placemarker?: boolean;
}

export function parseMacro(name: string, parameters: readonly string[] | undefined, body: string): Macro {
  const last = parameters?.at(-1);
  const variadic = last?.endsWith('...') === true;
  const names = variadic
    ? [...(parameters ?? []).slice(0, -1), last.slice(0, -3) || '__VA_ARGS__']
    : parameters;
  return new ParsedMacro(name, names, variadic, body);
}

/** Of hundreds of thousands of macros in a tree, hardly any is ever expanded: only those are taken apart. */
class ParsedMacro implements Macro {
  private tokens: readonly Token[] | undefined;

  constructor(
    readonly name: string,
    readonly parameters: readonly string[] | undefined,
    readonly variadic: boolean,
    private readonly written: string,
  ) {}

  get body(): readonly Token[] {
    return (this.tokens ??= lex(this.written, 0, this.written.length, -1));
  }
}

/** Full expansion of `tokens` in `scope`. */
export function expand(tokens: readonly Token[], scope: MacroScope): readonly Expanded[] {
  const input = tokens.map(({ kind, text, spaced, offset, written }): Expanded => ({
    kind,
    text,
    spaced,
    offset,
    written,
    origin: offset,
    hidden: undefined,
  }));
  const output: Expanded[] = [];
  expandInto(input, scope, output, { left: largestExpansion });
  return output;
}

const hides = (set: HideSet | undefined, name: string): boolean => {
  for (let at = set; at; at = at.rest) if (at.name === name) return true;
  return false;
};

function intersect(a: HideSet | undefined, b: HideSet | undefined): HideSet | undefined {
  let both: HideSet | undefined;
  for (let at = a; at; at = at.rest) if (hides(b, at.name)) both = { name: at.name, rest: both };
  return both;
}

function union(a: HideSet | undefined, b: HideSet | undefined): HideSet | undefined {
  let all = b;
  for (let at = a; at; at = at.rest) if (!hides(all, at.name)) all = { name: at.name, rest: all };
  return all;
}

function expandInto(
  input: readonly Expanded[],
  scope: MacroScope,
  output: Expanded[],
  budget: { left: number },
): void {
  // A stack of what is still to be read, the next token last: results go back on it to be read again.
  const stack = [...input].reverse();
  for (let token = stack.pop(); token !== undefined; token = stack.pop()) {
    if (--budget.left < 0) throw new ExpansionTooLarge('macro expansion too large');
    if (token.kind === 'name' && scope.operator) {
      const result = scope.operator(token.text, stack);
      if (result !== undefined) {
        output.push({ ...result, spaced: token.spaced, origin: token.origin, hidden: undefined });
        continue;
      }
    }
    if (token.kind !== 'name' || hides(token.hidden, token.text)) {
      output.push(token);
      continue;
    }
    const builtin = scope.builtin?.(token.text);
    if (builtin !== undefined) {
      output.push({ ...token, text: builtin, kind: builtin.startsWith('"') ? 'string' : 'number' });
      continue;
    }
    const macro = scope.lookup(token.text);
    if (macro === undefined) {
      output.push(token);
      continue;
    }
    if (macro.parameters === undefined) {
      const hidden: HideSet = { name: macro.name, rest: token.hidden };
      pushAll(stack, substitute(macro, [], token, hidden, scope, budget), token.spaced);
      continue;
    }
    const call = readArguments(stack, macro);
    if (call === undefined || !takes(macro, call.arguments.length)) {
      // With a wrong number of arguments GCC complains, and keeps the name alone.
      output.push(token);
      continue;
    }
    const hidden: HideSet = { name: macro.name, rest: intersect(token.hidden, call.closeHidden) };
    pushAll(stack, substitute(macro, call.arguments, token, hidden, scope, budget), token.spaced);
  }
}

/** The variadic argument may be missing altogether. */
function takes(macro: Macro, given: number): boolean {
  const wanted = macro.parameters?.length ?? 0;
  return given === wanted || (macro.variadic && given === wanted - 1);
}

/** White space before a macro that came to nothing stays before what follows. */
function pushAll(stack: Expanded[], tokens: readonly Expanded[], spaced: boolean): void {
  if (tokens.length === 0 && spaced) {
    const after = stack.pop();
    if (after) stack.push({ ...after, spaced: true });
  }
  for (let index = tokens.length - 1; index >= 0; index--) {
    const token = tokens[index];
    if (token) stack.push(token);
  }
}

/** Takes `( … )` off the stack; `undefined`, with nothing taken, where the macro is not called. */
function readArguments(
  stack: Expanded[],
  macro: Macro,
):
  | { readonly arguments: readonly (readonly Expanded[])[]; readonly closeHidden: HideSet | undefined }
  | undefined {
  let at = stack.length - 1;
  if (stack[at]?.text !== '(' || stack[at]?.kind !== 'punctuator') return undefined;
  const names = macro.parameters ?? [];
  const found: Expanded[][] = [[]];
  let depth = 0;
  for (at--; at >= 0; at--) {
    const token = stack[at];
    if (token === undefined) return undefined;
    const isPunctuator = token.kind === 'punctuator';
    if (isPunctuator && token.text === '(') depth++;
    if (isPunctuator && token.text === ')') {
      if (depth === 0) {
        stack.length = at;
        const none = found.length === 1 && found[0]?.length === 0;
        if (names.length === 0 && none) return { arguments: [], closeHidden: token.hidden };
        return { arguments: found, closeHidden: token.hidden };
      }
      depth--;
    }
    const inVariadic = macro.variadic && found.length >= names.length;
    if (isPunctuator && token.text === ',' && depth === 0 && !inVariadic) found.push([]);
    else found.at(-1)?.push(token);
  }
  return undefined;
}

/** The macro's body with its arguments: `#`, `##`, then the rest expanded. The hide set is added to every token. */
function substitute(
  macro: Macro,
  given: readonly (readonly Expanded[])[],
  call: Expanded,
  hidden: HideSet,
  scope: MacroScope,
  budget: { left: number },
): readonly Expanded[] {
  const { body, parameters = [] } = macro;
  const expandedArguments: (readonly Expanded[] | undefined)[] = [];
  const indexOf = (token: Token | undefined): number =>
    token?.kind === 'name' ? parameters.indexOf(token.text) : -1;
  const raw = (index: number): readonly Expanded[] => given[index] ?? [];
  const fully = (index: number): readonly Expanded[] => {
    const known = expandedArguments[index];
    if (known) return known;
    const output: Expanded[] = [];
    expandInto(raw(index), scope, output, budget);
    expandedArguments[index] = output;
    return output;
  };
  // Written out: a spread takes several times as long, and this is where most tokens come from.
  const own = ({ kind, text, spaced, written }: Token): Expanded => ({
    kind,
    text,
    spaced,
    offset: -1,
    written,
    origin: call.origin,
    hidden: undefined,
  });
  const placemarker = (spaced: boolean): Expanded => ({
    kind: 'punctuator',
    text: '',
    spaced,
    offset: -1,
    origin: call.origin,
    hidden: undefined,
    placemarker: true,
  });
  const filled = (tokens: readonly Expanded[], spaced: boolean): readonly Expanded[] => {
    const [first, ...rest] = tokens;
    return first === undefined
      ? [placemarker(spaced)]
      : [{ ...first, spaced, origin: first.origin }, ...rest];
  };

  const result: Expanded[] = [];
  for (let at = 0; at < body.length; at++) {
    const token = body[at];
    if (token === undefined) break;
    const isHash = token.kind === 'punctuator' && token.text === '#' && macro.parameters !== undefined;
    const stringified = isHash ? indexOf(body[at + 1]) : -1;
    if (stringified >= 0) {
      result.push({ ...own(token), kind: 'string', text: stringify(raw(stringified)) });
      at++;
      continue;
    }
    if (token.kind === 'punctuator' && token.text === '##' && result.length > 0 && at + 1 < body.length) {
      const next = body[at + 1];
      if (next === undefined) break;
      at++;
      const nextIndex = indexOf(next);
      const nextHash = next.text === '#' && macro.parameters !== undefined ? indexOf(body[at + 1]) : -1;
      const left = result.pop();
      if (left === undefined) break;
      // GNU: a comma before a variadic argument that is absent goes away; before any other nothing is pasted. Empty is
      // not absent (`f(1,)`), unless it is the only argument there can be.
      if (
        macro.variadic &&
        nextIndex === parameters.length - 1 &&
        left.text === ',' &&
        left.kind === 'punctuator'
      ) {
        const absent = given.length < parameters.length;
        if (absent || (parameters.length === 1 && raw(nextIndex).length === 0)) continue;
        result.push(left, ...filled(raw(nextIndex), raw(nextIndex)[0]?.spaced ?? false));
        continue;
      }
      let right: readonly Expanded[];
      if (nextHash >= 0) {
        right = [{ ...own(next), kind: 'string', text: stringify(raw(nextHash)) }];
        at++;
      } else right = nextIndex >= 0 ? filled(raw(nextIndex), false) : [own(next)];
      const [first, ...rest] = right;
      if (!first) continue;
      const pasted = paste(left, first);
      if (pasted[0]?.kind === 'name') scope.pasted?.(pasted[0].text);
      result.push(...pasted, ...rest);
      continue;
    }
    const index = indexOf(token);
    if (index < 0) {
      result.push(own(token));
      continue;
    }
    const follows = body[at + 1];
    const isOperand = follows?.kind === 'punctuator' && follows.text === '##';
    result.push(...filled(isOperand ? raw(index) : fully(index), token.spaced));
  }
  const made: Expanded[] = [];
  let spaced = false;
  for (const token of result) {
    spaced ||= token.spaced;
    // Placemarkers have done their work once `##` is done; the white space before one stays.
    if (token.placemarker === true) continue;
    made.push({
      kind: token.kind,
      text: token.text,
      offset: token.offset,
      written: token.written,
      spaced: made.length === 0 ? call.spaced : spaced,
      // The call itself is the origin of it all, also of what its arguments wrote.
      origin: call.origin,
      hidden: union(token.hidden, hidden),
    });
    spaced = false;
  }
  return made;
}

function stringify(tokens: readonly Expanded[]): string {
  let text = '';
  for (const [index, token] of tokens.entries()) {
    const isLiteral = token.kind === 'string' || token.kind === 'char';
    text += index > 0 && token.spaced ? ' ' : '';
    text += isLiteral ? token.text.replace(/[\\"]/g, '\\$&') : token.text;
  }
  return `"${text}"`;
}

function paste(left: Expanded, right: Expanded): readonly Expanded[] {
  if (left.placemarker === true) return [{ ...right, spaced: left.spaced }];
  if (right.placemarker === true) return [left];
  const text = left.text + right.text;
  const tokens = lex(text, 0, text.length, -1);
  const [one] = tokens;
  if (tokens.length !== 1 || one === undefined) return [left, { ...right, spaced: false }];
  return [{ ...left, kind: one.kind, text, hidden: intersect(left.hidden, right.hidden) }];
}
