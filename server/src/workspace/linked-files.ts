import type { PlannedObject } from '../kbuild/link-plan';
import { isInTree } from '../source/overlaid-hits';
import { findInclude, folderOf, normalise } from '../syntax/c/include-path';
import type { IncludeDirective } from '../syntax/c/directive';
import type { UnitFiles } from '../syntax/c/unit';
import type { Kernel } from './open-kernel';

const isC = (path: string | undefined): path is string => path?.endsWith('.c') === true;
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** What a link plan compiles, and where else what it compiles may lead. */
export interface LinkedFiles {
  /** Its sources, assembler too, and the headers beside those in C, below include/ and on their own include paths. */
  readonly files: Set<string>;
  /** Sources whose makefiles may add include paths. */
  readonly withOwnPaths: ReadonlySet<string>;
  /** Sources with an include path so near the top that not all below it is among `files`. */
  readonly withTopPaths: readonly string[];
}

/** `headers`: those below include/, if they are known. */
export function linkedFiles({ plan, tree }: Kernel, headers: readonly string[] | undefined): LinkedFiles {
  const objects = plan.objects.filter(({ source }) => isC(source));
  const sources = objects.flatMap(({ source }) => source ?? []);
  const files = new Set(sources);
  for (const { source } of plan.objects) if (source?.endsWith('.S') === true) files.add(source);
  const beside = (folder: string): void => {
    for (const name of tree.list(folder))
      if (name.endsWith('.h')) files.add(folder === '' ? name : `${folder}/${name}`);
  };
  const below = (folder: string): void => {
    for (const name of tree.list(folder)) {
      if (name.endsWith('/')) below(`${folder}/${name.slice(0, -1)}`);
      else if (name.endsWith('.h')) files.add(`${folder}/${name}`);
    }
  };
  for (const folder of new Set(sources.map(parentOf))) beside(folder);
  if (headers) for (const header of headers) files.add(header);
  else below('include');
  const walked = ['include', `arch/${plan.srcarch}/include`];
  if (tree.kind(`arch/${plan.srcarch}/include`) === 'directory') below(`arch/${plan.srcarch}/include`);

  const mayAdd = includePathsIn(tree, `arch/${plan.srcarch}`);
  const withOwn = objects.filter(({ source = '' }) => mayAdd(source));
  const isWalked = (path: string): boolean => walked.some((one) => `${path}/`.startsWith(`${one}/`));
  const own = new Set<string>();
  const withTopPaths: string[] = [];
  for (const object of [...withOwn, ...objects.slice(0, 1)]) {
    const { includePaths, forcedIncludes } = plan.flags(object);
    const others = includePaths.filter((path) => !isWalked(path));
    for (const path of [...others, ...forcedIncludes.map(parentOf)]) own.add(path);
    if (others.some(isNearTop)) withTopPaths.push(object.source ?? '');
  }
  for (const path of own)
    if (isNearTop(path)) beside(path);
    else if (!isWalked(path)) below(path);
  const withOwnPaths = new Set(withOwn.flatMap(({ source }) => source ?? []));
  return { files, withOwnPaths, withTopPaths };
}

/** Below such a folder there may be half a kernel. */
const isNearTop = (path: string): boolean => !path.includes('/') && path !== 'include';

/** Which objects a makefile may give include paths beside those of all objects. */
interface PathsGiven {
  /** Those of its folder. */
  readonly all: boolean;
  /** Those of the folders below, too. */
  readonly below: boolean;
  /** These alone, by base name without `.o`. */
  readonly objects: readonly string[];
}

const nothingGiven: PathsGiven = { all: false, below: false, objects: [] };

/**
 * Whether a makefile in a source's folder, or in one above it, may give it include paths that lead elsewhere. To evaluate
 * the flags of all objects would take a tenth of the time that a table takes. `top`: where the top Makefile's flags come
 * from, which all objects share.
 */
function includePathsIn(tree: Kernel['tree'], top: string): (source: string) => boolean {
  const known = new Map([
    ['', nothingGiven],
    [top, nothingGiven],
  ]);
  const given = (folder: string): PathsGiven => {
    let answer = known.get(folder);
    if (answer === undefined) {
      const texts = ['Kbuild', 'Makefile'].flatMap((name) => {
        const path = `${folder}/${name}`;
        return tree.kind(path) === 'file' ? (tree.read(path) ?? '') : [];
      });
      answer = given(parentOf(folder)).below
        ? { all: true, below: true, objects: [] }
        : pathsGiven(texts.join('\n'));
      known.set(folder, answer);
    }
    return answer;
  };
  return (source) => {
    const { all, objects } = given(parentOf(source));
    return all || objects.includes(baseName(source).replace(/\.\w+$/, ''));
  };
}

/** Operands of `-I` and `-include` that lead to the makefile's own folder, or below include/. */
const leadsNowhereElse =
  /^(?:-I\s*(?:\$\(srctree\)\/)?\$\((?:src|obj)\)\/?|-include\s+(?:(?:\$\(srctree\)\/)?include\/\S+|\$\((?:src|obj)\)\/[^/\s]+))$/;

/** As the text of a makefile has it: flags may be written anywhere, so that what is not understood counts. */
export function pathsGiven(makefile: string): PathsGiven {
  if (!/-I|-i(?:nclude|quote|system|dirafter|macros)|^\s*[-s]?include\s/m.test(makefile)) return nothingGiven;
  const objects: string[] = [];
  let all = false;
  let below = false;
  for (const line of makefile.replace(/\\\r?\n/g, ' ').split('\n')) {
    const flags =
      line.match(/(?<=^|[\s=,])-(?:I|include\s|iquote|isystem|idirafter|imacros)\s*[^\s)]*(?:\)[^\s)]*)*/g) ??
      [];
    const isInclude = /^\s*[-s]?include\s/.test(line);
    if (!isInclude && flags.every((flag) => leadsNowhereElse.test(flag))) continue;
    if (/^\s*(?:HOST|KBUILD_HOST|AFLAGS|asflags-|#)/.test(line)) continue;
    const object = /^\s*CFLAGS_([\w-]+)\.o\s*[:+?]?=/.exec(line)?.[1];
    if (object !== undefined) objects.push(object);
    else {
      all = true;
      below ||= !/^\s*ccflags-y|\$\(eval CFLAGS_/.test(line);
    }
  }
  return { all, below, objects };
}

/** Whether a look at the whole tree passes a file over: in a folder that is left out, hidden, or behind a link. */
export function unwalked({ tree, project }: Kernel, skipped: readonly string[]): (path: string) => boolean {
  const known = new Map<string, boolean>([['', true]]);
  const isFolder = (path: string): boolean => {
    let answer = known.get(path);
    if (answer === undefined)
      known.set(path, (answer = isFolder(parentOf(path)) && tree.kind(path) === 'directory'));
    return answer;
  };
  return (path) => !isInTree(path, project.exclude, skipped) || !isFolder(parentOf(path));
}

/**
 * Adds to `linked` what linked files include from elsewhere, with the headers beside it, and returns all that. Where a `.c` file does not lie beside the including one or below the root as it is written, include paths decide:
 * those of the source, and every file of its name in a folder of linked sources counts; for what a header includes those
 * of any source, and any linked folder.
 */
export function includedWithThem(
  including: readonly string[],
  { files: linked, withOwnPaths }: LinkedFiles,
  files: UnitFiles,
  { plan, tree }: Kernel,
): readonly string[] {
  const added: string[] = [];
  let folders: { readonly all: Set<string>; readonly ofSources: Set<string> } | undefined;
  const present = (paths: readonly string[]): readonly string[] =>
    paths.filter((path) => path !== '' && files.exists(path));
  const objectOf = (path: string): PlannedObject | undefined =>
    plan.objects.find(({ source }) => source === path);
  const onPaths = (
    path: string,
    { text, form, next }: IncludeDirective,
    like: PlannedObject | undefined,
  ): readonly string[] => {
    if (!like || form === 'computed') return [];
    const { includePaths } = plan.flags(like);
    const found = findInclude({ text, form, from: path, next }, includePaths, (one) => files.exists(one));
    return found === undefined ? [] : [found];
  };
  const elsewhere = (path: string, include: IncludeDirective): readonly string[] => {
    folders ??= {
      all: new Set([...linked].map(folderOf)),
      ofSources: new Set([...linked].filter(isC).map(folderOf)),
    };
    const own = objectOf(path);
    const named = [...(own ? folders.ofSources : folders.all)].map(
      (folder) => folder + baseName(include.text),
    );
    const like = own ?? plan.objects.find(({ source }) => isC(source));
    return [...onPaths(path, include, like), ...present(named)];
  };
  const add = (target: string): void => {
    if (linked.has(target)) return;
    linked.add(target);
    folders?.all.add(folderOf(target));
    if (isC(target)) folders?.ofSources.add(folderOf(target));
    added.push(target);
  };
  const addWithHeaders = (target: string): void => {
    if (linked.has(target)) return;
    add(target);
    const folder = folderOf(target);
    for (const name of tree.list(folder.slice(0, -1))) if (name.endsWith('.h')) add(folder + name);
  };
  const source = (path: string, include: IncludeDirective): void => {
    const plain = present([normalise(folderOf(path) + include.text), normalise(include.text)]);
    for (const target of plain.length > 0 ? plain : elsewhere(path, include)) addWithHeaders(target);
  };
  const header = (path: string, include: IncludeDirective): void => {
    const byItself = include.form === 'quote' ? present([normalise(folderOf(path) + include.text)]) : [];
    const found =
      byItself.length === 0 && withOwnPaths.has(path) ? onPaths(path, include, objectOf(path)) : byItself;
    found.forEach(addWithHeaders);
  };
  for (const path of including)
    for (const include of files.source(path)?.facts.includes ?? []) {
      if (include.text.endsWith('.c')) source(path, include);
      else if (include.text.includes('/')) header(path, include);
    }
  return added;
}
