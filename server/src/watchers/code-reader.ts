import type { FunctionBody } from '../syntax/c/function-body';
import type { FunctionFact, Quiet } from '../syntax/c/tree/functions';
import type { SourceFile } from '../syntax/c/unit';
import type { Snapshot } from './snapshot';

/** A snapshot and the sources it was taken from: what reads code needs both, of one moment. */
export interface CodeReader {
  readonly snapshot: Snapshot;
  /** A file of the tree, relative to its root; `undefined`: there is none, or it cannot be read. */
  readonly source: (path: string) => SourceFile | undefined;
  /** Definitions and prototypes of a file, in order; empty where it cannot be read. */
  readonly functions: (path: string) => readonly FunctionFact[];
  /** The bodies of a definition, one for each way its `#if`s may go; quiet branches are not told apart. */
  readonly bodies: (path: string, fact: FunctionFact, quiet?: Quiet) => readonly FunctionBody[];
  /** Those that the snapshot's configuration leaves possible: one, where it decides all the `#if`s. */
  readonly builtBodies: (path: string, fact: FunctionFact) => readonly FunctionBody[];
}

/** The part of it that needs no parser. */
export type TextReader = Pick<CodeReader, 'snapshot' | 'source'>;
