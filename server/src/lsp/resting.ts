import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setFlags } from '../v8-flags';
import type { Session } from '../workspace/session';

/** Milliseconds after which a server that hears nothing makes itself small. */
const restAfter = 6000;
/** Of work, until others get their turn. */
const shortTurn = 5;

/** Editors stay open for days, and most of the time nobody works on what this server knows of. */
export interface Resting {
  /** There was something to do. */
  readonly heard: () => void;
  readonly stop: () => void;
}

export function resting(sessions: () => readonly Session[]): Resting {
  let last = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const isAwake = (since: number): boolean => isStopped || last !== since;

  const rest = async (): Promise<void> => {
    const since = last;
    for (const session of sessions()) {
      let began = performance.now();
      for (const step of session.rest()) {
        step();
        if (performance.now() - began < shortTurn) continue;
        await turn();
        if (isAwake(since)) return;
        began = performance.now();
      }
    }
    collectGarbage();
  };

  const wait = (delay: number): void => {
    timer = setTimeout(() => {
      timer = undefined;
      const left = last + restAfter - performance.now();
      const isBusy = sessions().some((session) => session.state().kind === 'indexing');
      if (left > 0 || isBusy) wait(isBusy ? restAfter : left);
      else void rest();
    }, delay);
    timer.unref();
  };

  return {
    heard() {
      last = performance.now();
      if (timer === undefined && !isStopped) wait(restAfter);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/**
 * V8 does it by itself only when it makes something new, which a server at rest does not. And what is left it leaves where
 * it is, in pages that are a quarter empty. 0.1 s.
 */
function collectGarbage(): void {
  // Every V8 has this one.
  setFlagsFromString('--expose-gc');
  setFlags('--compact-on-every-full-gc');
  runInNewContext('globalThis.gc?.()');
  setFlags('--no-compact-on-every-full-gc');
}
