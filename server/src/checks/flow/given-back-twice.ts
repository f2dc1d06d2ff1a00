import { callsWithin, evaluatedBy } from '../../syntax/c/flow/control-flow';
import type { CallExpression } from '../../syntax/c/function-body';
import type { CheckContext } from '../check-context';
import type { Code } from './code';
import type { State } from './evaluate';
import { sureEffects } from './fork-paths';
import type { Effect } from './taking-code';
import { notifyingFunctions } from './notifications';
import { callersOf, notifyingCode } from './notifying-code';
import { walk } from './walk';

/** On one way through a function, two calls give back what the same task has. */
export interface GivenBackTwice {
  readonly code: Code;
  readonly first: CallExpression;
  readonly second: CallExpression;
}

/** What was given back on the way, by the task as written and what it stands for there. */
type Phase = ReadonlyMap<string, CallExpression>;

/** Every pair of such calls, in functions that notify and in those that call them. */
export function givenBackTwice(context: CheckContext): readonly GivenBackTwice[] {
  const effectOf = sureEffects(context);
  const own = notifyingFunctions(context).filter(({ sites }) => sites.length > 0);
  const all = [...own, ...own.flatMap((one) => callersOf(context, one))];
  const functions = new Map(all.map((one) => [`${one.file}:${String(one.fact.range.start)}`, one]));
  return [...functions.values()].flatMap(({ file, fact }) =>
    notifyingCode(context, file, fact).flatMap((code) => twiceIn(code, (call) => effectOf(code, call))),
  );
}

function twiceIn(
  code: Code,
  effectOf: (call: CallExpression) => Effect | undefined,
): readonly GivenBackTwice[] {
  const calls = code.graph.nodes.flatMap((node) =>
    evaluatedBy(node).flatMap((expression) => [...callsWithin(expression)]),
  );
  if (calls.filter((call) => effectOf(call)?.kind === 'give-back').length < 2) return [];
  const found = new Map<string, GivenBackTwice>();
  const isComplete = walk<Phase>(code, {
    start: new Map(),
    key: (given) => [...given].map(([task, call]) => `${task}:${String(call.range.start)}`).join(),
    call({ expression }, state) {
      const effect = effectOf(expression);
      // Of `list->task` it cannot be told whether it is the same one.
      if (effect?.task === undefined || !/^\w+$/.test(effect.task)) return undefined;
      const key = `${effect.task} ${heldBy(effect.task, state)}`;
      const given = new Map(state.phase);
      const first = given.get(key);
      if (effect.kind === 'take') given.delete(key);
      else if (!first) given.set(key, expression);
      else if (first.range.start !== expression.range.start)
        found.set(`${String(first.range.start)} ${String(expression.range.start)}`, {
          code,
          first,
          second: expression,
        });
      const value = { kind: 'symbol', id: `notified@${String(expression.range.start)};` } as const;
      return [{ value, state: { ...state, phase: given } }];
    },
  });
  return isComplete ? [...found.values()] : [];
}

/** What a variable holds: another task under the same name is another one. */
function heldBy(task: string, { variables }: State<Phase>): string {
  const value = variables.get(task);
  return value === undefined ? '' : value.kind === 'number' ? String(value.value) : value.id;
}
