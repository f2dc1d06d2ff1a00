import { bareCondition, expressionsWithin } from '../../syntax/c/flow/control-flow';
import type { Expression } from '../../syntax/c/function-body';
import type { RunnableFunction } from './program';
import type { TrailStep } from './state';

/** That a condition turned out so, for the trail. */
export function testStep(
  { file, text }: RunnableFunction,
  expression: Expression,
  holds: boolean,
  decided: boolean,
): TrailStep & { kind: 'test' } {
  const condition = bareCondition(expression);
  const names = [...expressionsWithin(condition)].flatMap((inner) =>
    inner.kind === 'identifier' ? [inner.name] : [],
  );
  const { start, end } = condition.range;
  const written = text.slice(start, end).trim().replace(/\s+/g, ' ');
  return { kind: 'test', file, at: start, text: written, holds, decided, names };
}
