import type { SectionEntry } from '../../server/src/syntax/c/section-entry';

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
