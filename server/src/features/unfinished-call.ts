import { lex, type Token } from '../syntax/c/lex';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import { codeStart, functionAround } from './code-words';

/** What a person is in the middle of writing, as far as the text before the cursor tells. */
export interface Unfinished {
  /** The word that ends at the cursor; empty between words. Of a string: what stands before the cursor in it. */
  readonly word: string;
  /** From the word's beginning to its end, which may lie behind the cursor. */
  readonly range: Range;
  readonly inString: boolean;
  /** The innermost call (or macro use) whose parenthesis is open at the cursor. */
  readonly call: OpenCall | undefined;
  /** Outside every function's body and every parenthesis, at the beginning of a statement. */
  readonly atTopLevel: boolean;
}

export interface OpenCall {
  readonly name: string;
  readonly nameRange: Range;
  /** 0-based number of the argument that the cursor is in. */
  readonly argument: number;
  /** The arguments as written so far, up to the cursor. */
  readonly written: readonly string[];
}

/** `undefined`: the cursor is in a comment or in a directive. */
export function unfinishedAt(file: SourceFile, offset: number): Unfinished | undefined {
  const { text } = file;
  // What is not finished ends where the text does: it must not count as something before the cursor.
  const start = codeStart(file, Math.max(0, offset - 1));
  const state = stateAt(text, start, offset);
  if (state.kind === 'comment') return undefined;
  const directive = file.facts.directives.find((one) => one.offset <= offset && offset < one.end);
  if (directive) return undefined;
  const cut = state.kind === 'string' ? state.start : offset;
  const tokens = lex(text, start, cut);
  const last = tokens.at(-1);
  const inWord =
    state.kind === 'code' && last?.kind === 'name' && last.offset + last.text.length === offset
      ? last
      : undefined;
  const before = inWord ? tokens.slice(0, -1) : tokens;
  const word = state.kind === 'string' ? text.slice(state.start + 1, offset) : (inWord?.text ?? '');
  const rest = /^\w*/.exec(text.slice(offset, offset + 200))?.[0].length ?? 0;
  const range =
    state.kind === 'string'
      ? { start: state.start + 1, end: stringEnd(text, offset) }
      : { start: inWord?.offset ?? offset, end: offset + (inWord ? rest : 0) };
  const call = openCall(before, text, cut);
  const previous = before.at(-1);
  return {
    word,
    range,
    inString: state.kind === 'string',
    call,
    atTopLevel:
      !call &&
      state.kind === 'code' &&
      functionAround(file, offset) === undefined &&
      (previous === undefined || previous.text === ';' || previous.text === '}' || previous.text === ')'),
  };
}

function stringEnd(text: string, offset: number): number {
  const match = /["\n]/.exec(text.slice(offset, offset + 400));
  return match === null ? offset : offset + match.index;
}

function openCall(tokens: readonly Token[], text: string, end: number): OpenCall | undefined {
  const open: { token: Token | undefined; commas: number[]; at: number }[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.text === '(' || token.text === '[' || token.text === '{')
      open.push({
        token: token.text === '(' ? tokens[index - 1] : undefined,
        commas: [],
        at: token.offset + 1,
      });
    else if (token.text === ')' || token.text === ']' || token.text === '}') open.pop();
    else if (token.text === ',') open.at(-1)?.commas.push(token.offset);
    // An unfinished call before it does not reach into the next statement.
    else if (token.text === ';') while (open.at(-1)?.token) open.pop();
  }
  const inner = open.at(-1);
  if (inner?.token?.kind !== 'name') return undefined;
  const { token, commas, at } = inner;
  const bounds = [at, ...commas.map((comma) => comma + 1)];
  return {
    name: token.text,
    nameRange: { start: token.offset, end: token.offset + token.text.length },
    argument: commas.length,
    written: bounds.map((from, index) => text.slice(from, commas[index] ?? end).trim()),
  };
}

/** Whether `offset` lies in code, in a comment, or in a string that starts at `start`. */
function stateAt(
  text: string,
  from: number,
  offset: number,
): { readonly kind: 'code' | 'comment' } | { readonly kind: 'string'; readonly start: number } {
  for (let at = from; at < offset; at++) {
    const char = text[at];
    if (char === '/' && (text[at + 1] === '/' || text[at + 1] === '*')) {
      const isLine = text[at + 1] === '/';
      const close = text.indexOf(isLine ? '\n' : '*/', at + 2);
      const end = close < 0 ? Infinity : close + (isLine ? 0 : 2);
      if (offset < end || (isLine && offset === end)) return { kind: 'comment' };
      at = end - 1;
    } else if (char === '"' || char === "'") {
      let end = at + 1;
      while (end < text.length && text[end] !== char && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
      if (end >= offset) return char === '"' ? { kind: 'string', start: at } : { kind: 'comment' };
      at = end;
    }
  }
  return { kind: 'code' };
}
