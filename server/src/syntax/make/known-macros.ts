import { textFunctions } from './functions';
import { wordsOf } from './words';

/** What a variable holds; `undefined`: it is not set. `isPlain`: there is nothing to expand in it. */
export interface Held {
  readonly value: string;
  readonly isPlain: boolean;
}

type Holds = (name: string) => Held | undefined;

/** `undefined`: here it is not as simple as that. */
type KnownMacro = (values: readonly string[], holds: Holds) => string | undefined;

/**
 * Macros of scripts/Makefile.lib, since 5.13, that are called for every object of every list of a directory: these very
 * texts, step by step, take half of the time of an object's flags. What they do, without make's steps.
 */
const known: ReadonlyMap<string, KnownMacro> = new Map([
  ['$(strip $(foreach s, $3, $($(1:%$(strip $2)=%$s))))', suffixSearch],
  ['$(sort $(foreach m, $1, $(if $(call suffix-search, $m, $2, $3 -), $m)))', multiSearch],
  [
    '$(foreach m, $1, $(if $(call suffix-search, $m, $2, $3 -), $(call suffix-search, $m, $2, $3), $m))',
    realSearch,
  ],
]);

/** What `$(call)` of a variable with this text gives; `undefined`: it is to be expanded as any other. */
export function calledMacro(text: string, values: readonly string[], holds: Holds): string | undefined {
  return known.get(text)?.(values, holds);
}

/** The arguments and variables of the macros themselves, which would be seen before any other. */
const own: ReadonlySet<string> = new Set(['0', '1', '2', '3', 's', 'm']);

/** The members of a composite object: `foo.o`, `.o`, `-objs -y` stand for `$(foo-objs) $(foo-y)`. */
function suffixSearch(
  [object = '', ending = '', suffixes = '']: readonly string[],
  holds: Holds,
): string | undefined {
  const [word, another] = wordsOf(object);
  const suffix = ending.trim();
  if (word === undefined || another !== undefined || `${word}${suffix}${suffixes}`.includes('%'))
    return undefined;
  const stem = word.endsWith(suffix) ? word.slice(0, word.length - suffix.length) : undefined;
  const members: string[] = [];
  for (const one of wordsOf(suffixes)) {
    const name = stem === undefined ? word : stem + one;
    const held = own.has(name) ? { value: '', isPlain: false } : holds(name);
    if (held?.isPlain === false) return undefined;
    if (held) members.push(...wordsOf(held.value));
  }
  return members.join(' ');
}

/** The composite objects of a list. */
function multiSearch(values: readonly string[], holds: Holds): string | undefined {
  const found = eachObject(values, holds, (object, isComposite) => (isComposite ? object : ''));
  const [, sort] = textFunctions.sort ?? [];
  return found && sort?.([found.join(' ')]);
}

/** A list with the members of composite objects in their place. */
function realSearch(values: readonly string[], holds: Holds): string | undefined {
  const [, ending = '', suffixes = ''] = values;
  const found = eachObject(values, holds, (object, isComposite) =>
    isComposite ? suffixSearch([object, ending, suffixes], holds) : object,
  );
  // The blanks behind the commas of `foreach` and `if`.
  return found?.map((text) => `  ${text}`).join(' ');
}

function eachObject(
  [list = '', ending = '', suffixes = '']: readonly string[],
  holds: Holds,
  text: (object: string, isComposite: boolean) => string | undefined,
): readonly string[] | undefined {
  if (!hasSuffixSearch(holds)) return undefined;
  const found: string[] = [];
  for (const object of wordsOf(list)) {
    const members = suffixSearch([object, ending, `${suffixes} -`], holds);
    const one = members === undefined ? undefined : text(object, members !== '');
    if (one === undefined) return undefined;
    found.push(one);
  }
  return found;
}

const hasSuffixSearch = (holds: Holds): boolean =>
  known.get(holds('suffix-search')?.value ?? '') === suffixSearch;
