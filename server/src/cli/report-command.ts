import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { allRules } from '../checks/all-rules';
import { checkSnapshot } from '../checks/check-snapshot';
import type { DispatchResult, FailureRow } from '../dispatch/dispatch-result';
import { failureTable } from '../dispatch/failure-table';
import { simulateDispatch } from '../dispatch/simulate';
import { withMeetings } from '../features/cleanup-meetings';
import { reportPage } from '../features/report-page';
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
    throw new Failure(`${file}: not written: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!settings.quiet) process.stderr.write(`${file} written\n`);
  return exitStatus.fine;
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
