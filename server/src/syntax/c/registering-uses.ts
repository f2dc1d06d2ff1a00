import { lineWithin, type InterestingStatement } from './interesting-statements';
import type { Token } from './lex';
import type { IneffectiveUse, SectionEntry } from './section-entry';

/** Whether a name is a macro where the use stands, or one that is looked for. */
export type IsMacro = (name: string) => boolean;

/** A statement of the file `path`. */
export interface Written {
  readonly path: string;
  readonly statement: InterestingStatement;
}

/** Registering macros called in statement position, in `tokens` of a statement. */
export function registeringUses(
  written: Written,
  registering: ReadonlySet<string>,
  isMacro: IsMacro,
  tokens: readonly Token[],
): readonly Pick<IneffectiveUse, 'macro' | 'place' | 'range' | 'arguments'>[] {
  return tokens.flatMap((token, at) => {
    const before = tokens[at - 1];
    const stands = before === undefined || before.text === ';' || before.text === '}' || before.text === ')';
    if (!stands || !registering.has(token.text) || tokens[at + 1]?.text !== '(') return [];
    const use = useAt(written, isMacro, tokens, token.offset);
    return [{ macro: token.text, place: use.place, range: use.range, arguments: use.arguments }];
  });
}

export function useAt(
  { path, statement }: Written,
  isMacro: IsMacro,
  tokens: readonly Token[],
  origin: number,
): Pick<SectionEntry, 'place' | 'range' | 'macro' | 'arguments'> {
  const at = tokens.findIndex(({ offset }) => offset === origin);
  const token = tokens[at];
  if (token === undefined)
    return {
      place: { file: path, line: origin < 0 ? 1 : lineWithin(statement, origin) },
      range: { start: 0, end: 0 },
      macro: undefined,
      arguments: [],
    };
  const macro = isMacro(token.text) ? token.text : undefined;
  const call = tokens[at + 1]?.text === '(' ? callArguments(statement, tokens, at + 1) : undefined;
  const start = macro === undefined ? (tokens[0]?.offset ?? origin) : origin;
  const end =
    call !== undefined && macro !== undefined
      ? call.end
      : (tokens.at(-1)?.offset ?? origin) + (tokens.at(-1)?.text.length ?? 0);
  return {
    place: { file: path, line: lineWithin(statement, start) },
    range: { start, end },
    macro,
    arguments: macro === undefined ? [] : (call?.arguments ?? []),
  };
}

function callArguments(
  { text, start }: InterestingStatement,
  tokens: readonly Token[],
  open: number,
): { readonly arguments: readonly string[]; readonly end: number } | undefined {
  const found: string[] = [];
  let depth = 0;
  let from = (tokens[open]?.offset ?? 0) + 1;
  for (let at = open; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind !== 'punctuator') continue;
    if (token.text === '(') depth++;
    const ends = token.text === ')' && --depth === 0;
    if (ends || (token.text === ',' && depth === 1)) {
      found.push(text.slice(from - start, token.offset - start).trim());
      from = token.offset + 1;
    }
    if (ends) return { arguments: found, end: token.offset + 1 };
  }
  return undefined;
}
