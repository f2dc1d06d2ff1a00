/**
 * One pass over a C file: its preprocessor directives, and where its top-level statements lie. The result depends on
 * this text alone, so it can be kept as long as the text stays.
 */

/** From its `#` to its newline, 0-based UTF-16 code units; the line is 1-based, that of the `#`. */
/** `defined(NAME)`, or with `negated` `!defined(NAME)`. */
export interface SimpleTest {
  readonly name: string;
  readonly negated: boolean;
}

export type Directive =
  | {
      readonly kind: 'include';
      /** `#include_next`. */
      readonly next: boolean;
      /** `computed`: `text` is macro text that has to be expanded to one of the other two forms. */
      readonly form: 'quote' | 'angle' | 'computed';
      readonly text: string;
      readonly offset: number;
      readonly end: number;
      readonly line: number;
    }
  | {
      readonly kind: 'define';
      readonly name: string;
      /** `undefined`: object-like. The last may end in `...`, alone (`...`) or named (`args...`). */
      readonly parameters: readonly string[] | undefined;
      readonly body: string;
      readonly offset: number;
      readonly end: number;
      readonly line: number;
    }
  | {
      readonly kind: 'undef';
      readonly name: string;
      readonly offset: number;
      readonly end: number;
      readonly line: number;
    }
  | {
      readonly kind: 'if' | 'elif';
      /** The condition; `#ifdef X` stands as `defined(X)`, `#ifndef X` as `!defined(X)`. */
      readonly text: string;
      /** Where it asks only whether one name is defined. */
      readonly simple: SimpleTest | undefined;
      readonly offset: number;
      readonly end: number;
      readonly line: number;
    }
  | { readonly kind: 'else' | 'endif'; readonly offset: number; readonly end: number; readonly line: number };

/** A top-level statement: from its first token to its `;`, or to the `}` that ends a function's body. */
export interface Statement {
  readonly start: number;
  readonly end: number;
}

export interface CFileFacts {
  readonly directives: readonly Directive[];
  /**
   * Flat triples: start, where its body begins (the brace of a function, struct or the like; its end where it has none),
   * end. A kernel has millions of them. Directives may lie inside one.
   */
  readonly statements: readonly number[];
  /** The macro of an include guard around the whole file, or `#pragma once` (then the empty string). */
  readonly guard: string | undefined;
}

const Char = {
  Newline: 10,
  Return: 13,
  Space: 32,
  DoubleQuote: 34,
  Hash: 35,
  SingleQuote: 39,
  OpenParen: 40,
  CloseParen: 41,
  Star: 42,
  Slash: 47,
  Semicolon: 59,
  Backslash: 92,
  OpenBrace: 123,
  CloseBrace: 125,
} as const;

export function scanC(text: string): CFileFacts {
  const directives: Directive[] = [];
  const statements: number[] = [];
  // What #else has to go back to: each branch starts where the #if stood.
  const branches: {
    offset: number;
    braces: number;
    parens: number;
    start: number;
    ends: [number, number, number] | undefined;
  }[] = [];
  let pragmaOnce = false;
  let braces = 0;
  let parens = 0;
  let start = -1;
  let assigned = false;
  let body = -1;
  let lineStart = true;
  let line = 1;
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
    const char = text.charCodeAt(at);
    if (char === Char.Newline) {
      line++;
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
      if (skip > 1) line++;
      at += skip;
      continue;
    }
    if (char === Char.Slash) {
      const next = text.charCodeAt(at + 1);
      if (next === Char.Star || next === Char.Slash) {
        const end = next === Char.Star ? blockCommentEnd(text, at) : lineCommentEnd(text, at);
        line += newlines(text, at, end);
        at = end;
        continue;
      }
    }
    if (char === Char.Hash && lineStart) {
      const logical = logicalLine(text, at + 1);
      const directive = readDirective(logical.text, { offset: at, end: logical.end, line });
      if (directive === 'once') pragmaOnce = true;
      else if (directive) {
        directives.push(directive);
        if (directive.kind === 'if') branches.push({ offset: at, braces, parens, start, ends: undefined });
        else if (directive.kind === 'elif' || directive.kind === 'else') {
          const branch = branches.at(-1);
          if (branch) closeInvocation(branch.offset, at);
          if (branch) {
            branch.ends ??= [braces, parens, start];
            ({ braces, parens, start } = branch);
          }
        } else if (directive.kind === 'endif') {
          const branch = branches.pop();
          if (branch) closeInvocation(branch.offset, at);
          const ends = branch?.ends;
          if (ends) [braces, parens, start] = ends;
        }
      }
      line += logical.isPlain ? 0 : newlines(text, at, logical.end);
      at = logical.end;
      continue;
    }
    lineStart = false;
    if (char === Char.DoubleQuote || char === Char.SingleQuote) {
      if (start < 0 && braces === 0) start = at;
      at = quotedEnd(text, at, char);
      continue;
    }
    if (braces === 0) {
      if (start < 0 && char !== Char.Semicolon) start = at;
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
      braces--;
      // A function's body ends its statement; an initialiser or a struct goes on to its semicolon.
      if (braces === 0 && !assigned && !namesAType(text, start)) closeStatement(at + 1);
    }
    at++;
  }
  closeStatement(length);
  return { directives, statements, guard: pragmaOnce ? '' : guardOf(text, directives) };
}

/** True for `struct x {`, `static const union {`, `typedef enum`, `extern "C" {`: what goes on after its brace. */
function namesAType(text: string, start: number): boolean {
  const brace = text.indexOf('{', start);
  const head = text.slice(start, brace < 0 ? text.length : brace);
  return /\b(?:struct|union|enum|typedef)\b/.test(head) && !head.includes('(');
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (text.charCodeAt(at) === Char.Newline) count++;
  return count;
}

function blockCommentEnd(text: string, at: number): number {
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? text.length : end + 2;
}

/** Up to its newline, which a backslash can hide. */
function lineCommentEnd(text: string, at: number): number {
  for (let end = text.indexOf('\n', at); ; end = text.indexOf('\n', end + 1)) {
    if (end < 0) return text.length;
    const before = text.charCodeAt(end - 1) === Char.Return ? end - 2 : end - 1;
    if (text.charCodeAt(before) !== Char.Backslash) return end;
  }
}

/** After the closing quote; an unclosed literal ends with its line, as compilers have it. */
export function quotedEnd(text: string, at: number, quote: number): number {
  for (let end = at + 1; end < text.length; end++) {
    const char = text.charCodeAt(end);
    if (char === Char.Backslash) {
      if (text.charCodeAt(end + 1) === Char.Return) end++;
      end++;
    } else if (char === quote) return end + 1;
    else if (char === Char.Newline) return end;
  }
  return text.length;
}

/** A directive's text from after its `#`: comments as one space, continued lines joined. `end`: its newline. */
function logicalLine(
  text: string,
  from: number,
): {
  readonly text: string;
  readonly end: number;
  /** One line, as it stands. */
  readonly isPlain: boolean;
} {
  const plainEnd = text.indexOf('\n', from);
  const end = plainEnd < 0 ? text.length : plainEnd;
  const plain = text.slice(from, end);
  if (!plain.includes('\\') && !plain.includes('/')) return { text: plain, end, isPlain: true };
  let joined = '';
  let at = from;
  let kept = from;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === Char.Newline) break;
    if (char === Char.Backslash) {
      const next = text.charCodeAt(at + 1);
      const skip =
        next === Char.Newline ? 2 : next === Char.Return && text.charCodeAt(at + 2) === Char.Newline ? 3 : 0;
      if (skip === 0) {
        at += 1;
        continue;
      }
      joined += text.slice(kept, at);
      at += skip;
      kept = at;
    } else if (char === Char.Slash && text.charCodeAt(at + 1) === Char.Star) {
      joined += `${text.slice(kept, at)} `;
      at = blockCommentEnd(text, at);
      kept = at;
    } else if (char === Char.Slash && text.charCodeAt(at + 1) === Char.Slash) {
      joined += text.slice(kept, at);
      at = lineCommentEnd(text, at);
      kept = at;
    } else if (char === Char.DoubleQuote || char === Char.SingleQuote) at = directiveQuoteEnd(text, at, char);
    else at++;
  }
  return { text: joined + text.slice(kept, at), end: at, isPlain: false };
}

/** In a directive an apostrophe may stand alone (`#error don't`): then it is text. */
function directiveQuoteEnd(text: string, at: number, quote: number): number {
  const end = quotedEnd(text, at, quote);
  return text.charCodeAt(end - 1) === quote && end > at + 1 ? end : at + 1;
}

const directivePattern = /^\s*([a-z_]+)([\s\S]*)$/;
const definePattern = /^\s*([A-Za-z_$][\w$]*)(\(([^)]*)\))?([\s\S]*)$/;

function readDirective(
  text: string,
  where: { readonly offset: number; readonly end: number; readonly line: number },
): Directive | 'once' | undefined {
  const match = directivePattern.exec(text);
  if (!match) return undefined;
  const [, keyword = '', tail = ''] = match;
  const rest = tail.trim();
  const name = /^[A-Za-z_$][\w$]*/.exec(rest)?.[0];
  switch (keyword) {
    case 'include':
    case 'include_next':
    case 'import': {
      const next = keyword === 'include_next';
      const quoted = /^"([^"]*)"/.exec(rest);
      if (quoted) return { kind: 'include', next, form: 'quote', text: quoted[1] ?? '', ...where };
      const angled = /^<([^>]*)>/.exec(rest);
      if (angled) return { kind: 'include', next, form: 'angle', text: angled[1] ?? '', ...where };
      return rest === '' ? undefined : { kind: 'include', next, form: 'computed', text: rest, ...where };
    }
    case 'define': {
      const define = definePattern.exec(tail);
      if (!define) return undefined;
      const [, defined = '', list, inside = '', body = ''] = define;
      const parameters =
        list === undefined
          ? undefined
          : inside.trim() === ''
            ? []
            : inside.split(',').map((parameter) => parameter.replace(/\s+/g, ''));
      return { kind: 'define', name: defined, parameters, body: body.trim(), ...where };
    }
    case 'undef':
      return name === undefined ? undefined : { kind: 'undef', name, ...where };
    case 'if':
    case 'elif':
      return { kind: keyword, text: rest, simple: simpleTest(rest), ...where };
    case 'ifdef':
    case 'elifdef':
      return {
        kind: keyword === 'ifdef' ? 'if' : 'elif',
        text: `defined(${name ?? ''})`,
        simple: name === undefined ? undefined : { name, negated: false },
        ...where,
      };
    case 'ifndef':
    case 'elifndef':
      return {
        kind: keyword === 'ifndef' ? 'if' : 'elif',
        text: `!defined(${name ?? ''})`,
        simple: name === undefined ? undefined : { name, negated: true },
        ...where,
      };
    case 'else':
    case 'endif':
      return { kind: keyword, ...where };
    case 'pragma':
      return rest === 'once' ? 'once' : undefined;
    default:
      return undefined;
  }
}

function simpleTest(condition: string): SimpleTest | undefined {
  const match = /^(!?)\s*defined\s*(?:\(\s*([A-Za-z_]\w*)\s*\)|\s([A-Za-z_]\w*))$/.exec(condition);
  return match ? { negated: match[1] === '!', name: match[2] ?? match[3] ?? '' } : undefined;
}

/** `#ifndef G` first, its `#endif` last, nothing but comments outside, and `#define G` in it. */
function guardOf(text: string, directives: readonly Directive[]): string | undefined {
  const first = directives[0];
  if (first?.kind !== 'if') return undefined;
  const name = /^!\s*defined\s*\(?\s*(\w+)\s*\)?$/.exec(first.text)?.[1];
  if (name === undefined) return undefined;
  let depth = 0;
  for (const [index, directive] of directives.entries()) {
    if (directive.kind === 'if') depth++;
    else if (directive.kind === 'endif') depth--;
    else if (
      depth === 1 &&
      directive.kind !== 'define' &&
      (directive.kind === 'else' || directive.kind === 'elif')
    )
      return undefined;
    if (depth === 0 && index < directives.length - 1) return undefined;
  }
  if (depth !== 0 || !blank(text.slice(0, first.offset))) return undefined;
  const last = directives.at(-1);
  const newline = text.indexOf('\n', last?.offset ?? 0);
  if (newline >= 0 && !blank(text.slice(newline))) return undefined;
  return directives.some((directive) => directive.kind === 'define' && directive.name === name)
    ? name
    : undefined;
}

/** Only white space and comments. */
function blank(text: string): boolean {
  let at = 0;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char <= Char.Space || char === 0xfeff) at++;
    else if (char === Char.Slash && text.charCodeAt(at + 1) === Char.Star) at = blockCommentEnd(text, at);
    else if (char === Char.Slash && text.charCodeAt(at + 1) === Char.Slash) at = lineCommentEnd(text, at);
    else return false;
  }
  return true;
}
