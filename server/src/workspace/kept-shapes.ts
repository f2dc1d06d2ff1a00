import { createHash } from 'node:crypto';
import { shapeOf } from '../syntax/c/shape';
import type { SourceFile } from '../syntax/c/unit';
import type { RememberedFiles } from '../watchers/source-files';
import type { KeptShapes } from './kept-parts';

/** Which files have the shape that they had in an earlier run. */
export interface Shapes {
  readonly same: (path: string) => boolean;
  /** For the next run. */
  readonly kept: (pattern: RegExp, paths: Iterable<string>) => KeptShapes;
}

export function keptShapes(
  before: KeptShapes | undefined,
  isChanged: (path: string) => boolean,
  files: RememberedFiles,
): Shapes {
  const patternBefore = new RegExp(before?.pattern ?? '', 'g');
  const answers = new Map<string, boolean>();
  return {
    same(path) {
      const mark = before?.marks.get(path);
      if (mark === undefined) return false;
      if (!isChanged(path)) return true;
      let answer = answers.get(path);
      if (answer === undefined)
        answers.set(path, (answer = markOf(files.source(path), patternBefore) === mark));
      return answer;
    },
    kept(pattern, paths) {
      const marks = new Map<string, string>();
      for (const path of paths) {
        const known =
          before?.pattern === pattern.source && !isChanged(path) ? before.marks.get(path) : undefined;
        // What was not read in this run might be another text by now: without a mark it counts as changed.
        if (known !== undefined) marks.set(path, known);
        else if (files.facts.has(path)) marks.set(path, markOf(files.source(path), pattern));
      }
      return { pattern: pattern.source, marks };
    },
  };
}

function markOf(file: SourceFile | undefined, pattern: RegExp): string {
  return file ? createHash('sha1').update(shapeOf(file, pattern)).digest('base64') : '';
}
