import type { RelevantNames } from './relevant-names';

/**
 * Which includes a unit has to follow. Following all of them costs some 50 ms a unit, and nearly all of it for text
 * that cannot change the answer. An include can change it only if, somewhere below, a file *matters*: it defines or
 * undefines a relevant name, holds a wanted statement, or includes what only expansion can tell. And a file that
 * matters, but is guarded and was seen already, cannot matter twice.
 *
 * Relevant names are closed over what decides: the wanted macros, every name in a wanted statement, in the body of a
 * relevant macro that may be expanded, and in a condition around a relevant definition, a wanted statement or any
 * include. Of a name that only `defined` asks for, the body says nothing. What cannot be known beforehand (a name that
 * `##` makes, a file that a computed include means) is noticed by the walk, which is then done again without: so the
 * answer is the same with and without.
 */
export interface Relevance {
  /** The files that matter below `path`, itself included, as bits; `undefined`: none that one includes. */
  below(path: string): Bits | undefined;
  /** The bit of a file that matters, where one includes it. */
  bitOf(path: string): number | undefined;
  readonly size: number;
  /** For each bit, how many of the files that were looked at include its file. */
  readonly includers: Uint16Array;
  /** The bits of the files that `path` itself includes, each once. */
  directBits(path: string): readonly number[];
  /** Only these names can change the answer, as far as could be told beforehand. */
  readonly names: ReadonlySet<string>;
  /** Include guards that something undefines: their files can be read twice. */
  readonly reopened: ReadonlySet<string>;
  /** True for a name that counts all the same, if it is asked for: some file defines it. */
  escapes(name: string): boolean;
  /** False for a file that nobody thought of. */
  covers(path: string): boolean;
}

export type Bits = Uint32Array;

const none: readonly number[] = [];

export function anyOutside(bits: Bits, seen: Bits): boolean {
  for (let index = 0; index < bits.length; index++)
    if (((bits[index] ?? 0) & ~(seen[index] ?? 0)) !== 0) return true;
  return false;
}

export function setBit(bits: Bits, bit: number): void {
  bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

/** How a file's includes resolve, in one set of include paths: paths, or `undefined` for what only expansion tells. */
export type IncludeTargets = (path: string) => readonly (string | undefined)[];

/**
 * The files that matter, below each file, in one set of include paths; found on demand, circles included. `reached`: the
 * files that were looked at with these include paths.
 */
export function relevanceOf(
  mattering: ReadonlySet<string>,
  { names, expanded, isDefined, reopened }: RelevantNames,
  targets: IncludeTargets,
  reached: ReadonlySet<string>,
): Relevance {
  // What nobody includes, as nearly all sources, needs none.
  const bits = new Map<string, number>();
  const counts: number[] = [];
  const direct = new Map<string, readonly number[]>();
  for (const path of reached) {
    const own = new Set<number>();
    for (const target of targets(path)) {
      if (target === undefined || !mattering.has(target)) continue;
      const bit = bits.get(target) ?? bits.size;
      bits.set(target, bit);
      own.add(bit);
    }
    if (own.size === 0) continue;
    direct.set(path, [...own]);
    for (const bit of own) counts[bit] = (counts[bit] ?? 0) + 1;
  }
  const includers = Uint16Array.from(counts);
  const words = (bits.size + 31) >>> 5;
  const below = new Map<string, Bits | undefined>();
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();

  // Tarjan's strongly connected components: files that include each other have the same answer.
  const visit = (path: string): void => {
    const number = order.size;
    order.set(path, number);
    lowest.set(path, number);
    stack.push(path);
    onStack.add(path);
    for (const target of targets(path)) {
      if (target === undefined) continue;
      if (!order.has(target)) {
        visit(target);
        lowest.set(path, Math.min(lowest.get(path) ?? 0, lowest.get(target) ?? 0));
      } else if (onStack.has(target))
        lowest.set(path, Math.min(lowest.get(path) ?? 0, order.get(target) ?? 0));
    }
    if (lowest.get(path) !== number) return;
    const component: string[] = [];
    for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
      onStack.delete(member);
      component.push(member);
      if (member === path) break;
    }
    const union = new Uint32Array(words);
    for (const member of component) {
      const own = bits.get(member);
      if (own !== undefined) setBit(union, own);
      for (const target of targets(member)) {
        const known = target === undefined ? undefined : below.get(target);
        if (known) known.forEach((word, index) => (union[index] = (union[index] ?? 0) | word));
      }
    }
    const result = union.some((word) => word !== 0) ? union : undefined;
    for (const member of component) below.set(member, result);
  };

  return {
    size: words,
    includers,
    directBits: (path) => direct.get(path) ?? none,
    names,
    reopened,
    escapes: (name) => !expanded.has(name) && isDefined(name),
    covers: (path) => reached.has(path),
    bitOf: (path) => bits.get(path),
    below(path) {
      if (!order.has(path)) visit(path);
      return below.get(path);
    },
  };
}
