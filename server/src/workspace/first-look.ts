import type { InputLog } from '../source/input-log';
import { withoutFiles } from '../source/include-names';
import type { RenewedSearch } from '../source/kept-scan';
import {
  mergedScans,
  prescanFiles,
  prescanTree,
  startScan,
  type PrescanOptions,
  type RunningScan,
  type Steps,
} from '../source/prescan';
import type { ScanResult } from '../source/scan-files';
import { mergedOutcomes, type SearchOutcome } from '../source/search-outcome';
import type { Family } from '../watchers/family';
import type { Kernel } from './open-kernel';

/** How far to look: at what the link plan compiles (and headers), or at the whole tree. */
export type Scope = 'linked' | 'tree';

/** Whether the whole tree is looked at. */
export const isOfTree = ({ plan }: Kernel, scope: Scope): boolean =>
  scope === 'tree' || plan.source === 'none';

/**
 * Begins, in other threads, to look at what `findCandidates` will look at first, before it is known what is linked.
 */
export function beginCandidates(
  root: string,
  family: Family,
  exclude: readonly string[],
  scope: Scope,
  log: InputLog | undefined,
): RunningScan | undefined {
  return startScan(root, family.needles, scope === 'tree', { exclude, log, includes: true });
}

const isFor = ({ root, needles, exclude }: RunningScan, kernel: Kernel, wanted: readonly string[]): boolean =>
  root === kernel.root &&
  needles.join() === wanted.join() &&
  exclude.join() === kernel.project.exclude.join();

/** What was begun ahead. */
export interface Beginning {
  /** All headers below include/, where they were looked at. */
  readonly headers: readonly string[] | undefined;
  /** The first look, once: at the whole tree, or at these files. */
  readonly scan: (
    paths: readonly string[],
    report: (done: number, total: number) => void,
  ) => Promise<SearchOutcome>;
}

/** A scan that was begun ahead, and what this thread can do while others are at it. */
export interface Ahead {
  readonly scan: RunningScan;
  readonly otherwise: Steps;
  /** Told of headers in which nothing that is looked for stands. */
  readonly bare: (paths: Iterable<string>) => void;
  /** Told how many files hold something of it. */
  readonly onFound: (files: number) => void;
}

/** `undefined`: what was begun is of no use. */
export async function beginning(
  { scan: ahead, otherwise, bare, onFound }: Ahead,
  kernel: Kernel,
  needles: readonly string[],
  scope: Scope,
): Promise<Beginning | undefined> {
  const { isWhole } = ahead;
  const isUseful = isWhole === isOfTree(kernel, scope) && isFor(ahead, kernel, needles);
  const headers = isUseful ? await ahead.headers(firstOf(otherwise)) : undefined;
  // In a folder that was passed over, linked files may stand all the same.
  if (!isUseful || (!isWhole && headers && headers.skipped.length > 0)) {
    ahead.end();
    return undefined;
  }
  // Whoever logs what is read tells what was only glanced at.
  if (headers && kernel.log === undefined) bare(withoutHits(headers));
  return {
    headers: isWhole || kernel.project.exclude.length > 0 ? undefined : headers?.looked.files,
    async scan(paths, report) {
      const seen = new Set(headers?.looked.files);
      const left = isWhole ? [] : paths.filter((path) => !seen.has(path));
      const rest = await ahead.rest(left, report, otherwise);
      ahead.end();
      const all = headers ? mergedScans([headers, rest]) : rest;
      onFound(all.hits.length);
      return all;
    },
  };
}

/** Only the first step: the others have to do with headers. */
function* firstOf(steps: Steps): Generator<unknown, void> {
  yield steps.next();
}

function withoutHits({ looked, hits, problems }: ScanResult): readonly string[] {
  const odd = new Set([...hits, ...problems].map(({ file }) => file));
  return looked.files.filter((file) => !odd.has(file));
}

/** Chosen files, or the whole tree, with what an earlier look left of it. */
export async function scanned(
  root: string,
  needles: readonly string[],
  paths: readonly string[] | undefined,
  options: PrescanOptions,
  earlier: RenewedSearch | undefined,
): Promise<SearchOutcome> {
  if (!earlier)
    return paths ? prescanFiles(root, needles, paths, options) : prescanTree(root, needles, options);
  const outcome = earlier.outcome();
  const files = earlier.files();
  const rest = paths?.filter((path) => !files.has(path)) ?? [];
  const found = paths ? withoutOthers(outcome, new Set(paths)) : outcome;
  return rest.length === 0
    ? found
    : mergedOutcomes([found, await prescanFiles(root, needles, rest, options)]);
}

/** What was found in some of the files. */
function withoutOthers(outcome: SearchOutcome, wanted: ReadonlySet<string>): SearchOutcome {
  const isWanted = ({ file }: { readonly file: string }): boolean => wanted.has(file);
  const others = outcome.includes.files.filter((file) => !wanted.has(file));
  return {
    ...outcome,
    hits: outcome.hits.filter(isWanted),
    problems: outcome.problems.filter(isWanted),
    includes: withoutFiles(outcome.includes, new Set(others)),
  };
}
