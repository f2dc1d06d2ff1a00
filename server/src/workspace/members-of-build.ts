import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linkerSymbols, loadOrder, type LinkerSymbols } from '../link/archive-loading';
import type { Kernel } from './open-kernel';

/**
 * What ld loads of the link plan, in its order, told by the symbols of the objects that a build left. `undefined`: there
 * is no build, or not all its objects can be read.
 */
export function loadedByBuild(kernel: Kernel): readonly string[] | undefined {
  const { build, plan, log } = kernel;
  if (build === undefined || plan.source !== 'artefacts') return undefined;
  const known = new Map<string, LinkerSymbols | undefined>();
  return loadOrder(plan.objects, (path) => {
    if (!known.has(path)) {
      const file = join(build.root, path);
      log?.file(file);
      known.set(path, symbolsIn(file));
    }
    return known.get(path);
  });
}

function symbolsIn(file: string): LinkerSymbols | undefined {
  try {
    return linkerSymbols(readFileSync(file));
  } catch {
    return undefined;
  }
}
