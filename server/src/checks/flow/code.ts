import { controlFlow, type FlowGraph } from '../../syntax/c/flow/control-flow';
import type { FunctionBody } from '../../syntax/c/function-body';
import type { FunctionFact, Quiet } from '../../syntax/c/tree/functions';
import { finish, type Steps } from '../../syntax/steps';
import type { CheckContext } from '../check-context';
import { liveVariables } from './live-variables';
import { variablesOf, type Variables } from './variables';

/** One way through the `#if`s of a function, made ready to be followed. */
export interface Code {
  readonly file: string;
  readonly fact: FunctionFact;
  readonly body: FunctionBody;
  readonly graph: FlowGraph;
  readonly variables: Variables;
  readonly live: readonly ReadonlySet<string>[];
}

const known = new WeakMap<FunctionFact, Map<string, readonly Code[]>>();

/** The ways through a function's `#if`s; quiet branches are not told apart. */
export const codeOf = (
  context: CheckContext,
  file: string,
  fact: FunctionFact,
  quiet?: Quiet,
): readonly Code[] => finish(codeSteps(context, file, fact, quiet));

/** The same in steps of one way each. */
export function* codeSteps(
  context: CheckContext,
  file: string,
  fact: FunctionFact,
  quiet?: Quiet,
): Steps<readonly Code[]> {
  let kinds = known.get(fact);
  if (!kinds) known.set(fact, (kinds = new Map<string, readonly Code[]>()));
  let codes = kinds.get(quiet?.name ?? '');
  if (!codes) {
    const parameters = fact.parameters.flatMap(({ name, type }) =>
      name === undefined ? [] : [{ key: name, type }],
    );
    codes = (yield* context.bodySteps(file, fact, quiet)).map((body) => {
      const graph = controlFlow(body);
      const variables = variablesOf(body, parameters);
      return { file, fact, body, graph, variables, live: liveVariables(graph, variables) };
    });
    kinds.set(quiet?.name ?? '', codes);
  }
  return codes;
}
