import { evaluateCondition } from './condition';
import type { Expanded } from './expand';
import { tokensText, type Token } from './lex';

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
  /** Where it came from in the source: the offset of the outermost macro's name, or of the hand-written attribute. */
  readonly origin: number;
  readonly expansion: string;
}

/** Bytes; `unknown` where the number is the compiler's to choose, or could not be read. */
export type Alignment = number | 'unknown';

/** Which part of a structure's initialiser is the function, for tables of structures. */
export interface FunctionField {
  /** `.init = fn`. */
  readonly name?: string;
  /** `{ a, fn, b }`: 0-based. */
  readonly index?: number;
  /** How many pointer-sized words one structure has, the function being word `index`: for reading an ELF file. */
  readonly words?: number;
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
}

/** Every pointer that a run of fully expanded top-level text puts into a section. */
export function sectionPointers(
  tokens: readonly Expanded[],
  field: FunctionField | undefined,
): readonly SectionPointer[] {
  return pointersAndDeclarations(tokens, field).flatMap((one) => (one.section === undefined ? [] : [one]));
}

/** The same with declarations that define nothing yet, in the order of the text. */
export function pointersAndDeclarations(
  tokens: readonly Expanded[],
  field: FunctionField | undefined,
): readonly (SectionPointer | EarlyDeclaration)[] {
  return declarations(tokens).flatMap(
    (declaration): readonly (SectionPointer | EarlyDeclaration)[] =>
      asmPointers(declaration) ??
      declarators(declaration).flatMap((declarator) => variablePointers(declarator, field)),
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

/** The index of the bracket that closes the one at `open`; the end where none does. */
function matching(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind !== 'punctuator') continue;
    if (token.text === '(' || token.text === '[' || token.text === '{') depth++;
    if ((token.text === ')' || token.text === ']' || token.text === '}') && --depth === 0) return at;
  }
  return tokens.length;
}

/** One declaration of one variable: a pointer, an array of pointers, or a structure that holds one. */
function variablePointers(
  tokens: readonly Expanded[],
  field: FunctionField | undefined,
): readonly (SectionPointer | EarlyDeclaration)[] {
  const plain = withoutAttributes(tokens);
  const equals = plain.findIndex(({ text, kind }) => kind === 'punctuator' && (text === '=' || text === '{'));
  if (equals < 0) return earlyDeclaration(plain);
  const { section, origin, used, alignment } = attributesOf(tokens);
  if (section === undefined || equals < 1 || plain[equals]?.text !== '=') return [];
  const head = plain.slice(0, equals);
  const variable = declaredNameAt(head)?.text;
  if (variable === undefined) return [];
  const common = {
    section,
    form: 'variable' as const,
    isConst: isConstVariable(head, variable),
    isKept: used || !head.some(({ text }) => text === 'static'),
    // A table of structures is as its structures are: each is aligned like the next.
    ...(field === undefined && alignment !== undefined ? { alignment } : {}),
    origin,
    expansion: tokensText(tokens),
  };
  const initialiser = plain.slice(equals + 1);
  const elements = field === undefined && isArray(head, variable) ? arrayElements(initialiser) : undefined;
  if (elements)
    return elements.map((called, element) => ({
      ...common,
      variable: `${variable}[${element}]`,
      function: called,
      element,
    }));
  const pointed = pointedFunction(initialiser, field);
  return pointed === undefined ? [] : [{ ...common, variable, function: pointed }];
}

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
function earlyDeclaration(plain: readonly Expanded[]): readonly EarlyDeclaration[] {
  const head = plain.at(-1)?.text === ';' ? plain.slice(0, -1) : plain;
  if (head.length < 2 || head.some(({ text }) => /^(?:extern|typedef|struct|union|enum)$/.test(text)))
    return [];
  const open = head.findIndex(({ text }) => text === '(');
  if (open >= 0 && head[open + 1]?.text !== '*') return [];
  const name = declaredNameAt(head);
  return name === undefined ? [] : [{ variable: name.text }];
}

function isArray(head: readonly Token[], variable: string): boolean {
  return head[head.findIndex(({ text }) => text === variable) + 1]?.text === '[';
}

/** The functions of `{ f, g }` and `{ [1] = g, [0] = f }`; `undefined`: it has holes, or is no plain list. */
function arrayElements(initialiser: readonly Token[]): readonly string[] | undefined {
  if (initialiser[0]?.text !== '{') return undefined;
  const elements = new Map<number, string>();
  let next = 0;
  for (const part of listParts(initialiser)) {
    if (part.length === 0) continue;
    const designated = part[0]?.text === '[';
    const place = designated ? Number(part[1]?.text) : next;
    const called = firstName(designated ? part.slice(part.findIndex(({ text }) => text === '=') + 1) : part);
    if (called === undefined || !Number.isInteger(place)) return undefined;
    elements.set(place, called);
    next = place + 1;
  }
  const found = Array.from({ length: elements.size }, (_, place) => elements.get(place));
  return found.every((one) => one !== undefined) ? found : undefined;
}

/** What stands between the commas of `{ a, b }`. */
function listParts(initialiser: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of initialiser.slice(1, matching(initialiser, 0))) {
    if (token.kind === 'punctuator' && /^[([{]$/.test(token.text)) depth++;
    if (token.kind === 'punctuator' && /^[)\]}]$/.test(token.text)) depth--;
    if (token.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
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

function pointedFunction(
  initialiser: readonly Token[],
  field: FunctionField | undefined,
): string | undefined {
  if (initialiser[0]?.text !== '{') return firstName(initialiser);
  const parts = listParts(initialiser);
  if (field?.name !== undefined) {
    const part = parts.find(
      ([dot, name, equals]) => dot?.text === '.' && name?.text === field.name && equals?.text === '=',
    );
    return part === undefined ? undefined : firstName(part.slice(3));
  }
  if (field?.index !== undefined) return firstName(parts[field.index] ?? []);
  const inside = initialiser.slice(1, matching(initialiser, 0));
  return firstName(inside.filter((_, at) => inside[at - 1]?.text !== '.'));
}

/** The first name that is no cast: `(task_watcher_fn)fn`, `&fn`, `(void *) fn`. */
function firstName(tokens: readonly Token[]): string | undefined {
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at];
    if (token?.text === '(') {
      const end = matching(tokens, at);
      const after = tokens[end + 1];
      if (after !== undefined && (after.kind === 'name' || after.text === '&' || after.text === '('))
        at = end + 1;
      else at++;
      continue;
    }
    if (token?.kind === 'name') return token.text;
    at++;
  }
  return undefined;
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

const asmSection = /^\s*\.(?:section|pushsection)\s+"?([^"\s,;]+)"?\s*(?:,\s*"(\w*)")?/;
const asmPointer = /^\s*\.(?:long|quad|word|4byte|8byte|xword|dc\.[la])\s+([A-Za-z_.$][\w.$]*)/;
const asmLabel = /^\s*([A-Za-z_.$][\w.$]*)\s*:/;
const asmBack = /^\s*\.(?:previous|popsection|text|data)\b/;

/** `asm(".section …; label: .long fn - .; .previous")`; `undefined`: no top-level asm at all. */
function asmPointers(tokens: readonly Expanded[]): readonly SectionPointer[] | undefined {
  const first = tokens[0];
  if (first === undefined || !asmWords.has(first.text)) return undefined;
  const open = tokens.findIndex(({ text }) => text === '(');
  if (open < 0) return [];
  const text = joinedString(tokens.slice(open, matching(tokens, open)));
  const found: SectionPointer[] = [];
  let section: { readonly name: string; readonly isConst: boolean } | undefined;
  let label: string | undefined;
  for (const line of text.split(/[\n;]/)) {
    const [, name, flags = ''] = asmSection.exec(line) ?? [];
    if (name !== undefined) section = { name, isConst: !flags.includes('w') };
    else if (asmBack.test(line)) section = undefined;
    label = asmLabel.exec(line)?.[1] ?? label;
    const pointed = asmPointer.exec(line.replace(asmLabel, ''))?.[1];
    if (section !== undefined && pointed !== undefined)
      found.push({
        section: section.name,
        variable: label ?? pointed,
        function: pointed,
        form: 'asm',
        isConst: section.isConst,
        isKept: true,
        origin: first.origin,
        expansion: tokensText(tokens),
      });
  }
  return found;
}
