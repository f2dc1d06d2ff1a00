import { type FlowEdge, type FlowNode } from '../../syntax/c/flow/control-flow';
import type { CallExpression } from '../../syntax/c/function-body';
import type { Range } from '../../syntax/positions';
import type { Code } from './code';
import type { State } from './evaluate';
import { aheadOf, isDecided, mayDecideNotTo, mayDecideTo } from './guarded-ways';
import { isTransparent, onlyPrints } from './known-functions';
import { negative, positive, zero, type Signs } from './signs';
import { dependsOn, signsOf, symbol, type Value } from './values';
import {
  acts,
  asksFor,
  givesTask,
  isConsulted,
  isErrorPointer,
  isHidden,
  isInside,
  isOfParent,
  isOfLoop,
  isOutside,
  placesOutside,
  tasksTaken,
  type Effect,
  type MacroKind,
} from './taking-code';
import type { Steps } from '../../syntax/steps';
import { walkSteps, type Trail, type Way } from './walk';

/** Where a taking call's result is lost. */
export interface Lost {
  readonly call: CallExpression;
  /** The place after which nobody can know of it any more. */
  readonly at: Range;
  readonly how: 'overwritten' | 'left' | 'goes-on' | 'made-positive' | 'no-error';
}

/** A way out on which nothing gives back. */
export interface Skipped {
  readonly call: CallExpression;
  /** The taking call itself failed, or something after it. */
  readonly after: 'failure' | 'success';
  readonly at: Range;
  readonly trail: Trail;
  /** The result is handed up as it is, untested: whoever gets it has to see to it. */
  readonly isPassedUp: boolean;
  /** Nodes that are passed without a taking call as well: nothing can be given back there. */
  readonly early: ReadonlySet<FlowNode>;
}

/** A giving-back call that is reached without a taking one. */
export interface TooEarly {
  readonly call: CallExpression;
  /** The last `goto` on the way, if there is one. */
  readonly jump: Extract<FlowNode, { kind: 'goto' }> | undefined;
  /** That `goto` is taken after a taking call as well. */
  readonly isShared: boolean;
}

export interface InitWalk {
  readonly lost: readonly Lost[];
  readonly skipped: readonly Skipped[];
  readonly tooEarly: readonly TooEarly[];
  /** What the function returns after a failure that it hands on without giving back; 0: it never does. */
  readonly handedOn: Signs;
  /** What it returns where nothing failed. */
  readonly succeeds: Signs;
  /** It gives back on some way on which a taking call failed. */
  readonly givesBack: boolean;
}

type Phase =
  | {
      readonly kind: 'before';
      readonly jump: Extract<FlowNode, { kind: 'goto' }> | undefined;
      /** A test on the way may have told whether there is something to be given back. */
      readonly isGuarded: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly call: CallExpression;
      readonly id: string;
      readonly task: string | undefined;
      readonly isHandled: boolean;
      /** Something that was handed the result may see to it. */
      readonly isTold: boolean;
      /** It may be given back in a way that is not seen. */
      readonly isUnsure: boolean;
      readonly isGivenBack: boolean;
    }
  | {
      readonly kind: 'done';
      readonly call: CallExpression;
      readonly task: string | undefined;
      readonly isGivenBack: boolean;
    };

interface Exit {
  readonly phase: Phase;
  readonly value: Value | undefined;
  readonly signs: Signs;
  readonly node: FlowNode;
  readonly trail: Trail;
  readonly isPassedUp: boolean;
  /** The taking call may have given 0 on this way. */
  readonly isZero: boolean;
  /** What failed is still to be seen in a place outside of the function. */
  readonly isLeftOutside: boolean;
}

/**
 * Follows a function that takes something for a new task: once as if the taking call had failed, once as if it had not.
 * A test of its result is one that sends the two different ways.
 */
export function* initWalk(
  code: Code,
  effectOf: (call: CallExpression) => Effect | undefined,
  macroOf: (name: string) => MacroKind | undefined,
): Steps<InitWalk | undefined> {
  const lost: Lost[] = [];
  const skipped: Skipped[] = [];
  const tooEarly: TooEarly[] = [];
  const exits: Exit[] = [];
  /** Nodes that are passed where nothing failed. */
  const passedWhenDone = new Set<FlowNode>();
  /** Nodes that are passed after a taking call, failed or not. */
  const passedLater = new Set<FlowNode>();
  const early = new Set<FlowNode>();
  let givesBack = false;
  if (isHidden(code, effectOf)) return undefined;
  const tasks = tasksTaken(code, effectOf);
  const kept = placesOutside(code, effectOf);
  const ahead = aheadOf(code, (call) => effectOf(call)?.kind);

  const handled = (state: State<Phase>): State<Phase> =>
    state.phase.kind === 'failed' && !state.phase.isHandled
      ? { ...state, phase: { ...state.phase, isHandled: true } }
      : state;
  const told = (state: State<Phase>, isUnsure: boolean): State<Phase> =>
    state.phase.kind === 'failed'
      ? {
          ...state,
          phase: {
            ...state.phase,
            isHandled: true,
            isTold: true,
            isUnsure: state.phase.isUnsure || isUnsure,
          },
        }
      : state;

  const isComplete = yield* walkSteps<Phase>(code, {
    start: { kind: 'before', jump: undefined, isGuarded: false },
    key: keyOf,
    kept,
    isSpecial: (id, phase) =>
      phase.kind === 'failed' ? id.includes(phase.id) : phase.kind === 'done' && id === givenId(phase.call),
    call({ expression, values, name }, state) {
      const effect = effectOf(expression);
      if (effect?.kind === 'take') {
        const at = `${String(expression.range.start)};`;
        const id = `taken@${at}`;
        const { task } = effect;
        // In another turn of a loop: what failed before is what is followed.
        if (state.phase.kind === 'failed' && !state.phase.isHandled)
          return [
            {
              value: symbol(givenId(expression)),
              state: { ...state, signs: new Map(state.signs).set(givenId(expression), effect.done) },
            },
          ];
        return [
          {
            value: symbol(id),
            state: {
              ...state,
              signs: new Map(state.signs).set(id, effect.failed),
              phase: {
                kind: 'failed',
                call: expression,
                id,
                task,
                isHandled: false,
                isTold: false,
                isUnsure: false,
                isGivenBack: false,
              },
            },
          },
          {
            value: symbol(givenId(expression)),
            state: {
              ...state,
              signs: new Map(state.signs).set(givenId(expression), effect.done),
              phase: { kind: 'done', call: expression, task, isGivenBack: false },
            },
          },
        ];
      }
      if (effect?.kind === 'give-back') {
        const { phase } = state;
        const result = symbol(`back@${String(expression.range.start)};`);
        if (phase.kind === 'before') {
          if (
            effect.isSure &&
            !phase.isGuarded &&
            (effect.task === undefined || tasks.size === 0 || tasks.has(effect.task))
          )
            tooEarly.push({ call: expression, jump: phase.jump, isShared: false });
          return [{ value: result, state: { ...state, phase: { ...phase, jump: undefined } } }];
        }
        if (isOfParent(effect.task, phase.task, state)) return [{ value: result, state }];
        if (phase.kind === 'failed') givesBack = true;
        return [{ value: result, state: { ...state, phase: { ...phase, isGivenBack: true } } }];
      }
      const { phase } = state;
      const macro = name === undefined ? undefined : macroOf(name);
      if (phase.kind === 'failed' && macro === 'jumps')
        return [{ value: symbol(`told@${String(expression.range.start)};`), state: told(state, true) }];
      // Handed to another function, that one may see to it.
      if (
        phase.kind !== 'failed' ||
        phase.isHandled ||
        (name !== undefined && (onlyPrints(name) || isTransparent(name)))
      )
        return undefined;
      if (!values.some((value) => dependsOn(value, phase.id))) return undefined;
      const isGivenTask = expression.arguments.some(
        (given) => given.kind === 'identifier' && given.name === phase.task,
      );
      return [
        {
          value: symbol(`told@${String(expression.range.start)};`),
          state: told(state, isGivenTask || macro === 'unknown'),
        },
      ];
    },
    stored(key, value, state) {
      const { phase } = state;
      const isKept = key !== undefined && (code.variables.locals.has(key) || kept.has(key));
      return phase.kind === 'failed' && !isKept && dependsOn(value, phase.id) ? told(state, true) : state;
    },
    choose(node, state, ways) {
      const { phase } = state;
      const all = ways(state);
      const othersOf = ({ edge }: Way<Phase>): readonly FlowEdge[] =>
        all.flatMap((other) => (other.edge === edge ? [] : [other.edge]));
      const isCleanup =
        phase.kind === 'failed' &&
        phase.isHandled &&
        !phase.isGivenBack &&
        !asksFor(code, node, state, phase.id);
      const taken = all.map((way): Way<Phase> => {
        const own = way.state.phase;
        if (own.kind === 'before' && mayDecideNotTo(ahead, way.edge, othersOf(way)))
          return { ...way, state: { ...way.state, phase: { ...own, isGuarded: true } } };
        return isCleanup && own.kind === 'failed' && mayDecideTo(ahead, way.edge, othersOf(way))
          ? { ...way, state: { ...way.state, phase: { ...own, isUnsure: true } } }
          : way;
      });
      const isOpen = (way: Way<Phase>): boolean =>
        way.state.phase.kind === 'failed' && !way.state.phase.isHandled;
      if (!taken.some(isOpen)) return taken;
      const others = new Set(
        (phase.kind === 'failed'
          ? ways(asIfDone(state, phase.id))
          : // The taking call stands in the condition itself.
            taken.filter((way) => way.state.phase.kind === 'done' && mayBeZero(way.state))
        ).map(({ edge }) => edge),
      );
      const own = new Set(taken.filter(isOpen).map(({ edge }) => edge));
      // What fails takes one way only, and others may take it too.
      const isNarrowed = own.size < others.size && [...own].every((edge) => others.has(edge));
      return taken.map((way) =>
        isOpen(way) && (isNarrowed || !others.has(way.edge)) ? { ...way, state: handled(way.state) } : way,
      );
    },
    passed(node, state) {
      const { phase } = state;
      if (phase.kind === 'done') passedWhenDone.add(node);
      if (phase.kind === 'before') early.add(node);
      else passedLater.add(node);
      if (phase.kind === 'before' && node.kind === 'goto')
        return { ...state, phase: { ...phase, jump: node } };
      if (phase.kind !== 'failed' || phase.isHandled || node.kind === 'branch' || node.kind === 'switch')
        return state;
      if (isInside(phase.call.range, node.range) && isConsulted(node, phase.call)) return handled(state);
      const isHeld = [...state.variables].some(([, value]) => dependsOn(value, phase.id));
      if (isHeld || isInside(phase.call.range, node.range)) return state;
      lost.push({ call: phase.call, at: node.range, how: 'overwritten' });
      return undefined;
    },
    left(node, value, state, trail) {
      const { phase } = state;
      if (phase.kind === 'before') {
        early.add(node);
        return;
      }
      const returned = phase.kind === 'failed' && value !== undefined && dependsOn(value, phase.id);
      const after = returned ? handled(state) : state;
      exits.push({
        phase: after.phase,
        value,
        signs: value === undefined ? 0 : signsOf(state, value),
        node,
        trail,
        isPassedUp: returned && !phase.isHandled,
        isZero: mayBeZero(state),
        isLeftOutside:
          phase.kind === 'failed' &&
          [...state.variables].some(
            ([place, held]) => kept.has(place) && isOutside(code, place) && dependsOn(held, phase.id),
          ),
      });
    },
  });
  if (!isComplete) return undefined;

  const isSeveral = [...tasks].some((task) => task.includes('[') || isOfLoop(code, task));
  const done = exits.filter(({ phase }) => phase.kind === 'done');
  // The wrong way round: who was taken for is given back, who was not lives on.
  const plain = done.filter(({ isZero }) => isZero);
  const isUndoneWhenDone =
    plain.length > 0 && plain.every(({ phase }) => phase.kind === 'done' && phase.isGivenBack);
  const good = new Set(done.flatMap((exit) => (isError(exit) ? [] : [exit.node])));
  let handedOn = 0;
  for (const exit of exits) {
    const { phase, node, trail, signs, isPassedUp } = exit;
    if (phase.kind === 'failed') {
      // Whoever looks there finds it.
      if (exit.isLeftOutside) continue;
      if (!phase.isHandled) lost.push({ call: phase.call, at: node.range, how: 'left' });
      else if (isUndoneWhenDone && !phase.isGivenBack && givesTask(node, phase.task))
        lost.push({ call: phase.call, at: node.range, how: 'goes-on' });
      // A function may return 0 where it fails, and something else where it does not.
      else if (
        !phase.isTold &&
        done.some((other) => (other.isZero || isUndoneWhenDone) && isSameSuccess(exit, other)) &&
        !acts(trail, phase.call, passedWhenDone, effectOf)
      )
        lost.push({ call: phase.call, at: node.range, how: 'goes-on' });
      else if (isErrorPointer(node) && (signs & negative) === 0)
        lost.push({
          call: phase.call,
          at: node.range,
          how: signs === positive ? 'made-positive' : 'no-error',
        });
      else if (isSeveral || phase.isUnsure) continue;
      else if (!phase.isGivenBack) {
        handedOn |= signs;
        skipped.push({ call: phase.call, after: 'failure', at: node.range, trail, isPassedUp, early });
      }
    } else if (
      phase.kind === 'done' &&
      !phase.isGivenBack &&
      !isSeveral &&
      isError(exit) &&
      !isDecided(code, ahead, phase.call, trail, good)
    )
      skipped.push({ call: phase.call, after: 'success', at: node.range, trail, isPassedUp: false, early });
  }
  const succeeds = done.reduce((all, { signs }) => all | signs, 0);
  return {
    lost,
    skipped,
    tooEarly: tooEarly.map((one) => ({
      ...one,
      isShared: one.jump !== undefined && passedLater.has(one.jump),
    })),
    handedOn,
    succeeds,
    givesBack,
  };
}

/** The same state, had the taking call not failed; what was computed from its result is unknown then. */
function asIfDone(state: State<Phase>, id: string): State<Phase> {
  const signs = new Map([...state.signs].filter(([one]) => !one.includes(id)));
  return { ...state, signs: signs.set(id, zero).set(`(-${id})`, zero) };
}

/** What a taking call gave that did not fail. */
const givenId = ({ range }: CallExpression): string => `given@${String(range.start)};`;

/** The taking call may have given 0. */
const mayBeZero = ({ phase, signs }: State<Phase>): boolean =>
  phase.kind !== 'done' || ((signs.get(givenId(phase.call)) ?? zero) & zero) !== 0;

const keyOf = (phase: Phase): string =>
  phase.kind === 'before'
    ? `before ${String(phase.jump?.range.start)} ${String(phase.isGuarded)}`
    : phase.kind === 'failed'
      ? `failed ${phase.id} ${String(phase.isHandled)} ${String(phase.isTold)} ${String(phase.isUnsure)} ${String(phase.isGivenBack)}`
      : `done ${String(phase.call.range.start)} ${String(phase.isGivenBack)}`;

/** The same value that the function returns where nothing failed, and it is none that tells of an error. */
function isSameSuccess(failed: Exit, done: Exit): boolean {
  const [one, other] = [failed.value, done.value];
  if (!one || !other || (failed.signs & negative) !== 0) return false;
  if (one.kind === 'number' && other.kind === 'number') return one.value === other.value;
  return (
    one.kind === 'symbol' &&
    other.kind === 'symbol' &&
    one.id === other.id &&
    failed.signs === positive &&
    done.signs === positive
  );
}

/** Surely an error: a negative number, or `ERR_PTR()` of what is not surely 0. */
function isError({ node, signs }: Exit): boolean {
  if (signs === negative) return true;
  return (signs & negative) !== 0 && isErrorPointer(node);
}
