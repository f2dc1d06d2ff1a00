import type { InputStatement, SectionPattern, SortKey } from '../syntax/ldscript/script';
import { globMatches, isGlob } from './glob';
import type { InputSection, LinkedObject } from './input-section';

/** ld matches without wildcards by plain comparison (`name_match`, ldlang.c). */
const matches = (pattern: string, text: string): boolean =>
  pattern === '*' || (isGlob(pattern) ? globMatches(pattern, text) : pattern === text);

/**
 * A file pattern: `*foo.o`; `lib.a:member.o`, `lib.a:` (any member), `:file.o` (no member of an archive). Without a
 * colon, a member is matched by its own name (ld's manual, "Input Section Basics").
 */
export function fileMatches(pattern: string, object: LinkedObject): boolean {
  const colon = pattern.indexOf(':');
  if (colon < 0) return matches(pattern, object.path);
  const archive = pattern.slice(0, colon);
  const member = pattern.slice(colon + 1);
  if (archive === '') return object.archive === undefined && matches(member, object.path);
  if (object.archive === undefined || !matches(archive, object.archive)) return false;
  return member === '' || matches(member, object.path);
}

/** `EXCLUDE_FILE` also takes an archive's own name for all its members. */
const excluded = (patterns: readonly string[], object: LinkedObject): boolean =>
  patterns.some(
    (pattern) =>
      fileMatches(pattern, object) ||
      (object.archive !== undefined && !pattern.includes(':') && matches(pattern, object.archive)),
  );

function flagsMatch(statement: InputStatement, section: InputSection): boolean {
  return statement.flags.every(({ flag, wanted }) => {
    if (flag === 'SHF_WRITE') return section.writable === wanted;
    if (flag === 'SHF_EXECINSTR') return section.executable === wanted;
    // Table sections are allocated, and none of the other flags is theirs.
    return (flag === 'SHF_ALLOC') === wanted;
  });
}

/** What of a statement depends on the file only. */
export function takesFrom(statement: InputStatement, object: LinkedObject): boolean {
  return fileMatches(statement.file, object) && !excluded(statement.exclude, object);
}

/** The section pattern of `statement` that takes the section; `undefined`: none does. */
export function takingPattern(
  statement: InputStatement,
  object: LinkedObject,
  section: InputSection,
): SectionPattern | undefined {
  if (!takesFrom(statement, object) || !flagsMatch(statement, section)) return undefined;
  return statement.sections.find(
    (pattern) => matches(pattern.glob, section.name) && !excluded(pattern.exclude, object),
  );
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The number at the end of `.init_array.00100`, `.ctors.65435` (which count backwards); as `get_init_priority`. */
function initPriority(name: string): number | undefined {
  const found = /\.(\d+)$/.exec(name);
  if (!found) return undefined;
  const number = Number(found[1]);
  return name.startsWith('.ctors.') || name.startsWith('.dtors.') ? 65535 - number : number;
}

/**
 * Whether `SORT_BY_INIT_PRIORITY` has an order for these: numbers are compared as such, all else by name, which fits
 * together only if a name without a number stands before all that have one, or behind.
 */
export function hasPriorityOrder(names: readonly string[]): boolean {
  const isNumbered = (name: string): boolean => initPriority(name) !== undefined;
  const numbered = names.filter(isNumbered);
  return names.every(
    (name) => isNumbered(name) || numbered.every((one) => one < name) || numbered.every((one) => name < one),
  );
}

function compareBy(key: SortKey, a: InputSection, b: InputSection): number {
  switch (key) {
    case 'name':
      return byCode(a.name, b.name);
    case 'alignment':
      return b.alignment - a.alignment;
    case 'init-priority': {
      const [left, right] = [initPriority(a.name), initPriority(b.name)];
      return (left !== undefined && right !== undefined ? left - right : 0) || byCode(a.name, b.name);
    }
    case 'none':
      return 0;
  }
}

export interface Taken {
  readonly object: LinkedObject;
  readonly section: InputSection;
  readonly pattern: SectionPattern;
}

/**
 * Puts one more section among those a statement took so far, as `wild_sort` does: in front of the first that sorts
 * behind it by the file's name, then by the new section's own `SORT`.
 */
export function insertTaken(statement: InputStatement, taken: Taken[], one: Taken): void {
  const { pattern } = one;
  if (!statement.sortFiles && pattern.sort.length === 0) {
    taken.push(one);
    return;
  }
  const at = taken.findIndex((other) => {
    if (statement.sortFiles) {
      const order = compareFiles(one.object, other.object) * (statement.reverseFiles ? -1 : 1);
      if (order !== 0) return order < 0;
    }
    for (const key of pattern.sort) {
      const order = compareBy(key, one.section, other.section) * (pattern.reverse ? -1 : 1);
      if (order !== 0) return order < 0;
    }
    return false;
  });
  if (at < 0) taken.push(one);
  else taken.splice(at, 0, one);
}

const compareFiles = (a: LinkedObject, b: LinkedObject): number =>
  byCode(a.archive ?? a.path, b.archive ?? b.path) ||
  (a.archive !== undefined || b.archive !== undefined ? byCode(a.path, b.path) : 0);
