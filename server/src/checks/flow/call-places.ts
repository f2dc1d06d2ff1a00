import { callsWithin, evaluatedBy, expressionsWithin, type FlowNode } from '../../syntax/c/flow/control-flow';
import type { CallExpression, Expression } from '../../syntax/c/function-body';
import type { Code } from './code';

/** The call is a statement of its own, or stands before a comma: its result is thrown away. */
export function isThrownAway({ graph }: Code, call: CallExpression): boolean {
  return graph.nodes.some(
    (node) =>
      (node.kind === 'expression' && isBareCall(node.expression, call)) || standsBeforeComma(node, call),
  );
}

/** In `x = (call, other)`, what is kept is not the call's result. */
export const standsBeforeComma = (node: FlowNode, call: CallExpression): boolean =>
  evaluatedBy(node).some((expression) =>
    [...expressionsWithin(expression)].some(
      (inner) =>
        inner.kind === 'comma' && inner.expressions.slice(0, -1).some((part) => isBareCall(part, call)),
    ),
  );

/** The call, or `(void)` of it. */
function isBareCall(expression: Expression, call: CallExpression): boolean {
  const bare = expression.kind === 'cast' && expression.type === 'void' ? expression.operand : expression;
  return bare.kind === 'call' && bare.range.start === call.range.start;
}

/** No way leads through the body past all such calls. */
export function passesAlways({ graph }: Code, isWanted: (call: CallExpression) => boolean): boolean {
  const stops = graph.nodes.map((node) =>
    evaluatedBy(node).some((expression) => [...callsWithin(expression)].some(isWanted)),
  );
  const seen = new Set([graph.entry]);
  for (const at of seen) {
    if (at === graph.exit) return false;
    if (stops[at] !== true) for (const { to } of graph.next[at] ?? []) seen.add(to);
  }
  return true;
}
