import type { WhyStep } from '../kbuild/link-plan';

/**
 * The makefile line that keeps an object out, as `file:line: text`. A line whose condition decides says more than the
 * one that names the object; where the condition stands around the line, it is added.
 */
export function decidingLine(why: readonly WhyStep[]): string {
  const step = why.findLast(({ guards }) => guards.length > 0) ?? why.at(-1);
  if (step === undefined) return 'no makefile names it';
  const around = step.guards.filter((guard) => !step.text.includes(configName(guard)));
  const line = `${step.file}:${step.line}: ${step.text}`;
  return around.length === 0 ? line : `${line} (only with ${around.join(', ')})`;
}

/** The option a guard is about: `!CONFIG_SMP`, `CONFIG_X=y`. */
const configName = (guard: string): string => /CONFIG_\w+/.exec(guard)?.[0] ?? guard;
