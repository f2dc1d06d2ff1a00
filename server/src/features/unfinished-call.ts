import type { Directive } from '../syntax/c/directive';
import { lex, type Token } from '../syntax/c/lex';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import { functionAround, statementsEnd } from './code-words';

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
  const directive = file.facts.directives.find((one) => one.offset <= offset && offset < one.end);
  return directive ? undefined : unfinishedIn(file, stretchesBefore(file, offset), offset);
}

/** The call whose parenthesis is open at a cursor; also in the body of a `#define`. */
export function openCallAt(file: SourceFile, offset: number): OpenCall | undefined {
  const directive = file.facts.directives.find((one) => one.offset <= offset && offset < one.end);
  if (!directive) return unfinishedAt(file, offset)?.call;
  if (directive.kind !== 'define') return undefined;
  return unfinishedIn(file, [{ start: directive.offset, end: offset, behind: undefined }], offset)?.call;
}

/** Text between directives, and the directive that it stands behind. */
interface Stretch extends Range {
  readonly behind: Directive | undefined;
}

/** The code from the end of the last whole statement to the cursor. */
function stretchesBefore(file: SourceFile, offset: number): readonly Stretch[] {
  // What is not finished ends where the text does: it must not count as something before the cursor.
  let start = statementsEnd(file, Math.max(0, offset - 1));
  let behind: Directive | undefined;
  const stretches: Stretch[] = [];
  for (const directive of file.facts.directives) {
    if (directive.offset < start) continue;
    if (directive.offset >= offset) break;
    stretches.push({ start, end: directive.offset, behind });
    start = directive.end;
    behind = directive;
  }
  return [...stretches, { start: Math.min(start, offset), end: offset, behind }];
}

function unfinishedIn(
  file: SourceFile,
  stretches: readonly Stretch[],
  offset: number,
): Unfinished | undefined {
  const { text } = file;
  const state = stateAt(text, stretches.at(-1)?.start ?? offset, offset);
  if (state.kind === 'comment') return undefined;
  const cut = state.kind === 'string' ? state.start : offset;
  const lexed = stretches.map(({ start, end, behind }) => ({
    behind,
    tokens: lex(text, start, Math.min(end, cut)),
  }));
  const last = lexed.at(-1)?.tokens.at(-1);
  const inWord =
    state.kind === 'code' && last?.kind === 'name' && last.offset + last.text.length === offset
      ? last
      : undefined;
  const before = lexed.map(({ behind, tokens }) => ({
    behind,
    tokens: inWord ? tokens.filter((token) => token !== inWord) : tokens,
  }));
  const word = state.kind === 'string' ? text.slice(state.start + 1, offset) : (inWord?.text ?? '');
  const rest = /^\w*/.exec(text.slice(offset, offset + 200))?.[0].length ?? 0;
  const range =
    state.kind === 'string'
      ? { start: state.start + 1, end: stringEnd(text, offset) }
      : { start: inWord?.offset ?? offset, end: offset + (inWord ? rest : 0) };
  const call = openCall(before, text, cut);
  const previous = before.at(-1)?.tokens.at(-1);
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

/** A bracket that is open. */
interface Opened {
  /** What is called, for a parenthesis behind a name. */
  readonly callee: Token | undefined;
  /** It may be part of an argument: a parenthesis, an index, a compound literal; no block. */
  readonly isInExpression: boolean;
  readonly commas: readonly number[];
  readonly at: number;
}

/** What is no call though a parenthesis follows. */
const operators = new Set(['sizeof', 'typeof', '__typeof__', '_Alignof', '__alignof__']);

function openCall(
  pieces: readonly { readonly behind: Directive | undefined; readonly tokens: readonly Token[] }[],
  text: string,
  end: number,
): OpenCall | undefined {
  let open: readonly Opened[] = [];
  /** What was open at each `#if` that is not closed yet: its branches stand in for one another. */
  const atBranch: (readonly Opened[])[] = [];
  let previous: Token | undefined;
  let closed: Opened | undefined;
  for (const { behind, tokens } of pieces) {
    if (behind?.kind === 'if') atBranch.push(open);
    else if (behind?.kind === 'elif' || behind?.kind === 'else') open = atBranch.at(-1) ?? open;
    else if (behind?.kind === 'endif') atBranch.pop();
    for (const token of tokens) {
      const inner = open.at(-1);
      if (token.text === '(' || token.text === '[' || token.text === '{') {
        const isCall = token.text === '(' && previous?.kind === 'name' && !operators.has(previous.text);
        const isLiteral = previous?.text === ')' && closed?.callee === undefined && inner !== undefined;
        open = [
          ...open,
          {
            callee: isCall ? previous : undefined,
            isInExpression: token.text !== '{' || isLiteral,
            commas: [],
            at: token.offset + 1,
          },
        ];
      } else if (token.text === ')' || token.text === ']' || token.text === '}') {
        closed = inner;
        open = open.slice(0, -1);
      } else if (token.text === ',' && inner?.callee)
        open = [...open.slice(0, -1), { ...inner, commas: [...inner.commas, token.offset] }];
      // An unfinished call before it does not reach into the next statement.
      else if (token.text === ';') open = open.slice(0, open.findLastIndex((one) => !one.isInExpression) + 1);
      previous = token;
    }
  }
  const inner = open.findLast((one) => one.callee !== undefined || !one.isInExpression);
  if (!inner?.callee) return undefined;
  const { callee, commas, at } = inner;
  const bounds = [at, ...commas.map((comma) => comma + 1)];
  return {
    name: callee.text,
    nameRange: { start: callee.offset, end: callee.offset + callee.text.length },
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
