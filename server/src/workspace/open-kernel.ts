import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { planFromArtefacts } from '../kbuild/artefacts';
import { makeLinkPlan } from '../kbuild/make-link-plan';
import type { LinkPlan } from '../kbuild/link-plan';
import { rememberingPlan } from '../kbuild/remember-plan';
import { decode, diskTree, errorCode } from '../source/disk-tree';
import type { InputLog } from '../source/input-log';
import { chooseRoot } from '../source/root';
import type { TreeReader } from '../source/tree-reader';
import { parseConfig, type KernelConfig } from '../syntax/config';
import { nearest } from '../syntax/nearest-name';
import type { Note } from '../syntax/note';
import {
  defaultProjectFile,
  projectFileName,
  readProjectFile,
  type ProjectFile,
} from '../watchers/project-file';
import type { FileProblem, FileProblems } from '../watchers/project-file-problems';

/** What a person may say about which kernel is meant; what is absent is found out. */
export interface KernelChoice {
  readonly root?: string | undefined;
  readonly config?: string | undefined;
  readonly build?: string | undefined;
  readonly arch?: string | undefined;
  /** What the person knows these by; options of `tw-index` where nothing is said. */
  readonly words?: ChoiceWords;
}

/** How a configuration, a build folder and an architecture are chosen, in words for a person. */
export interface ChoiceWords {
  readonly config: string;
  readonly build: string;
  readonly arch: string;
  /** What to do where there is no configuration. */
  readonly giveConfig: string;
}

const optionWords: ChoiceWords = {
  config: '--config',
  build: '--build',
  arch: '--arch',
  giveConfig: 'give one with --config FILE or --build DIR',
};

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
  /** What the project file names and the tree does not have. */
  readonly projectProblems: FileProblems;
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

/** Why a kernel cannot be opened, in one line for the user. */
export interface OpenFailure {
  readonly failure: string;
  /** Where it is the project file's fault: all that is wrong there. */
  readonly project?: FileProblems;
}

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
): Kernel | OpenFailure {
  const { words = optionWords } = choice;
  const chosen = chooseRoot(choice.root, currentFolder);
  if ('failure' in chosen) return chosen;
  const { root } = chosen;
  const buildFolder = choice.build === undefined ? undefined : resolve(currentFolder, choice.build);
  if (buildFolder !== undefined && !isFolder(buildFolder))
    return { failure: `${words.build} ${choice.build ?? ''}: no such folder` };
  const configuration = findConfig({ ...choice, words }, currentFolder, root, buildFolder, log);
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
      failure: `${words.arch} ${choice.arch}: the tree has no arch/${plan.srcarch}; it has: ${architectures(tree)}`,
    };
  const configFile = path === undefined ? undefined : nameFor(root, path);
  const notes: Note[] = (config?.problems ?? []).map(({ line, text }) => ({
    file: configFile ?? '.config',
    line,
    message: `not a setting, passed over: ${text}`,
  }));
  if (!config)
    notes.push({
      message: `no .config: every entry is shown with its guards, and nothing has an order; ${words.giveConfig}`,
    });
  const projectProblems = { text: project.text, problems: missingFolders(project, tree) };
  for (const { line, message } of projectProblems.problems)
    notes.push({ file: projectFileName, line, message });
  return {
    root,
    tree,
    build,
    config,
    configFile,
    plan: rememberingPlan(plan),
    project,
    projectProblems,
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
  choice: KernelChoice & { readonly words: ChoiceWords },
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
  const shown = choice.config === undefined ? nameFor(root, path) : `${choice.words.config} ${choice.config}`;
  try {
    const found = statSync(path);
    if (found.isDirectory()) return { failure: `${shown}: a folder, not a file` };
    if (!found.isFile()) return { failure: `${shown}: not a regular file; write the configuration to one` };
    const bytes = readFileSync(path);
    if (bytes.subarray(0, 8192).includes(0))
      return { failure: `${shown}: not a kernel configuration (binary)` };
    const config = parseConfig(decode(bytes));
    if (config.values.size === 0)
      return { failure: `${shown}: not a kernel configuration (no CONFIG_ line in it)` };
    return { config, path };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { failure: `${shown}: no such file` };
    return { failure: `${shown}: cannot be read (${code})` };
  }
}

/** The folders of `exclude` that the tree does not have: they leave nothing out. */
function missingFolders({ exclude, places }: ProjectFile, tree: TreeReader): readonly FileProblem[] {
  return exclude.flatMap((folder, index) => {
    const place = places.exclude[index];
    if (!place || tree.kind(folder) === 'directory') return [];
    const what =
      tree.kind(folder) === undefined ? `the tree has no folder ${folder}` : `${folder} is no folder`;
    const siblings = tree
      .list(dirname(folder))
      .filter((name) => name.endsWith('/'))
      .map((name) => join(dirname(folder), name.slice(0, -1)));
    const meant = nearest(folder, siblings);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    return [{ ...place, message: `exclude: ${what}, so this leaves nothing out${hint}` }];
  });
}

/** What the tree says about its families. */
export function findProject(root: string): ProjectFile | OpenFailure {
  const path = join(root, projectFileName);
  if (!existsSync(path)) return defaultProjectFile;
  try {
    const read = readProjectFile(readFileSync(path, 'utf8'));
    return 'failure' in read ? { failure: read.failure, project: read } : read;
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
