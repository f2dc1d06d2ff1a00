import type { TableEntry } from '../link/entry';
import type { Range } from '../syntax/positions';
import type { SourceFile } from '../syntax/c/unit';
import { definedFunctions, placesOfName } from './code-words';
import { functionTarget } from './navigation';
import { registrationParts } from './registration-parts';
import { indexOf } from './snapshot-index';
import { subjectAt } from './subject';
import type { Target, View } from './view';

export type Renaming =
  | { readonly refused: string }
  /** What is renamed, and the file that defines it. */
  | { readonly range: Range; readonly name: string; readonly file: string; readonly isStatic: boolean };

/** Whether the watcher under the cursor can be renamed; `undefined`: it is no watcher. */
export function renamingAt(view: View, path: string, offset: number): Renaming | undefined {
  const subject = subjectAt(view, path, offset);
  if (!subject) return undefined;
  if (subject.kind !== 'watcher' && !(subject.kind === 'registration' && subject.part === 'function'))
    return { refused: 'only the function of a registration can be renamed here' };
  const [entry] = subject.entries;
  if (!entry) return undefined;
  const name = entry.function;
  const target = functionTarget(view, entry);
  if (!target) return { refused: `${name}: its definition is not known` };
  if (target.file.endsWith('.h'))
    return { refused: `${name} is defined in a header: every unit that includes it has one of its own` };
  const definition = view.source(target.file);
  if (!definition) return { refused: `${target.file}: cannot be read` };
  if (
    definedFunctions(definition)
      .filter((one) => one.name === name)
      .some(({ head }) => head.includes('SYSCALL'))
  )
    return { refused: `${name} is made by a macro` };
  const made = indexOf(view.snapshot)
    .entriesOf(name)
    .find((other) => isOfFile(other, target.file) && !isSpelt(view, other));
  if (made)
    return {
      refused: `${made.place.file}:${made.place.line} makes the name ${name} with a macro; rename it by hand`,
    };
  const isStatic = definedFunctions(definition).some((one) => one.name === name && one.isStatic);
  return { range: subject.range, name, file: target.file, isStatic };
}

const isOfFile = (entry: TableEntry, file: string): boolean =>
  entry.place.file === file || entry.object?.replace(/\.o$/, '.c') === file;

function isSpelt(view: View, entry: TableEntry): boolean {
  const file = view.source(entry.place.file);
  return file !== undefined && registrationParts(view.snapshot.family, file, entry).function !== undefined;
}

const keywords = new Set(
  'auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof _Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local __asm__ __attribute__ __typeof__ __extension__ __label__ __alignof__ __thread __auto_type'.split(
    ' ',
  ),
);

/**
 * Every place that changes. `others`: files of the tree in which the old name stands; `taken`: those in which the new
 * one does. A static function's name matters in its own file and in those that are compiled together with it.
 */
export function renamingEdits(
  view: View,
  renaming: Exclude<Renaming, { refused: string }>,
  newName: string,
  others: readonly string[],
  taken: readonly string[],
): readonly Target[] | { readonly refused: string } {
  const { name, file: path, isStatic } = renaming;
  if (!/^[A-Za-z_]\w*$/.test(newName) || keywords.has(newName))
    return { refused: `${newName} is not a name in C` };
  if (newName === name) return [];
  const own = view.source(path);
  if (!own) return { refused: `${path}: cannot be read` };
  const together = isStatic
    ? new Set(others.filter((other) => includes(view, other, path) || includes(view, path, other)))
    : undefined;
  const concerned = [path, ...others.filter((other) => other !== path && (together?.has(other) ?? true))];
  const clash = taken.find((other) => {
    const file = view.source(other);
    return file && (concerned.includes(other) || !isStatic) && placesOfName(file, newName).length > 0;
  });
  if (clash !== undefined) return { refused: `${clash} uses the name ${newName} already` };
  const declaring = taken.find((other) => isHeaderFor(view, path, other) && declares(view, other, newName));
  if (declaring !== undefined) return { refused: `${declaring} declares ${newName} already` };
  const found: Target[] = [];
  for (const other of new Set(concerned)) {
    const file = view.source(other);
    if (!file) return { refused: `${other}: cannot be read` };
    const places = placesOfName(file, name);
    const member = places.find((range) => isMember(file, range));
    if (member) return { refused: `${other}: ${name} is the name of a member, too; rename it by hand` };
    // In a file of its own, a static function or a local variable may have the same name.
    if (other !== path && definedFunctions(file).some((one) => one.name === name && one.isStatic)) {
      if (!isStatic) continue;
      return { refused: `${other} has a function ${name} of its own, and is compiled together with ${path}` };
    }
    found.push(...places.map((range) => ({ file: other, range })));
  }
  return found;
}

/** A header that every file may include, or one beside it. */
function isHeaderFor({ snapshot }: View, path: string, header: string): boolean {
  if (!header.endsWith('.h')) return false;
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return (
    header.startsWith('include/') ||
    header.startsWith(`arch/${snapshot.plan.srcarch}/include/`) ||
    (header.startsWith(folder) && !header.slice(folder.length).includes('/'))
  );
}

/** A static function of that name would contradict it. */
function declares(view: View, path: string, name: string): boolean {
  const file = view.source(path);
  return (
    file !== undefined &&
    (file.facts.directives.some((directive) => directive.kind === 'define' && directive.name === name) ||
      placesOfName(file, name).some(({ end }) => /^\s*\(/.test(file.text.slice(end, end + 20))))
  );
}

function isMember(file: SourceFile, { start, end }: Range): boolean {
  const before = file.text.slice(Math.max(0, start - 40), start).trimEnd();
  const after = file.text.slice(end, end + 40).trimStart();
  if (before.endsWith('->')) return true;
  // `.exit = name` is a use, `.name = …` a member.
  return /(?:^|[^.])\.$/.test(before) && (/^=[^=]/.test(after) || !/[,{(\s]\.$/.test(before));
}

function includes(view: View, from: string, to: string): boolean {
  const directives = view.source(from)?.facts.directives ?? [];
  return directives.some(
    (directive) =>
      directive.kind === 'include' && `/${to}`.endsWith(`/${directive.text.replace(/^(?:\.\.?\/)+/, '')}`),
  );
}
