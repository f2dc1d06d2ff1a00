import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Kernel } from './open-kernel';

/** A configuration that a person may want to look at the kernel with. */
export interface ConfigurationChoice {
  /** As the `config` setting takes it: relative to the root where it is inside. */
  readonly path: string;
  /** The build folder that it belongs to, where it is one. */
  readonly buildDir: string | undefined;
  readonly current: boolean;
  /** For the tree's own: the architecture that has it. */
  readonly arch: string | undefined;
  readonly title: string;
}

/** More folders beside the root than this are not looked into. */
const mostSiblings = 200;

/**
 * Candidates: the root's `.config`, those of build folders below and beside the root, and the defconfigs of the
 * architecture (of all of them without a configuration). `chosen`: the one in use, absolute or relative to the root.
 */
export function configurations(
  kernel: Kernel,
  chosen: { readonly config?: string | undefined; readonly build?: string | undefined },
): readonly ConfigurationChoice[] {
  const { root, tree, plan, configFile } = kernel;
  const found: ConfigurationChoice[] = [];
  const absolute = (path: string): string => (path.startsWith('/') ? path : join(root, path));
  const current = configFile === undefined ? undefined : absolute(configFile);
  const add = (
    path: string,
    title: string,
    more: { readonly buildDir?: string; readonly arch?: string } = {},
  ): void => {
    if (found.some((known) => absolute(known.path) === absolute(path))) return;
    found.push({
      path,
      buildDir: more.buildDir,
      current: absolute(path) === current,
      arch: more.arch,
      title,
    });
  };
  if (existsSync(join(root, '.config'))) add('.config', '.config of the tree');
  if (chosen.build !== undefined) {
    const build = absolute(chosen.build);
    if (existsSync(join(build, '.config')))
      add(join(build, '.config'), `build folder ${basename(build)}`, { buildDir: build });
  }
  for (const folder of buildFolders(root))
    add(join(folder, '.config'), `build folder ${basename(folder)}`, { buildDir: folder });
  if (configFile !== undefined) add(configFile, configFile);
  const architectures =
    kernel.config === undefined
      ? tree.list('arch').flatMap((name) => (name.endsWith('/') ? [name.slice(0, -1)] : []))
      : [plan.srcarch];
  for (const arch of architectures)
    for (const name of tree.list(`arch/${arch}/configs`))
      if (name.endsWith('defconfig')) add(`arch/${arch}/configs/${name}`, `${arch}: ${name}`, { arch });
  return found;
}

/** Folders below the root or beside it that hold a `.config`, and are no kernel tree's root themselves. */
function buildFolders(root: string): readonly string[] {
  const parent = dirname(root);
  const look = (folder: string): readonly string[] => {
    try {
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .slice(0, mostSiblings)
        .map(({ name }) => join(folder, name));
    } catch {
      return [];
    }
  };
  return [...look(root), ...(parent === root ? [] : look(parent))].filter(
    (folder) =>
      folder !== root && existsSync(join(folder, '.config')) && !existsSync(join(folder, 'Kconfig')),
  );
}
