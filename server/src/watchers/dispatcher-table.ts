import { lex, type Token } from '../syntax/c/lex';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import type { TextReader } from './code-reader';
import { spell } from './family';
import type { Snapshot } from './snapshot';

/** The dispatcher's array of boundary symbols: event `n` is what lies between its elements `n` and `n + 1`. */
export interface DispatcherTable {
  readonly file: string;
  readonly name: string;
  /** From `{` to `}`. */
  readonly range: Range;
  readonly elements: readonly TableElement[];
}

export interface TableElement {
  /** 0-based; what a designator says, or the one after the element before. `undefined`: a designator we cannot read. */
  readonly index: number | undefined;
  readonly symbol: string;
  readonly range: Range;
}

/** Stands for an event where no event begins: after the last. */
export const atEnd = '(end)';

/**
 * Boundary symbols of a family: which event begins at each, or {@link atEnd}. Those of every dialect, and those between
 * which this tree's linker script has the tables, whatever they are called.
 */
export function boundarySymbols({ family, laid }: Snapshot): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, start, stop } of family.events) {
    if (start !== undefined) found.set(start, name);
    if (stop !== undefined) found.set(stop, atEnd);
    for (const shape of family.boundaries)
      found.set(shape.start.replace('{event}', spell(name, shape.spelling)), name);
  }
  for (const { end } of family.boundaries) found.set(end, atEnd);
  // A name says what is meant, and then a script may have it in the wrong place.
  const learn = (symbol: string | undefined, event: string): void => {
    if (symbol !== undefined && !found.has(symbol)) found.set(symbol, event);
  };
  for (const { start, event } of laid) learn(start, event);
  for (const { stop } of laid) learn(stop, atEnd);
  return found;
}

/** Every array in the tree's own sources that is made of the family's boundary symbols. */
export function dispatcherTables(
  { snapshot, source }: TextReader,
  numbers: (constant: string) => number | undefined,
): readonly DispatcherTable[] {
  const symbols = boundarySymbols(snapshot);
  return snapshot.candidates.flatMap((path) => {
    const file = path.endsWith('.c') ? source(path) : undefined;
    return file === undefined || !mentionsAny(file, symbols) ? [] : tablesIn(file, symbols, numbers);
  });
}

const mentioned = new WeakMap<SourceFile, Map<string, boolean>>();

/** Few files do, and the answer stays as long as the text. */
function mentionsAny(file: SourceFile, symbols: ReadonlyMap<string, string>): boolean {
  const known = mentioned.get(file) ?? new Map<string, boolean>();
  mentioned.set(file, known);
  const names = [...symbols.keys()];
  const key = names.join();
  let answer = known.get(key);
  if (answer === undefined) {
    answer = names.some((symbol) => file.text.includes(symbol));
    known.set(key, answer);
  }
  return answer;
}

function tablesIn(
  file: SourceFile,
  symbols: ReadonlyMap<string, string>,
  numbers: (constant: string) => number | undefined,
): readonly DispatcherTable[] {
  const { statements, directives } = file.facts;
  const found: DispatcherTable[] = [];
  for (let at = 0; at < statements.length; at += 3) {
    const [start = 0, end = 0] = [statements[at], statements[at + 2]];
    const tokens = lex(file.text, start, end).filter(
      ({ offset }) => !directives.some((one) => one.offset <= offset && offset < one.end),
    );
    const open = tokens.findIndex(({ text }, index) => text === '{' && tokens[index - 1]?.text === '=');
    if (open < 0) continue;
    const name = tokens
      .slice(0, open)
      .findLast(({ text }, index) => text !== 'const' && tokens[index + 1]?.text === '[');
    const { elements, close } = elementsFrom(tokens, open, symbols, numbers);
    if (elements.length < 2 || !name) continue;
    found.push({
      file: file.path,
      name: name.text,
      range: { start: tokens[open]?.offset ?? start, end: (close?.offset ?? end - 1) + 1 },
      elements,
    });
  }
  return found;
}

function elementsFrom(
  tokens: readonly Token[],
  open: number,
  symbols: ReadonlyMap<string, string>,
  numbers: (constant: string) => number | undefined,
): { readonly elements: readonly TableElement[]; readonly close: Token | undefined } {
  const elements: TableElement[] = [];
  let next: number | undefined = 0;
  for (let at = open + 1; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.text === '}') return { elements, close: token };
    if (token?.text === '[') {
      const inside = tokens[at + 1]?.text ?? '';
      const simple = tokens[at + 2]?.text === ']';
      next = !simple ? undefined : /^\d+$/.test(inside) ? Number(inside) : numbers(inside);
      while (at < tokens.length && tokens[at]?.text !== ']') at++;
    } else if (token?.kind === 'name' && symbols.has(token.text)) {
      elements.push({
        index: next,
        symbol: token.text,
        range: { start: token.offset, end: token.offset + token.text.length },
      });
    } else if (token?.text === ',' && next !== undefined) next++;
  }
  return { elements, close: undefined };
}
