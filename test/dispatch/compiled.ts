import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleKernel } from '../cli/kernel-under-test';
import { admits } from './against-gcc';
import { possibleReturns, returnsOfAll, sampleText, type Sample } from './simulated';

/** What ext_take() gives, call by call; the last goes on. */
type Taken = readonly number[];

const main = `
#include <stdio.h>
#include <stdlib.h>
static char **taken;
static int left;
int ext_take(int which)
{
\tint given = atoi(*taken);
\tif (left > 1) { taken++; left--; }
\treturn given;
}
unsigned long ext_word(void) { return ext_take(0); }
int main(int count, char **words)
{
\tstruct task_struct task = { 0 };
\ttaken = words + 2;
\tleft = count - 2;
\tprintf("%d", sample(strtoul(words[1], NULL, 0), &task));
\treturn 0;
}
`;

/** What the watcher `sample` really returns, compiled by GCC: one number for each row of what ext_take() gives. */
export function compiledReturns(
  before: string,
  body: string,
  val: string,
  taken: readonly Taken[],
): readonly number[] {
  const build = mkdtempSync(join(tmpdir(), 'compiled-'));
  try {
    const [source, program] = [join(build, 'sample.c'), join(build, 'sample')];
    writeFileSync(source, sampleText(before, body) + main);
    const names = ['-Dsize_t=size_t_', '-Duid_t=uid_t_', '-Dgid_t=gid_t_'];
    const flags = ['-O1', '-w', '-fwrapv', '-std=gnu11', '-I', join(exampleKernel, 'include')];
    execFileSync('gcc', [...flags, ...names, '-o', program, source]);
    return taken.map((row) => Number(execFileSync(program, [val, ...row.map(String)], { encoding: 'utf8' })));
  } finally {
    rmSync(build, { recursive: true, force: true });
  }
}

/** Real results that the simulation leaves out. */
export async function leftOut(
  before: string,
  body: string,
  { val = '0', taken = [[0]] }: { readonly val?: string; readonly taken?: readonly Taken[] } = {},
): Promise<readonly number[]> {
  const claimed = await possibleReturns(before, body, val);
  return compiledReturns(before, body, val, taken).filter((real) => !admits(claimed, real));
}

export interface CompiledSample extends Sample {
  readonly what: string;
  readonly taken?: readonly Taken[];
  /** Every number that it may return is known. */
  readonly isKnown?: true;
}

/** What of these samples is claimed wrongly, one line each; of those that are known, what is not claimed as it is too. */
export async function wrongClaims(samples: readonly CompiledSample[]): Promise<readonly string[]> {
  const claims = await returnsOfAll(samples);
  return samples.flatMap(({ what, before, body, val = '0', taken = [[0]], isKnown }, index) => {
    const claimed = claims[index] ?? [];
    const real = [...new Set(compiledReturns(before, body, val, taken))];
    const isRight = isKnown
      ? claimed.length === real.length &&
        claimed.every(({ value }) => value !== undefined && real.includes(value))
      : real.every((one) => admits(claimed, one));
    return isRight
      ? []
      : [`${what}: really ${real.join(' or ')}, claimed ${claimed.map(({ text }) => text).join(' or ')}`];
  });
}
