import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DispatchResult, PossibleReturn } from '../../server/src/dispatch/dispatch-result';
import { simulateDispatch } from '../../server/src/dispatch/simulate';
import type { CodeReader } from '../../server/src/watchers/code-reader';
import { contextOf } from '../checks/kernel-under-check';
import { copyOfExample } from '../cli/kernel-under-test';
import { dice } from './dice';
import {
  callerBodies,
  callerFile,
  dispatcherBodies,
  dispatcherFile,
  harnessHeader,
  harnessMain,
  watcherFile,
} from './generated-code';
import { moreCallers, moreDispatchers } from './generated-walkers';

/** What one real run did, read from the harness's output. */
interface RealRun {
  readonly val: bigint;
  readonly mask: bigint;
  /** INIT watchers in the order in which they ran, with the `val` they got. */
  readonly ran: readonly { readonly watcher: number; readonly val: string }[];
  /** What each returned, by watcher. */
  readonly left: ReadonlyMap<number, number>;
  readonly gave: number;
  readonly freed: boolean;
  readonly undone: readonly number[];
  readonly returned: number;
}

export interface Compared {
  readonly pairs: number;
  /** How many results of the dispatcher the simulation was certain of, and how many ways through the caller. */
  readonly certain: number;
  readonly certainCallers: number;
  readonly wrong: readonly string[];
}

/**
 * Generates a kernel, simulates INIT for many (val, failures) and compares each with what the same sources do when GCC
 * compiles them and the program runs.
 */
export async function compareGenerated(seed: number, pairs: number): Promise<Compared> {
  const random = dice(seed);
  const count = 1 + random.roll(5);
  const dispatcher = random.pick([...dispatcherBodies, ...moreDispatchers]);
  const caller = random.pick([...callerBodies, ...moreCallers]);
  const watchers = Array.from({ length: count }, (_, index) => watcherFile(index, random));
  const inputs = Array.from({ length: pairs }, () => ({
    val: BigInt(
      random.pick([0, 1, 2, 3, 0x100, 0x400, 0x500, 0x10000, 0x50000, 0xd0500, 0x80000000, 77, 4095]),
    ),
    mask: BigInt(random.pick([0, 0, 1 << random.roll(count), random.roll(1 << count)])),
  }));
  const kernel = { watchers, dispatcher: dispatcherFile(dispatcher), caller: callerFile(caller) };
  const compared = await compareKernel(kernel, inputs);
  return { ...compared, wrong: compared.wrong.map((one) => `seed ${String(seed)}, ${one}`) };
}

/** The texts of its files. */
interface Kernel {
  readonly watchers: readonly string[];
  readonly dispatcher: string;
  readonly caller: string;
  /** Of a file beside them. */
  readonly elsewhere?: string;
}

interface Input {
  readonly val: bigint;
  /** Bit n: everything that watcher n asks for fails. */
  readonly mask: bigint;
}

async function compareKernel(kernel: Kernel, inputs: readonly Input[]): Promise<Compared> {
  const root = copyOfExample();
  try {
    layKernel(root, kernel);
    const reader = await contextOf(root);
    const wrong: string[] = [];
    let certain = 0;
    let compared = 0;
    let certainCallers = 0;
    for (const real of runForReal(root, kernel.watchers.length, inputs)) {
      // A failure is an error number; generated arithmetic may come to anything.
      if ([...real.left.values()].some((result) => result < -4095)) continue;
      compared++;
      const told = compareRun(reader, real);
      certain += told.certain ? 1 : 0;
      certainCallers += told.certainCaller ? 1 : 0;
      for (const difference of told.wrong)
        wrong.push(`val ${String(real.val)}, mask ${String(real.mask)}: ${difference}`);
    }
    return { pairs: compared, certain, certainCallers, wrong };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

export interface Walk {
  /** In front of the dispatcher. */
  readonly before?: string;
  readonly caller?: string;
  /** In a file of its own, where a simulated dispatch does not look. */
  readonly elsewhere?: string;
  /** What each watcher does before it may fail. */
  readonly first?: string;
}

/** Three watchers, of which each may fail, under this dispatcher and this caller. */
export async function compareWalk(
  body: string,
  { before = '', caller = callerBodies[0], elsewhere, first = '' }: Walk = {},
): Promise<Compared> {
  const watchers = [0, 1, 2].map((index) => {
    const [name, own] = [`watch_${String(index)}`, String(index)];
    return `#include <linux/sched.h>
#include <linux/task_watchers.h>
#include <linux/harness.h>
static int ${name}(unsigned long val, struct task_struct *tsk)
{
	int taken;

	log_enter(${own}, val);
	taken = ext_take(${own});
	${first}
	log_leave(${own}, taken);
	return taken;
}
task_watcher_func(init, ${name});
`;
  });
  const dispatcher = dispatcherFile(body)
    .replace('\nint notify_task_watchers', () => `\n${before}\nint notify_task_watchers`)
    .replace('#include <linux/err.h>', '#include <linux/err.h>\n#include <linux/harness.h>');
  const inputs = [0n, 1n, 2n, 4n, 3n, 6n].map((mask) => ({ val: 0n, mask }));
  const beside = elsewhere === undefined ? {} : { elsewhere: `${harnessed}${elsewhere}\n` };
  return compareKernel({ watchers, dispatcher, caller: callerFile(caller), ...beside }, inputs);
}

const harnessed = ['sched', 'task_watchers', 'harness']
  .map((name) => `#include <linux/${name}.h>\n`)
  .join('');

function layKernel(root: string, { watchers, dispatcher, caller, elsewhere }: Kernel): void {
  const lay = (file: string, text: string): void => {
    writeFileSync(join(root, file), text);
  };
  const objects = watchers.map((_, index) => `w${String(index)}.o`);
  lay('Kbuild', 'obj-y += kernel/\n');
  lay('kernel/Makefile', `obj-y := ${objects.join(' ')} task_watchers.o fork.o elsewhere.o\n`);
  lay('kernel/elsewhere.c', elsewhere ?? '');
  lay('kernel/task_watchers.c', dispatcher);
  lay('kernel/fork.c', caller);
  lay('include/linux/harness.h', harnessHeader);
  appendFileSync(
    join(root, 'include/linux/errno.h'),
    '#define EPERM 1\n#define EBUSY 16\n#define EFAULT 14\n',
  );
  watchers.forEach((text, index) => {
    lay(`kernel/w${String(index)}.c`, text);
  });
}

const script = `SECTIONS { .task_watchers_table : {
${['init', 'clone', 'exec', 'uid', 'gid', 'exit', 'free']
  .map((event) => `__start_task_watchers_${event} = .; KEEP(*(.task_watchers.${event}))`)
  .join('\n')}
__stop_task_watchers_free = .; } } INSERT AFTER .data;
`;

function runForReal(root: string, count: number, inputs: readonly Input[]): readonly RealRun[] {
  const build = join(root, 'harness');
  mkdirSync(build);
  writeFileSync(join(build, 'main.c'), harnessMain);
  writeFileSync(join(build, 'tables.lds'), script);
  const include = ['-I', join(root, 'include')];
  // As kernels do: overflow of signed numbers wraps.
  const flags = ['-O2', '-fwrapv', '-w', '-std=gnu11', '-fno-pie', '-c', ...include];
  const compile = (source: string, ...more: readonly string[]): string => {
    const object = join(build, `${source.replace(/\W/g, '_')}.o`);
    execFileSync('gcc', [...flags, ...more, '-o', object, join(root, source)]);
    return object;
  };
  const objects = [
    ...Array.from({ length: count }, (_, index) => compile(`kernel/w${String(index)}.c`)),
    compile('kernel/task_watchers.c', '-Dnotify_task_watchers=real_notify'),
    compile('kernel/fork.c'),
    compile('kernel/elsewhere.c'),
    compile('harness/main.c', '-Dsize_t=size_t_', '-Duid_t=uid_t_', '-Dgid_t=gid_t_'),
  ];
  const program = join(build, 'program');
  execFileSync('gcc', ['-no-pie', '-o', program, ...objects, '-T', join(build, 'tables.lds')]);
  const input = inputs.map(({ val, mask }) => `${String(val)} ${String(mask)}\n`).join('');
  // Some generated loops never end; those kernels say nothing. Others (seed 111) take 4 s on a busy machine.
  const { stdout: output, signal } = spawnSync(program, { input, encoding: 'utf8', timeout: 20_000 });
  if (signal !== null) return [];
  return output
    .trim()
    .split('\n')
    .map((line, index) => readRun(line, inputs[index] ?? { val: 0n, mask: 0n }));
}

function readRun(line: string, input: { readonly val: bigint; readonly mask: bigint }): RealRun {
  let { val } = input;
  const ran: { watcher: number; val: string }[] = [];
  const undone: number[] = [];
  const left = new Map<number, number>();
  let gave: number | undefined;
  let returned = 0;
  let freed = false;
  for (const word of line.split(' ')) {
    const [key = '', value = '', result = ''] = word.split(':');
    if (key === 'notify') {
      freed ||= value === '6';
      // What the caller passes need not be what it was given.
      if (value === '0') val = BigInt(result);
    } else if (key === 'left') left.set(Number(value), Number(result));
    else if (key === 'gave') gave ??= Number(value);
    else if (key === 'returned') returned = Number(value);
    else if (Number(key) >= 100) undone.push(Number(key) - 100);
    else ran.push({ watcher: Number(key), val: value });
  }
  return { val, mask: input.mask, ran, left, gave: gave ?? 0, freed, undone, returned };
}

/** The numbers a possible return stands for, or `undefined` for any. */
const numbersOf = ({ value, kind }: PossibleReturn): number | undefined =>
  kind === 'propagated' || kind === 'unknown' || kind === 'none' ? undefined : value;

export const admits = (returns: readonly PossibleReturn[], number: number): boolean =>
  returns.some((one) => numbersOf(one) === undefined || numbersOf(one) === number);

function compareRun(
  reader: CodeReader,
  real: RealRun,
): { readonly wrong: readonly string[]; readonly certain: boolean; readonly certainCaller: boolean } {
  const wrong: string[] = [];
  const [site] = reader.snapshot.callSites.filter(({ event }) => event === 'INIT');
  const simulated = simulateDispatch(reader, {
    event: 'INIT',
    ...(site ? { site } : {}),
    val: String(real.val),
    fail: [...real.left].flatMap(([watcher, result]) =>
      result < 0 ? [{ function: `watch_${String(watcher)}`, errno: String(-result) }] : [],
    ),
  });
  if ('problem' in simulated) return { wrong: [simulated.problem], certain: false, certainCaller: false };
  for (const [watcher, result] of real.left) {
    const step = simulated.steps.find((one) => one.function === `watch_${String(watcher)}`);
    if (!step || !admits(step.returns, result))
      wrong.push(
        `watch_${String(watcher)} returned ${String(result)}, predicted ${texts(step?.returns ?? [])}`,
      );
  }
  const ran = real.ran.map(({ watcher }) => `watch_${String(watcher)}`);
  const names = [...new Set(ran)];
  if (simulated.certain && names.length < ran.length) wrong.push(`certain, and ran ${ran.join()}`);
  for (const { function: name, called } of simulated.steps) {
    if (called === 'yes' && !names.includes(name)) wrong.push(`${name} did not run`);
    if (called === 'no' && names.includes(name)) wrong.push(`${name} ran`);
  }
  const inOrder = simulated.steps.map((step) => step.function).filter((name) => names.includes(name));
  if (simulated.dispatcher?.backwards === true) inOrder.reverse();
  if (inOrder.join() !== names.join()) wrong.push(`order ${names.join()}, predicted ${inOrder.join()}`);
  if (!admits(simulated.result, real.gave))
    wrong.push(`gave ${String(real.gave)}, predicted ${texts(simulated.result)}`);
  if (simulated.certain && simulated.result[0]?.value !== real.gave)
    wrong.push(`gave ${String(real.gave)}, certain of ${texts(simulated.result)}`);
  wrong.push(...compareCaller(simulated, real));
  return {
    wrong,
    certain: simulated.certain,
    certainCaller: simulated.certain && simulated.caller.every(({ certain }) => certain),
  };
}

const texts = (returns: readonly PossibleReturn[]): string => returns.map(({ text }) => text).join(' or ');

function compareCaller(simulated: DispatchResult, real: RealRun): readonly string[] {
  const fits = simulated.caller.filter(({ steps, returns }) => {
    const frees = steps.some((step) => step.kind === 'notify' && step.event === 'FREE');
    return frees === real.freed && returns !== undefined && admits([returns], real.returned);
  });
  const shown = simulated.caller.map(({ returns }) => returns?.text ?? '?').join(' or ');
  if (fits.length === 0)
    return [`caller returned ${String(real.returned)}${real.freed ? ' after FREE' : ''}, predicted ${shown}`];
  return [];
}
