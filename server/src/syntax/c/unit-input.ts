import type { CFileFacts } from './scan';
import type { Macro } from './expand';
import type { FunctionField } from './initialiser';

/** One translation unit, as the compiler is told to see it. */
export interface UnitInput {
  /** Relative to the root. */
  readonly source: string;
  /** `-I`, in order. */
  readonly includePaths: readonly string[];
  /** `-include`, in order. */
  readonly forcedIncludes: readonly string[];
  /** `-D` and `-U`, in order; `undefined` text: undefined. */
  readonly defines: readonly { readonly name: string; readonly text: string | undefined }[];
  /** What the compiler defines by itself, and what the configuration does ({@link configMacros}). */
  readonly predefined: ReadonlyMap<string, string>;
  /** No configuration: nothing is known about CONFIG_ names, both branches of their conditions are visited. */
  readonly undecided: boolean;
  /** Macros that are defined before anything is read, besides. */
  readonly given?: ReadonlyMap<string, Macro> | undefined;
}

/** The files of the tree, as far as a unit needs them. Facts and text belong together. */
export interface UnitFiles {
  source(path: string): SourceFile | undefined;
  exists(path: string): boolean;
  /** Where else a header may come from (generated wrappers); `generated`: made by the build, taken as empty. */
  fallback(spec: string): { readonly path: string } | 'generated' | undefined;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly facts: CFileFacts;
  readonly lineStarts: readonly number[];
  /** It is known that no wanted name stands in it, without a look at its text. */
  readonly isBare?: boolean;
}

/** What is looked for. */
export interface Wanted {
  readonly sectionMatches: (section: string) => boolean;
  /** Macros that lead to such a section, directly or not. */
  readonly names: ReadonlySet<string>;
  /** Finds each of those names (and hand-written sections) in text; global. */
  readonly pattern: RegExp;
  /** Macros whose invisible use is worth a word: those that a person registers with. */
  readonly registering: ReadonlySet<string>;
  readonly field?: FunctionField;
}
