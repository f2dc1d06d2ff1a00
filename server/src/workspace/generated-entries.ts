import type { PlannedObject } from '../kbuild/link-plan';
import { normalise } from '../syntax/c/include-path';
import { unknownFunction, type SectionEntry } from '../syntax/c/section-entry';
import type { UnitFiles } from '../syntax/c/unit';
import { lineAt, lineStarts } from '../syntax/positions';
import type { Contribution } from '../watchers/assemble';
import type { LearntFamily } from '../watchers/wanted';
import type { Kernel } from './open-kernel';

/** A registering name in what a build makes C from, as in `fprintf(out, "subsys_initcall(init_%s);\n", name)`. */
interface Mention {
  readonly file: string;
  readonly line: number;
  /** 0-based UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly arguments: string;
}

/** What registers a Rust module in a kernel that holds it: `module! { … }`, `module_platform_driver! { … }`. */
const rustModule = /\bmodule(?:_\w+)?!/g;
/** The C macro that does the same (rust/macros/module.rs). */
const asRustModule = 'module_init';

/**
 * What objects may register that are not compiled from C of the tree: an entry for each registering name in the files that
 * a build makes their source from, or in their Rust, like those that the kernel has of that name. Whether there is one,
 * how many, and of which function, is not known.
 */
export function generatedEntries(
  { plan, tree }: Kernel,
  { wanted }: LearntFamily,
  files: UnitFiles,
  contributed: readonly Contribution[],
): readonly Contribution[] {
  if (wanted.names.size === 0) return [];
  const found: Contribution[] = [];
  const entries = contributed.map(({ entry }) => entry);
  const written = new RegExp(`\\b(${[...wanted.names].join('|')})\\s*\\(([^()]*)\\)`, 'g');
  const read = (path: string): string =>
    (isC(path) ? files.source(path)?.text : tree.kind(path) === 'file' ? tree.read(path) : undefined) ?? '';
  const add = (object: PlannedObject, mentions: readonly Mention[], doubt: (at: string) => string): void => {
    for (const mention of mentions)
      for (const example of examplesOf(mention, entries))
        found.push(mayRegister(object, mention, example, doubt(`${mention.file}:${String(mention.line)}`)));
  };
  for (const object of plan.objects) {
    const { path, source, madeFrom = [] } = object;
    if (source?.endsWith('.rs') === true && wanted.names.has(asRustModule))
      add(
        object,
        mentionsIn(source, read(source), rustModule),
        (at) => `what Rust registers at ${at} is not known`,
      );
    if (source !== undefined) continue;
    const made = path.replace(/\.o$/, '.c');
    for (const one of withOwnHeaders(madeFrom, files))
      add(
        object,
        mentionsIn(one, read(one), written),
        (at) => `only a build makes ${made}, and ${at} may write registrations into it`,
      );
  }
  return found;
}

const isC = (path: string): boolean => /\.[ch]$/.test(path);

/** With what C files among them include from beside them. */
function withOwnHeaders(paths: readonly string[], files: UnitFiles): ReadonlySet<string> {
  const all = new Set(paths);
  for (const path of all) {
    const includes = isC(path) ? (files.source(path)?.facts.includes ?? []) : [];
    for (const { form, text } of includes) {
      const beside = normalise(path.slice(0, path.lastIndexOf('/') + 1) + text);
      if (form === 'quote' && files.exists(beside)) all.add(beside);
    }
  }
  return all;
}

function mentionsIn(file: string, text: string, written: RegExp): readonly Mention[] {
  const found = [...text.matchAll(written)];
  if (found.length === 0) return [];
  const starts = lineStarts(text);
  return found.map(({ 0: all, 1: name = asRustModule, 2: inside = '', index }) => ({
    ...{ file, line: lineAt(starts, index), start: index, end: index + all.length },
    ...{ name, arguments: inside },
  }));
}

/** Entries of the kernel that it may be like: of the same macro, for the same event as far as the arguments tell. */
function examplesOf(
  { name, arguments: inside }: Mention,
  entries: readonly SectionEntry[],
): readonly SectionEntry[] {
  const [first = ''] = inside.split(',', 1);
  const all = entries.filter(({ macro }) => macro === name);
  const same = all.filter((entry) => entry.arguments.length > 1 && entry.arguments[0] === first.trim());
  return [...new Map((same.length > 0 ? same : all).map((entry) => [entry.section, entry])).values()];
}

function mayRegister(
  object: PlannedObject,
  mention: Mention,
  example: SectionEntry,
  unclear: string,
): Contribution {
  const { file, line, start, end, name, arguments: inside } = mention;
  const { section, form, isConst, alignment, size } = example;
  return {
    object,
    status: undefined,
    entry: {
      ...{ section, form, isConst, isKept: true, variable: unknownFunction, function: unknownFunction },
      ...(alignment === undefined ? {} : { alignment }),
      ...(size === undefined ? {} : { size }),
      unclear,
      place: { file, line },
      range: { start, end },
      macro: name,
      arguments: [inside.trim()],
      guards: [],
      expansion: '',
    },
  };
}
