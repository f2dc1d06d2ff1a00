import { lineAt } from '../positions';
import { lex, type Token } from './lex';
import type { IneffectiveUse, SectionEntry } from './section-entry';
import type { SourceFile } from './unit-input';

/** Whether a name is a macro where the use stands, or one that is looked for. */
export type IsMacro = (name: string) => boolean;

/** Registering macros called in statement position. */
export function registeringUses(
  file: SourceFile,
  registering: ReadonlySet<string>,
  isMacro: IsMacro,
  pieces: readonly { readonly start: number; readonly end: number }[],
): readonly Pick<IneffectiveUse, 'macro' | 'place' | 'range' | 'arguments'>[] {
  const tokens = pieces.flatMap(({ start, end }) => lex(file.text, start, end));
  return tokens.flatMap((token, at) => {
    const before = tokens[at - 1];
    const stands = before === undefined || before.text === ';' || before.text === '}' || before.text === ')';
    if (!stands || !registering.has(token.text) || tokens[at + 1]?.text !== '(') return [];
    const use = useAt(file, isMacro, tokens, token.offset);
    return [{ macro: token.text, place: use.place, range: use.range, arguments: use.arguments }];
  });
}

export function useAt(
  file: SourceFile,
  isMacro: IsMacro,
  tokens: readonly Token[],
  origin: number,
): Pick<SectionEntry, 'place' | 'range' | 'macro' | 'arguments'> {
  const at = tokens.findIndex(({ offset }) => offset === origin);
  const token = tokens[at];
  const place = { file: file.path, line: lineAt(file.lineStarts, Math.max(origin, 0)) };
  if (token === undefined) return { place, range: { start: 0, end: 0 }, macro: undefined, arguments: [] };
  const macro = isMacro(token.text) ? token.text : undefined;
  const call = tokens[at + 1]?.text === '(' ? callArguments(file.text, tokens, at + 1) : undefined;
  const start = macro === undefined ? (tokens[0]?.offset ?? origin) : origin;
  const end =
    call !== undefined && macro !== undefined
      ? call.end
      : (tokens.at(-1)?.offset ?? origin) + (tokens.at(-1)?.text.length ?? 0);
  return {
    place: { ...place, line: lineAt(file.lineStarts, start) },
    range: { start, end },
    macro,
    arguments: macro === undefined ? [] : (call?.arguments ?? []),
  };
}

function callArguments(
  text: string,
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
      found.push(text.slice(from, token.offset).trim());
      from = token.offset + 1;
    }
    if (ends) return { arguments: found, end: token.offset + 1 };
  }
  return undefined;
}
