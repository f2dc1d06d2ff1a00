import type { Range } from '../../positions';
import type { Token } from '../lex';
import {
  isAttributeWord,
  isHeadAnnotation,
  isQualifier,
  isStorageWord,
  isTag,
  isTypeof,
  isTypeWord,
  looksLikeTypedef,
} from './kernel-words';
import { closing, endOf, foldedText, splitAtCommas } from './token-groups';

/**
 * Which of the words in front of a function's body are annotations. tree-sitter takes `static int __init f(void)` for
 * a declaration of `__init` and loses `f` without an error, so annotations have to go before it sees the text.
 */
export interface MarkedHead {
  /** Token index of the name; of the macro in `SYSCALL_DEFINE2(kill, …)`. */
  readonly name: number;
  readonly open: number;
  readonly close: number;
  readonly annotations: readonly Annotation[];
  /** The name belongs to a macro that makes the function's head: nothing in it is C. */
  readonly byMacro: boolean;
}

/** `__init`, `noinline`, `__section(".x")`, `__attribute__((…))`. */
export interface Annotation {
  readonly name: string;
  /** What its parentheses hold, white space folded; `undefined`: it has none. */
  readonly arguments: string | undefined;
  readonly range: Range;
}

interface Item {
  readonly kind: 'word' | 'group' | 'other';
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** `tokens` end before the `{` of the body, or before the `;` of what may be a prototype. `undefined`: no function. */
export function markHead(tokens: readonly Token[]): MarkedHead | undefined {
  const items = itemsOf(tokens);
  if (items.some(({ text }) => text === '=' || text === ',' || text === 'typedef')) return undefined;
  const at = nameItem(items);
  const named = at === undefined ? undefined : items[at];
  const group = at === undefined ? undefined : items[at + 1];
  if (at === undefined || !named || !group) return undefined;
  const types = typeItems(items.slice(0, at));
  const annotations = [
    ...annotationsAmong(items.slice(0, at), tokens, (item) => !types.has(item)),
    ...annotationsAmong(items.slice(at + 2), tokens, () => true),
    ...parameterAnnotations(tokens, group.from, group.to),
  ];
  const typed = [...types].some(({ text }) => !isStorageWord(text));
  return {
    name: named.from,
    open: group.from,
    close: group.to,
    annotations: annotations.toSorted((one, other) => one.range.start - other.range.start),
    byMacro: !typed && /[A-Z]/.test(named.text) && !/^[a-z]/.test(named.text),
  };
}

function itemsOf(tokens: readonly Token[]): readonly Item[] {
  const items: Item[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token) break;
    if (token.text === '(' || token.text === '[' || token.text === '{') {
      const to = closing(tokens, at);
      items.push({ kind: 'group', text: token.text, from: at, to });
      at = to;
    } else items.push({ kind: token.kind === 'name' ? 'word' : 'other', text: token.text, from: at, to: at });
  }
  return items;
}

/** The word before the parameters: the first with a type before it, since annotations may have parentheses too. */
function nameItem(items: readonly Item[]): number | undefined {
  const candidates = items.flatMap(({ kind, text }, at) =>
    kind === 'word' &&
    items[at + 1]?.text === '(' &&
    !isAttributeWord(text) &&
    !isTypeof(text) &&
    !isTypeWord(text) &&
    !isStorageWord(text) &&
    !isTag(items[at - 1]?.text ?? '')
      ? [at]
      : [],
  );
  const isTyped = (at: number): boolean =>
    items
      .slice(0, at)
      .some(({ kind, text }) => kind === 'word' && !isStorageWord(text) && !isHeadAnnotation(text));
  // `BTF_ID(func, x)` without a semicolon may stand in front of the function.
  const typed = candidates.filter((at) => isTyped(at) && items[at - 1]?.text !== '(');
  const isShouted = (at: number): boolean => !/[a-z]/.test(items[at]?.text ?? '');
  return (
    typed.find((at) => !isShouted(at)) ??
    typed[0] ??
    candidates.findLast((at) => items[at - 1]?.text !== '(') ??
    candidates[0]
  );
}

/** The items that make the return type and the storage class; what else stands before the name are annotations. */
function typeItems(before: readonly Item[]): ReadonlySet<Item> {
  const kept = new Set<Item>();
  const loose: Item[] = [];
  before.forEach((item, index) => {
    const previous = before[index - 1];
    if (item.kind === 'group') {
      if (previous && isTypeof(previous.text)) kept.add(item);
    } else if (item.kind === 'other' || isStorageWord(item.text)) kept.add(item);
    else if (isTypeWord(item.text) || isTypeof(item.text)) {
      kept.add(item);
    } else if (previous && isTag(previous.text)) kept.add(item);
    else if (before[index + 1]?.text !== '(') loose.push(item);
  });
  if ([...kept].some(({ kind, text }) => kind === 'word' && !isStorageWord(text) && !isQualifier(text)))
    return kept;
  const type =
    loose.findLast(({ text }) => looksLikeTypedef(text)) ??
    loose.findLast(({ text }) => !isHeadAnnotation(text));
  if (type) kept.add(type);
  return kept;
}

function annotationsAmong(
  items: readonly Item[],
  tokens: readonly Token[],
  isOne: (item: Item) => boolean,
): readonly Annotation[] {
  return items.flatMap((item, index): readonly Annotation[] => {
    if (item.kind !== 'word' || !isOne(item)) return [];
    const next = items[index + 1];
    const group = next?.text === '(' ? next : undefined;
    return [annotationOf(tokens, item.from, group)];
  });
}

function annotationOf(
  tokens: readonly Token[],
  at: number,
  group: { readonly from: number; readonly to: number } | undefined,
): Annotation {
  const token = tokens[at];
  return {
    name: token?.text ?? '',
    arguments: group ? foldedText(tokens.slice(group.from + 1, group.to)) : undefined,
    range: { start: token?.offset ?? 0, end: endOf(tokens[group?.to ?? at]) },
  };
}

/** `const char __user *name`, `int x __maybe_unused`. A parameter's last word is its name, whatever it looks like. */
function parameterAnnotations(tokens: readonly Token[], open: number, close: number): readonly Annotation[] {
  return splitAtCommas(tokens, open, close).flatMap((parameter) => {
    const items = itemsOf(parameter);
    const words = items.filter(({ kind }) => kind === 'word');
    return annotationsAmong(
      items,
      parameter,
      (item) =>
        (isHeadAnnotation(item.text) && item !== words.at(-1)) ||
        (item === words.at(-1) &&
          words.length > 2 &&
          isHeadAnnotation(item.text) &&
          isPlainName(words.at(-2))),
    );
  });
}

/** `int x __unused`: the word before is a name. */
const isPlainName = (item: Item | undefined): boolean =>
  item !== undefined &&
  !isTypeWord(item.text) &&
  !isHeadAnnotation(item.text) &&
  !looksLikeTypedef(item.text);
