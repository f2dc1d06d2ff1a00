import { optimiseLater, setFlags } from '../v8-flags';

/**
 * Flags of V8 for the second or two that looking at a kernel takes. Not earlier: code that was compiled before, Node's own
 * too, is taken only by a V8 with the flags that it was compiled with.
 */
export function setEngineFlags(): void {
  // By itself the heap grows to twice what is in use, on a machine with much memory: a third less costs hardly any time.
  // Several threads that collect the young generation together wait for each other more than they win: a fifth of all
  // processor time on two cores.
  setFlags('--no-parallel-scavenge', '--heap-growing-percent=40');
  // Compiling what runs for a second or two took two fifths of all processor time.
  optimiseLater();
}

/**
 * Whether the young generation of the heap grows where much of what is new stays. For a table that is made of a few dozen
 * files it does not pay: on a virtual machine, new memory costs more than collecting a small one more often.
 */
export function letYoungGenerationGrow(isGrowing: boolean): void {
  setFlags(`--semi-space-growth-factor=${isGrowing ? 2 : 1}`);
}
