import { expand, parseMacro, type Macro } from '../syntax/c/expand';
import { lex } from '../syntax/c/lex';
import { sectionPointers, type SectionPointer } from '../syntax/c/section-text';
import type { SourceFile, Wanted } from '../syntax/c/unit';
import { leadingMacros, type LeadingMacro } from '../syntax/c/wanted-macros';
import { isFamilySection, type Family } from './family';

/** A family as one tree spells it: its own macros, wrappers included. */
export interface LearntFamily {
  readonly wanted: Wanted;
  readonly macros: readonly LeadingMacro[];
}

/** Learns, from the files that hold a needle, every macro that leads to one of the family's sections. */
export function learnFamily(family: Family, files: readonly SourceFile[]): LearntFamily {
  const literals = literalsOf(family);
  const written = new RegExp(literals.map(sectionWritten).join('|') || '$^');
  const spells = (text: string): boolean =>
    literals.some((literal) => text.includes(literal)) && written.test(text);
  return familyWith(family, leadingMacros(files, family.macros, spells));
}

/** In an attribute, or in assembler text: `.pushsection .task_watchers.init`, in a string or not. */
const sectionWritten = (literal: string): string =>
  `"${escape(literal)}|section(?:\\s|\\\\t)+${escape(literal)}`;

/** How the sections' names begin. */
function literalsOf(family: Family): readonly string[] {
  const starts = family.sections.map(({ template }) => template.slice(0, template.indexOf('{event}')));
  const fixed = family.events.flatMap(({ section }) => (section === undefined ? [] : [section]));
  return [...new Set([...starts, ...fixed])].filter((text) => text.length > 2);
}

/** The family with the macros that a tree adds to it. */
export function familyWith(family: Family, macros: readonly LeadingMacro[]): LearntFamily {
  const names = new Set([...family.macros, ...macros.map(({ name }) => name)]);
  const pattern = [
    `\\b(?:${[...names].map(escape).join('|')})\\b`,
    ...literalsOf(family).map(sectionWritten),
  ].join('|');
  return {
    macros,
    wanted: {
      names,
      pattern: new RegExp(pattern, 'g'),
      registering: new Set(family.macros),
      sectionMatches: (section) => isFamilySection(family, section),
      ...(family.functionField === undefined ? {} : { field: family.functionField }),
    },
  };
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * What a use would register if its macro were visible: expanded with the definitions found anywhere in the tree, the
 * one that says most where there are several. For entries that are not in any table, to say what they are.
 */
export function expandAnywhere(
  use: string,
  macros: readonly LeadingMacro[],
  wanted: Wanted,
): SectionPointer | undefined {
  const table = tableOf(macros);
  const tokens = expand(lex(use), { lookup: (name) => table.get(name) });
  return sectionPointers(tokens, wanted.field).find(({ section }) => wanted.sectionMatches(section));
}

/** As include/linux/compiler.h has them, old and new. */
const attributes = [
  parseMacro('__section', ['s'], '__attribute__((__section__(s)))'),
  parseMacro('__used', undefined, '__attribute__((__used__))'),
  parseMacro('__attribute_used__', undefined, '__attribute__((__used__))'),
  parseMacro('__maybe_unused', undefined, '__attribute__((__unused__))'),
];

const tables = new WeakMap<readonly LeadingMacro[], ReadonlyMap<string, Macro>>();

function tableOf(macros: readonly LeadingMacro[]): ReadonlyMap<string, Macro> {
  const before = tables.get(macros);
  if (before) return before;
  const table = new Map<string, Macro>();
  for (const { name, parameters, body } of macros) {
    const macro = parseMacro(name, parameters, body);
    const known = table.get(name);
    if (known === undefined || known.body.length < macro.body.length) table.set(name, macro);
  }
  for (const macro of attributes) if (!table.has(macro.name)) table.set(macro.name, macro);
  tables.set(macros, table);
  return table;
}
