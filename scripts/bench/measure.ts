import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run of a program. Seconds, MB (10^6 bytes) of resident memory at most. */
export interface Run {
  readonly seconds: number;
  readonly peak: number;
}

/** Milliseconds between looks at the memory: what comes and goes in between is missed. */
const lookEvery = 10;

/** Runs a program to its end, its output thrown away. Rejects if it fails. */
export function measure(command: string, given: readonly string[], folder: string): Promise<Run> {
  const began = performance.now();
  const child = spawn(command, given, { cwd: folder, stdio: 'ignore' });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, mostMemory(child.pid));
  }, lookEvery);
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (status) => {
      clearInterval(watch);
      if (status !== 0) fail(new Error(`${command}: exit status ${String(status)}`));
      else done({ seconds: (performance.now() - began) / 1000, peak });
    });
  });
}

/** The most that a process had resident so far; 0 once it is gone. */
function mostMemory(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'latin1');
    return (Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? '0') * 1024) / 1e6;
  } catch {
    return 0;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
