import { ownText } from '../../own-text';
import type { CFileFacts } from '../scan';

/**
 * What was read in the versions of a text before this one, so that only what changed is read again: by the text of a
 * statement, with the offset at which it stood.
 */
export interface Generations<T> {
  /** Ranges in it are moved to where the text stands now. */
  recall(text: string, start: number): T | undefined;
  /**
   * `name`: what earlier versions had of that name is outdated. Gives the value as it is kept: with texts of its own, since
   * pieces of a version's text would keep all of that alive.
   */
  keep(text: string, start: number, value: T, name?: string): T;
  /** Another version: what was not asked for in so many versions is forgotten. */
  turn(): void;
}

/** `versions`: how long something is kept that nobody asks for. */
export function generations<T>(versions = 1): Generations<T> {
  const known = new Map<string, { readonly start: number; readonly value: T; readonly asked: number }>();
  const named = new Map<string, string>();
  let version = 0;
  return {
    recall(text, start) {
      const found = known.get(text);
      if (!found) return undefined;
      const value = found.start === start ? found.value : moved(found.value, start - found.start);
      known.set(text, { start, value, asked: version });
      return value;
    },
    keep(piece, start, given, name) {
      const text = ownText(piece);
      const value = withOwnTexts(given);
      known.set(text, { start, value, asked: version });
      if (name === undefined) return value;
      const outdated = named.get(name);
      named.set(name, text);
      // What this version asked for too is another function of that name, in another branch of an `#if`.
      if (outdated !== undefined && outdated !== text && known.get(outdated)?.asked !== version)
        known.delete(outdated);
      return value;
    },
    turn() {
      version++;
      for (const [text, { asked }] of known) if (version - asked > versions) known.delete(text);
      for (const [name, text] of named) if (!known.has(text)) named.delete(name);
    },
  };
}

/** The same value with every range in it moved. */
function moved<T>(value: T, by: number): T {
  const isPlace = (key: string): boolean => key === 'start' || key === 'end';
  return copied(value, (one, key) => (typeof one === 'number' && isPlace(key) ? one + by : one)) as T;
}

/** The same value, in which every text is one of its own. */
const withOwnTexts = <T>(value: T): T =>
  copied(value, (one) => (typeof one === 'string' ? ownText(one) : one)) as T;

/** Plain data with another leaf for each; `key`: under which it stands, empty in arrays. */
function copied(value: unknown, leaf: (value: unknown, key: string) => unknown, key = ''): unknown {
  if (typeof value !== 'object' || value === null) return leaf(value, key);
  if (Array.isArray(value)) return value.map((one: unknown) => copied(one, leaf));
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) copy[name] = copied(inner, leaf, name);
  return copy;
}

/** Whether the `#if`s of a stretch are all its own: then what it says does not depend on what stands before it. */
export function isClosed({ directives }: CFileFacts, start: number, end: number): boolean {
  let low = 0;
  let high = directives.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((directives[middle]?.offset ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  let depth = 0;
  for (let at = low; at < directives.length; at++) {
    const directive = directives[at];
    if (!directive || directive.offset >= end) break;
    if (directive.kind === 'if') depth++;
    else if (directive.kind === 'endif') depth--;
    if (depth < (directive.kind === 'else' || directive.kind === 'elif' ? 1 : 0)) return false;
  }
  return depth === 0;
}
