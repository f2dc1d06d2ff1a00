import type { Range } from '../../positions';
import { lex, type Token } from '../lex';
import { markHead, type MarkedHead } from './function-head';
import {
  isAsm,
  isAttributeWord,
  isBodyAnnotation,
  isQualifier,
  isStatementWord,
  isTypeof,
  isTypeWord,
} from './kernel-words';
import { closing, endOf, foldedText } from './token-groups';

/**
 * A function as tree-sitter's grammar can read it: the same length, every offset as before, but annotations gone,
 * branches hidden, and what is macro language put into C's words. The maps say what stood there, by 0-based UTF-16
 * offset within `text`.
 */
export interface ParsableText {
  readonly text: string;
  /** Where `text` starts in the file. */
  readonly base: number;
  readonly tokens: readonly Token[];
  readonly head: MarkedHead | undefined;
  /** Token index of the body's `{`; the number of tokens where there is none. */
  readonly body: number;
  /** Identifiers that stand for a type: `struct x` among a macro's arguments, `typeof(y)`. */
  readonly types: ReadonlyMap<number, Stand>;
  /** `while` and `if` that stand for a macro which takes a statement. */
  readonly loops: ReadonlyMap<number, Stand>;
  /** Calls that stand for assembler. */
  readonly assembler: ReadonlyMap<number, AssemblerStand>;
  /** `|` that stands for the `...` of a case's range. */
  readonly ranges: ReadonlySet<number>;
}

/** What the file has in the place of a word. */
export interface Stand {
  readonly text: string;
  readonly end: number;
}

export interface AssemblerStand {
  readonly names: readonly string[];
  readonly labels: readonly string[];
}

interface Edits {
  readonly characters: string[];
  readonly types: Map<number, Stand>;
  readonly loops: Map<number, Stand>;
  readonly assembler: Map<number, AssemblerStand>;
  readonly ranges: Set<number>;
}

/** `text` from `start` to `end`, a function's definition or prototype, without what `hidden` covers. */
export function parsableText(
  text: string,
  start: number,
  end: number,
  hidden: readonly Range[] = [],
): ParsableText {
  const visible = hide(text, start, end, hidden);
  const tokens = lex(visible);
  const edits: Edits = {
    characters: [...splitUnits(visible)],
    types: new Map(),
    loops: new Map(),
    assembler: new Map(),
    ranges: new Set(),
  };
  const body = bodyBrace(tokens);
  const headEnd = tokens[body - 1]?.text === ';' ? body - 1 : body;
  const head = markHead(tokens.slice(0, headEnd));
  if (head) rewriteHead(edits, tokens, head, headEnd);
  rewriteBody(edits, tokens, body);
  return {
    text: edits.characters.join(''),
    base: start,
    tokens,
    head,
    body,
    types: edits.types,
    loops: edits.loops,
    assembler: edits.assembler,
    ranges: edits.ranges,
  };
}

const splitUnits = (text: string): readonly string[] => text.split('');

function hide(text: string, start: number, end: number, hidden: readonly Range[]): string {
  let visible = '';
  let from = start;
  for (const range of hidden) {
    if (range.end <= start || range.start >= end) continue;
    visible += text.slice(from, Math.max(range.start, from));
    visible += blankOf(text.slice(Math.max(range.start, from), Math.min(range.end, end)));
    from = Math.max(from, Math.min(range.end, end));
  }
  return visible + text.slice(from, end);
}

const blankOf = (text: string): string => text.replace(/[^\n]/g, ' ');

/** The first `{` outside parentheses. */
function bodyBrace(tokens: readonly Token[]): number {
  for (let at = 0; at < tokens.length; at++) {
    const text = tokens[at]?.text;
    if (text === '{') return at;
    if (text === '(' || text === '[') at = closing(tokens, at);
  }
  return tokens.length;
}

function blank(edits: Edits, start: number, end: number): void {
  for (let at = start; at < end; at++) if (edits.characters[at] !== '\n') edits.characters[at] = ' ';
}

/** Puts `word` at `start`, and blanks up to `end`; the caller knows that it fits. */
function put(edits: Edits, word: string, start: number, end: number): void {
  blank(edits, start, end);
  for (let at = 0; at < word.length; at++) edits.characters[start + at] = word[at] ?? ' ';
}

const standIn = 'int f()';

function rewriteHead(edits: Edits, tokens: readonly Token[], head: MarkedHead, headEnd: number): void {
  const first = tokens[0]?.offset ?? 0;
  const last = endOf(tokens[headEnd - 1]);
  if (
    head.byMacro &&
    last - first >= standIn.length &&
    !edits.characters.slice(first, first + 7).includes('\n')
  ) {
    put(edits, standIn, first, last);
    return;
  }
  for (const { range } of head.annotations) blank(edits, range.start, range.end);
}

function rewriteBody(edits: Edits, tokens: readonly Token[], body: number): void {
  for (let at = body; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind !== 'name') {
      if (token?.text === '...') rewriteRange(edits, tokens, at);
      continue;
    }
    const next = tokens[at + 1]?.text;
    if (isAttributeWord(token.text) || isBodyAnnotation(token.text)) {
      const last = next === '(' && token.text !== '__extension__' ? closing(tokens, at + 1) : at;
      blank(edits, token.offset, endOf(tokens[last]));
      at = last;
    } else if (isAsm(token.text)) at = rewriteAssembler(edits, tokens, at);
    else if (token.text === '__label__') at = rewriteLocalLabels(edits, tokens, at);
    else if (isTypeof(token.text) && next === '(') {
      const last = closing(tokens, at + 1);
      standForType(edits, tokens, at, last);
      at = last;
    } else if (next === '(' && !isStatementWord(token.text)) {
      rewriteTypeArguments(edits, tokens, at + 1);
      rewriteLoop(edits, tokens, at);
    }
  }
}

/** `case 1 ... 5:` — the three dots become an operator that binds as loosely as they do. */
function rewriteRange(edits: Edits, tokens: readonly Token[], at: number): void {
  for (let back = at - 1; back >= 0; back--) {
    const text = tokens[back]?.text;
    if (text === 'case') {
      const offset = tokens[at]?.offset ?? 0;
      put(edits, ' | ', offset, offset + 3);
      edits.ranges.add(offset + 1);
      return;
    }
    if (text === ';' || text === '{' || text === '}' || text === ':' || text === ',') return;
  }
}

function rewriteAssembler(edits: Edits, tokens: readonly Token[], at: number): number {
  const token = tokens[at];
  let open = at + 1;
  while (tokens[open]?.kind === 'name') open++;
  if (token === undefined || tokens[open]?.text !== '(') return at;
  const close = closing(tokens, open);
  const before = tokens[at - 1];
  // `register long r asm("r8")` names a register.
  if (before?.kind === 'name' && before.text !== 'else' && before.text !== 'do') {
    blank(edits, token.offset, endOf(tokens[close]));
    return close;
  }
  const jumps = tokens.slice(at + 1, open).some(({ text }) => text === 'goto');
  const inside = tokens.slice(open + 1, close);
  const colon = inside.findLastIndex(({ text }) => text === ':');
  edits.assembler.set(token.offset, {
    names: inside.flatMap(({ kind, text }) => (kind === 'name' ? [text] : [])),
    labels: jumps ? inside.slice(colon + 1).flatMap(({ kind, text }) => (kind === 'name' ? [text] : [])) : [],
  });
  put(edits, 'a()', token.offset, endOf(tokens[close]));
  return close;
}

/** `__label__ again, out;` declares labels; C needs none of it. */
function rewriteLocalLabels(edits: Edits, tokens: readonly Token[], at: number): number {
  let last = at;
  while (last < tokens.length - 1 && tokens[last]?.text !== ';') last++;
  blank(edits, tokens[at]?.offset ?? 0, endOf(tokens[last]));
  return last;
}

/** One letter in the place of a type, where the grammar wants an expression or a type's name. */
function standForType(edits: Edits, tokens: readonly Token[], from: number, to: number): void {
  const start = tokens[from]?.offset ?? 0;
  const end = endOf(tokens[to]);
  edits.types.set(start, { text: foldedText(tokens.slice(from, to + 1)), end });
  put(edits, 'T', start, end);
}

/** `va_arg(ap, unsigned long)`, `container_of(p, struct x, m)`: a type is no expression. */
function rewriteTypeArguments(edits: Edits, tokens: readonly Token[], open: number): void {
  const close = closing(tokens, open);
  let from = open + 1;
  for (let at = from; at <= close; at++) {
    const text = tokens[at]?.text;
    if (text === '(' || text === '[' || text === '{') at = closing(tokens, at);
    else if (at === close || text === ',') {
      if (isTypeArgument(tokens, from, at)) standForType(edits, tokens, from, at - 1);
      from = at + 1;
    }
  }
}

function isTypeArgument(tokens: readonly Token[], from: number, to: number): boolean {
  if (to <= from || !isTypeWord(tokens[from]?.text ?? '')) return endsAsPointer(tokens, from, to);
  return tokens.slice(from, to).every(({ kind, text }) => kind === 'name' || text === '*');
}

/** `foo_t *` before a comma. */
function endsAsPointer(tokens: readonly Token[], from: number, to: number): boolean {
  if (to - from < 2 || tokens[from]?.kind !== 'name') return false;
  return tokens.slice(from + 1, to).every(({ text }) => text === '*' || isQualifier(text));
}

const loopName = /for_?each|_each_|^(?:do|while)_each|^(?:rht|ida?r|xa|xas|hlist|list|css|cpuset)_for/;

/** `list_for_each_entry(p, head, list) { … }`: for the grammar a `while`, whose body may run or not. */
function rewriteLoop(edits: Edits, tokens: readonly Token[], at: number): void {
  const token = tokens[at];
  if (!token || token.text.length < 2) return;
  const before = tokens[at - 1]?.text ?? '';
  if (!/^(?:[;{}):]|else|do)$/.test(before)) return;
  const close = closing(tokens, at + 1);
  const after = tokens[close + 1];
  if (!after) return;
  const takesStatement =
    after.text === '{' ||
    (loopName.test(token.text) && (after.kind === 'name' || after.text === '(' || after.text === ';'));
  if (!takesStatement) return;
  edits.loops.set(token.offset, { text: token.text, end: endOf(token) });
  put(edits, token.text.length >= 5 ? 'while' : 'if', token.offset, endOf(token));
  // A condition may not be empty.
  if (close === at + 2) {
    const space = (tokens[close]?.offset ?? 0) - endOf(tokens[at + 1]);
    const open = tokens[at + 1]?.offset ?? 0;
    if (space > 0) edits.characters[open + 1] = '0';
    else if (endOf(token) - token.offset >= 6) {
      edits.characters[open - 1] = '(';
      edits.characters[open] = '0';
    }
  }
}
