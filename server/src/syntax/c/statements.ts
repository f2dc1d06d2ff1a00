import { blockCommentEnd, Char, lineCommentEnd, quotedEnd } from './comments-and-strings';
import { logicalLine, type Directive } from './directive';

/**
 * The top-level statements of a file, as flat triples: start, where its body begins (the brace of a function, struct or
 * the like; its end where it has none), end. Directives may lie inside one.
 *
 * Braces that open in one `#if` and close in another leave a body open to the end of the file or of the branch. In such a
 * file a `}` at the margin closes a body, as kernels are indented.
 */
export function scanStatements(text: string, directives: readonly Directive[]): Int32Array {
  return scan(text, directives, false) ?? scan(text, directives, true) ?? new Int32Array();
}

/** `undefined`: a body stays open, or branches leave as many open as others do not, and the margin was not asked. */
function scan(text: string, directives: readonly Directive[], marginCloses: boolean): Int32Array | undefined {
  const statements: number[] = [];
  // What #else has to go back to: each branch starts where the #if stood.
  const branches: {
    offset: number;
    braces: number;
    parens: number;
    start: number;
    ends: [number, number, number] | undefined;
  }[] = [];
  let directiveAt = 0;
  let braces = 0;
  let parens = 0;
  let start = -1;
  let assigned = false;
  let body = -1;
  let lineStart = true;
  let uneven = false;
  let at = 0;
  const length = text.length;

  const closeStatement = (end: number): void => {
    if (start >= 0) statements.push(start, body >= start ? body : end, end);
    start = -1;
    body = -1;
    assigned = false;
  };

  // `initcall(f)` needs no semicolon; one that a branch began ends with the branch.
  const closeInvocation = (branchStart: number, end: number): void => {
    if (start > branchStart && braces === 0 && parens === 0) closeStatement(end);
  };

  while (at < length) {
    let char = text.charCodeAt(at);
    // Within a body, and within a statement, little else than its end matters.
    if (start >= 0) {
      const stops = braces > 0 ? inBody : inStatement;
      while (char > 127 || stops[char] === 0) {
        if (char > Char.Space && char !== 0xfeff) lineStart = false;
        if (++at >= length) break;
        char = text.charCodeAt(at);
      }
      if (at >= length) break;
    }
    if (char === Char.Newline) {
      at++;
      lineStart = true;
      continue;
    }
    if (
      char === Char.Space ||
      char === 9 ||
      char === Char.Return ||
      char === 12 ||
      char === 11 ||
      char === 0xfeff
    ) {
      at++;
      continue;
    }
    if (char === Char.Backslash) {
      const next = text.charCodeAt(at + 1);
      const skip =
        next === Char.Newline ? 2 : next === Char.Return && text.charCodeAt(at + 2) === Char.Newline ? 3 : 1;
      at += skip;
      continue;
    }
    if (char === Char.Slash) {
      const next = text.charCodeAt(at + 1);
      if (next === Char.Star || next === Char.Slash) {
        const end = next === Char.Star ? blockCommentEnd(text, at) : lineCommentEnd(text, at);
        at = end;
        continue;
      }
    }
    if (char === Char.Hash && lineStart) {
      const found = directives[directiveAt];
      const directive = found?.offset === at ? found : undefined;
      if (directive) {
        directiveAt++;
        if (directive.kind === 'if') branches.push({ offset: at, braces, parens, start, ends: undefined });
        else if (directive.kind === 'elif' || directive.kind === 'else') {
          const branch = branches.at(-1);
          if (branch) closeInvocation(branch.offset, at);
          if (branch) {
            uneven ||= branch.ends !== undefined && branch.ends[0] !== braces;
            branch.ends ??= [braces, parens, start];
            ({ braces, parens, start } = branch);
          }
        } else if (directive.kind === 'endif') {
          const branch = branches.pop();
          if (branch) closeInvocation(branch.offset, at);
          const ends = branch?.ends;
          uneven ||= branch !== undefined && (ends?.[0] ?? branch.braces) !== braces;
          if (ends) [braces, parens, start] = ends;
        }
      }
      at = directive ? directive.end : logicalLine(text, at + 1).end;
      continue;
    }
    lineStart = false;
    if (char === Char.DoubleQuote || char === Char.SingleQuote) {
      if (start < 0 && braces === 0) start = at;
      at = quotedEnd(text, at, char);
      continue;
    }
    if (braces === 0) {
      // A brace that closes nothing: its twin in another #if has closed the body already.
      if (start < 0 && char !== Char.Semicolon && char !== Char.CloseBrace) start = at;
      if (char === Char.OpenParen) parens++;
      else if (char === Char.CloseParen) parens = Math.max(0, parens - 1);
      else if (char === Char.Semicolon && parens === 0) closeStatement(at + 1);
      else if (char === 61 && parens === 0) assigned = true;
      else if (char === Char.OpenBrace && parens === 0) {
        braces = 1;
        if (!assigned && body < start) body = at;
      } else if (char === Char.OpenBrace) {
        // A brace inside parentheses (a macro's argument): skipped as text, the parentheses decide.
      }
    } else if (char === Char.OpenBrace) braces++;
    else if (char === Char.CloseBrace) {
      const closesAll = marginCloses && text.charCodeAt(at - 1) === Char.Newline;
      braces = closesAll ? 0 : braces - 1;
      // A function's body ends its statement; an initialiser or a struct goes on to its semicolon.
      if (braces === 0 && !assigned && !namesAType(text, start)) closeStatement(at + 1);
    }
    at++;
  }
  if ((braces > 0 || uneven) && !marginCloses) return undefined;
  closeStatement(length);
  return new Int32Array(statements);
}

/** 1: what has to be looked at. */
const inBody = new Uint8Array(128);
const inStatement = new Uint8Array(128);
for (const char of '\n"#\'{}/\\') inBody[char.charCodeAt(0)] = inStatement[char.charCodeAt(0)] = 1;
for (const char of '();=') inStatement[char.charCodeAt(0)] = 1;

/** True for `struct x {`, `static const union {`, `typedef enum`, `extern "C" {`: what goes on after its brace. */
function namesAType(text: string, start: number): boolean {
  const brace = text.indexOf('{', start);
  const head = text.slice(start, brace < 0 ? text.length : brace);
  return /\b(?:struct|union|enum|typedef)\b/.test(head) && !head.includes('(');
}
