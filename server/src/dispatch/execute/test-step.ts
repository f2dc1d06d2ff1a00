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
  const { start, written, names } = readingOf(text, expression);
  return { kind: 'test', file, at: start, text: written, holds, decided, names };
}

interface Reading {
  readonly source: string;
  readonly start: number;
  readonly written: string;
  readonly names: readonly string[];
}

/** A condition reads the same however often it is passed. */
const readings = new WeakMap<Expression, Reading>();

function readingOf(source: string, expression: Expression): Reading {
  const known = readings.get(expression);
  if (known?.source === source) return known;
  const condition = bareCondition(expression);
  const names = [...expressionsWithin(condition)].flatMap((inner) =>
    inner.kind === 'identifier' ? [inner.name] : [],
  );
  const { start, end } = condition.range;
  const written = source.slice(start, end).trim().replace(/\s+/g, ' ');
  const reading: Reading = { source, start, written, names };
  readings.set(expression, reading);
  return reading;
}
