import { closeSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { allRules } from '../checks/all-rules';
import { checkSnapshot } from '../checks/check-snapshot';
import type { DispatchResult, FailureRow } from '../dispatch/dispatch-result';
import { failureTable } from '../dispatch/failure-table';
import { simulateDispatch } from '../dispatch/simulate';
import { withMeetings } from '../features/cleanup-meetings';
import { pageStart } from '../features/page';
import { reportPage } from '../features/report-page';
import { errorCode } from '../source/disk-tree';
import { version } from '../version';
import type { CodeReader } from '../watchers/code-reader';
import { loadForChecks } from './check-command';
import { hrefFor } from './dispatch-command';
import { exitStatus } from './exit-status';
import { Failure } from './failure';
import type { Settings } from './settings';
import { print } from './terminal';

const optionsSchema = z.object({ link: z.string().default('file') });

/** `report`: writes one page with everything. Exit status 0 also with findings: `check` is there to judge. */
export async function runReport(file: string, settings: Settings, options: unknown): Promise<number> {
  const { link } = optionsSchema.parse(options);
  if (file !== '-') checkTarget(file);
  const { context, rules } = await loadForChecks(settings);
  const { snapshot } = context;
  const href = hrefFor(snapshot, link);
  const findings = checkSnapshot(context, allRules, { rules });
  const text = reportPage({ snapshot, findings, ...simulations(context), version }, href);
  if (file === '-') {
    await print(text);
    return exitStatus.fine;
  }
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Failure(`${file}: cannot be written: ${whyUnwritten(errorCode(error))}`);
  }
  if (!settings.quiet) process.stderr.write(`${file} written\n`);
  return exitStatus.fine;
}

/** Before minutes of work: a name that was mistyped may be that of a source. */
function checkTarget(file: string): void {
  let start: string | undefined;
  try {
    start = startOf(file);
  } catch (error) {
    throw new Failure(`${file}: cannot be written: ${whyUnwritten(errorCode(error))}`);
  }
  if (start !== undefined && start !== '' && start !== pageStart)
    throw new Failure(`${file}: is there and is no page of ours: not written over; name another file`);
}

/** Of a file that is there, as many bytes as a page of ours begins with. Throws where there is no folder to write it in. */
function startOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) statSync(dirname(file));
  // What is there may also be a pipe, or the terminal.
  if (found?.isFile() !== true && found?.isDirectory() !== true) return undefined;
  const opened = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(pageStart.length);
    return bytes.toString('latin1', 0, readSync(opened, bytes));
  } finally {
    closeSync(opened);
  }
}

function whyUnwritten(code: string): string {
  switch (code) {
    case 'ENOENT':
      return 'no such folder';
    case 'EISDIR':
      return 'a folder, not a file';
    case 'EACCES':
      return 'no permission (EACCES)';
    default:
      return code;
  }
}

interface Simulations {
  readonly dispatches: readonly DispatchResult[];
  readonly problems: readonly string[];
  readonly failures: ReadonlyMap<string, readonly FailureRow[]>;
}

/** Every linked call site as it is, and every watcher of an event that may fail, failing in turn. */
function simulations(reader: CodeReader): Simulations {
  const { snapshot } = reader;
  const dispatches: DispatchResult[] = [];
  const problems: string[] = [];
  const failures = new Map<string, readonly FailureRow[]>();
  if (snapshot.config === undefined) return { dispatches, problems, failures };
  const order = snapshot.family.events.map(({ name }) => name);
  const sites = snapshot.callSites
    .filter(({ status, event, caller }) => status === 'linked' && event !== undefined && caller !== undefined)
    .toSorted((one, other) => order.indexOf(one.event ?? '') - order.indexOf(other.event ?? ''));
  for (const site of sites) {
    const result = simulateDispatch(reader, { site });
    if ('problem' in result) problems.push(`${site.file}:${String(site.line)}: ${result.problem}`);
    else dispatches.push(withMeetings(snapshot, result));
  }
  for (const event of snapshot.family.events) {
    if (event.mayFail !== true) continue;
    const site = sites.find((one) => one.event === event.name);
    const rows = failureTable(reader, { event: event.name, ...(site ? { site } : {}) });
    if ('problem' in rows) problems.push(rows.problem);
    else failures.set(event.name, rows);
  }
  return { dispatches, problems, failures };
}
