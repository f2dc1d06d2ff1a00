import type { Note } from '../syntax/note';
import type {
  AssignmentStatement,
  DataStatement,
  InputStatement,
  LinkerScript,
  OtherStatement,
  OutputStatement,
} from '../syntax/ldscript/script';
import type { InputSection, LinkedObject } from './input-section';
import type { Taken } from './pattern';
import { insertTaken, takesFrom, takingPattern } from './pattern';

/** One thing in an output section, in address order. */
export type LaidItem =
  | {
      readonly kind: 'section';
      readonly section: InputSection;
      readonly by: InputStatement | undefined;
      /** What in front of it, which is not followed, may have taken it, or something else. */
      readonly doubt?: string;
    }
  /** A symbol that gets this address. `provided` by ld for an output section whose name is a C identifier. */
  | { readonly kind: 'symbol'; readonly symbol: string; readonly by: AssignmentStatement | undefined }
  /** The location counter is moved: entries around it may not be adjacent. */
  | { readonly kind: 'move'; readonly by: AssignmentStatement }
  | { readonly kind: 'data'; readonly by: DataStatement };

export interface LaidSection {
  /** Output section name; `''` for what stands between output sections. */
  readonly name: string;
  /** `undefined`: ld made it for orphans, or it stands between output sections. */
  readonly by: OutputStatement | undefined;
  readonly items: readonly LaidItem[];
}

/** Where ld puts every input section it is given. */
export interface Layout {
  /** In script order, then the output sections made for orphans (whose place in memory is not modelled). */
  readonly sections: readonly LaidSection[];
  /** In the image, but no pattern took them. */
  readonly orphans: readonly InputSection[];
  readonly discarded: readonly { readonly section: InputSection; readonly by: InputStatement }[];
  /** Symbols that stand for other symbols: `jiffies = jiffies_64`. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Symbols whose place is not understood: the words of the script that are not, by symbol. */
  readonly unclear: ReadonlyMap<string, string>;
  readonly notes: readonly Note[];
}

const isIdentifier = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name);

/** Expressions that are the current place, or the next aligned one. */
const isHere = (expression: string): boolean =>
  /^(?:ABSOLUTE ?\( ?)?(?:\.|ALIGN ?\([^()]*\))(?: ?\))?$/.test(expression);

/**
 * Lays out `objects` (in link order) by `script`, as GNU ld: an input section goes to the first statement in script
 * order that matches it; within one statement, files in link order, within a file sections in header order, unless
 * the statement sorts. `garbageCollected`: the kernel is linked with `--gc-sections`
 * (CONFIG_LD_DEAD_CODE_DATA_ELIMINATION), which drops table sections that no `KEEP` holds.
 */
export function layOut(
  objects: readonly LinkedObject[],
  script: LinkerScript,
  options: { readonly garbageCollected?: boolean } = {},
): Layout {
  const notes: Note[] = script.problems.map(({ message, place }) => ({
    message: `linker script: ${message}`,
    ...place,
  }));
  const left = new Map<LinkedObject, readonly InputSection[]>();
  for (const object of inLoadOrder(objects, script))
    if (object.sections.length > 0) left.set(object, object.sections);
  const laid: LaidSection[] = [];
  const discarded: { section: InputSection; by: InputStatement }[] = [];
  const aliases = new Map<string, string>();
  const unclear = new Map<string, string>();
  let doubt: string | undefined;
  const included = ({ keyword, text }: OtherStatement): void => {
    if (keyword === 'INCLUDE')
      doubt ??= `what the linker script includes here is not known (INCLUDE ${text})`;
  };
  for (const statement of script.statements) {
    if (statement.kind === 'other') included(statement);
    else if (statement.kind === 'assign') {
      const item = symbolItem(statement, aliases, unclear);
      if (item) laid.push({ name: '', by: undefined, items: [item] });
    } else {
      const items: LaidItem[] = [];
      for (const content of statement.contents) {
        if (content.kind === 'assign') {
          const item = symbolItem(content, aliases, unclear, statement.constraint);
          if (item) items.push(item);
        } else if (content.kind === 'data') items.push({ kind: 'data', by: content });
        else if (content.kind === 'input') {
          for (const { section } of take(content, left)) {
            if (statement.name === '/DISCARD/') discarded.push({ section, by: content });
            else
              items.push({
                kind: 'section',
                section,
                by: content,
                ...(doubt === undefined ? {} : { doubt }),
              });
          }
        } else included(content);
      }
      if (statement.name !== '/DISCARD/') laid.push({ name: statement.name, by: statement, items });
    }
  }
  const orphans = [...left.values()].flat();
  const sections = placeOrphans(laid, orphans).map(withProvidedSymbols);
  if (options.garbageCollected === true) notes.push(...notKept(sections));
  return { sections, orphans, discarded, aliases, unclear, notes };
}

/**
 * ld opens a file that the script names in full, without wildcards, when it comes to that statement: before the files
 * of the command line, which follow the `-T` option in all kernels. It is then first in link order for every pattern
 * (`open_input_bfds`, ldlang.c; measured with binutils 2.40).
 */
function inLoadOrder(objects: readonly LinkedObject[], script: LinkerScript): readonly LinkedObject[] {
  const byPath = new Map(
    objects.filter(({ archive }) => archive === undefined).map((one) => [one.path, one]),
  );
  const first = new Set<LinkedObject>();
  for (const statement of script.statements) {
    if (statement.kind !== 'output') continue;
    for (const content of statement.contents) {
      const named = content.kind === 'input' ? byPath.get(content.file) : undefined;
      if (named) first.add(named);
    }
  }
  return first.size === 0 ? objects : [...first, ...objects.filter((one) => !first.has(one))];
}

/** `constraint`: ld makes the output section, and its symbols, only if what lands there is written to, or is not. */
function symbolItem(
  statement: AssignmentStatement,
  aliases: Map<string, string>,
  unclear: Map<string, string>,
  constraint?: OutputStatement['constraint'],
): LaidItem | undefined {
  const { symbol, operator, expression } = statement;
  if (symbol === '.') return { kind: 'move', by: statement };
  if (isIdentifier(expression)) aliases.set(symbol, expression);
  else if (!isHere(expression)) unclear.set(symbol, `${symbol} ${operator} ${expression}`);
  if (constraint !== undefined) unclear.set(symbol, constraint);
  return isHere(expression) ? { kind: 'symbol', symbol, by: statement } : undefined;
}

/** Takes what matches out of `left`. */
function take(statement: InputStatement, left: Map<LinkedObject, readonly InputSection[]>): readonly Taken[] {
  const taken: Taken[] = [];
  for (const [object, sections] of left) {
    if (!takesFrom(statement, object)) continue;
    const rest: InputSection[] = [];
    for (const section of sections) {
      const pattern = takingPattern(statement, object, section);
      if (pattern) insertTaken(statement, taken, { object, section, pattern });
      else rest.push(section);
    }
    if (rest.length === 0) left.delete(object);
    else if (rest.length < sections.length) left.set(object, rest);
  }
  return taken;
}

/** An orphan joins the output section of its own name where there is one, at its end; else it founds one. */
function placeOrphans(
  laid: readonly LaidSection[],
  orphans: readonly InputSection[],
): readonly LaidSection[] {
  const added = new Map<string, InputSection[]>();
  for (const orphan of orphans) {
    const same = added.get(orphan.name);
    if (same) same.push(orphan);
    else added.set(orphan.name, [orphan]);
  }
  const asItems = (name: string): readonly LaidItem[] =>
    (added.get(name) ?? []).map((section) => ({ kind: 'section', section, by: undefined }));
  const named = new Set<string>();
  const joined = laid.map((section) => {
    if (section.by === undefined || named.has(section.name) || !added.has(section.name)) return section;
    named.add(section.name);
    return { ...section, items: [...section.items, ...asItems(section.name)] };
  });
  const founded = [...added.keys()]
    .filter((name) => !named.has(name))
    .map((name) => ({ name, by: undefined, items: asItems(name) }));
  return [...joined, ...founded];
}

/** ld provides `__start_NAME` and `__stop_NAME` for every output section whose name is a C identifier. */
function withProvidedSymbols(section: LaidSection): LaidSection {
  if (!isIdentifier(section.name)) return section;
  const provided = (symbol: string): LaidItem => ({ kind: 'symbol', symbol, by: undefined });
  return {
    ...section,
    items: [provided(`__start_${section.name}`), ...section.items, provided(`__stop_${section.name}`)],
  };
}

function notKept(sections: readonly LaidSection[]): readonly Note[] {
  const seen = new Set<InputStatement>();
  for (const { items } of sections)
    for (const item of items) if (item.kind === 'section' && item.by && !item.by.keep) seen.add(item.by);
  return [...seen].map((by) => ({
    message: `linked with --gc-sections, and ${by.file}(${by.sections.map(({ glob }) => glob).join(' ')}) has no KEEP: what nothing refers to is dropped`,
    ...by.place,
  }));
}
