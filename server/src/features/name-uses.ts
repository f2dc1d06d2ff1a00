import { lex, type Token } from '../syntax/c/lex';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import { codeStart, functionAround, placesOfName } from './code-words';

/**
 * What a name stands for at one place, as far as the words around it tell. Only the first three can be a function:
 * its use, its declaration (or definition), and a macro that takes its place. C keeps members, labels and tags apart
 * from functions; a variable or a type of the name hides the function.
 */
export type NameUse = 'use' | 'declaration' | 'macro' | 'member' | 'label' | 'tag' | 'variable' | 'type';

/** Words that may stand before an expression; any other name in front of a name declares it. */
const beforeExpressions = new Set('return else do sizeof typeof __typeof__ case goto in'.split(' '));
const tags = new Set(['struct', 'union', 'enum']);
const statementEnds = new Set([';', '{', '}']);

/** What a function's name is at `range`, where it stands as a word of code. */
export function nameUse(file: SourceFile, { start, end }: Range): NameUse {
  const { directives } = file.facts;
  const directive = directives.find((one) => one.offset <= start && start < one.end);
  if (directive) {
    const name = file.text.slice(start, end);
    const names =
      (directive.kind === 'define' || directive.kind === 'undef') &&
      directive.name === name &&
      file.text.indexOf(name, directive.offset) === start;
    if (names || directive.kind === 'if' || directive.kind === 'elif') return 'macro';
  }
  const before = lex(file.text, codeStart(file, start), start);
  const following = directive?.end ?? directives.find((one) => one.offset >= end)?.offset;
  const after = lex(file.text, end, Math.min(end + lookAhead, following ?? file.text.length));
  return useBetween(before, after);
}

/** Characters behind a name that tell what it is. */
const lookAhead = 200;

function useBetween(before: readonly Token[], after: readonly Token[]): NameUse {
  const [last, second, third] = [before.at(-1), before.at(-2), before.at(-3)];
  const next = after[0]?.text;
  if (last?.text === '.' || last?.text === '->') return 'member';
  if (last !== undefined && tags.has(last.text)) return 'tag';
  if (last?.text === 'goto') return 'label';
  const startsStatement = last === undefined || statementEnds.has(last.text);
  if (next === ':' && after[1]?.text !== ':' && (startsStatement || last.text === ':')) return 'label';
  const isTyped = startsTypedef(before);
  if (next === '(') {
    const declares = isTypeWord(last) || (last?.text === '*' && isTypeWord(beforeStars(before)));
    return declares ? (isTyped ? 'type' : 'declaration') : 'use';
  }
  const kind = isTyped ? 'type' : isInFields(before) ? 'member' : 'variable';
  // `int (*name)(…)`, as against `(*name)(…)`.
  if (last?.text === '*' && second?.text === '(' && next === ')')
    return isTypeWord(third) || third?.text === '*' ? kind : 'use';
  if (isTypeWord(last)) return kind;
  if (last?.text === '*' && isTypeWord(beforeStars(before)) && !isExpression(before)) return kind;
  if (isFurtherDeclarator(before.slice(0, before.findLastIndex(({ text }) => text !== '*') + 1))) return kind;
  if (opensEnum(before)) return 'variable';
  if (after[0]?.kind === 'name' && after[0].spaced && !beforeExpressions.has(after[0].text)) return 'type';
  return 'use';
}

const isTypeWord = (token: Token | undefined): boolean =>
  token?.kind === 'name' && !beforeExpressions.has(token.text);

function beforeStars(tokens: readonly Token[]): Token | undefined {
  return tokens.findLast(({ text }) => text !== '*' && text !== 'const' && text !== '__user');
}

/** The tokens of the statement, declaration or parameter that ends here. */
function statementOf(tokens: readonly Token[]): readonly Token[] {
  let depth = 0;
  for (let at = tokens.length - 1; at >= 0; at--) {
    const text = tokens[at]?.text ?? '';
    if (text === ')' || text === ']') depth++;
    else if (text === '(' || text === '[') depth--;
    if (depth < 0 || (depth === 0 && statementEnds.has(text))) return tokens.slice(at + 1);
  }
  return tokens;
}

/** `x = a * name`, `return a * name`: a product, not a pointer. */
const isExpression = (tokens: readonly Token[]): boolean =>
  statementOf(tokens).some(({ text }) => /^(?:[-+/%&|^<>!=]?=|[-+/%&|^<>!?]|\|\||&&|return)$/.test(text));

function startsTypedef(tokens: readonly Token[]): boolean {
  const end = tokens.findLastIndex(({ text }) => statementEnds.has(text));
  return tokens[end + 1]?.text === 'typedef';
}

/** `int a, name`: the list began with a type, and it is no list of arguments. */
function isFurtherDeclarator(tokens: readonly Token[]): boolean {
  if (tokens.at(-1)?.text !== ',') return false;
  const statement = statementOf(tokens);
  const opened = tokens[tokens.length - statement.length - 1]?.text;
  if (opened === '(' || opened === '[') return false;
  const [first, ...rest] = statement.filter(({ text }) => text !== '*' && !tags.has(text));
  return (
    isTypeWord(first) &&
    rest[0]?.kind === 'name' &&
    !statement.some(({ text }) => text === '(' || text === ')')
  );
}

/** What stands before the brace that is open here. */
function openedBy(tokens: readonly Token[]): readonly Token[] {
  let depth = 0;
  for (let at = tokens.length - 1; at >= 0; at--) {
    const text = tokens[at]?.text;
    if (text === '}') depth++;
    else if (text === '{' && depth-- === 0) return tokens.slice(Math.max(0, at - 2), at);
  }
  return [];
}

const isInFields = (tokens: readonly Token[]): boolean =>
  openedBy(tokens).some(({ text }) => text === 'struct' || text === 'union');

const opensEnum = (tokens: readonly Token[]): boolean =>
  ['{', ','].includes(tokens.at(-1)?.text ?? '') && openedBy(tokens).some(({ text }) => text === 'enum');

/** A place where a name stands for a function, or for the macro in its place. */
export interface FunctionPlace {
  readonly range: Range;
  readonly use: NameUse & ('use' | 'declaration' | 'macro');
}

/** The places of a file where a name can stand for a function of the whole kernel, or of this file. */
export function functionPlaces(file: SourceFile, name: string): readonly FunctionPlace[] {
  const places = placesOfName(file, name).map((range) => ({ range, use: nameUse(file, range) }));
  const hiding = places.filter(({ use }) => use === 'variable' || use === 'type');
  const scopes = hiding.map(({ range }) => functionAround(file, range.start));
  // What hides it at file scope hides it in the whole file; the names of a declaration's parameters hide nothing.
  if (hiding.some(({ range }, at) => scopes[at] === undefined && !isParameter(file, range))) return [];
  return places.flatMap(({ range, use }) => {
    if (use !== 'use' && use !== 'declaration' && use !== 'macro') return [];
    const around = functionAround(file, range.start);
    const isName = around?.nameRange.start === range.start;
    return around !== undefined && !isName && scopes.includes(around) ? [] : [{ range, use }];
  });
}

const isParameter = (file: SourceFile, { start }: Range): boolean => {
  const before = lex(file.text, codeStart(file, start), start);
  return before[before.length - statementOf(before).length - 1]?.text === '(';
};

/** Where a function is called by its name, in the bodies of others. */
export function callsOf(file: SourceFile, name: string): readonly Range[] {
  return functionPlaces(file, name).flatMap(({ range, use }) => {
    if (use !== 'use' || !/^\s*\(/.test(file.text.slice(range.end, range.end + 80))) return [];
    const around = functionAround(file, range.start);
    return around !== undefined && range.start > around.body ? [range] : [];
  });
}

/** The first place where the name stands for something that is surely no function. */
export function otherMeaning(
  file: SourceFile,
  name: string,
): { readonly range: Range; readonly noun: string } | undefined {
  for (const range of placesOfName(file, name)) {
    const use = nameUse(file, range);
    if (use !== 'use' && use !== 'declaration' && use !== 'macro') return { range, noun: use };
  }
  return undefined;
}
