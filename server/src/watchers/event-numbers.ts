import { lex, type Token } from '../syntax/c/lex';
import { holdsText, rememberByFile } from '../syntax/c/remember-by-file';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import type { TextReader } from './code-reader';

/** A constant of an event as the tree defines it: `#define WATCH_TASK_INIT 0`, or an enumerator. */
export interface EventNumber {
  readonly event: string;
  readonly constant: string;
  readonly value: number;
  readonly file: string;
  readonly range: Range;
}

/** The numbers of the family's events, from the headers and sources that hold a needle. Event names to numbers. */
export function eventNumbers({ snapshot, source }: TextReader): ReadonlyMap<string, EventNumber> {
  const events = new Map(
    snapshot.family.events.flatMap(({ name, constant }) =>
      constant === undefined ? [] : [[constant, name]],
    ),
  );
  const found = new Map<string, EventNumber>();
  const add = (file: SourceFile, constant: string, value: number, range: Range): void => {
    const event = events.get(constant);
    if (event !== undefined && !found.has(event))
      found.set(event, { event, constant, value, file: file.path, range });
  };
  // Headers first: what a .c file defines for itself counts less.
  const paths = snapshot.candidates.toSorted((a, b) => Number(b.endsWith('.h')) - Number(a.endsWith('.h')));
  for (const path of paths) {
    const file = source(path);
    if (!file || ![...events.keys()].some((constant) => holdsText(file, constant))) continue;
    for (const directive of file.facts.directives) {
      if (directive.kind !== 'define' || !events.has(directive.name)) continue;
      const value = numberOf(directive.body);
      if (value === undefined) continue;
      const start = file.text.indexOf(directive.name, directive.offset);
      add(file, directive.name, value, { start, end: start + directive.name.length });
    }
    for (const { token, value } of enumerators(file)) {
      const range = { start: token.offset, end: token.offset + token.text.length };
      add(file, token.text, value, range);
    }
  }
  return found;
}

const numberOf = (text: string): number | undefined => {
  const match = /^\(?\s*(0[xX][\da-fA-F]+|\d+)[uUlL]*\s*\)?$/.exec(text.trim());
  return match ? Number(match[1]) : undefined;
};

interface Enumerator {
  readonly token: Token;
  readonly value: number;
}

/** Enumerators whose values are numbers or follow from them. */
const enumerators = rememberByFile((file): readonly Enumerator[] => {
  const { statements } = file.facts;
  const found: Enumerator[] = [];
  for (let at = 0; at < statements.length; at += 3) {
    const [start = 0, body = 0, end = 0] = [statements[at], statements[at + 1], statements[at + 2]];
    if (!/\benum\b/.test(file.text.slice(start, body))) continue;
    const tokens = lex(file.text, body, end).filter(({ offset }) => !inDirective(file, offset));
    let next: number | undefined = 0;
    for (let index = 1; index < tokens.length && tokens[index]?.text !== '}'; index++) {
      const token = tokens[index];
      if (token?.kind !== 'name' || !/^[{,]$/.test(tokens[index - 1]?.text ?? '')) continue;
      if (tokens[index + 1]?.text === '=') {
        const value: Token[] = [];
        for (let part = index + 2; part < tokens.length && !/^[,}]$/.test(tokens[part]?.text ?? ''); part++) {
          const one = tokens[part];
          if (one) value.push(one);
        }
        next = numberOf(value.map(({ text }) => text).join(''));
      }
      if (next !== undefined) found.push({ token, value: next++ });
    }
  }
  return found;
});

const inDirective = (file: SourceFile, offset: number): boolean =>
  file.facts.directives.some((directive) => directive.offset <= offset && offset < directive.end);
