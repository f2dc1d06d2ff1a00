import type { CFileFacts } from '../scan';

/**
 * What was read in the version of a text before this one, so that only what changed is read again: by the text of a
 * statement, with the offset at which it stood. Two generations: what one version did not ask for, the next forgets.
 */
export interface Generations<T> {
  /** Ranges in it are moved to where the text stands now. */
  recall(text: string, start: number): T | undefined;
  keep(text: string, start: number, value: T): void;
  turn(): void;
}

export function generations<T>(): Generations<T> {
  let now = new Map<string, { readonly start: number; readonly value: T }>();
  let before = now;
  return {
    recall(text, start) {
      const known = now.get(text) ?? before.get(text);
      if (!known) return undefined;
      const value = known.start === start ? known.value : moved(known.value, start - known.start);
      now.set(text, { start, value });
      return value;
    },
    keep(text, start, value) {
      now.set(text, { start, value });
    },
    turn() {
      before = now;
      now = new Map();
    },
  };
}

/** The same value with every range in it moved. */
export function moved<T>(value: T, by: number): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => moved(one, by)) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value))
    copy[key] =
      (key === 'start' || key === 'end') && typeof inner === 'number' ? inner + by : moved(inner, by);
  return copy as T;
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
