import type { TableEntry } from '../link/entry';
import type { SourceFile } from '../syntax/c/unit';
import { lineAt, type Range } from '../syntax/positions';
import { definedFunctions, definitionOf, placesOfName } from './code-words';
import { areStatic, functionTargets } from './function-target';
import { otherMeaning } from './name-uses';
import { registrationParts } from './registration-parts';
import { indexOf } from './snapshot-index';
import { subjectAt } from './subject';
import { includes, unitSources } from './unit-sources';
import type { Mentions, Target, View } from './view';

export type Renaming =
  | { readonly refused: string }
  /** What is renamed, and the file that defines it. */
  | { readonly range: Range; readonly name: string; readonly file: string; readonly isStatic: boolean };

/** The names that {@link renamingAt} wants to have been searched for in the tree. */
export function namesRenamed(view: View, path: string, offset: number): readonly string[] {
  const subject = subjectAt(view, path, offset);
  return (subject?.kind === 'watcher' || (subject?.kind === 'registration' && subject.part === 'function')) &&
    !areStatic(view, subject.entries)
    ? [subject.entries[0]?.function ?? '']
    : [];
}

/**
 * Whether the watcher under the cursor can be renamed; `undefined`: it is no watcher. `mentions`: of
 * {@link namesRenamed}.
 */
export function renamingAt(
  view: View,
  path: string,
  offset: number,
  mentions: Mentions,
): Renaming | undefined {
  const subject = subjectAt(view, path, offset);
  if (!subject) return undefined;
  if (subject.kind !== 'watcher' && !(subject.kind === 'registration' && subject.part === 'function'))
    return { refused: 'only the function of a registration can be renamed here' };
  const [entry] = subject.entries;
  if (!entry) return undefined;
  const name = entry.function;
  const mentioning = mentions.get(name);
  const targets = subject.entries.flatMap((one) => functionTargets(view, one, mentioning));
  const [target] = targets;
  if (!target) return { refused: `${name}: its definition is not known` };
  const other = targets.find(({ file, isStatic }) => file !== target.file && (isStatic || target.isStatic));
  if (other)
    return { refused: `${name} is defined in ${target.file} and in ${other.file}; rename it by hand` };
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
    .find(
      (one) =>
        !isSpelt(view, one) &&
        functionTargets(view, one, mentioning).some(({ file }) => file === target.file),
    );
  if (made)
    return {
      refused: `${made.place.file}:${made.place.line} makes the name ${name} with a macro; rename it by hand`,
    };
  return { range: subject.range, name, file: target.file, isStatic: target.isStatic };
}

function isSpelt(view: View, entry: TableEntry): boolean {
  const file = view.source(entry.place.file);
  return file !== undefined && registrationParts(view.snapshot.family, file, entry).function !== undefined;
}

const keywords = new Set(
  'auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof _Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local __asm__ __attribute__ __typeof__ __extension__ __label__ __alignof__ __thread __auto_type'.split(
    ' ',
  ),
);

/** What is known of the whole tree when a watcher is renamed. */
export interface RenamedIn {
  /** The files in which the old name stands. */
  readonly others: readonly string[];
  /** Those in which the new one does. */
  readonly taken: readonly string[];
  /** Those that include the defining file, directly or through others: they are compiled together with it. */
  readonly includers: readonly string[];
}

/**
 * Every place that changes. A static function's name matters in its own file and in those that are compiled together
 * with it. Where a name means something else besides, nothing is renamed.
 */
export function renamingEdits(
  view: View,
  renaming: Exclude<Renaming, { refused: string }>,
  newName: string,
  { others, taken, includers }: RenamedIn,
): readonly Target[] | { readonly refused: string } {
  const { name, file: path, isStatic } = renaming;
  if (!/^[A-Za-z_]\w*$/.test(newName) || keywords.has(newName))
    return { refused: `${newName} is not a name in C` };
  if (newName === name) return [];
  if (!view.source(path)) return { refused: `${path}: cannot be read` };
  const unit = new Set([path, ...includers].flatMap((one) => [...unitSources(view, one)]));
  const inUnit = (other: string): boolean =>
    unit.has(other) || (!other.endsWith('.c') && [...unit].some((one) => includes(view, one, other)));
  const concerned = [path, ...others.filter((other) => other !== path && (!isStatic || inUnit(other)))];
  const clash = taken.find((other) => {
    const file = view.source(other);
    return (
      file &&
      (!isStatic || unit.has(other) || concerned.includes(other)) &&
      placesOfName(file, newName).length > 0
    );
  });
  if (clash !== undefined) return { refused: `${clash} uses the name ${newName} already` };
  const declaring = taken.find((other) => isHeaderFor(view, path, other) && declares(view, other, newName));
  if (declaring !== undefined) return { refused: `${declaring} declares ${newName} already` };
  const found: Target[] = [];
  for (const other of concerned) {
    const file = view.source(other);
    if (!file) return { refused: `${other}: cannot be read` };
    // In a file of its own, a static function may have the same name.
    if (other !== path && other.endsWith('.c') && definitionOf(file, name)?.isStatic === true) {
      if (!isStatic) continue;
      return { refused: `${other} has a function ${name} of its own, and is compiled together with ${path}` };
    }
    const meaning = otherMeaning(file, name);
    if (meaning)
      return {
        refused: `${placeIn(file, meaning.range.start)}: ${name} is the name of a ${meaning.noun}, too; rename it by hand`,
      };
    const inText = placeInString(file, name);
    if (inText !== undefined)
      return {
        refused: `${placeIn(file, inText)}: a string names ${name} for the assembler; rename it by hand`,
      };
    const places = placesOfName(file, name);
    const shares =
      places.length > 0 && isStatic && other.endsWith('.h')
        ? others.find((one) => !concerned.includes(one) && one.endsWith('.c') && includes(view, one, other))
        : undefined;
    if (shares !== undefined)
      return { refused: `${other} names ${name}, and ${shares} includes it, too; rename it by hand` };
    found.push(...places.map((range) => ({ file: other, range })));
  }
  return found;
}

const placeIn = (file: SourceFile, offset: number): string =>
  `${file.path}:${lineAt(file.lineStarts, offset)}`;

/** `__attribute__((alias("name")))`, `asm("call name")`: text that the compiler hands on. */
function placeInString(file: SourceFile, name: string): number | undefined {
  if (!file.text.includes(name)) return undefined;
  return new RegExp(`\\b(?:alias|weakref|asm|__asm__)\\b[^;]{0,400}"[^"\\n]*\\b${name}\\b`).exec(file.text)
    ?.index;
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
