import { z } from 'zod';
import { allRules } from '../checks/all-rules';
import { checkContext, type CheckContext } from '../checks/check-context';
import { orMeant } from '../syntax/nearest-name';
import { checkSnapshot, unknownRules, type CheckSettings } from '../checks/check-snapshot';
import { severities, type Finding } from '../checks/rule';
import { cParser } from '../workspace/c-parser-files';
import { findMentions } from '../workspace/find-mentions';
import { kernelFiles, takeSnapshotOf, type Scope } from '../workspace/take-snapshot';
import { namesToFind } from '../checks/names-to-find';
import type { Family } from '../watchers/family';
import { projectFileName } from '../watchers/project-file';
import { problemText } from '../watchers/project-file-problems';
import type { Snapshot } from '../watchers/snapshot';
import { explainText } from './check-explain';
import { githubText } from './check-github';
import { checkJson } from './check-json';
import { sarifLog } from './check-sarif';
import { checkText, summary } from './check-text';
import { exitStatus, statusOf } from './exit-status';
import { Failure } from './failure';
import { lookAhead, openFamily } from './load-snapshot';
import { printNotes } from './notes-text';
import { progressLine } from './progress';
import type { Settings } from './settings';
import { printJson } from './print-json';
import { print, stylesFor } from './terminal';

const optionsSchema = z.object({
  minSeverity: z.enum(['error', 'warning', 'info', 'hint']).default('info'),
  explain: z.string().optional(),
});

/** Exit status 1 when a finding at or above `--min-severity` is left. */
export async function runCheck(settings: Settings, options: unknown): Promise<number> {
  const { minSeverity, explain } = optionsSchema.parse(options);
  if (explain === '') throw new Failure('--explain: is empty');
  if (explain !== undefined && settings.format !== 'text')
    throw new Failure(`--explain prints text: leave out --format ${settings.format}`);
  if (explain !== undefined) {
    const rule = allRules.find(({ name }) => name === explain);
    if (!rule)
      throw new Failure(
        `no rule ${explain}; ${orMeant(
          explain,
          allRules.map(({ name }) => name),
        )}`,
      );
    await print(explainText(rule, stylesFor(settings.color, process.stdout)));
    return exitStatus.fine;
  }
  const { context, rules } = await loadForChecks(settings);
  const limit = severities.indexOf(minSeverity);
  const all = checkSnapshot(context, allRules, { rules });
  const counts = ({ severity }: Finding): boolean => severities.indexOf(severity) <= limit;
  const findings = all.filter(counts);
  const { snapshot } = context;
  switch (settings.format) {
    case 'json':
      await printJson(checkJson(snapshot, findings, context));
      break;
    case 'sarif':
      await printJson(sarifLog(snapshot, findings, allRules, context));
      break;
    case 'github':
      await print(githubText(findings, context));
      break;
    default:
      await print(checkText(findings, context, stylesFor(settings.color, process.stdout)));
      printNotes(snapshot.notes, settings);
      if (!settings.quiet) {
        const hidden = all.filter((finding) => !counts(finding));
        process.stderr.write(`${summary(findings, hidden)}\n`);
      }
  }
  const status = statusOf(snapshot.notes);
  return status === exitStatus.fine && findings.length > 0 ? exitStatus.findings : status;
}

interface Loaded {
  readonly context: CheckContext;
  readonly rules: CheckSettings['rules'];
}

/**
 * Of a family that nobody notifies, and which every driver registers for (initcalls), only what this kernel has is
 * checked: parsing all the others takes minutes.
 */
const scopeOf = (hasConfig: boolean, { dispatchers }: Family): Scope =>
  hasConfig && dispatchers.every(({ eventArgument }) => eventArgument === undefined) ? 'linked' : 'tree';

function withScopeNote(snapshot: Snapshot, linkedOnly: boolean): Snapshot {
  if (!linkedOnly) return snapshot;
  const message = `of ${snapshot.family.name}, what this configuration does not build was not checked`;
  return { ...snapshot, notes: [...snapshot.notes, { message }] };
}

/** The snapshot of the whole tree, ready for rules, and what the project says about them. */
export async function loadForChecks(settings: Settings): Promise<Loaded> {
  const progress = progressLine(!settings.quiet);
  try {
    const ahead = lookAhead(settings, (family) => scopeOf(true, family));
    const { kernel, family } = openFamily(settings, progress);
    const { rules } = kernel.project;
    const [unknown] = unknownRules(kernel.project, allRules);
    if (unknown !== undefined) throw new Failure(problemText(projectFileName, unknown));
    const files = kernelFiles(kernel);
    const taken = await takeSnapshotOf(kernel, family, files, {
      scope: scopeOf(kernel.config !== undefined, family),
      ahead,
      report: progress.report,
    });
    const snapshot = withScopeNote(taken.snapshot, taken.candidates.linkedOnly);
    const parser = await cParser();
    const source = (path: string): ReturnType<typeof files.source> => files.source(path);
    const names = namesToFind(checkContext(snapshot, { source, parser }));
    const mentions = await findMentions(kernel, names, (done, total) => {
      progress.report('looking for callers', done, total);
    });
    return { context: checkContext(snapshot, { source, parser, mentions }), rules };
  } finally {
    progress.end();
  }
}
