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
  /** Where it came from in the source: the offset of the outermost macro's name, or of the hand-written attribute. */
  readonly origin: number;
  readonly expansion: string;
}

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
const usedWords = new Set(['used', '__used__', 'retain', '__retain__', 'externally_visible']);

/** Every pointer that a run of fully expanded top-level text puts into a section. */
export function sectionPointers(
  tokens: readonly Expanded[],
  field: FunctionField | undefined,
): readonly SectionPointer[] {
  return declarations(tokens).flatMap((declaration) => {
    const asm = asmPointers(declaration);
    if (asm !== undefined) return asm;
    const pointer = variablePointer(declaration, field);
    return pointer === undefined ? [] : [pointer];
  });
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

function variablePointer(
  tokens: readonly Expanded[],
  field: FunctionField | undefined,
): SectionPointer | undefined {
  let section: string | undefined;
  let origin = -1;
  let used = false;
  // What is left without attributes and typeof(): storage, type, name, initialiser.
  const plain: Expanded[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    const isAttribute = attributeWords.has(token.text);
    if (
      (isAttribute || /^(?:__)?typeof(?:__)?$|^_Alignas$/.test(token.text)) &&
      tokens[at + 1]?.text === '('
    ) {
      const end = matching(tokens, at + 1);
      if (isAttribute) {
        const inside = tokens.slice(at + 1, end);
        const named = inside.findIndex(({ text }) => sectionWords.has(text));
        if (named >= 0) {
          section = joinedString(inside.slice(named + 1, matching(inside, named + 1)));
          origin = token.origin;
        }
        used ||= inside.some(({ text }) => usedWords.has(text));
      } else plain.push({ ...token, text: 'int' });
      at = end;
      continue;
    }
    if (asmWords.has(token.text) && tokens[at + 1]?.text === '(') {
      at = matching(tokens, at + 1);
      continue;
    }
    plain.push(token);
  }
  if (section === undefined) return undefined;
  const equals = plain.findIndex(({ text, kind }) => kind === 'punctuator' && (text === '=' || text === '{'));
  if (equals < 1 || plain[equals]?.text !== '=') return undefined;
  const head = plain.slice(0, equals);
  const variable = declaredName(head);
  const pointed = pointedFunction(plain.slice(equals + 1), field);
  if (variable === undefined || pointed === undefined) return undefined;
  return {
    section,
    variable,
    function: pointed,
    form: 'variable',
    isConst: isConstVariable(head, variable),
    isKept: used || !head.some(({ text }) => text === 'static'),
    origin,
    expansion: tokensText(tokens),
  };
}

/** The declared name: before `[…]`, or inside `(*name)(…)`, else the last name. */
function declaredName(head: readonly Token[]): string | undefined {
  const pointer = head.findIndex((token, at) => token.text === '(' && head[at + 1]?.text === '*');
  if (pointer >= 0) {
    const inside = head.slice(pointer, matching(head, pointer)).filter(({ kind }) => kind === 'name');
    const name = inside.find(({ text }) => text !== 'const' && text !== 'volatile');
    if (name) return name.text;
  }
  let end = head.length;
  while (head[end - 1]?.text === ']') {
    let at = end - 1;
    while (at > 0 && head[at]?.text !== '[') at--;
    end = at;
  }
  const last = head[end - 1];
  return last?.kind === 'name' ? last.text : undefined;
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
  const inside = initialiser.slice(1, matching(initialiser, 0));
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of inside) {
    if (token.kind === 'punctuator' && /^[([{]$/.test(token.text)) depth++;
    if (token.kind === 'punctuator' && /^[)\]}]$/.test(token.text)) depth--;
    if (token.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  if (field?.name !== undefined) {
    const part = parts.find(
      ([dot, name, equals]) => dot?.text === '.' && name?.text === field.name && equals?.text === '=',
    );
    return part === undefined ? undefined : firstName(part.slice(3));
  }
  if (field?.index !== undefined) return firstName(parts[field.index] ?? []);
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
