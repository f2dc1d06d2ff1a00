import { controlFlow, type FlowGraph } from '../../syntax/c/flow/control-flow';
import type { FunctionBody } from '../../syntax/c/function-body';
import type { FunctionFact } from '../../syntax/c/tree/functions';
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

const known = new WeakMap<FunctionFact, readonly Code[]>();

/** The ways through a function's `#if`s. */
export function codeOf(context: CheckContext, file: string, fact: FunctionFact): readonly Code[] {
  let codes = known.get(fact);
  if (!codes) {
    const parameters = fact.parameters.flatMap(({ name, type }) =>
      name === undefined ? [] : [{ key: name, type }],
    );
    codes = context.bodies(file, fact).map((body) => {
      const graph = controlFlow(body);
      const variables = variablesOf(body, parameters);
      return { file, fact, body, graph, variables, live: liveVariables(graph, variables) };
    });
    known.set(fact, codes);
  }
  return codes;
}
