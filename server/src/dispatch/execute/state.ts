import type { CType } from './c-type';
import { boundsOfType, convert, type Bounds, type Value } from './value';

/** What has been done and decided on the way to a state, latest first. */
export interface Trail {
  readonly step: TrailStep;
  readonly before: Trail | undefined;
}

/** Offsets are 0-based UTF-16, in `file`. */
export type TrailStep =
  | {
      readonly kind: 'test';
      readonly file: string;
      readonly at: number;
      readonly text: string;
      readonly holds: boolean;
      /** The other way was impossible. */
      readonly decided: boolean;
      /** Identifiers in it. */
      readonly names: readonly string[];
    }
  | { readonly kind: 'goto' | 'label'; readonly file: string; readonly at: number; readonly name: string }
  | {
      readonly kind: 'call';
      readonly file: string;
      readonly at: number;
      readonly name: string;
      readonly arguments: readonly Value[];
      readonly texts: readonly string[];
    }
  /** A watcher is called through the table. */
  | {
      readonly kind: 'watcher';
      readonly position: number;
      readonly given: readonly Value[];
      readonly result: Value;
    }
  /** Memory that an allocator gave, or that is given back; `id`: of the symbol that points at it. */
  | { readonly kind: 'taken' | 'released'; readonly id: string }
  /** A call that is not followed, and may give back what was taken before. */
  | { readonly kind: 'unfollowed' }
  /** Something was given up: what follows holds for any value. */
  | { readonly kind: 'unknown'; readonly file: string; readonly at: number; readonly reason: string };

/** One way the program may have come to a point. Immutable. */
export interface State {
  /** Variables of the running function whose address nobody takes. */
  readonly locals: ReadonlyMap<string, Value>;
  /** Other storage by path (`tsk->audit_context`), as last written or read since anything else may have changed it. */
  readonly memory: ReadonlyMap<string, Value>;
  /** Grows whenever memory may have changed. */
  readonly version: number;
  readonly bounds: ReadonlyMap<string, Bounds>;
  readonly trail: Trail | undefined;
  /** Counts calls, so that each result is a symbol of its own. */
  readonly calls: number;
  /** Set: what came last cannot be followed (a macro that returns), so nobody knows where control is now. */
  readonly doubt: string | undefined;
}

export const emptyState: State = {
  locals: new Map(),
  memory: new Map(),
  version: 0,
  bounds: new Map(),
  trail: undefined,
  calls: 0,
  doubt: undefined,
};

export const noted = (state: State, step: TrailStep): State => ({
  ...state,
  trail: { step, before: state.trail },
});

/** From the first step to the last. */
export function stepsOf(trail: Trail | undefined): readonly TrailStep[] {
  const steps: TrailStep[] = [];
  for (let at = trail; at; at = at.before) steps.push(at.step);
  return steps.reverse();
}

export const boundsIn = (state: State, id: string, type: CType | undefined): Bounds =>
  state.bounds.get(id) ?? boundsOfType(type);

/** The value as it is known here: a symbol that can be only one number is that number. */
export function settled(state: State, value: Value): Value {
  if (value.kind !== 'symbol') return value;
  const { min, max } = boundsIn(state, value.id, value.type);
  return min === max ? { kind: 'number', value: min, type: value.type } : value;
}

export const bounded = (state: State, id: string, bounds: Bounds): State => ({
  ...state,
  bounds: new Map(state.bounds).set(id, bounds),
});

/** `declared`: the type of the variable as it is written. */
export function assigned(
  state: State,
  name: string,
  value: Value,
  type: CType | undefined,
  declared = '',
): State {
  const stored = convertedIn(state, value, type, declared);
  const memory =
    state.memory.size === 0
      ? state.memory
      : new Map([...state.memory].filter(([path]) => !mentions(path, name)));
  return {
    ...state,
    locals: new Map(state.locals).set(name, stored),
    memory,
    version: memory.size === state.memory.size ? state.version : state.version + 1,
  };
}

/** What a value becomes in another type, with what is known of it here. */
export const convertedIn = (state: State, value: Value, type: CType | undefined, declared: string): Value =>
  convert(value, type, declared, (id, own) => boundsIn(state, id, own));

const mentions = (path: string, name: string): boolean => path.split(/[^\w#]+/).includes(name);

/** A store through a path: everything else in memory may be what it hit. */
export const stored = (state: State, path: string | undefined, value: Value): State => ({
  ...state,
  memory: new Map(path === undefined ? [] : [[path, value]]),
  version: state.version + 1,
});

/**
 * A value of which nothing is known. In a run that follows only some variables, ways are told apart by what is known of
 * those: there a symbol is named after its place, and what was known of an earlier one from there is forgotten.
 */
export function fresh(
  state: State,
  what: string,
  at: number,
  byPlace: boolean,
  more: { readonly type?: CType | undefined; readonly callee?: string } = {},
): { readonly value: Value & { kind: 'symbol' }; readonly state: State } {
  const id = byPlace ? `${what}@${String(at)}` : `${what}#${String(state.calls)}`;
  const value = {
    kind: 'symbol',
    id,
    type: more.type,
    at,
    ...(more.callee === undefined ? {} : { callee: more.callee }),
  } as const;
  if (!byPlace) return { value, state: { ...state, calls: state.calls + 1 } };
  let older: string[] | undefined;
  for (const [name, held] of state.locals)
    if (held.kind === 'symbol' && held.id.includes(id)) (older ??= []).push(name);
  // What was derived from it (`x & 1`) has it in its name.
  const kept = [...state.bounds].filter(([of]) => !of.includes(id));
  if (!older && kept.length === state.bounds.size) return { value, state };
  const bounds = new Map(kept);
  if (!older) return { value, state: { ...state, bounds } };
  const locals = new Map(state.locals);
  // One step back in a loop: the same place, another value.
  for (const name of older)
    locals.set(name, { kind: 'symbol', id: `earlier ${name}@${String(at)}`, type: undefined });
  return { value, state: { ...state, bounds, locals } };
}

/** Anything in memory may have changed. */
export const disturbed = (state: State): State => ({
  ...state,
  memory: nothing,
  version: state.version + 1,
});

const nothing: ReadonlyMap<string, Value> = new Map();

/**
 * A number for what some steps of a trail say, the same for two trails that say the same; each trail is looked at once.
 * Numbers of two calls have nothing to do with each other.
 */
export function keyOfTrail(wordOf: (step: TrailStep) => string | undefined): () => (state: State) => number {
  return () => numberedTrails(wordOf);
}

function numberedTrails(wordOf: (step: TrailStep) => string | undefined): (state: State) => number {
  const keys = new Map<Trail, number>();
  const numbers = new Map<string, number>();
  const keyOf = (trail: Trail | undefined): number => {
    const open: Trail[] = [];
    let at = trail;
    while (at && !keys.has(at)) {
      open.push(at);
      at = at.before;
    }
    let key = at ? (keys.get(at) ?? 0) : 0;
    for (const one of open.reverse()) {
      const word = wordOf(one.step);
      if (word !== undefined) {
        const text = `${String(key)}|${word}`;
        const known = numbers.get(text);
        key = known ?? numbers.size + 1;
        if (known === undefined) numbers.set(text, key);
      }
      keys.set(one, key);
    }
    return key;
  };
  return ({ trail }) => keyOf(trail);
}
