import type { Token } from './lex';

/** Words before a name that begin no declaration of it. */
const notTypes: ReadonlySet<string> = new Set(['return', 'else', 'do', 'case', 'goto', 'sizeof']);

/** What follows these is not evaluated, or may be left out. */
const unevaluated =
  /^(?:sizeof|typeof|__typeof__|__typeof|_Alignof|__alignof__|_Static_assert|BUILD_BUG_ON|offsetof|__builtin_\w+)$/;

/**
 * Of code (a function's body, an initializer, a macro's body) the names that can only mean a symbol of the file: no
 * members, labels, parameters (`head`) or variables of the function. Of what is not surely so, nothing.
 */
export function symbolReferences(code: readonly Token[], head: readonly Token[] = []): readonly Token[] {
  const own = new Set(head.flatMap(({ kind, text }) => (kind === 'name' ? [text] : [])));
  code.forEach((token, at) => {
    if (token.kind === 'name' && isDeclaredAt(code, at)) own.add(token.text);
  });
  const found: Token[] = [];
  for (let at = 0; at < code.length; at++) {
    const token = code[at];
    if (token?.kind !== 'name') continue;
    if (unevaluated.test(token.text)) at = lastOfOperand(code, at + 1);
    else if (!own.has(token.text) && !/^(?:\.|->|goto)$/.test(code[at - 1]?.text ?? '')) found.push(token);
  }
  return found;
}

/** A label, or what looks like the declaration of a variable. */
function isDeclaredAt(code: readonly Token[], at: number): boolean {
  const [before, next] = [code[at - 1], code[at + 1]?.text ?? ''];
  if (before === undefined) return false;
  if (next === ':') return /^[;{}:]$/.test(before.text);
  if (before.text === ',') return next === '=' || next === ';' || next === '[';
  const isTyped = (before.kind === 'name' && !notTypes.has(before.text)) || before.text === '*';
  return (isTyped || before.text === '}') && /^[,;=)[]$/.test(next);
}

/** The last token of a parenthesis that begins at `at`, or of the one operand there. */
function lastOfOperand(code: readonly Token[], at: number): number {
  let depth = 0;
  for (let end = at; end < code.length; end++) {
    const text = code[end]?.text;
    if (text === '(') depth++;
    else if (text === ')') depth--;
    if (depth <= 0) return end;
  }
  return code.length;
}
