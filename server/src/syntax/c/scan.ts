import { blockCommentEnd, Char, lineCommentEnd, newlines, quotedEnd } from './comments-and-strings';
import { logicalLine, readDirective, type Directive } from './directive';
import { rememberLast } from './remember-last';
import { sketchOf, type Sketch } from './sketch';
import { scanStatements } from './statements';

export type { Directive, SimpleTest } from './directive';

/** What is known of a C file from its text alone, so that it can be kept as long as the text stays. */
export interface CFileFacts {
  readonly directives: readonly Directive[];
  /**
   * {@link scanStatements}; looked for when they are asked for, and kept for the files that were asked for last: of most
   * headers nobody asks, and of most sources once.
   */
  readonly statements: Int32Array;
  /** The macro of an include guard around the whole file, or `#pragma once` (then the empty string). */
  readonly guard: string | undefined;
  /** Made when it is first asked for. */
  readonly sketch: Sketch;
}

const statementsOf = rememberLast<Int32Array>(128);

/** 1: what has to be looked at. */
const stops = new Uint8Array(128);
for (const char of [Char.Newline, Char.DoubleQuote, Char.SingleQuote, Char.Hash, Char.Slash]) stops[char] = 1;

/** One pass over a C file. `again`: has the text when statements are asked for, where the facts must not hold it. */
export function scanC(text: string, again: () => string = () => text): CFileFacts {
  return new Facts(...directivesIn(text), again);
}

/** Nothing in it holds the text, but for what `again` does; one function for all files. */
class Facts implements CFileFacts {
  private sketched: Sketch | undefined;

  constructor(
    readonly directives: readonly Directive[],
    readonly guard: string | undefined,
    private readonly again: () => string,
  ) {}

  get sketch(): Sketch {
    return (this.sketched ??= sketchOf(this));
  }

  get statements(): Int32Array {
    return statementsOf(this, () => scanStatements(this.again(), this.directives));
  }
}

/** With the macro that guards the file. */
function directivesIn(text: string): [readonly Directive[], string | undefined] {
  const directives: Directive[] = [];
  let pragmaOnce = false;
  let line = 1;
  let at = 0;
  const length = text.length;
  // Where the last comment ended, and whether nothing but white space and comments stood before it in its line.
  let commentEnd = -1;
  let commentLeads = false;
  // Where the last literal or directive ended.
  let otherEnd = 0;

  /** True if nothing but white space, comments and continued lines stands before `from` in its line. */
  const leads = (from: number): boolean => {
    for (let before = from - 1; ; before--) {
      if (before + 1 === commentEnd) return commentLeads;
      if (before < 0) return true;
      if (before < otherEnd) return false;
      const char = text.charCodeAt(before);
      if (char === Char.Newline) {
        if (before === otherEnd) return true;
        const last = text.charCodeAt(before - 1) === Char.Return ? before - 2 : before - 1;
        if (text.charCodeAt(last) !== Char.Backslash) return true;
      } else if (
        char !== Char.Space &&
        char !== Char.Backslash &&
        (char < 9 || char > Char.Return) &&
        char !== 0xfeff
      )
        return false;
    }
  };

  for (;;) {
    while (at < length) {
      const char = text.charCodeAt(at);
      if (char < 128 && stops[char] === 1) break;
      at++;
    }
    if (at >= length) break;
    const char = text.charCodeAt(at);
    if (char === Char.Newline) {
      line++;
      at++;
    } else if (char === Char.Slash) {
      const next = text.charCodeAt(at + 1);
      if (next !== Char.Star && next !== Char.Slash) {
        at++;
        continue;
      }
      const end = next === Char.Star ? blockCommentEnd(text, at) : lineCommentEnd(text, at);
      commentLeads = leads(at);
      commentEnd = end;
      line += newlines(text, at, end);
      at = end;
    } else if (char !== Char.Hash) {
      const end = quotedEnd(text, at, char);
      line += newlines(text, at, end);
      at = otherEnd = end;
    } else if (leads(at)) {
      const logical = logicalLine(text, at + 1);
      const directive = readDirective(logical.text, { offset: at, end: logical.end, line });
      if (directive === 'once') pragmaOnce = true;
      else if (directive) directives.push(directive);
      line += logical.isPlain ? 0 : newlines(text, at, logical.end);
      at = otherEnd = logical.end;
    } else at++;
  }
  return [directives, pragmaOnce ? '' : guardOf(text, directives)];
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
