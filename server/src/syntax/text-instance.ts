import { textModule } from './text-module';

/** What `server/assembly/index.ts` exports. Addresses and lengths are in bytes, but where it says otherwise. */
export interface TextInstance {
  readonly memory: WebAssembly.Memory;
  readonly reserve: (length: number) => number;
  readonly directives: (length: number) => void;
  readonly statements: (length: number) => void;
  readonly found: () => number;
  readonly planned: (planBytes: number, size: number, needles: number) => number;
  readonly textAddress: () => number;
  readonly foundAddress: () => number;
  readonly namesAddress: () => number;
  readonly namesMet: () => number;
  readonly search: (length: number, isFirst: boolean) => number;
}

let compiled: WebAssembly.Module | undefined;

/**
 * A new instance, with a memory of its own, of what looks through text in WebAssembly: that runs at full speed from the
 * first file on, and looks at 16 bytes at once. Throws where a processor has no such instructions (before 2008).
 */
export function textInstance(): TextInstance {
  compiled ??= new WebAssembly.Module(Buffer.from(textModule, 'base64'));
  // What it exports is decided by server/assembly/index.ts, which it is made from.
  return new WebAssembly.Instance(compiled, {}).exports as unknown as TextInstance;
}
