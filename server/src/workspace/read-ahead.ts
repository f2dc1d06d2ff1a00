import { lookedAtAhead } from '../watchers/unit-walks';
import type { RememberedFiles } from '../watchers/source-files';
import type { Kernel } from './open-kernel';

/**
 * What will be needed whichever units there turn out to be, in small steps, while other threads look for them: first the
 * linker script, then the headers of the first object, which are most of any other's.
 */
export function* readAhead(
  { plan }: Kernel,
  files: RememberedFiles,
  readScript: () => unknown,
): Generator<unknown, void> {
  const first = plan.objects.find(({ source }) => source?.endsWith('.c') === true);
  if (first?.source === undefined) return;
  readScript();
  yield;
  const glancing = { ...files, source: (path: string) => files.glance(path) };
  yield* lookedAtAhead({ source: first.source, flags: plan.flags(first) }, glancing);
}
