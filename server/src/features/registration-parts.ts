import type { TableEntry } from '../link/entry';
import { lex } from '../syntax/c/lex';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import { eventOfSection, findEvent, type Family } from '../watchers/family';

/** Where a registration's line names what it is about; `undefined`: not as a word of its own. */
export interface RegistrationParts {
  readonly macro: Range | undefined;
  /** The event's argument or section string; where a macro is named after its event, the macro. */
  readonly event: Range | undefined;
  readonly function: Range | undefined;
}

export function registrationParts(family: Family, file: SourceFile, entry: TableEntry): RegistrationParts {
  let macro: Range | undefined;
  let event: Range | undefined;
  let target: Range | undefined;
  const macroIsEvent = entry.macro !== undefined && entry.arguments.length < 2;
  for (const { kind, text, offset } of lex(file.text, entry.range.start, entry.range.end)) {
    const range = { start: offset, end: offset + text.length };
    if (kind === 'name' && text === entry.macro) macro ??= range;
    else if (kind === 'name' && text === entry.function) target ??= range;
    else if (event === undefined && spellsEvent(family, kind, text, entry)) event = range;
  }
  return { macro, event: event ?? (macroIsEvent ? macro : undefined), function: target };
}

function spellsEvent(family: Family, kind: string, text: string, entry: TableEntry): boolean {
  if (kind === 'string') return eventOfSection(family, text.replace(/^"|"$/g, '')) === entry.event;
  // Only what a macro was given: `init` by itself is an ordinary word.
  if (entry.macro === undefined || !entry.arguments.includes(text)) return false;
  return (findEvent(family, text)?.name ?? text) === entry.event;
}
