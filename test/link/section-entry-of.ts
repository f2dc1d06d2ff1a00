import { memoryTree } from '../../server/src/source/tree-reader';
import type { SectionEntry } from '../../server/src/syntax/c/section-entry';
import { unitEntries, type Wanted } from '../../server/src/syntax/c/unit';
import { sourceFiles } from '../../server/src/watchers/source-files';

/** A section entry as the C side would give it, with only what the link model looks at spelt out. */
export function sectionEntry(
  section: string,
  called: string,
  more: Partial<SectionEntry> = {},
): SectionEntry {
  return {
    section,
    variable: `${section.replace(/\W/g, '_')}_${called}`,
    function: called,
    form: 'variable',
    isConst: false,
    isKept: true,
    place: { file: 'a.c', line: 1 },
    range: { start: 0, end: 0 },
    macro: undefined,
    arguments: [],
    guards: [],
    expansion: '',
    ...more,
  };
}

/** The entries of a unit that is one file, without flags or headers. */
export function entriesOf(text: string, wanted: Wanted): readonly SectionEntry[] {
  const unit = {
    source: 'unit.c',
    includePaths: [],
    forcedIncludes: [],
    defines: [],
    predefined: new Map<string, string>(),
    undecided: false,
  };
  const files = sourceFiles(memoryTree(new Map([['unit.c', text]])), undefined, 'x86', 'x86');
  return unitEntries(unit, files, wanted).entries;
}
