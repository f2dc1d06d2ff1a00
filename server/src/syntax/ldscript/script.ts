import type { Place } from '../positions';

/**
 * A linker script as GNU ld reads it (binutils 2.40, "Linker Scripts" in ld's manual), as far as it decides which
 * input sections land where. Expressions are kept as text, white space folded: nothing here has an address.
 */

/** How ld orders what one pattern takes; the first of a nested pair comes first. */
export type SortKey = 'name' | 'alignment' | 'init-priority' | 'none';

export interface SectionPattern {
  /** `.initcall[0-9]*.init`; `*` for a file named without parentheses. */
  readonly glob: string;
  /** Outermost first; empty: in link order. */
  readonly sort: readonly SortKey[];
  readonly reverse: boolean;
  /** File patterns of an `EXCLUDE_FILE` in front of this section pattern. */
  readonly exclude: readonly string[];
}

/** `KEEP(EXCLUDE_FILE(*b.o) *a.o(.x SORT(.y.*)))`: one statement that takes input sections. */
export interface InputStatement {
  readonly kind: 'input';
  /** As written: `*`, `*lib.a:member.o`. */
  readonly file: string;
  readonly sortFiles: boolean;
  readonly reverseFiles: boolean;
  /** File patterns of an `EXCLUDE_FILE` in front of the file: hold for all of {@link sections}. */
  readonly exclude: readonly string[];
  readonly sections: readonly SectionPattern[];
  readonly keep: boolean;
  /** `INPUT_SECTION_FLAGS`: each a flag's name, and whether the section must have it. */
  readonly flags: readonly { readonly flag: string; readonly wanted: boolean }[];
  readonly place: Place | undefined;
}

export interface AssignmentStatement {
  readonly kind: 'assign';
  /** `.` for the location counter. */
  readonly symbol: string;
  /** `=`, `+=`, … */
  readonly operator: string;
  readonly expression: string;
  readonly wrap: 'provide' | 'provide-hidden' | 'hidden' | undefined;
  readonly place: Place | undefined;
}

export interface DataStatement {
  readonly kind: 'data';
  /** `BYTE`, `SHORT`, `LONG`, `QUAD`, `SQUAD`, `ASCIZ`. */
  readonly directive: string;
  /** In bytes; `undefined` for `ASCIZ`. */
  readonly size: number | undefined;
  readonly expression: string;
  readonly place: Place | undefined;
}

export interface OutputStatement {
  readonly kind: 'output';
  /** `.init.data`; `/DISCARD/` throws away what it takes. */
  readonly name: string;
  readonly address: string;
  /** `NOLOAD`, `READONLY`, …; empty: none. */
  readonly type: string;
  /** Text of `AT(…)`, `ALIGN(…)`, `SUBALIGN(…)`; empty: none. */
  readonly at: string;
  readonly align: string;
  readonly subalign: string;
  readonly constraint: 'ONLY_IF_RO' | 'ONLY_IF_RW' | undefined;
  readonly contents: readonly ContentStatement[];
  readonly region: string;
  readonly loadRegion: string;
  readonly phdrs: readonly string[];
  readonly fill: string;
  /** It stands in an `OVERLAY`. */
  readonly overlay: boolean;
  readonly place: Place | undefined;
}

/** Anything that takes no section and assigns no symbol: `ENTRY(x)`, `ASSERT(…)`, `PHDRS {…}`, `CONSTRUCTORS`. */
export interface OtherStatement {
  readonly kind: 'other';
  readonly keyword: string;
  readonly text: string;
  readonly place: Place | undefined;
}

export type ContentStatement = InputStatement | AssignmentStatement | DataStatement | OtherStatement;
export type SectionsStatement = OutputStatement | AssignmentStatement | OtherStatement;

export interface ScriptProblem {
  readonly message: string;
  readonly place: Place | undefined;
}

export interface LinkerScript {
  /** In order: what stands in `SECTIONS`, and what stands around it. Several `SECTIONS` follow one another. */
  readonly statements: readonly SectionsStatement[];
  readonly problems: readonly ScriptProblem[];
}
