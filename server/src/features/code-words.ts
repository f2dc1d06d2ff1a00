import { lex, type Token } from '../syntax/c/lex';
import { functionName } from '../watchers/call-sites';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';

/** A name or a string literal in code, not in a comment. */
export interface CodeWord {
  readonly kind: 'name' | 'string';
  readonly text: string;
  readonly range: Range;
}

const linkerScript = /\.lds(?:\.[Sh])?$/;

/** Linker scripts are preprocessed like C, but their words are not C's: `*(.task_watchers.init)`. */
export const isLinkerScript = (path: string): boolean => linkerScript.test(path);

/** The word that a cursor at `offset` is on or right behind. */
export function wordAt(file: SourceFile, offset: number): CodeWord | undefined {
  const { start, end } = regionAround(file, offset);
  const tokens = lex(file.text, start, end);
  const touching = tokens.filter(
    ({ offset: at, text }) => at <= offset && offset <= at + text.length && at >= 0,
  );
  const token =
    touching.find(({ kind }) => kind === 'name') ?? touching.find(({ kind }) => kind === 'string');
  if (token === undefined) return undefined;
  if (token.kind !== 'name' && token.kind !== 'string') return undefined;
  return {
    kind: token.kind,
    text: token.text,
    range: { start: token.offset, end: token.offset + token.text.length },
  };
}

/** A stretch that starts in code and holds the line of `offset`: from the end of the statement or directive before. */
function regionAround(file: SourceFile, offset: number): Range {
  const newline = file.text.indexOf('\n', offset);
  return { start: codeStart(file, offset), end: newline < 0 ? file.text.length : newline };
}

/** An offset before `offset` at which code starts: the end of the statement or directive before it. */
export function codeStart(file: SourceFile, offset: number): number {
  const { directives } = file.facts;
  const start = statementsEnd(file, offset);
  const directive = directives[lastIndex(directives.length, (at) => (directives[at]?.offset ?? 0) <= offset)];
  // Code after a directive starts in code, and so does the directive itself.
  return directive === undefined
    ? start
    : Math.max(start, directive.end <= offset ? directive.end : directive.offset);
}

/** Where the last whole statement (or function) before `offset` ends; 0 before the first. */
export function statementsEnd({ facts: { statements } }: SourceFile, offset: number): number {
  const last = lastIndex(statements.length / 3, (at) => (statements[at * 3 + 2] ?? 0) <= offset);
  return last < 0 ? 0 : (statements[last * 3 + 2] ?? 0);
}

/** The last of `count` ordered things that still `precedes`; -1: none does. */
function lastIndex(count: number, precedes: (at: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (precedes(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A function defined in a file. */
export interface DefinedFunction {
  readonly name: string;
  readonly isStatic: boolean;
  readonly nameRange: Range;
  /** From its first token to its closing brace. */
  readonly range: Range;
  /** Offset of its opening brace. */
  readonly body: number;
  /** The head as written, white space folded: `static int audit_alloc(unsigned long val, …)`. */
  readonly head: string;
}

const definedCache = new WeakMap<SourceFile['facts'], readonly DefinedFunction[]>();

/** Every function that a file defines, in order; `SYSCALL_DEFINE2(setuid, …)` defines `sys_setuid`. */
export function definedFunctions(file: SourceFile): readonly DefinedFunction[] {
  const known = definedCache.get(file.facts);
  if (known) return known;
  const found: DefinedFunction[] = [];
  const { statements } = file.facts;
  for (let at = 0; at < statements.length; at += 3) {
    const [start = 0, body = 0, end = 0] = statements.slice(at, at + 3);
    if (body >= end || file.text[body] !== '{') continue;
    const head = lex(file.text, start, body);
    if (!head.some(({ text }) => text === '(') || head.some(({ text }) => text === '=')) continue;
    const name = functionName(head);
    const token = head.find(({ text }) => text === name) ?? syscallName(head, name);
    if (name === undefined || token === undefined) continue;
    found.push({
      name,
      isStatic: head.some(({ text }) => text === 'static'),
      nameRange: { start: token.offset, end: token.offset + token.text.length },
      range: { start: token.offset < start ? token.offset : start, end },
      body,
      head: file.text
        .slice(head[0]?.offset ?? start, body)
        .replace(/\s+/g, ' ')
        .trim(),
    });
  }
  definedCache.set(file.facts, found);
  return found;
}

function syscallName(head: readonly Token[], name: string | undefined): Token | undefined {
  const short = name?.replace(/^(?:compat_)?sys_/, '');
  return head.find(({ text }) => text === short);
}

/** The function whose definition holds `offset`. */
export function functionAround(file: SourceFile, offset: number): DefinedFunction | undefined {
  return definedFunctions(file).find(({ range }) => range.start <= offset && offset < range.end);
}

export function definitionOf(file: SourceFile | undefined, name: string): DefinedFunction | undefined {
  return file === undefined ? undefined : definedFunctions(file).find((one) => one.name === name);
}

/** Every place where a name stands in code: not in comments or strings. Directives count as code. */
export function placesOfName(file: SourceFile, name: string): readonly Range[] {
  if (!file.text.includes(name)) return [];
  return tokensWith(file, name).map(({ offset, text }) => ({ start: offset, end: offset + text.length }));
}

function tokensWith(file: SourceFile, name: string): readonly Token[] {
  const found: Token[] = [];
  let last = -1;
  for (let at = file.text.indexOf(name); at >= 0; at = file.text.indexOf(name, at + 1)) {
    if (at <= last) continue;
    const word = wordAt(file, at);
    if (word?.text !== name || word.kind !== 'name') continue;
    found.push({ kind: 'name', text: name, spaced: false, offset: word.range.start });
    last = word.range.start;
  }
  return found;
}
