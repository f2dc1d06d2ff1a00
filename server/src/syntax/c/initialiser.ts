import { listParts, matching } from './brackets';
import { evaluateCondition } from './condition';
import { tokensText, type Token } from './lex';
import { isNamed, nullPointer, unknownFunction } from './section-entry';

/** Which part of a structure's initialiser is the function, for tables of structures. */
export interface FunctionField {
  /** `.init = fn`. */
  readonly name?: string;
  /** `{ a, fn, b }`: 0-based. */
  readonly index?: number;
  /** How many pointer-sized words one structure has, the function being word `index`: for reading an ELF file. */
  readonly words?: number;
}

/**
 * What a variable's initialiser makes it point to: a function's name where it is sure, {@link nullPointer}, or
 * {@link unknownFunction}. `decided`: constants that the text holds are those of the configuration.
 */
export function pointedFunction(
  initialiser: readonly Token[],
  field: FunctionField | undefined,
  decided: boolean,
): string {
  if (initialiser[0]?.text !== '{') return pointedBy(initialiser, decided);
  const parts = listParts(initialiser).filter((part) => part.length > 0);
  if (field?.name !== undefined) return memberNamed(parts, field.name, decided);
  if (field?.index !== undefined) return memberAt(parts, field.index, decided);
  const members = parts.map((part) => pointedFunction(withoutDesignator(part), undefined, decided));
  return (
    members.find(isNamed) ??
    (members.every((member) => member === nullPointer) ? nullPointer : unknownFunction)
  );
}

/** `.init = fn`, or `init: fn` of old; a member that is not named is zero. */
function memberNamed(parts: readonly (readonly Token[])[], name: string, decided: boolean): string {
  const part = parts.find((one) => memberName(one) === name);
  if (part !== undefined) return pointedBy(withoutDesignator(part), decided);
  return parts.every((one) => memberName(one) !== undefined) ? nullPointer : unknownFunction;
}

function memberAt(parts: readonly (readonly Token[])[], index: number, decided: boolean): string {
  if (parts.slice(0, index + 1).some((part) => memberName(part) !== undefined)) return unknownFunction;
  const part = parts[index];
  return part === undefined ? nullPointer : pointedBy(part, decided);
}

function memberName([first, second, third]: readonly Token[]): string | undefined {
  if (first?.text === '.' && third?.text === '=') return second?.text;
  return first?.kind === 'name' && second?.text === ':' ? first.text : undefined;
}

const withoutDesignator = (part: readonly Token[]): readonly Token[] =>
  memberName(part) === undefined ? part : part.slice(part[0]?.text === '.' ? 3 : 2);

/** More elements than any table has: given up, rather than fill the memory. */
const mostElements = 4096;

/**
 * What the elements of `{ f, g }`, `{ [1] = g, [0] = f }`, `{ [0 ... 3] = f }` point to, holes included; `undefined`: it
 * is no such list. `size`: what stands between the brackets of the declaration.
 */
export function arrayElements(
  initialiser: readonly Token[],
  size: readonly Token[],
  decided: boolean,
): readonly string[] | undefined {
  if (initialiser[0]?.text !== '{') return undefined;
  const elements = new Map<number, string>();
  let next = 0;
  let end = 0;
  for (const part of listParts(initialiser)) {
    if (part.length === 0) continue;
    const places = part[0]?.text === '[' ? designated(part) : { from: next, to: next, value: part };
    if (places === undefined || places.value[0]?.text === '{') return undefined;
    const called = pointedBy(places.value, decided);
    for (let place = places.from; place <= places.to; place++) elements.set(place, called);
    next = places.to + 1;
    end = Math.max(end, next);
  }
  const length = size.length === 0 ? end : placeNumber(size);
  return length === undefined
    ? undefined
    : Array.from({ length }, (_, place) => elements.get(place) ?? nullPointer);
}

/** `[1] = f` and `[0 ... 3] = f`. */
function designated(
  part: readonly Token[],
): { readonly from: number; readonly to: number; readonly value: readonly Token[] } | undefined {
  const close = matching(part, 0);
  if (part[close + 1]?.text !== '=') return undefined;
  const inside = part.slice(1, close);
  const dots = inside.findIndex(({ text }) => text === '...');
  const from = placeNumber(dots < 0 ? inside : inside.slice(0, dots));
  const to = dots < 0 ? from : placeNumber(inside.slice(dots + 1));
  return from === undefined || to === undefined ? undefined : { from, to, value: part.slice(close + 2) };
}

function placeNumber(tokens: readonly Token[]): number | undefined {
  const value = constant(tokens);
  return value === undefined || value < 0n || value > mostElements ? undefined : Number(value);
}

/** `(task_watcher_fn)fn`, `&fn`, `(void *)0`, `1 ? f : g`; anything that is more than a name or zero is not known. */
function pointedBy(tokens: readonly Token[], decided: boolean): string {
  const choice = choiceOf(tokens);
  if (choice) {
    const [yes, no] = [pointedBy(choice.yes, decided), pointedBy(choice.no, decided)];
    const test = yes !== no && decided ? constant(choice.test) : undefined;
    if (yes === no) return yes;
    return test === undefined ? unknownFunction : test === 0n ? no : yes;
  }
  const [first] = tokens;
  if (first?.text === '&' || first?.text === '*') return pointedBy(tokens.slice(1), decided);
  if (first?.text === '(') {
    const close = matching(tokens, 0);
    if (close === tokens.length - 1) return pointedBy(tokens.slice(1, -1), decided);
    if (tokens[1]?.kind === 'name' && isOperand(tokens[close + 1]))
      return pointedBy(tokens.slice(close + 1), decided);
  }
  if (first?.kind === 'name' && tokens.length === 1) return nulls.has(first.text) ? nullPointer : first.text;
  return constant(tokens) === 0n ? nullPointer : unknownFunction;
}

/** As the headers have them, where those are not read. */
const nulls = new Set(['NULL', 'nullptr', 'false']);

/** What can follow a cast; `(a) - 4` is none. */
const isOperand = (token: Token | undefined): boolean =>
  token !== undefined && (token.kind !== 'punctuator' || /^[&*(]$/.test(token.text));

interface Choice {
  readonly test: readonly Token[];
  readonly yes: readonly Token[];
  readonly no: readonly Token[];
}

/** `test ? yes : no` and `__builtin_choose_expr(test, yes, no)`. */
function choiceOf(tokens: readonly Token[]): Choice | undefined {
  if (tokens[0]?.text === '__builtin_choose_expr' && matching(tokens, 1) === tokens.length - 1) {
    const [test, yes, no] = listParts(tokens.slice(1));
    return test && yes && no ? { test, yes, no } : undefined;
  }
  let brackets = 0;
  let question: number | undefined;
  let open = 0;
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind !== 'punctuator') continue;
    if (/^[([{]$/.test(text)) brackets++;
    else if (/^[)\]}]$/.test(text)) brackets--;
    else if (brackets > 0) continue;
    else if (text === '?') {
      question ??= at;
      open++;
    } else if (text === ':' && question !== undefined && --open === 0)
      return {
        test: tokens.slice(0, question),
        yes: tokens.slice(question + 1, at),
        no: tokens.slice(at + 1),
      };
  }
  return undefined;
}

/** Names are taken for no number: of an enum, of a type, of a variable. */
function constant(tokens: readonly Token[]): bigint | undefined {
  if (tokens.length === 0 || tokens.some(({ kind }) => kind === 'name')) return undefined;
  return evaluateCondition(tokensText(tokens), { isDefined: () => false, lookup: () => undefined });
}
