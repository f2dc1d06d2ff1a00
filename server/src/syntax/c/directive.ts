import { ownText } from '../own-text';
import { blockCommentEnd, Char, lineCommentEnd, quotedEnd } from './comments-and-strings';

/** `defined(NAME)`, or with `negated` `!defined(NAME)`. */
export interface SimpleTest {
  readonly name: string;
  readonly negated: boolean;
}

/** From its `#` to its newline, 0-based UTF-16 code units; the line is 1-based, that of the `#`. */
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

export type IncludeDirective = Directive & { readonly kind: 'include' };

interface Where {
  readonly offset: number;
  readonly end: number;
  readonly line: number;
}

/** A directive's text from after its `#`: comments as one space, continued lines joined. */
export function logicalLine(text: string, from: number): string {
  const plainEnd = text.indexOf('\n', from);
  const plain = text.slice(from, plainEnd < 0 ? text.length : plainEnd);
  if (!plain.includes('\\') && !plain.includes('/')) return plain;
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
  return joined + text.slice(kept, at);
}

/** In a directive an apostrophe may stand alone (`#error don't`): then it is text. */
function directiveQuoteEnd(text: string, at: number, quote: number): number {
  const end = quotedEnd(text, at, quote);
  return text.charCodeAt(end - 1) === quote && end > at + 1 ? end : at + 1;
}

const isSpace = (char: number): boolean => char === Char.Space || (char >= 9 && char <= Char.Return);
const isNameStart = (char: number): boolean =>
  (char >= 97 && char <= 122) || (char >= 65 && char <= 90) || char === 95 || char === 36;
const isNamePart = (char: number): boolean => isNameStart(char) || (char >= 48 && char <= 57);

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** The end of the name that begins at `from`; `from` if none does. */
function nameEnd(text: string, from: number): number {
  if (!isNameStart(text.charCodeAt(from))) return from;
  let at = from + 1;
  while (isNamePart(text.charCodeAt(at))) at++;
  return at;
}

/** `text`: a logical line, from after its `#`. `once`: `#pragma once`; `undefined`: none that concerns us. */
export function readDirective(text: string, { offset, end, line }: Where): Directive | 'once' | undefined {
  const start = skipSpace(text, 0);
  let stop = start;
  for (let char = text.charCodeAt(stop); (char >= 97 && char <= 122) || char === 95;)
    char = text.charCodeAt(++stop);
  const keyword = text.slice(start, stop);
  switch (keyword) {
    case 'define':
      return readDefine(text, skipSpace(text, stop), { offset, end, line });
    case 'include':
    case 'include_next':
    case 'import':
      return readInclude(text.slice(stop).trim(), keyword === 'include_next', { offset, end, line });
    case 'undef': {
      const name = firstName(text, stop);
      return name === '' ? undefined : { kind: 'undef', name: ownText(name), offset, end, line };
    }
    case 'if':
    case 'elif': {
      const condition = ownText(text.slice(stop).trim());
      return { kind: keyword, text: condition, simple: simpleTest(condition), offset, end, line };
    }
    case 'ifdef':
    case 'elifdef':
    case 'ifndef':
    case 'elifndef': {
      const name = ownText(firstName(text, stop));
      const negated = keyword === 'ifndef' || keyword === 'elifndef';
      return {
        kind: keyword.startsWith('el') ? 'elif' : 'if',
        text: `${negated ? '!' : ''}defined(${name})`,
        simple: name === '' ? undefined : { name, negated },
        offset,
        end,
        line,
      };
    }
    case 'else':
    case 'endif':
      return { kind: keyword, offset, end, line };
    case 'pragma':
      return text.slice(stop).trim() === 'once' ? 'once' : undefined;
    default:
      return undefined;
  }
}

/** Empty: there is none. */
function firstName(text: string, from: number): string {
  const start = skipSpace(text, from);
  return text.slice(start, nameEnd(text, start));
}

function readDefine(text: string, start: number, { offset, end, line }: Where): Directive | undefined {
  const stop = nameEnd(text, start);
  if (stop === start) return undefined;
  const name = ownText(text.slice(start, stop));
  const close = text.charCodeAt(stop) === Char.OpenParen ? text.indexOf(')', stop) : -1;
  const body = ownText(text.slice(close < 0 ? stop : close + 1).trim());
  if (close < 0) return { kind: 'define', name, parameters: undefined, body, offset, end, line };
  const inside = text.slice(stop + 1, close);
  const parameters =
    inside.trim() === '' ? [] : inside.split(',').map((parameter) => ownText(parameter.replace(/\s+/g, '')));
  return { kind: 'define', name, parameters, body, offset, end, line };
}

function readInclude(rest: string, next: boolean, { offset, end, line }: Where): Directive | undefined {
  if (rest === '') return undefined;
  const close = rest.startsWith('"')
    ? rest.indexOf('"', 1)
    : rest.startsWith('<')
      ? rest.indexOf('>', 1)
      : -1;
  const form = close < 0 ? 'computed' : rest.startsWith('"') ? 'quote' : 'angle';
  const spec = known(close < 0 ? rest : rest.slice(1, close));
  return { kind: 'include', next, form, text: spec, offset, end, line };
}

const specs = new Map<string, string>();

/** The same few thousand headers are included a hundred thousand times. */
function known(spec: string): string {
  let same = specs.get(spec);
  if (same === undefined) specs.set((same = ownText(spec)), same);
  return same;
}

function simpleTest(condition: string): SimpleTest | undefined {
  const match = /^(!?)\s*defined\s*(?:\(\s*([A-Za-z_]\w*)\s*\)|\s([A-Za-z_]\w*))$/.exec(condition);
  return match ? { negated: match[1] === '!', name: match[2] ?? match[3] ?? '' } : undefined;
}
