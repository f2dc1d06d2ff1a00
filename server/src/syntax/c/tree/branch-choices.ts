import type { Range } from '../../positions';
import type { Directive } from '../scan';

/** One `#if` condition taken to hold or not to hold. */
export interface ConditionChoice {
  /** As written; `#ifdef X` stands as `defined(X)`, and `#ifndef X` is its negation. */
  readonly condition: string;
  readonly holds: boolean;
}

/** A way to compile a piece of code: what is assumed of its conditions, and the text that this leaves out. */
export interface BranchChoice {
  /** In order of appearance; only conditions that nobody decided, and that matter under the others. */
  readonly assumed: readonly ConditionChoice[];
  /** Directives and branches not taken, in order, not overlapping. 0-based UTF-16 offsets. */
  readonly hidden: readonly Range[];
}

/** Knows some conditions (from a configuration); `undefined`: both ways are possible. */
export type Decide = (condition: string) => boolean | undefined;

/** With more conditions than this not every combination is looked at, but each branch is seen. */
const everyCombinationUpTo = 4;

/** Tells a branch that need not be looked at together with each way of the others: once with all is enough. */
export type IsQuiet = (branch: Range) => boolean;

/** Every way the `#if`s inside [start, end) may go: each combination, or with many conditions each branch once. */
export function branchChoices(
  directives: readonly Directive[],
  start: number,
  end: number,
  decide: Decide = () => undefined,
  isQuiet: IsQuiet = () => false,
): readonly BranchChoice[] {
  const inside = withOpeners(directives, ...directivesWithin(directives, start, end));
  const open = openConditions(inside, decide);
  const loud = loudConditions(inside, isQuiet);
  const seen = new Map<string, BranchChoice>();
  for (const answers of combinations(open, (condition) => loud.has(condition))) {
    const choice = take(
      inside,
      start,
      end,
      (condition) => decide(condition) ?? answers.get(condition) ?? false,
    );
    const assumed = open.flatMap((condition): readonly ConditionChoice[] =>
      choice.asked.has(condition) ? [{ condition, holds: answers.get(condition) ?? false }] : [],
    );
    const key = choice.hidden.map((range) => range.start).join();
    if (!seen.has(key)) seen.set(key, { assumed, hidden: choice.hidden });
  }
  return [...seen.values()];
}

function directivesWithin(
  directives: readonly Directive[],
  start: number,
  end: number,
): readonly [from: number, to: number] {
  let low = 0;
  let high = directives.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((directives[middle]?.offset ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  let last = low;
  while (last < directives.length && (directives[last]?.offset ?? end) < end) last++;
  return [low, last];
}

/**
 * A function may begin inside a branch and have an `#else` with another head: then the `#if` before it counts too. The
 * ones around the whole piece do not.
 */
function withOpeners(directives: readonly Directive[], from: number, to: number): readonly Directive[] {
  let depth = 0;
  let open = 0;
  for (const { kind } of directives.slice(from, to)) {
    if (kind === 'if') depth++;
    else if (kind === 'endif') depth--;
    else if (kind === 'else' || kind === 'elif') open = Math.max(open, 1 - depth);
  }
  let at = from;
  for (let closed = 0; open > 0 && at > 0;) {
    const kind = directives[--at]?.kind;
    if (kind === 'endif') closed++;
    else if (kind === 'if' && closed-- === 0) {
      closed = 0;
      open--;
    }
  }
  const isBranch = ({ kind }: Directive): boolean =>
    kind === 'if' || kind === 'elif' || kind === 'else' || kind === 'endif';
  return [...directives.slice(at, from).filter(isBranch), ...directives.slice(from, to)];
}

/** `!defined(X)` and `defined(X)` are one condition, so that two `#if`s on it go the same way. */
function positive(condition: string): ConditionChoice {
  const bare = /^!\s*(defined\s*(?:\(\s*\w+\s*\)|\s\w+))$/.exec(condition.trim())?.[1];
  return bare === undefined
    ? { condition: condition.trim(), holds: true }
    : { condition: bare, holds: false };
}

function openConditions(inside: readonly Directive[], decide: Decide): readonly string[] {
  const open = new Set<string>();
  for (const directive of inside) {
    if (directive.kind !== 'if' && directive.kind !== 'elif') continue;
    const { condition } = positive(directive.text);
    if (decide(condition) === undefined) open.add(condition);
  }
  return [...open];
}

/** Conditions of the `#if`s that have a branch which is not quiet. */
function loudConditions(inside: readonly Directive[], isQuiet: IsQuiet): ReadonlySet<string> {
  const loud = new Set<string>();
  const open: { readonly conditions: string[]; branch: number; isLoud: boolean }[] = [];
  for (const directive of inside) {
    const { kind, offset, end } = directive;
    const top = open.at(-1);
    if (kind === 'if') {
      open.push({ conditions: [positive(directive.text).condition], branch: end, isLoud: false });
      continue;
    }
    if (!top || (kind !== 'elif' && kind !== 'else' && kind !== 'endif')) continue;
    top.isLoud ||= !isQuiet({ start: top.branch, end: offset });
    top.branch = end;
    if (kind === 'elif') top.conditions.push(positive(directive.text).condition);
    if (kind === 'endif') open.pop();
    if (kind === 'endif' && top.isLoud) for (const condition of top.conditions) loud.add(condition);
  }
  for (const { conditions } of open) for (const condition of conditions) loud.add(condition);
  return loud;
}

/** In the first all conditions hold, and quiet ones in it alone. */
function combinations(
  conditions: readonly string[],
  isLoud: (condition: string) => boolean,
): readonly ReadonlyMap<string, boolean>[] {
  const answers = (holds: (condition: string) => boolean): ReadonlyMap<string, boolean> =>
    new Map(conditions.map((condition) => [condition, holds(condition)]));
  const loud = conditions.filter(isLoud);
  const all = answers(() => true);
  if (loud.length <= everyCombinationUpTo)
    return [
      ...(loud.length < conditions.length ? [all] : []),
      ...Array.from({ length: 2 ** loud.length }, (_, bits) =>
        answers((condition) => isLoud(condition) && ((bits >> loud.indexOf(condition)) & 1) === 0),
      ),
    ];
  return [
    all,
    answers(() => false),
    ...loud.flatMap((flipped) => [
      answers((condition) => condition === flipped),
      answers((condition) => condition !== flipped && isLoud(condition)),
    ]),
  ];
}

interface OpenConditional {
  /** A branch of it has been taken already, or it stands in one that was not. */
  decided: boolean;
  active: boolean;
  readonly outer: boolean;
}

function take(
  inside: readonly Directive[],
  start: number,
  end: number,
  holds: (condition: string) => boolean,
): { readonly hidden: readonly Range[]; readonly asked: ReadonlySet<string> } {
  const hidden: Range[] = [];
  const asked = new Set<string>();
  const stack: OpenConditional[] = [];
  let active = true;
  let inactiveSince = 0;
  const ask = (text: string): boolean => {
    const { condition, holds: wanted } = positive(text);
    asked.add(condition);
    return holds(condition) === wanted;
  };
  for (const directive of inside) {
    const was = active;
    const top = stack.at(-1);
    if (directive.kind === 'if') {
      const taken = active && ask(directive.text);
      stack.push({ outer: active, active: taken, decided: taken || !active });
    } else if (directive.kind === 'endif') stack.pop();
    else if (top && directive.kind === 'elif') {
      top.active = !top.decided && ask(directive.text);
      top.decided ||= top.active;
    } else if (top && directive.kind === 'else') {
      top.active = !top.decided;
      top.decided = true;
    }
    active = stack.every((conditional) => conditional.active);
    if (was) hidden.push({ start: directive.offset, end: directive.end });
    else if (active) hidden.push({ start: inactiveSince, end: directive.end });
    if (was && !active) inactiveSince = directive.end;
  }
  if (!active) hidden.push({ start: inactiveSince, end });
  const clipped = hidden.map((range) => ({ start: Math.max(range.start, start), end: range.end }));
  return { hidden: clipped.filter((range) => range.end > range.start), asked };
}
