import { lex, type Token } from '../../syntax/c/lex';
import type { CFileFacts } from '../../syntax/c/scan';
import { neverReturns } from '../../syntax/c/flow/control-flow';
import type { Range } from '../../syntax/positions';
import { changeOf } from './locks';

/** The text that a branch lies in, read once for all branches of a body. */
interface Reading {
  readonly tokens: readonly Token[];
  /** Names that what followed functions gave may be kept in. */
  readonly tainted: ReadonlySet<string>;
  /** One of them is given away by address: any call may change it then. */
  readonly isExposed: boolean;
}

/**
 * Whether a branch of an `#if` inside a body (0-based UTF-16 offsets of `text`) is of no account to who follows calls of
 * `followed` functions, their results and locks: it holds whole statements that only set members, declare, or call
 * functions that nothing depends on. With or without them the same ways lead through the body, and the same is known on
 * each.
 */
export function quietBranches(
  text: string,
  facts: CFileFacts,
  body: Range,
  followed: ReadonlySet<string>,
): (branch: Range) => boolean {
  let read: Reading | undefined;
  return (branch) => {
    read ??= readingOf(text, facts, body, followed);
    const reading = read;
    const { tokens } = reading;
    const from = firstAt(tokens, branch.start);
    const inner = tokens.slice(from, firstAt(tokens, branch.end));
    if (inner.length === 0) return true;
    if (!startsAfresh(reading, facts, branch.start)) return false;
    return statements(inner).every((statement) => isQuiet(statement, reading, followed));
  };
}

function readingOf(text: string, facts: CFileFacts, body: Range, followed: ReadonlySet<string>): Reading {
  const inside = facts.directives.filter(({ offset }) => body.start <= offset && offset < body.end);
  const tokens = lex(text, body.start, body.end).filter(
    ({ offset }) => !inside.some((one) => one.offset <= offset && offset < one.end),
  );
  const tainted = taintedBy(tokens, followed);
  const isExposed = tokens.some(({ text: name }, at) => tainted.has(name) && isGivenAway(tokens, at));
  return { tokens, tainted, isExposed };
}

/** `&name`, which is neither `&name->member` nor `flags & name`. */
const isGivenAway = (tokens: readonly Token[], at: number): boolean => {
  const before = tokens[at - 2];
  const isAnd =
    before?.kind === 'number' ||
    before?.text === ']' ||
    (before?.kind === 'name' && before.text !== 'return');
  return tokens[at - 1]?.text === '&' && !isAnd && !isAccess(tokens[at + 1]);
};

const isAccess = (token: Token | undefined): boolean => token?.text === '->' || token?.text === '.';

const isSetter = (token: Token | undefined): boolean =>
  token !== undefined && /^(?:[-+*/%&|^]|<<|>>)?=$/.test(token.text);

const isLabel = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]?.text === ':' && tokens[at - 1]?.kind === 'name' && isBoundary(tokens[at - 2]?.text ?? ';');

const isBoundary = (text: string): boolean => text === ';' || text === '{' || text === '}';

/** Names that are set, or given by address, in a statement that mentions a followed function or such a name. */
function taintedBy(tokens: readonly Token[], followed: ReadonlySet<string>): ReadonlySet<string> {
  const tainted = new Set<string>();
  const all = statements(tokens);
  for (let size = -1; size < tainted.size;) {
    size = tainted.size;
    for (const statement of all) {
      const isRead = ({ text }: Token, at: number): boolean =>
        followed.has(text) || (tainted.has(text) && statement[at + 1]?.text !== '=');
      if (!statement.some(isRead)) continue;
      statement.forEach(({ kind, text }, at) => {
        if (kind === 'name' && (isSetter(statement[at + 1]) || isGivenAway(statement, at))) tainted.add(text);
      });
    }
  }
  return tainted;
}

/** Cut at `;`, which stays outside. */
function statements(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const found: Token[][] = [[]];
  for (const token of tokens) {
    if (token.text === ';') found.push([]);
    else found.at(-1)?.push(token);
  }
  return found;
}

/** Before a branch, and before whatever `#if`s stand directly before it, a statement has ended. */
function startsAfresh({ tokens }: Reading, { directives }: CFileFacts, start: number): boolean {
  const endsBefore = (offset: number): boolean => {
    const at = firstAt(tokens, offset) - 1;
    const last = tokens[at]?.text ?? '{';
    return isBoundary(last) || isLabel(tokens, at);
  };
  let depth = 0;
  for (let at = directives.findIndex(({ end }) => end >= start); at >= 0; at--) {
    const directive = directives[at];
    if (!directive || !endsBefore(directive.offset)) return false;
    if (directive.kind === 'endif') depth++;
    if (directive.kind === 'if' && depth > 0) depth--;
    const before = directives[at - 1];
    const isAdjacent =
      before !== undefined && firstAt(tokens, before.end) === firstAt(tokens, directive.offset);
    if (depth === 0 && directive.kind === 'if' && !(isAdjacent && before.kind === 'endif')) return true;
  }
  return true;
}

const loud = new Set(
  'if else for while do switch case default goto return break continue asm __asm__ ? : && || { } ++ --'.split(
    ' ',
  ),
);

function isQuiet(
  statement: readonly Token[],
  { tainted, isExposed }: Reading,
  followed: ReadonlySet<string>,
): boolean {
  if (statement.length === 0) return true;
  let sets = 0;
  for (const [at, token] of statement.entries()) {
    const { kind, text } = token;
    if (loud.has(text)) return false;
    if (text === '&' && isGivenAway(statement, at + 1)) return false;
    if (isSetter(token)) sets++;
    if (kind !== 'name' || isAccess(statement[at - 1])) continue;
    if (tainted.has(text) || followed.has(text)) return false;
    if (statement[at + 1]?.text !== '(') continue;
    const isKnown = text.startsWith('BUG') || neverReturns.has(text) || changeOf(text, '') !== undefined;
    if (isExposed || isKnown) return false;
  }
  const [first, second] = statement;
  if (first?.kind !== 'name') return false;
  if (sets === 0)
    return (
      // A call that is all of the statement, or a declaration.
      (second?.text === '(' && closes(statement)) ||
      statement.every(({ kind, text }) => kind === 'name' || text === '*' || text === ',')
    );
  // What is set is a member, and so are those between two `=`.
  return statement.every(
    ({ kind }, at) => !isSetter(statement[at + 1]) || (kind === 'name' && isAccess(statement[at - 1])),
  );
}

/** The bracket that opens second closes last. */
function closes(statement: readonly Token[]): boolean {
  let depth = 0;
  return statement.every(({ text }, at) => {
    if (text === '(') depth++;
    if (text === ')') depth--;
    return at === 0 || (depth === 0) === (at === statement.length - 1);
  });
}

/** Index of the first token at or behind an offset. */
function firstAt(tokens: readonly Token[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.offset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
