import { writtenName } from '../../syntax/c/flow/own-names';
import type { Expression, ExpressionOf } from '../../syntax/c/function-body';
import { arithmetic, derived, literal } from './arithmetic';
import { cType, common, int, pointer, promoted, unsignedLong, wrap, type CType } from './c-type';
import { compare } from './compare';
import { knownCall, releaseSteps } from './known-calls';
import { afterWord, leavingWords, macroOf, throughMacro, valuesNamed, writtenIn } from './macro-words';
import { pathOf } from './path';
import { tooMany, type Answer, type Call, type Frame } from './program';
import { staticType } from './static-type';
import {
  assigned,
  boundsIn,
  bounded,
  convertedIn,
  disturbed,
  fresh,
  noted,
  settled,
  stored,
  type State,
} from './state';
import { testStep } from './test-step';
import { boundsOfType, number, type Comparison, type Value } from './value';

/** Runs a function that is called; the caller of {@link evaluate} provides it. */
export type RunInto = (frame: Frame, call: Call, state: State) => readonly Answer[] | undefined;

export interface Evaluator {
  /** Every value that an expression may have, each with what is known then, and done by then. */
  readonly evaluate: (frame: Frame, expression: Expression, state: State) => readonly Answer[];
  /** Both ways that a condition may turn out, as far as they are possible. */
  readonly test: (
    frame: Frame,
    expression: Expression,
    state: State,
  ) => readonly { readonly holds: boolean; readonly state: State }[];
}

interface Outcome {
  readonly holds: boolean;
  readonly state: State;
  readonly value?: Value;
}

const isComparison = (operator: string): operator is Comparison => /^(?:[<>]=?|[=!]=)$/.test(operator);

/** Arguments as they are written, blanks folded; a call reads the same however often it is passed. */
const textsOf = new WeakMap<Expression, { readonly source: string; readonly texts: readonly string[] }>();

function argumentTexts(source: string, expression: Expression & { kind: 'call' }): readonly string[] {
  const known = textsOf.get(expression);
  if (known?.source === source) return known.texts;
  const texts = expression.arguments.map(({ range }) =>
    source.slice(range.start, range.end).trim().replace(/\s+/g, ' '),
  );
  textsOf.set(expression, { source, texts });
  return texts;
}

export function evaluator(runInto: RunInto): Evaluator {
  const unknownOf = (frame: Frame, what: string, at: number, state: State): readonly Answer[] => [
    fresh(state, what, at, frame.followed !== undefined),
  ];

  function evaluate(frame: Frame, expression: Expression, state: State): readonly Answer[] {
    switch (expression.kind) {
      case 'number':
        return [{ value: literal(expression.text, frame.program.wordBits), state }];
      case 'char':
        return expression.value === undefined
          ? unknownOf(frame, expression.text, expression.range.start, state)
          : [{ value: number(expression.value, int), state }];
      case 'identifier':
        return [read(frame, expression, state)];
      case 'member':
      case 'index':
      case 'dereference':
        return readPath(frame, expression, state);
      case 'call':
        return call(frame, expression, state);
      case 'unary':
        return unary(frame, expression, state);
      case 'binary':
        return binary(frame, expression, state);
      case 'assign':
        return assign(frame, expression, state);
      case 'update':
        return update(frame, expression, state);
      case 'conditional':
        return chosenOf(frame, expression, state);
      case 'comma':
        return expression.expressions.reduce<readonly Answer[]>(
          (answers, part) => answers.flatMap((answer) => evaluate(frame, part, answer.state)),
          [{ value: number(0, int), state }],
        );
      case 'cast':
        return evaluate(frame, expression.operand, state).map((answer) => ({
          value: castTo(frame, expression.type, answer),
          state: answer.state,
        }));
      case 'address':
        return reached(frame, expression.operand, state).flatMap((after) =>
          unknownOf(frame, 'address', expression.range.start, after),
        );
      case 'compound-literal':
        return evaluate(frame, expression.initialiser, state).flatMap((answer) =>
          unknownOf(frame, 'literal', expression.range.start, answer.state),
        );
      case 'initialiser-list':
        return expression.items
          .reduce<readonly State[]>(
            (states, item) =>
              states.flatMap((one) => evaluate(frame, item.value, one).map((answer) => answer.state)),
            [state],
          )
          .flatMap((after) => unknownOf(frame, 'list', expression.range.start, after));
      case 'sizeof':
        return [sizeOf(frame, expression, state)];
      case 'string':
        return pointerTo(frame, expression.range.start, state);
      case 'statement-expression':
        return unknownOf(frame, 'code', expression.range.start, {
          ...disturbed(state),
          doubt: 'a statement expression',
        });
      case 'unknown':
        // Whatever is in there may change anything.
        return unknownOf(frame, 'code', expression.range.start, { ...disturbed(state), locals: new Map() });
      default:
        return unknownOf(frame, expression.kind, expression.range.start, state);
    }
  }

  function chosenOf(
    frame: Frame,
    { condition, whenTrue, whenFalse }: Expression & { kind: 'conditional' },
    state: State,
  ): readonly Answer[] {
    // `a ?: b` evaluates `a` once.
    const outcomes: readonly Outcome[] = whenTrue
      ? test(frame, condition, state)
      : tested(frame, condition, state);
    const decided = outcomes.every(({ holds }) => holds === outcomes[0]?.holds);
    return outcomes.flatMap(({ holds, state: after, value }) => {
      const step = testStep(frame.function, condition, holds, decided);
      const matters = !frame.followed || step.names.some((name) => frame.followed?.has(name));
      const next = matters ? noted(after, step) : after;
      const answers =
        holds && !whenTrue && value
          ? [{ value: settled(next, value), state: next }]
          : evaluate(frame, holds ? (whenTrue ?? condition) : whenFalse, next);
      const other = staticType(frame, holds ? whenFalse : (whenTrue ?? condition));
      return answers.map((answer) => ({ ...answer, value: met(answer, other) }));
    });
  }

  /** The value of one operand of `?:`, in the type that it has in common with the other. */
  function met({ value, state }: Answer, other: CType | undefined): Value {
    if (value.kind !== 'number' && value.kind !== 'symbol') return value;
    if (!value.type || value.type.isPointer === true || other?.isPointer === true) return value;
    return other ? convertedIn(state, value, common(value.type, other), '') : { ...value, type: undefined };
  }

  /** Whether it is not 0, with what it is. */
  function tested(frame: Frame, expression: Expression, state: State): readonly Outcome[] {
    return evaluate(frame, expression, state).flatMap(({ value, state: after }) =>
      compare('!=', value, number(0, int), after).map((way) => ({ ...way, value })),
    );
  }

  function castTo(frame: Frame, type: string, { value, state }: Answer): Value {
    if (type === 'void') return value;
    return convertedIn(state, value, cType(type, frame.program.wordBits), type);
  }

  function sizeOf(frame: Frame, { operand, operator, range }: ExpressionOf<'sizeof'>, state: State): Answer {
    const { wordBits } = frame.program;
    const type =
      operand.kind === 'type' && !operand.text.includes('[') ? cType(operand.text, wordBits) : undefined;
    const size = unsignedLong(wordBits);
    return type && operator === 'sizeof'
      ? { value: number(type.bits / 8, size), state }
      : fresh(state, operator, range.start, frame.followed !== undefined, { type: size });
  }

  function pointerTo(frame: Frame, at: number, state: State): readonly Answer[] {
    const id = `string@${String(at)}`;
    return [
      {
        value: { kind: 'symbol', id, type: pointer(frame.program.wordBits), at },
        state: bounded(state, id, { min: 1n, max: (1n << 63n) - 1n, not: [] }),
      },
    ];
  }

  function read(frame: Frame, expression: Expression & { kind: 'identifier' }, state: State): Answer {
    const { name } = expression;
    if (name === 'NULL') return { value: number(0, pointer(frame.program.wordBits)), state };
    if (name === 'false' || name === 'true') return { value: number(name === 'true' ? 1 : 0, int), state };
    if (frame.types.has(name) && !frame.exposed.has(name)) {
      // One that is not followed keeps no value that it was given at the start.
      const known = frame.followed?.has(name) === false ? undefined : state.locals.get(name);
      if (known) return { value: settled(state, known), state };
      const type = frame.types.get(name);
      const made = fresh(state, name, expression.range.start, frame.followed !== undefined, { type });
      if (frame.followed && !frame.followed.has(name)) return made;
      return {
        value: made.value,
        state: assigned(made.state, name, made.value, type, frame.texts.get(name)),
      };
    }
    if (!frame.types.has(name)) {
      const global = frame.program.global(name);
      if (global) return { value: global, state };
      const constant = frame.program.constant(frame.function.file, name);
      if (constant) return { value: number(constant.value, constant.type), state };
      const after = afterWord(frame, name, expression.range.start, state);
      if (after !== state) return fresh(after, name, expression.range.start, frame.followed !== undefined);
    }
    return fromMemory(frame, name, frame.types.get(name), expression.range.start, state);
  }

  function fromMemory(frame: Frame, path: string, type: CType | undefined, at: number, state: State): Answer {
    // What memory holds does not tell ways apart where only some variables are followed: nothing may hang on it.
    if (frame.followed) return fresh(state, path, at, true, { type });
    const known = state.memory.get(path);
    if (known) return { value: settled(state, known), state };
    const value: Value = { kind: 'symbol', id: `${path}#${String(state.version)}`, type, at };
    return { value, state: { ...state, memory: new Map([...state.memory, [path, value]]) } };
  }

  function readPath(frame: Frame, expression: Expression, state: State): readonly Answer[] {
    if (expression.kind === 'index')
      return pairs(frame, expression.object, expression.index, state).map(({ left, right, state: after }) => {
        const index = right.kind === 'number' ? right.value : undefined;
        if (index !== undefined && expression.object.kind === 'identifier') {
          const element = frame.program.element(expression.object.name, index);
          if (element) return { value: element, state: after };
        }
        return left.kind === 'entry' && index !== undefined
          ? { value: entryAt(left.position + Number(index)), state: after }
          : pathValue(frame, expression, after);
      });
    if (expression.kind === 'dereference')
      return evaluate(frame, expression.operand, state).map((pointer) =>
        pointer.value.kind === 'entry'
          ? { value: entryAt(pointer.value.position), state: pointer.state }
          : pathValue(frame, expression, pointer.state),
      );
    return reached(frame, expression, state).map((after) => pathValue(frame, expression, after));
  }

  /** What is evaluated to find a place, without what it holds. */
  function reached(frame: Frame, place: Expression, state: State): readonly State[] {
    // A name, or members of one.
    if (pathOf(place) !== undefined) return [state];
    const statesOf = (part: Expression, from: State): readonly State[] =>
      evaluate(frame, part, from).map((answer) => answer.state);
    switch (place.kind) {
      case 'member':
        return place.arrow ? statesOf(place.object, state) : reached(frame, place.object, state);
      case 'index':
        return statesOf(place.object, state).flatMap((after) => statesOf(place.index, after));
      case 'dereference':
        return statesOf(place.operand, state);
      default:
        return statesOf(place, state);
    }
  }

  /** What a slot holds: the function there. */
  const entryAt = (position: number): Value => ({ kind: 'function', name: `slot ${String(position)}` });

  function pathValue(frame: Frame, expression: Expression, state: State): Answer {
    const path = pathOf(expression);
    if (path === undefined)
      return fresh(state, 'memory', expression.range.start, frame.followed !== undefined);
    return fromMemory(frame, path, undefined, expression.range.start, state);
  }

  function call(frame: Frame, expression: Expression & { kind: 'call' }, state: State): readonly Answer[] {
    const evaluated = expression.arguments.reduce<
      readonly { readonly values: readonly Value[]; readonly state: State }[]
    >(
      (ways, argument) =>
        ways.flatMap((way) =>
          evaluate(frame, argument, way.state).map((answer) => ({
            values: [...way.values, answer.value],
            state: answer.state,
          })),
        ),
      [{ values: [], state }],
    );
    const texts = argumentTexts(frame.function.text, expression);
    return evaluated.flatMap(({ values, state: ready }) => {
      const made: Call = {
        name: expression.callee.kind === 'identifier' ? expression.callee.name : '',
        arguments: values,
        texts,
        file: frame.function.file,
        at: expression.range.start,
      };
      return calleeAnswers(frame, expression.callee, made, ready);
    });
  }

  function calleeAnswers(frame: Frame, callee: Expression, made: Call, state: State): readonly Answer[] {
    if (--frame.budget.left < 0) return ordinary(frame, made, { ...state, doubt: tooMany });
    const isVariable = made.name === '' || frame.types.has(made.name);
    if (isVariable)
      return evaluate(frame, callee, state).flatMap((target) => {
        const position = positionOf(target.value);
        return position === undefined
          ? throughUnknown(frame, made, target.state)
          : frame.program.throughTable(position, made, target.state);
      });
    return (
      frame.program.answers(made, state) ??
      knownCall(frame.program, made, state) ??
      runInto(frame, made, state) ??
      ordinary(frame, made, state)
    );
  }

  function throughUnknown(frame: Frame, made: Call, state: State): readonly Answer[] {
    const reason = 'a call through a pointer that is not known';
    const step = { kind: 'unknown', file: made.file, at: made.at, reason } as const;
    return ordinary(frame, { ...made, name: made.name || 'a function pointer' }, noted(state, step));
  }

  /** `(*p)(x)` and `p(x)` both call what the slot holds. */
  function positionOf(value: Value): number | undefined {
    if (value.kind === 'entry') return value.position;
    if (value.kind !== 'function') return undefined;
    const slot = /^slot (\d+)$/.exec(value.name)?.[1];
    return slot === undefined ? undefined : Number(slot);
  }

  /**
   * A function that we do not look into: any result, and memory may be another. A macro may also write to the variables
   * it is given (`get_user(x, p)`).
   */
  function ordinary(frame: Frame, made: Call, state: State): readonly Answer[] {
    const macro = macroOf(frame, made.name, true);
    // A macro may use an argument never, once or often.
    const updated = macro ? made.texts.flatMap(writtenIn) : [];
    const written =
      macro?.writes === true
        ? new Set([...made.texts, ...macro.names, ...updated])
        : updated.length > 0
          ? new Set(updated)
          : undefined;
    const leaves =
      macro !== undefined && (macro.leaves || made.texts.some((text) => leavingWords.test(text)));
    const jumps = made.texts.some((text) => frame.labels.has(text));
    // Where only some variables are followed, nothing is known of memory that could change.
    const named = macro ? valuesNamed(state, macro.names) : [];
    const left = frame.program.unfollowed({ ...made, arguments: [...made.arguments, ...named] }, state);
    const ready = frame.followed && state.memory.size === 0 ? left : disturbed(left);
    const after: State =
      written || leaves || jumps
        ? {
            ...ready,
            locals: written
              ? new Map([...state.locals].filter(([name]) => !written.has(writtenName(name))))
              : state.locals,
            doubt: leaves || jumps ? `${made.name}() may leave from here` : state.doubt,
          }
        : ready;
    const answer = fresh(after, `${made.name}()`, made.at, frame.followed !== undefined, {
      callee: made.name,
    });
    if (!frame.followed) {
      const steps = releaseSteps(made);
      return [steps.length === 0 ? answer : { ...answer, state: steps.reduce(noted, answer.state) }];
    }
    const { name, arguments: given, texts, at } = made;
    const step = { kind: 'call', file: made.file, at, name, arguments: given, texts } as const;
    return [{ ...answer, state: noted(answer.state, step) }];
  }

  function unary(frame: Frame, expression: Expression & { kind: 'unary' }, state: State): readonly Answer[] {
    if (expression.operator === '!')
      return test(frame, expression.operand, state).map(({ holds, state: after }) => ({
        value: number(holds ? 0 : 1, int),
        state: after,
      }));
    return evaluate(frame, expression.operand, state).map((answer): Answer => {
      const { value } = answer;
      if (expression.operator === '+') return answer;
      if (value.kind === 'number' && value.type) {
        const type = promoted(value.type);
        const result = expression.operator === '-' ? -value.value : ~value.value;
        return { value: number(wrap(result, type), type), state: answer.state };
      }
      if (value.kind !== 'symbol')
        return { ...answer, value: derived(expression.operator, value, undefined) };
      const made = derived(expression.operator, value, value.type && promoted(value.type));
      // Of what is unsigned the negative is no less than 0.
      if (expression.operator !== '-' || made.kind !== 'symbol' || made.type?.signed !== true)
        return { ...answer, value: made };
      const { min, max } = boundsIn(answer.state, value.id, value.type);
      const limit = boundsOfType(made.type);
      const [low, high] = [-max, -min];
      return {
        value: made,
        state:
          low >= limit.min && high <= limit.max
            ? bounded(answer.state, made.id, { min: low, max: high, not: [] })
            : answer.state,
      };
    });
  }

  function binary(
    frame: Frame,
    expression: Expression & { kind: 'binary' },
    state: State,
  ): readonly Answer[] {
    const { operator } = expression;
    if (operator === '&&' || operator === '||' || isComparison(operator))
      return test(frame, expression, state).map(({ holds, state: after }) => ({
        value: number(holds ? 1 : 0, int),
        state: after,
      }));
    return pairs(frame, expression.left, expression.right, state).map(({ left, right, state: after }) =>
      arithmetic(operator, left, right, after),
    );
  }

  function pairs(
    frame: Frame,
    left: Expression,
    right: Expression,
    state: State,
  ): readonly { readonly left: Value; readonly right: Value; readonly state: State }[] {
    return evaluate(frame, left, state).flatMap((one) =>
      evaluate(frame, right, one.state).map((other) => ({
        left: settled(other.state, one.value),
        right: other.value,
        state: other.state,
      })),
    );
  }

  function assign(
    frame: Frame,
    expression: Expression & { kind: 'assign' },
    state: State,
  ): readonly Answer[] {
    const { target, operator } = expression;
    const results =
      operator === '='
        ? evaluate(frame, expression.value, state)
        : pairs(frame, target, expression.value, state).map(({ left, right, state: after }) =>
            arithmetic(operator.slice(0, -1), left, right, after),
          );
    if (operator !== '=') return results.map((answer) => store(frame, target, answer));
    return results.flatMap(({ value, state: after }) =>
      reached(frame, target, after).map((ready) => store(frame, target, { value, state: ready })),
    );
  }

  function update(
    frame: Frame,
    expression: Expression & { kind: 'update' },
    state: State,
  ): readonly Answer[] {
    return evaluate(frame, expression.operand, state).map((answer) => {
      const changed = arithmetic(
        expression.operator === '++' ? '+' : '-',
        answer.value,
        number(1, int),
        answer.state,
      );
      const after = store(frame, expression.operand, changed);
      return { value: expression.prefix ? after.value : answer.value, state: after.state };
    });
  }

  function store(frame: Frame, target: Expression, { value, state: given }: Answer): Answer {
    const state = throughMacro(frame, target, given);
    if (target.kind === 'identifier' && frame.types.has(target.name) && !frame.exposed.has(target.name)) {
      if (frame.followed && !frame.followed.has(target.name)) return { value, state };
      const { types, texts } = frame;
      const after = assigned(state, target.name, value, types.get(target.name), texts.get(target.name));
      return { value: after.locals.get(target.name) ?? value, state: after };
    }
    const at = `stored#${String(state.calls)}`;
    const counted = { ...state, calls: state.calls + 1 };
    // Bit-fields and narrow members hold less than what is stored: a 1 in one bit with a sign is -1.
    const isOne = value.kind === 'number' && value.value === 1n;
    const kept: Value = isOne
      ? { kind: 'symbol', id: at, type: undefined }
      : convertedIn(state, value, undefined, at);
    const known = isOne ? bounded(counted, at, { min: -1n, max: 1n, not: [0n] }) : counted;
    return { value: kept, state: stored(known, pathOf(target), kept) };
  }

  function test(
    frame: Frame,
    expression: Expression,
    state: State,
  ): readonly { readonly holds: boolean; readonly state: State }[] {
    if (--frame.budget.left < 0) return [{ holds: false, state: { ...state, doubt: tooMany } }];
    if (expression.kind === 'unary' && expression.operator === '!')
      return test(frame, expression.operand, state).map(({ holds, state: after }) => ({
        holds: !holds,
        state: after,
      }));
    if (expression.kind === 'binary') {
      const { operator } = expression;
      if (operator === '&&' || operator === '||') {
        const stops = operator === '||';
        return test(frame, expression.left, state).flatMap((first) =>
          first.holds === stops ? [first] : test(frame, expression.right, first.state),
        );
      }
      if (isComparison(operator))
        return pairs(frame, expression.left, expression.right, state).flatMap(
          ({ left, right, state: after }) => compare(operator, left, right, after),
        );
    }
    return tested(frame, expression, state);
  }

  return { evaluate, test };
}
