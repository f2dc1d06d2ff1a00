import { linkerSymbols, loadOrder, type LinkerSymbols } from '../link/archive-loading';
import { bytesOf, type Kernel } from './open-kernel';

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
      const bytes = bytesOf(build.root, path, log);
      known.set(path, bytes && linkerSymbols(bytes));
    }
    return known.get(path);
  });
}
