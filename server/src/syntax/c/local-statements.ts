import type { Token } from './lex';

/** From one token to another, without it. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** The innermost statements and declarations of a body, or of a part of one; an initialiser's braces are part of its. */
export function localStatements(tokens: readonly Token[]): readonly TokenRange[] {
  const found: TokenRange[] = [];
  const open: ('block' | 'list' | 'brackets')[] = [];
  let from = 0;
  const close = (at: number, next: number): void => {
    if (at > from) found.push({ from, to: at });
    from = next;
  };
  tokens.forEach(({ kind, text }, at) => {
    if (kind !== 'punctuator') return;
    const within = open.at(-1) ?? 'block';
    if (text === '(' || text === '[') open.push('brackets');
    else if (text === '{') {
      const before = tokens[at - 1]?.text;
      const isList = before === '=' || (within === 'list' && (before === ',' || before === '{'));
      open.push(isList ? 'list' : 'block');
      if (!isList) close(at, at + 1);
    } else if (text === ')' || text === ']' || text === '}') {
      open.pop();
      if (text === '}' && within === 'block') close(at, at + 1);
    } else if (text === ';' && within === 'block') close(at + 1, at + 1);
  });
  close(tokens.length, tokens.length);
  return found;
}
