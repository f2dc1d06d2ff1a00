import { callsWithin, evaluatedBy } from '../../syntax/c/flow/control-flow';
import type { FunctionFact } from '../../syntax/c/tree/functions';
import { finish, type Steps } from '../../syntax/steps';
import type { CheckContext } from '../check-context';
import { codeSteps, type Code } from './code';
import { notifyingFunctions, type NotifyingFunction } from './notifications';
import { passingOn } from './passing-on';
import { quietBranches } from './quiet-branches';

/**
 * The ways through a function, for who follows notifications and locks only: of other `#if`s not every combination is
 * looked at. `helper`: a function whose calls count as well.
 */
export const notifyingCode = (
  context: CheckContext,
  file: string,
  fact: FunctionFact,
  helper?: string,
): readonly Code[] => finish(notifyingCodeSteps(context, file, fact, helper));

/** The same in steps of one way each. */
export function* notifyingCodeSteps(
  context: CheckContext,
  file: string,
  fact: FunctionFact,
  helper?: string,
): Steps<readonly Code[]> {
  const source = context.source(file);
  const { body } = fact;
  if (!source || !body) return [];
  const names = new Set([
    ...context.snapshot.family.dispatchers.map((one) => one.function),
    ...notifyingFunctions(context).map((one) => one.fact.name),
    ...passingOn(context).map((one) => one.fact.name),
    ...(helper === undefined ? [] : [helper]),
  ]);
  const isQuiet = quietBranches(source.text, source.facts, body, names);
  return yield* codeSteps(context, file, fact, { name: [...names].sort().join(), isQuiet });
}

export interface Caller {
  readonly file: string;
  readonly fact: FunctionFact;
}

/** Functions that call `callee` by name: in its own file, and where the tree was searched for it. */
export function callersOf(context: CheckContext, callee: NotifyingFunction): readonly Caller[] {
  const { name, isStatic } = callee.fact;
  const files =
    isStatic && callee.file.endsWith('.c') ? [callee.file] : [callee.file, ...(context.mentions(name) ?? [])];
  return [...new Set(files)].flatMap((file) => {
    const source = context.source(file);
    if (!source || !/\.[ch]$/.test(file)) return [];
    return context
      .functions(file)
      .filter(
        (fact) =>
          fact.body !== undefined &&
          fact.name !== name &&
          source.text.slice(fact.body.start, fact.body.end).includes(name) &&
          notifyingCode(context, file, fact, name).some(({ graph }) =>
            graph.nodes.some((node) =>
              evaluatedBy(node).some((expression) =>
                [...callsWithin(expression)].some((call) => call.name === name),
              ),
            ),
          ),
      )
      .map((fact) => ({ file, fact }));
  });
}
