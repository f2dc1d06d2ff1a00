import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import type { Snapshot } from '../watchers/snapshot';

/** What a feature looks at: one family's snapshot, and the sources it was made from. */
export interface View {
  readonly snapshot: Snapshot;
  /** A file of the tree as the snapshot saw it; `undefined`: no such file. */
  readonly source: (path: string) => SourceFile | undefined;
}

/** The files of the whole tree in which names stand, as far as it was searched for them. */
export type Mentions = ReadonlyMap<string, readonly string[]>;

/** A place to go to: UTF-16 offsets in the text of a file, which is relative to the root. */
export interface Target {
  readonly file: string;
  readonly range: Range;
}

/** Targets without repetitions, in the order given. */
export function uniqueTargets(targets: readonly Target[]): readonly Target[] {
  return [
    ...new Map(targets.map((one) => [`${one.file}:${one.range.start}:${one.range.end}`, one])).values(),
  ];
}
