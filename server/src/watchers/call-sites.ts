import { guardText } from '../syntax/c/guard-text';
import { lex, type Token } from '../syntax/c/lex';
import { rememberByFile } from '../syntax/c/remember-by-file';
import type { CFileFacts } from '../syntax/c/scan';
import type { SourceFile } from '../syntax/c/unit';
import { ownText } from '../syntax/own-text';
import { lineAt, type Range } from '../syntax/positions';
import type { Dispatcher } from './family';
import type { CallSite } from './snapshot';

/** A call of a dispatcher as written, before it is known whether its object is linked. */
export type WrittenCall = Omit<CallSite, 'event' | 'status' | 'object'> & {
  readonly eventArgument: string | undefined;
};

const conditionWords = new Set([
  'if',
  'while',
  'switch',
  'likely',
  'unlikely',
  'WARN_ON',
  'BUG_ON',
  'IS_ERR_VALUE',
]);

/** Calls of the dispatchers inside function bodies of one file. A dispatcher's own definition and prototypes are none. */
export function writtenCalls(file: SourceFile, dispatchers: readonly Dispatcher[]): readonly WrittenCall[] {
  const known = written(file);
  let calls = known.get(dispatchers);
  if (!calls) known.set(dispatchers, (calls = callsOf(file, dispatchers)));
  return calls;
}

const written = rememberByFile(() => new WeakMap<readonly Dispatcher[], readonly WrittenCall[]>());

function callsOf(file: SourceFile, dispatchers: readonly Dispatcher[]): readonly WrittenCall[] {
  const names = dispatchers.map((dispatcher) => dispatcher.function);
  if (!names.some((name) => file.text.includes(name))) return [];
  const found: WrittenCall[] = [];
  const { statements } = file.facts;
  for (let at = 0; at < statements.length; at += 3) {
    const [start, end] = [statements[at] ?? 0, statements[at + 2] ?? 0];
    const text = file.text.slice(start, end);
    if (!names.some((name) => text.includes(name)) || !text.includes('{')) continue;
    found.push(...callsIn(file, lex(ownText(text), 0, text.length, start), dispatchers));
  }
  return found;
}

function callsIn(
  file: SourceFile,
  written: readonly Token[],
  dispatchers: readonly Dispatcher[],
): readonly WrittenCall[] {
  const tokens = withoutDirectives(written, file.facts);
  const body = tokens.findIndex(({ text }) => text === '{');
  const caller = functionName(tokens.slice(0, Math.max(body, 0)));
  return tokens.flatMap((token, at): readonly WrittenCall[] => {
    const dispatcher = dispatchers.find((candidate) => candidate.function === token.text);
    if (!dispatcher || at < body || tokens[at + 1]?.text !== '(') return [];
    const call = argumentsOf(tokens, at + 1);
    const pick = (index: number | undefined): string | undefined =>
      index === undefined ? undefined : call.arguments[index];
    const range: Range = { start: token.offset, end: call.end };
    return [
      {
        file: file.path,
        line: lineAt(file.lineStarts, token.offset),
        dispatcher: token.text,
        caller,
        val: pick(dispatcher.valArgument),
        eventArgument: pick(dispatcher.eventArgument),
        arguments: call.arguments,
        range,
        result: resultUse(tokens, at, call.close),
        guards: conditionsAround(file.facts, token.offset).map(({ condition, negated }) =>
          guardText(condition, negated),
        ),
      },
    ];
  });
}

/** Directives inside a function are tokens like others to the lexer. */
function withoutDirectives(tokens: readonly Token[], facts: CFileFacts): readonly Token[] {
  const inside = facts.directives.filter(({ end }) => end > (tokens[0]?.offset ?? 0));
  let next = 0;
  return tokens.filter(({ offset }) => {
    while ((inside[next]?.end ?? Infinity) <= offset) next++;
    return (inside[next]?.offset ?? Infinity) > offset;
  });
}

/** `static long do_exit(long code)` is do_exit, `SYSCALL_DEFINE2(setregid, …)` is sys_setregid. */
export function functionName(head: readonly Token[]): string | undefined {
  let depth = 0;
  let name: string | undefined;
  let open = -1;
  head.forEach((token, at) => {
    if (token.text === '(') {
      const before = head[at - 1];
      if (depth === 0 && before?.kind === 'name' && before.text !== '__attribute__') {
        // Attribute macros with arguments may stand before the name: the last one before the body wins, unless it
        // follows the parameters (__acquires(lock)).
        if (name === undefined || head[at - 2]?.text !== ')') {
          name = before.text;
          open = at;
        }
      }
      depth++;
    } else if (token.text === ')') depth--;
  });
  const syscall = /^(COMPAT_)?SYSCALL(?:32)?_DEFINE\d$/.exec(name ?? '');
  const first = head[open + 1]?.text;
  if (syscall && first !== undefined) return `${syscall[1] === undefined ? '' : 'compat_'}sys_${first}`;
  return name;
}

function argumentsOf(
  tokens: readonly Token[],
  open: number,
): { readonly arguments: readonly string[]; readonly end: number; readonly close: number } {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    const before = depth;
    if (token.text === '(' || token.text === '[' || token.text === '{') depth++;
    else if (token.text === ')' || token.text === ']' || token.text === '}') depth--;
    if (depth === 0) {
      if (part.trim() !== '' || parts.length > 0) parts.push(part.trim());
      return { arguments: parts, end: token.offset + 1, close: at };
    }
    if (before === 0) continue;
    if (token.text === ',' && depth === 1) {
      parts.push(part.trim());
      part = '';
    } else part += (token.spaced && part !== '' ? ' ' : '') + token.text;
  }
  return { arguments: parts, end: tokens.at(-1)?.offset ?? 0, close: tokens.length - 1 };
}

const isAssignment = (text: string | undefined): boolean => /^(?:=|\+=|\|=|&=)$/.test(text ?? '');

function resultUse(tokens: readonly Token[], at: number, close: number): CallSite['result'] {
  const before = tokens[at - 1]?.text ?? '';
  const after = tokens[close + 1]?.text ?? '';
  if (isAssignment(before)) return 'assigned';
  if (before === 'return') return 'returned';
  if (before === ')' && tokens[at - 2]?.text === 'void' && tokens[at - 3]?.text === '(') return 'void-cast';
  if (/^(?:[<>]=?|==|!=|&&|\|\||\?)$/.test(after) || /^(?:[<>]=?|==|!=|&&|\|\||!)$/.test(before))
    return 'tested';
  let depth = 0;
  let isBehindComma = false;
  for (let back = at - 1; back >= 0; back--) {
    const text = tokens[back]?.text;
    if (text === ')') depth++;
    else if (text === '(') {
      if (depth-- > 0) continue;
      const opener = tokens[back - 1];
      if (opener === undefined) break;
      if (conditionWords.has(opener.text)) return 'tested';
      if (opener.text === 'return') return 'returned';
      if (opener.kind === 'name') return 'passed';
      depth = 0;
    } else if (depth > 0) continue;
    else if (text === 'return') return 'returned';
    else if (text === ',') isBehindComma = true;
    else if (!isBehindComma && isAssignment(text)) return 'assigned';
    else if (text === ';' || text === '{' || text === '}') break;
  }
  return 'discarded';
}

/** The conditions around an offset, outermost first; an include guard is none. */
export function conditionsAround(
  facts: CFileFacts,
  offset: number,
): readonly { readonly condition: string; readonly negated: boolean }[] {
  const stack: { condition: string; negated: boolean }[][] = [];
  facts.directives.forEach((directive, index) => {
    if (directive.offset >= offset) return;
    if (directive.kind === 'if')
      stack.push(
        index === 0 && facts.guard !== undefined ? [] : [{ condition: directive.text, negated: false }],
      );
    else if (directive.kind === 'elif' || directive.kind === 'else') {
      const top = stack.pop() ?? [];
      stack.push([
        ...top.map(({ condition }) => ({ condition, negated: true })),
        ...(directive.kind === 'elif' ? [{ condition: directive.text, negated: false }] : []),
      ]);
    } else if (directive.kind === 'endif') stack.pop();
  });
  return stack.flat();
}
