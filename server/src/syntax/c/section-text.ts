import { assemblerReader, type AssembledWord } from './assembler';
import { listParts, matching } from './brackets';
import { evaluateCondition } from './condition';
import type { Expanded } from './expand';
import { arrayElements, pointedFunction, type FunctionField } from './initialiser';
import { tokensText, type Token } from './lex';
import { unknownFunction, type Alignment } from './section-entry';

/** A pointer that expanded text puts into a named section. */
export interface SectionPointer {
  readonly section: string;
  readonly variable: string;
  readonly function: string;
  readonly form: 'variable' | 'asm';
  readonly isConst: boolean;
  readonly isKept: boolean;
  /** 0-based place in an array of pointers; absent for a variable that is one pointer. */
  readonly element?: number;
  /** What the variable asks for beyond a pointer's own alignment. */
  readonly alignment?: Alignment;
  readonly size?: number | 'structure';
  readonly unclear?: string;
  /** Where it came from in the source: the offset of the outermost macro's name, or of the hand-written attribute. */
  readonly origin: number;
  readonly expansion: string;
}

const attributeWords = new Set(['__attribute__', '__attribute']);
const asmWords = new Set(['asm', '__asm__', '__asm']);
const sectionWords = new Set(['section', '__section__']);
const typeWords = /^(?:__)?typeof(?:__)?$|^_Alignas$/;
const alignmentWords = new Set(['aligned', '__aligned__', '_Alignas']);
const usedWords = new Set(['used', '__used__', 'retain', '__retain__', 'externally_visible']);

/** A variable declared before it is defined: GCC puts it where it was first declared. */
export interface EarlyDeclaration {
  readonly variable: string;
  readonly section?: undefined;
  /**
   * What it puts into a section if no wanted statement defines the variable later (C11 6.9.2). Zeros, but for a
   * definition that does not name the section again, which nobody looks at: so the functions are not known.
   */
  readonly pointers?: readonly SectionPointer[];
}

/** Every pointer that a run of fully expanded top-level text puts into a section. */
export function sectionPointers(
  tokens: readonly Expanded[],
  field: FunctionField | undefined,
): readonly SectionPointer[] {
  const reading = { field, decided: false, isX86: false };
  return pointersAndDeclarations(tokens, reading).flatMap((one) => (one.section === undefined ? [] : [one]));
}

/** How expanded text is to be understood. */
export interface Reading {
  readonly field: FunctionField | undefined;
  /** Expanded with a configuration, so that constant conditions tell which of two functions it is. */
  readonly decided: boolean;
  /** For assembler text. */
  readonly isX86: boolean;
}

/** The same with declarations that define nothing yet, in the order of the text. */
export function pointersAndDeclarations(
  tokens: readonly Expanded[],
  reading: Reading,
): readonly (SectionPointer | EarlyDeclaration)[] {
  return declarations(tokens).flatMap((declaration) => declared(declaration, reading));
}

/** What one statement in a function's body puts into sections. */
export function localPointers(tokens: readonly Expanded[], reading: Reading): readonly SectionPointer[] {
  if (tokens.some(({ text }) => text === 'static'))
    return declared(tokens, reading).flatMap((one) =>
      one.section === undefined ? (one.pointers ?? []) : [one],
    );
  const asm = tokens.findIndex(({ text }) => asmWords.has(text));
  return asm < 0 ? [] : (asmPointers(tokens.slice(asm), reading.isX86) ?? []);
}

/** Whether a compiler surely emits the function that begins so: another file may call it, or it is `used`. */
export const isSurelyEmitted = (head: readonly Expanded[]): boolean =>
  attributesOf(head).used || !head.some(({ text }) => /^(?:static|(?:__)?inline(?:__)?)$/.test(text));

function declared(
  declaration: readonly Expanded[],
  { field, decided, isX86 }: Reading,
): readonly (SectionPointer | EarlyDeclaration)[] {
  return (
    asmPointers(declaration, isX86) ??
    declarators(declaration).flatMap((declarator) => variablePointers(declarator, field, decided))
  );
}

/** `T x S = f, y S = g;` is `T x S = f;` and `T y S = g;`: what stands before the first declarator is common. */
function declarators(tokens: readonly Expanded[]): readonly (readonly Expanded[])[] {
  const commas: number[] = [];
  let depth = 0;
  tokens.forEach(({ kind, text }, at) => {
    if (kind !== 'punctuator') return;
    if (text === '(' || text === '[' || text === '{') depth++;
    else if (text === ')' || text === ']' || text === '}') depth--;
    else if (text === ',' && depth === 0) commas.push(at);
  });
  const [first] = commas;
  if (first === undefined) return [tokens];
  const head = tokens.slice(0, first);
  const plain = withoutAttributes(head);
  const equals = plain.findIndex(({ text }) => text === '=');
  const name = declaredNameAt(equals < 0 ? plain : plain.slice(0, equals));
  let from = head.findIndex((token) => token === name);
  while (from > 0 && /^[*(]$/.test(head[from - 1]?.text ?? '')) from--;
  if (name === undefined || from < 0) return [tokens];
  const common = tokens.slice(0, from);
  return [head, ...commas.map((comma, index) => [...common, ...tokens.slice(comma + 1, commas[index + 1])])];
}

/** Also without typeof(), which may hold a name, and without asm labels. */
function withoutAttributes(tokens: readonly Expanded[]): readonly Expanded[] {
  const found: Expanded[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    const hasBrackets = tokens[at + 1]?.text === '(';
    const isAttribute = attributeWords.has(token.text) || asmWords.has(token.text);
    if (!hasBrackets || (!isAttribute && !typeWords.test(token.text))) {
      found.push(token);
      continue;
    }
    if (!isAttribute) found.push({ ...token, text: 'int' });
    at = matching(tokens, at + 1);
  }
  return found;
}

/** Splits at top-level semicolons and after function bodies. */
function declarations(tokens: readonly Expanded[]): readonly (readonly Expanded[])[] {
  const found: (readonly Expanded[])[] = [];
  let from = 0;
  let depth = 0;
  let assigned = false;
  tokens.forEach((token, at) => {
    if (token.kind !== 'punctuator') return;
    if (token.text === '(' || token.text === '{' || token.text === '[') depth++;
    else if (token.text === ')' || token.text === ']') depth = Math.max(0, depth - 1);
    else if (token.text === '=' && depth === 0) assigned = true;
    else if (token.text === '}') {
      depth = Math.max(0, depth - 1);
      if (depth === 0 && !assigned && !isTypeBody(tokens.slice(from, at))) {
        found.push(tokens.slice(from, at + 1));
        from = at + 1;
      }
    } else if (token.text === ';' && depth === 0) {
      found.push(tokens.slice(from, at + 1));
      from = at + 1;
      assigned = false;
    }
  });
  if (from < tokens.length) found.push(tokens.slice(from));
  return found;
}

function isTypeBody(tokens: readonly Token[]): boolean {
  const brace = tokens.findIndex(({ text }) => text === '{');
  const head = tokens.slice(0, brace);
  return (
    head.some(({ text }) => /^(?:struct|union|enum)$/.test(text)) && !head.some(({ text }) => text === '(')
  );
}

/** `struct { … } x = …` without what stands in the braces: it declares a variable like any other. */
function withoutTypeBody(tokens: readonly Expanded[]): readonly Expanded[] {
  const open = tokens.findIndex(({ text }) => text === '{' || text === '=' || text === '(');
  if (tokens[open]?.text !== '{' || !isTypeBody(tokens)) return tokens;
  return [...tokens.slice(0, open), ...tokens.slice(matching(tokens, open) + 1)];
}

/** One declaration of one variable: a pointer, an array of pointers, or a structure that holds one. */
function variablePointers(
  tokens: readonly Expanded[],
  field: FunctionField | undefined,
  decided: boolean,
): readonly (SectionPointer | EarlyDeclaration)[] {
  const plain = withoutTypeBody(
    withoutAttributes(tokens.at(-1)?.text === ';' ? tokens.slice(0, -1) : tokens),
  );
  const equals = plain.findIndex(({ text, kind }) => kind === 'punctuator' && (text === '=' || text === '{'));
  const head = equals < 0 ? plain : plain.slice(0, equals);
  const { section, origin, used, alignment } = attributesOf(tokens);
  const isDefinition = plain[equals]?.text === '=';
  if (equals < 0 ? !isTentative(head, section !== undefined) : !isDefinition || section === undefined)
    return [];
  const variable = declaredNameAt(head)?.text;
  if (variable === undefined) return [];
  if (section === undefined) return [{ variable }];
  const initialiser = isDefinition ? plain.slice(equals + 1) : undefined;
  const size = field === undefined ? arraySize(head, variable) : undefined;
  const elements = size && arrayElements(initialiser ?? noElements, size, decided);
  const called =
    initialiser === undefined || size !== undefined
      ? unknownFunction
      : pointedFunction(initialiser, field, decided);
  const isOdd = (size !== undefined && elements === undefined) || isNarrow(head, tokens);
  const isRecord = field === undefined && size === undefined && isStructure(head, initialiser);
  const common = {
    section,
    form: 'variable' as const,
    isConst: isConstVariable(head, variable),
    isKept: used || !head.some(({ text }) => text === 'static'),
    // A table of structures is as its structures are: each is aligned like the next.
    ...(isRecord ? { size: 'structure' as const } : {}),
    ...(field !== undefined ? {} : isOdd ? { alignment: 'unknown' as const } : aligned(alignment)),
    origin,
    expansion: tokensText(tokens),
  };
  const pointers = elements
    ? elements.map((one, element) => ({
        ...common,
        variable: `${variable}[${element}]`,
        function: isDefinition ? one : unknownFunction,
        element,
      }))
    : [{ ...common, variable, function: called }];
  return isDefinition ? pointers : [{ variable, pointers }];
}

const noElements: readonly Token[] = ['{', '}'].map((text) => ({
  kind: 'punctuator',
  text,
  spaced: false,
  offset: -1,
}));

const aligned = (alignment: Alignment | undefined): { readonly alignment?: Alignment } =>
  alignment === undefined ? {} : { alignment };

const narrowType =
  /^(?:_Bool|bool|char|short|int|signed|unsigned|float|(?:__)?[us](?:8|16|32)|u?int(?:8|16|32)_t)$/;

/** A variable that is smaller than a pointer: with what stands beside it, it may be less than a slot. */
const isNarrow = (head: readonly Token[], written: readonly Token[]): boolean =>
  head.some(({ text }) => narrowType.test(text)) &&
  !head.some(({ text }) => /^(?:[*(]|long)$/.test(text)) &&
  !written.some(({ text }) => typeWords.test(text));

/** A structure by value, or what is set like one. */
const isStructure = (head: readonly Token[], initialiser: readonly Token[] = []): boolean =>
  (head.some(({ text }) => /^(?:struct|union)$/.test(text)) &&
    !head.some(({ text }) => /^[*(]$/.test(text))) ||
  (initialiser[0]?.text === '{' &&
    (initialiser[1]?.text === '.' || listParts(initialiser).filter((part) => part.length > 0).length > 1));

function attributesOf(tokens: readonly Expanded[]): {
  readonly section: string | undefined;
  /** Where the section is named. */
  readonly origin: number;
  readonly used: boolean;
  readonly alignment: Alignment | undefined;
} {
  let section: string | undefined;
  let alignment: Alignment | undefined;
  let origin = -1;
  let used = false;
  tokens.forEach((token, at) => {
    if (alignmentWords.has(token.text)) alignment = alignmentAt(tokens, at) ?? alignment;
    if (!attributeWords.has(token.text) || tokens[at + 1]?.text !== '(') return;
    const inside = tokens.slice(at + 1, matching(tokens, at + 1));
    const named = inside.findIndex(({ text }) => sectionWords.has(text));
    if (named >= 0) {
      section = joinedString(inside.slice(named + 1, matching(inside, named + 1)));
      origin = token.origin;
    }
    used ||= inside.some(({ text }) => usedWords.has(text));
  });
  return { section, origin, used, alignment };
}

/** `aligned(32)`; `undefined` for `aligned(sizeof(long))` and its like, which is what a pointer has anyway. */
function alignmentAt(tokens: readonly Token[], at: number): Alignment | undefined {
  if (tokens[at + 1]?.text !== '(') return 'unknown';
  const inside = tokens.slice(at + 2, matching(tokens, at + 1));
  if (/^(?:sizeof|_Alignof|__alignof(?:__)?)$/.test(inside[0]?.text ?? ''))
    return inside.some(({ text }) => /^(?:\*|long)$/.test(text)) ? undefined : 'unknown';
  if (inside.some(({ kind }) => kind === 'name')) return 'unknown';
  const bytes = evaluateCondition(tokensText(inside), { isDefined: () => false, lookup: () => undefined });
  return bytes === undefined ? 'unknown' : Number(bytes);
}

/** `static T x;`. An `extern` declaration places nothing, and a prototype is no variable. */
function isTentative(head: readonly Expanded[], isPlaced: boolean): boolean {
  if (head.length < 2 || head.some(({ text }) => /^(?:extern|typedef)$/.test(text))) return false;
  // Without a section, `struct x;` is not told from a variable.
  if (!isPlaced && head.some(({ text }) => /^(?:struct|union|enum)$/.test(text))) return false;
  const open = head.findIndex(({ text }) => text === '(');
  return open < 0 || head[open + 1]?.text === '*';
}

/** What stands between the brackets of `name[…]`; `undefined`: no array. */
function arraySize(head: readonly Token[], variable: string): readonly Token[] | undefined {
  const open = head.findIndex(({ text }) => text === variable) + 1;
  return head[open]?.text === '[' ? head.slice(open + 1, matching(head, open)) : undefined;
}

/** The declared name: before `[…]`, or inside `(*name)(…)`, else the last name. */
function declaredNameAt<T extends Token>(head: readonly T[]): T | undefined {
  const pointer = head.findIndex((token, at) => token.text === '(' && head[at + 1]?.text === '*');
  if (pointer >= 0) {
    const inside = head.slice(pointer, matching(head, pointer)).filter(({ kind }) => kind === 'name');
    const name = inside.find(({ text }) => text !== 'const' && text !== 'volatile');
    if (name) return name;
  }
  let end = head.length;
  while (head[end - 1]?.text === ']') {
    let at = end - 1;
    while (at > 0 && head[at]?.text !== '[') at--;
    end = at;
  }
  const last = head[end - 1];
  return last?.kind === 'name' ? last : undefined;
}

/** `const` of the variable, not of what it points to, nor of a parameter: `int (*const name)(const char *)`. */
function isConstVariable(head: readonly Token[], variable: string): boolean {
  const declarator = head.slice(
    0,
    head.findIndex(({ text }) => text === variable),
  );
  const star = declarator.map(({ text }) => text).lastIndexOf('*');
  return declarator.slice(star + 1).some(({ text }) => text === 'const' || text === '__const');
}

function joinedString(tokens: readonly Token[]): string {
  return tokens
    .filter(({ kind }) => kind === 'string')
    .map(({ text }) => unescape(text))
    .join('');
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\', "'": "'" };

function unescape(literal: string): string {
  return literal
    .replace(/^(?:u8|[LuU])?"|"$/g, '')
    .replace(/\\([\s\S])/g, (_, char: string) => escapes[char] ?? char);
}

/** `asm(".section …; label: .long fn - .; .previous")`; `undefined`: no top-level asm at all. */
function asmPointers(tokens: readonly Expanded[], isX86: boolean): readonly SectionPointer[] | undefined {
  const first = tokens[0];
  if (first === undefined || !asmWords.has(first.text)) return undefined;
  const open = tokens.findIndex(({ text }) => text === '(');
  if (open < 0) return [];
  const reader = assemblerReader({ isWanted: () => true, isX86, isPart: true });
  const expansion = tokensText(tokens);
  const colon = tokens.findIndex(({ text }, at) => at > open && text === ':');
  const end = colon < 0 ? matching(tokens, open) : colon;
  return joinedString(tokens.slice(open, end))
    .split('\n')
    .flatMap(reader.line)
    .map((word) => assembledPointer(word, first.origin, expansion));
}

/** A word of assembler text, which came from this place of the source. */
export function assembledPointer(
  { section, isConst, label, called, bytes, alignment, unclear }: AssembledWord,
  origin: number,
  expansion: string,
): SectionPointer {
  return {
    section,
    variable: label ?? called,
    function: called,
    form: 'asm',
    isConst,
    isKept: true,
    ...(alignment === undefined ? {} : { alignment }),
    ...(bytes === undefined ? {} : { size: bytes }),
    ...(unclear === undefined ? {} : { unclear }),
    origin,
    expansion,
  };
}
