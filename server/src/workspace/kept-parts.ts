import type { KeptPlan } from '../kbuild/kept-plan';
import type { SearchedFor } from '../source/kept-scan';
import type { Asked } from '../source/tracked-tree';
import type { UnitEntries } from '../syntax/c/section-entry';
import type { LeadingMacro } from '../syntax/c/wanted-macros';
import type { WrittenInFile } from './written-in-file';
import type { Candidates } from './find-candidates';
import type { ReadScript } from './lay-tables';
import type { PlacedStatement } from './move-entries';

/**
 * What a snapshot was made from, as plain data, each part with what it depends on. Whether a file changed is told by the
 * inputs that are kept beside them.
 */
export interface KeptParts {
  readonly kind: 'parts';
  /** Absolute path of the configuration; `undefined`: there was none. */
  readonly configPath: string | undefined;
  readonly scans: readonly KeptScan[];
  readonly plan: { readonly plan: KeptPlan; readonly asked: Asked };
  readonly script: KeptScript | undefined;
  /** What was asked of the tree to find candidates and to walk units: includes hang on it. */
  readonly asked: Asked;
  readonly shapes: KeptShapes;
  readonly candidates: KeptCandidates;
  readonly walks: KeptWalks;
  readonly written: ReadonlyMap<string, WrittenInFile>;
}

export interface KeptScan extends SearchedFor {
  /** Folders that were passed over. */
  readonly skipped: readonly string[];
  /** As V8 writes values: it is millions of numbers, which are hardly ever asked for. */
  readonly outcome: Uint8Array;
}

/** Depends on the configuration, on what was asked of the tree, and on the plan's part of `key`. */
export interface KeptScript {
  readonly key: string;
  readonly read: ReadScript;
  readonly asked: Asked;
}

/** The shapes of files, as marks; those that are not there have the mark 0. */
export interface KeptShapes {
  /** The wanted statements are part of a shape: the source of their pattern. */
  readonly pattern: string;
  readonly marks: ReadonlyMap<string, string>;
}

/** Depends on the plan's objects, the searches, and the shapes of the files that were read. */
export interface KeptCandidates {
  readonly planKey: string;
  readonly found: Omit<Candidates, 'learnt'>;
  readonly macros: readonly LeadingMacro[];
  readonly consulted: readonly string[];
  /** Base names of the sources that some of them include. */
  readonly included: ReadonlyMap<string, readonly string[]>;
}

/** Depends on the configuration and `key`; each on its own source, all on the shapes of the files that they share. */
export interface KeptWalks {
  /** What all of them were looked for. */
  readonly key: string;
  /** Read by more than one unit, or by one beside its own source. */
  readonly shared: ReadonlySet<string>;
  /** Base names of the sources that files among them include. */
  readonly included: ReadonlySet<string>;
  readonly results: ReadonlyMap<string, KeptWalk>;
  /** The statements of files in which something was found. */
  readonly placed: ReadonlyMap<string, readonly PlacedStatement[]>;
}

export interface KeptWalk {
  readonly source: string;
  /** Of its files, only the sources. */
  readonly result: UnitEntries;
}

/** The cache is ours, has a checksum and belongs to one version; this guards against a mix-up of its uses. */
export function isKeptParts(value: unknown): value is KeptParts {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'parts' &&
    'walks' in value &&
    'candidates' in value
  );
}
