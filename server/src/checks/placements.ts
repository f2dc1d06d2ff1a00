import { expand, ExpansionTooLarge, parseMacro, type Macro } from '../syntax/c/expand';
import { lex } from '../syntax/c/lex';
import type { FunctionFact } from '../syntax/c/tree/functions';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import { isFamilySection } from '../watchers/family';
import type { CheckContext } from './check-context';

/** A section that an annotation puts a function in. */
export interface Placement {
  /** As written: `__task_init`. */
  readonly annotation: string;
  readonly range: Range;
  readonly section: string;
  /** The event that the section's name spells, if it does: `.task.function.INIT`. */
  readonly event: string | undefined;
}

/** A macro without parameters that places functions for an event. */
export interface PlacementMacro {
  readonly name: string;
  readonly event: string;
}

/** Macros, and the sections that were looked up with them. */
interface MacroTable {
  /** The headers that they are from. */
  readonly headers: readonly SourceFile[];
  readonly macros: ReadonlyMap<string, Macro>;
  readonly sections: Map<string, string | undefined>;
}

const tableOf = new WeakMap<CheckContext, MacroTable>();
/** By the first header: most edits are of other files. */
const tables = new WeakMap<SourceFile, MacroTable>();

/** Macros of the headers that hold a needle, and `__section` in both its old and its new form. */
function macroTable(context: CheckContext): MacroTable {
  const known = tableOf.get(context);
  if (known) return known;
  const headers = context.snapshot.candidates.flatMap((path) =>
    path.endsWith('.h') ? (context.source(path) ?? []) : [],
  );
  const [first] = headers;
  const before = first && tables.get(first);
  const isSame =
    before?.headers.length === headers.length && before.headers.every((one, at) => one === headers[at]);
  const table = isSame ? before : { headers, macros: macrosIn(headers), sections: new Map() };
  tableOf.set(context, table);
  if (first) tables.set(first, table);
  return table;
}

function macrosIn(headers: readonly SourceFile[]): ReadonlyMap<string, Macro> {
  const found = new Map<string, Macro>([
    ['__section', parseMacro('__section', ['s'], '__attribute__((__section__(s)))')],
  ]);
  for (const { facts } of headers)
    for (const directive of facts.directives)
      if (directive.kind === 'define') {
        const { name, parameters, body } = directive;
        // Of several, the one that says most: a stub for modules must not hide the real one.
        if ((found.get(name)?.body.length ?? -1) < body.length)
          found.set(name, parseMacro(name, parameters, body));
      }
  return found;
}

/** What an annotation's text says about a section: `__attribute__((__section__(".x")))`, or a macro that ends there. */
function sectionOf(context: CheckContext, text: string): string | undefined {
  const { macros, sections } = macroTable(context);
  if (!sections.has(text)) sections.set(text, sectionWith(macros, text));
  return sections.get(text);
}

function sectionWith(macros: ReadonlyMap<string, Macro>, text: string): string | undefined {
  try {
    const tokens = expand(lex(text), { lookup: (name) => macros.get(name) });
    const at = tokens.findIndex(({ text: word }) => word === 'section' || word === '__section__');
    if (at < 0) return undefined;
    const strings: string[] = [];
    for (const token of tokens.slice(at + 1)) {
      if (token.kind === 'string') strings.push(token.text.slice(1, -1));
      else if (token.text === ')') break;
    }
    return strings.length === 0 ? undefined : strings.join('');
  } catch (error) {
    if (error instanceof ExpansionTooLarge) return undefined;
    throw error;
  }
}

/** Where a function's annotations put it. */
export function placementsOf(context: CheckContext, fact: FunctionFact): readonly Placement[] {
  return fact.annotations.flatMap(({ name, arguments: given, range }) => {
    const section = sectionOf(context, given === undefined ? name : `${name}(${given})`);
    return section === undefined
      ? []
      : [{ annotation: name, range, section, event: eventOfPlacement(context, section) }];
  });
}

/** Macros of this tree that place functions for an event, and are no part of one another. */
export function placementMacros(context: CheckContext): readonly PlacementMacro[] {
  return [...macroTable(context).macros].flatMap(([name, macro]) => {
    if (macro.parameters !== undefined || macro.body.length === 0) return [];
    const section = sectionOf(context, name);
    const event = section === undefined ? undefined : eventOfPlacement(context, section);
    return event === undefined ? [] : [{ name, event }];
  });
}

/** `.task.function.INIT` beside the table's own `.task.INIT`. */
function eventOfPlacement({ snapshot }: CheckContext, section: string): string | undefined {
  const { family } = snapshot;
  const own = family.events.find(({ name }) => section.toLowerCase().endsWith(`.${name.toLowerCase()}`));
  if (!own || isFamilySection(family, section)) return undefined;
  const beside = family.sections.some(({ template }) =>
    section.startsWith(template.split('{event}')[0] ?? ' '),
  );
  return beside ? own.name : undefined;
}
