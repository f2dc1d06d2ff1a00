import { textFunctions } from './functions';
import { wordsOf } from './words';

/** What a variable holds; `undefined`: it is not set. `isPlain`: there is nothing to expand in it. */
export interface Held {
  readonly value: string;
  readonly isPlain: boolean;
}

type Holds = (name: string) => Held | undefined;

/**
 * Macros of Kbuild that are called for every object of every list of a directory, and take half of the time of an object's
 * flags step by step: told by their shape, whatever they are called.
 */
type Shape =
  /** The words of all variables named after an object, with one of some endings in the place of its own. */
  | { readonly kind: 'members'; readonly loop: string }
  /** The objects of a list of which `members` finds any, sorted. */
  | { readonly kind: 'composites'; readonly loop: string; readonly members: string }
  /** A list with those members in the place of such objects. */
  | { readonly kind: 'flattened'; readonly loop: string; readonly members: string };

type OfObjects = Exclude<Shape, { readonly kind: 'members' }>;

const membersShape =
  /^\$\(strip \$\(foreach (\w+), \$3, \$\(\$\(1:%\$\(strip \$2\)=%\$(?:\1|\(\1\))\)\)\)\)$/;
const compositesShape =
  /^\$\(sort \$\(foreach (\w), \$1, \$\(if \$\(call ([\w-]+), \$\1, \$2, \$3 -\), \$\1\)\)\)$/;
const flattenedShape =
  /^\$\(foreach (\w), \$1, \$\(if \$\(call ([\w-]+), \$\1, \$2, \$3 -\), \$\(call \2, \$\1, \$2, \$3\), \$\1\)\)$/;

function shapeOf(text: string): Shape | undefined {
  const [, loop] = membersShape.exec(text) ?? [];
  if (loop !== undefined) return { kind: 'members', loop };
  for (const [kind, shape] of [
    ['composites', compositesShape],
    ['flattened', flattenedShape],
  ] as const) {
    const [, each, members] = shape.exec(text) ?? [];
    if (each !== undefined && members !== undefined) return { kind, loop: each, members };
  }
  return undefined;
}

/** A tree calls few macros, each thousands of times. */
const shapes = new Map<string, Shape | undefined>();
const mostShapes = 1000;

function rememberedShape(text: string): Shape | undefined {
  if (shapes.has(text)) return shapes.get(text);
  if (shapes.size >= mostShapes) shapes.clear();
  const shape = shapeOf(text);
  shapes.set(text, shape);
  return shape;
}

/** What `$(call)` of a variable with this text gives; `undefined`: it is to be expanded as any other. */
export function calledMacro(text: string, values: readonly string[], holds: Holds): string | undefined {
  const shape = rememberedShape(text);
  switch (shape?.kind) {
    case 'members':
      return membersOf(values, [shape.loop], holds);
    case 'composites':
      return composites(values, shape, holds);
    case 'flattened':
      return flattened(values, shape, holds);
    case undefined:
      return undefined;
  }
}

/** `foo.o`, `.o`, `-objs -y` stand for `$(foo-objs) $(foo-y)`. `undefined`: here it is not as simple as that. */
function membersOf(
  [object = '', ending = '', suffixes = '']: readonly string[],
  loops: readonly string[],
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
    // The macros' own variables would be seen before any other.
    const isOwn = loops.includes(name) || /^\d$/.test(name);
    const held = isOwn ? { value: '', isPlain: false } : holds(name);
    if (held?.isPlain === false) return undefined;
    if (held) members.push(...wordsOf(held.value));
  }
  return members.join(' ');
}

function composites(values: readonly string[], of: OfObjects, holds: Holds): string | undefined {
  const found = eachObject(values, of, holds, (object, isComposite) => (isComposite ? object : ''));
  const [, sort] = textFunctions.sort ?? [];
  return found && sort?.([found.join(' ')]);
}

function flattened(values: readonly string[], of: OfObjects, holds: Holds): string | undefined {
  const found = eachObject(values, of, holds, (object, isComposite, its) => (isComposite ? its() : object));
  // The blanks behind the commas of `foreach` and `if`.
  return found?.map((text) => `  ${text}`).join(' ');
}

function eachObject(
  [list = '', ending = '', suffixes = '']: readonly string[],
  { loop, members }: OfObjects,
  holds: Holds,
  text: (object: string, isComposite: boolean, its: () => string | undefined) => string | undefined,
): readonly string[] | undefined {
  const shape = rememberedShape(holds(members)?.value ?? '');
  if (shape?.kind !== 'members') return undefined;
  const loops = [loop, shape.loop];
  const found: string[] = [];
  for (const object of wordsOf(list)) {
    const any = membersOf([object, ending, `${suffixes} -`], loops, holds);
    const its = (): string | undefined => membersOf([object, ending, suffixes], loops, holds);
    const one = any === undefined ? undefined : text(object, any !== '', its);
    if (one === undefined) return undefined;
    found.push(one);
  }
  return found;
}
