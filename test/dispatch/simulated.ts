import { rmSync, writeFileSync } from 'node:fs';
import type { DispatchResult, PossibleReturn } from '../../server/src/dispatch/dispatch-result';
import { simulateDispatch, type DispatchRequest } from '../../server/src/dispatch/simulate';
import type { CodeReader } from '../../server/src/watchers/code-reader';
import { change, contextOf } from '../checks/kernel-under-check';
import { copyOfExample } from '../cli/kernel-under-test';

export const dispatched = (reader: CodeReader, request: DispatchRequest): DispatchResult => {
  const result = simulateDispatch(reader, request);
  if ('problem' in result) throw new Error(result.problem);
  return result;
};

/** A copy of the example kernel, changed. */
export const inCopy = async (
  edit: (root: string) => void,
  test: (reader: CodeReader) => void,
  family?: string,
): Promise<void> => {
  const root = copyOfExample();
  try {
    edit(root);
    test(await contextOf(root, family));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

export const sampleText = (before: string, body: string): string => `#include <linux/err.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/task_watchers.h>
int ext_take(int which);
${before}
static int sample(unsigned long val, struct task_struct *tsk)
{
${body}
}
task_watcher_func(init, sample);
`;

/** A watcher's body, and the code in front of it. */
export interface Sample {
  readonly before: string;
  readonly body: string;
  readonly val?: string;
}

/** What each of several watchers may return, simulated in one kernel. */
export const returnsOfAll = async (
  samples: readonly Sample[],
): Promise<readonly (readonly PossibleReturn[])[]> => {
  const nameOf = (index: number): string => `sample_${String(index)}`;
  const returns: (readonly PossibleReturn[])[] = [];
  await inCopy(
    (root) => {
      samples.forEach(({ before, body }, index) => {
        const text = sampleText(before, body).replace(/\bsample\b/g, nameOf(index));
        writeFileSync(`${root}/kernel/${nameOf(index)}.c`, text);
      });
      const objects = samples.map((_, index) => `${nameOf(index)}.o`).join(' ');
      change(root, 'kernel/Makefile', (text) => `${text}\nobj-y += ${objects}\n`);
    },
    (reader) => {
      samples.forEach(({ val = '0' }, index) => {
        const { steps } = dispatched(reader, { event: 'INIT', val });
        returns.push(steps.find((step) => step.function === nameOf(index))?.returns ?? []);
      });
    },
  );
  return returns;
};

/** What a watcher may return that has this code in front of it and this body. */
export const possibleReturns = async (
  before: string,
  body: string,
  val = '0',
): Promise<readonly PossibleReturn[]> => (await returnsOfAll([{ before, body, val }]))[0] ?? [];

/** As {@link possibleReturns}, as they are written. */
export const returnsOf = async (before: string, body: string, val = '0'): Promise<readonly string[]> =>
  (await possibleReturns(before, body, val)).map(({ text }) => text);
