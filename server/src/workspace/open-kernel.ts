import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { planFromArtefacts } from '../kbuild/artefacts';
import { makeLinkPlan } from '../kbuild/make-link-plan';
import type { LinkPlan } from '../kbuild/link-plan';
import { rememberingPlan } from '../kbuild/remember-plan';
import { decode, diskTree, errorCode } from '../source/disk-tree';
import type { InputLog } from '../source/input-log';
import { chooseRoot } from '../source/root';
import type { TreeReader } from '../source/tree-reader';
import { parseConfig, type KernelConfig } from '../syntax/config';
import type { Note } from '../syntax/note';
import {
  defaultProjectFile,
  projectFileName,
  readProjectFile,
  type ProjectFile,
} from '../watchers/project-file';

/** What a person may say about which kernel is meant; what is absent is found out. */
export interface KernelChoice {
  readonly root?: string | undefined;
  readonly config?: string | undefined;
  readonly build?: string | undefined;
  readonly arch?: string | undefined;
}

/** A kernel tree with its configuration and link plan. */
export interface Kernel {
  readonly root: string;
  readonly tree: TreeReader;
  /** The `O=` folder, where there is one. */
  readonly build: TreeReader | undefined;
  readonly config: KernelConfig | undefined;
  /** As the user would name it: relative to the root where it is inside. */
  readonly configFile: string | undefined;
  readonly plan: LinkPlan;
  readonly project: ProjectFile;
  readonly notes: readonly Note[];
  /** Told of everything that is looked at. */
  readonly log: InputLog | undefined;
}

/**
 * Where a link plan comes from: `make` makes it, from the tree as `view` shows it; an earlier run may have left it.
 * `configPath`: absolute.
 */
export type PlanSource = (
  configPath: string | undefined,
  make: (view: (tree: TreeReader) => TreeReader) => LinkPlan,
) => LinkPlan;

/** Node's names for architectures, as `uname -m` has them. */
const hostArchitectures: Readonly<Record<string, string>> = {
  x64: 'x86_64',
  ia32: 'i386',
  s390x: 's390',
  ppc64: 'powerpc',
};

/**
 * Opens the kernel that `choice` names, seen from `currentFolder`. `openTree`: how its files are read (an editor lays
 * its buffers over the disk). `log`: told of everything that is looked at. `planSource`: where its link plan comes from.
 * A failure is one line for the user.
 */
export function openKernel(
  choice: KernelChoice,
  currentFolder = process.cwd(),
  openTree?: (root: string) => TreeReader,
  log?: InputLog,
  planSource: PlanSource = (_, make) => make((tree) => tree),
): Kernel | { readonly failure: string } {
  const chosen = chooseRoot(choice.root, currentFolder);
  if ('failure' in chosen) return chosen;
  const { root } = chosen;
  const buildFolder = choice.build === undefined ? undefined : resolve(currentFolder, choice.build);
  if (buildFolder !== undefined && !isFolder(buildFolder))
    return { failure: `--build ${choice.build ?? ''}: no such folder` };
  const configuration = findConfig(choice, currentFolder, root, buildFolder, log);
  if ('failure' in configuration) return configuration;
  log?.file(join(root, projectFileName));
  const project = findProject(root);
  if ('failure' in project) return project;
  const tree = openTree ? openTree(root) : diskTree(root, log);
  const { config, path } = configuration;
  const build = buildFolder === undefined ? undefined : diskTree(buildFolder, log);
  const evaluated = planSource(path, (view) =>
    makeLinkPlan({
      tree: view(tree),
      config,
      arch: choice.arch,
      hostArch: hostArchitectures[process.arch] ?? process.arch,
    }),
  );
  const plan =
    (build &&
      config &&
      planFromArtefacts(evaluated, { tree, build, bytes: (file) => bytesOf(build.root, file, log) })) ??
    evaluated;
  if (choice.arch !== undefined && tree.kind(`arch/${plan.srcarch}`) !== 'directory')
    return {
      failure: `--arch ${choice.arch}: the tree has no arch/${plan.srcarch}; it has: ${architectures(tree)}`,
    };
  const configFile = path === undefined ? undefined : nameFor(root, path);
  const notes: Note[] = (config?.problems ?? []).map(({ line, text }) => ({
    file: configFile ?? '.config',
    line,
    message: `not a setting, passed over: ${text}`,
  }));
  if (!config)
    notes.push({
      message:
        'no .config: every entry is shown with its guards, and nothing has an order; give one with --config FILE or --build DIR',
    });
  return {
    root,
    tree,
    build,
    config,
    configFile,
    plan: rememberingPlan(plan),
    project,
    notes,
    log,
  };
}

/** Where the configuration of such a choice is, absolute: the first of these that exists. */
export function configFilesOf(
  root: string,
  { config, build }: Omit<KernelChoice, 'root'>,
): readonly string[] {
  if (config !== undefined) return [resolve(root, config)];
  return [...(build === undefined ? [] : [resolve(root, build)]), root].map((folder) =>
    join(folder, '.config'),
  );
}

/** A file of a build as it is; `undefined`: there is none. */
export function bytesOf(folder: string, path: string, log?: InputLog): Uint8Array | undefined {
  log?.file(join(folder, path));
  try {
    return readFileSync(join(folder, path));
  } catch {
    return undefined;
  }
}

function findConfig(
  choice: KernelChoice,
  currentFolder: string,
  root: string,
  build: string | undefined,
  log?: InputLog,
):
  | { readonly config: KernelConfig | undefined; readonly path: string | undefined }
  | { readonly failure: string } {
  for (const folder of [build, root]) if (folder !== undefined) log?.file(join(folder, '.config'));
  const named = choice.config === undefined ? undefined : resolve(currentFolder, choice.config);
  const path =
    named ??
    [build, root].map((folder) => folder && join(folder, '.config')).find((file) => file && existsSync(file));
  if (path === undefined || path === '') return { config: undefined, path: undefined };
  log?.file(path);
  const shown = choice.config ?? nameFor(root, path);
  try {
    if (!statSync(path).isFile()) return { failure: `--config ${shown}: not a file` };
    const bytes = readFileSync(path);
    if (bytes.subarray(0, 8192).includes(0))
      return { failure: `${shown}: not a kernel configuration (binary)` };
    const config = parseConfig(decode(bytes));
    if (config.values.size === 0)
      return { failure: `${shown}: not a kernel configuration (no CONFIG_ line in it)` };
    return { config, path };
  } catch (error) {
    return { failure: `${shown}: cannot be read (${errorCode(error)}); give another with --config FILE` };
  }
}

/** What the tree says about its families. */
export function findProject(root: string): ProjectFile | { readonly failure: string } {
  const path = join(root, projectFileName);
  if (!existsSync(path)) return defaultProjectFile;
  try {
    return readProjectFile(readFileSync(path, 'utf8'));
  } catch (error) {
    return { failure: `${projectFileName}: cannot be read (${errorCode(error)})` };
  }
}

function architectures(tree: TreeReader): string {
  return tree
    .list('arch')
    .filter((name) => name.endsWith('/'))
    .map((name) => name.slice(0, -1))
    .join(', ');
}

function nameFor(root: string, path: string): string {
  const inside = relative(root, path);
  return inside.startsWith('..') ? path : inside;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
