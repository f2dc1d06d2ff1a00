import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run of a program with those that it starts. Seconds; MB (10^6 bytes) that the largest of them had resident at most. */
export interface Run {
  readonly seconds: number;
  /** Of processor time, all threads: what other work on the machine changes little. */
  readonly processor: number;
  readonly peak: number;
}

/** Milliseconds between looks at the process: what comes and goes in between is missed. */
const lookEvery = 10;
/** `USER_HZ` of every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Runs a program to its end, its output thrown away. `variables`: of its environment, beside our own. Rejects if it fails. */
export function measure(
  command: string,
  given: readonly string[],
  folder: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const began = performance.now();
  const env = { ...process.env, ...variables };
  const child = spawn(command, given, { cwd: folder, stdio: 'ignore', env });
  let peak = 0;
  let processor = 0;
  const watch = setInterval(() => {
    for (const pid of withChildren(child.pid)) peak = Math.max(peak, mostMemory(pid));
    processor = Math.max(processor, processorTime(child.pid));
  }, lookEvery);
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (status) => {
      clearInterval(watch);
      if (status !== 0) fail(new Error(`${command}: exit status ${String(status)}`));
      else done({ seconds: (performance.now() - began) / 1000, processor, peak });
    });
  });
}

/** ctags has `sort` do a part of its work. */
function withChildren(pid: number | undefined): readonly (number | undefined)[] {
  const children = processFile(pid, `task/${String(pid)}/children`)
    .split(' ')
    .filter((word) => word !== '');
  return [pid, ...children.flatMap((child) => withChildren(Number(child)))];
}

/** The most that a process had resident so far; 0 once it is gone. */
function mostMemory(pid: number | undefined): number {
  return (Number(/^VmHWM:\s+(\d+) kB/m.exec(processFile(pid, 'status'))?.[1] ?? '0') * 1024) / 1e6;
}

/** Seconds of user and system time so far, with those of children that have ended; 0 once it is gone. */
function processorTime(pid: number | undefined): number {
  const text = processFile(pid, 'stat');
  // The name in parentheses may hold anything; utime, stime, cutime and cstime are fields 14 to 17 (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticksPerSecond;
}

function processFile(pid: number | undefined, name: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${name}`, 'latin1');
  } catch {
    return '';
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
