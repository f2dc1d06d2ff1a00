import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run of a program. Seconds, MB (10^6 bytes) of resident memory at most. */
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

/** Runs a program to its end, its output thrown away. Rejects if it fails. */
export function measure(command: string, given: readonly string[], folder: string): Promise<Run> {
  const began = performance.now();
  const child = spawn(command, given, { cwd: folder, stdio: 'ignore' });
  let peak = 0;
  let processor = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, mostMemory(child.pid));
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

/** The most that a process had resident so far; 0 once it is gone. */
function mostMemory(pid: number | undefined): number {
  return (Number(/^VmHWM:\s+(\d+) kB/m.exec(processFile(pid, 'status'))?.[1] ?? '0') * 1024) / 1e6;
}

/** Seconds of user and system time so far; 0 once it is gone. */
function processorTime(pid: number | undefined): number {
  const text = processFile(pid, 'stat');
  // The name in parentheses may hold anything; utime and stime are fields 14 and 15 (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond;
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
