import type { TableComparison } from '../link/compare';
import type { Snapshot } from '../watchers/snapshot';
import { differenceReason } from './difference-reason';
import { code, plain } from './markdown';

/** `verify --format json`, schema 1. */
export function verifyJson(
  snapshot: Snapshot,
  vmlinux: string,
  comparisons: readonly TableComparison[],
  whole: Snapshot = snapshot,
): unknown {
  return {
    schema: 1,
    root: snapshot.root,
    family: snapshot.family.name,
    config: snapshot.configFile ?? null,
    vmlinux,
    order: snapshot.plan.source,
    equal: comparisons.every(({ differences }) => differences.length === 0),
    events: comparisons.map(({ event, predictedCount, actualCount, differences, problems }) => ({
      name: event,
      predicted: predictedCount,
      actual: actualCount,
      differences: differences.map((difference) => {
        const { text, place, object, status, why } = differenceReason(event, difference, snapshot, whole);
        return {
          kind: difference.kind,
          function: difference.function,
          slot: difference.kind === 'missing' ? null : difference.slot,
          predictedSlot: difference.kind === 'extra' ? null : difference.predictedSlot,
          file: place?.file ?? null,
          line: place?.line ?? null,
          object: object ?? null,
          status: status ?? null,
          reason: text,
          why: why.map((step) => ({ file: step.file, line: step.line, text: step.text })),
        };
      }),
      notes: problems,
    })),
    notes: snapshot.notes,
  };
}

/** The same for a person. */
export function verifyMarkdown(
  snapshot: Snapshot,
  vmlinux: string,
  comparisons: readonly TableComparison[],
): string {
  const wrong = comparisons.reduce((sum, { differences }) => sum + differences.length, 0);
  const total = comparisons.reduce((sum, { actualCount }) => sum + actualCount, 0);
  const rows = comparisons.flatMap(({ event, predictedCount, actualCount, differences }) => {
    if (predictedCount === 0 && actualCount === 0) return [];
    const verdict = differences.length === 0 ? 'equal' : `${differences.length} differ`;
    return [
      `- ${plain(event)}: ${actualCount} in the file, ${predictedCount} predicted, ${verdict}`,
      ...differences.map((difference) => {
        const what =
          difference.kind === 'extra'
            ? `slot ${difference.slot} in the file, not predicted`
            : difference.kind === 'missing'
              ? `predicted at slot ${difference.predictedSlot}, not in the file`
              : `slot ${difference.slot} in the file, predicted at ${difference.predictedSlot}`;
        const { text } = differenceReason(event, difference, snapshot);
        return `  - ${code(difference.function)}: ${what} (${plain(text)})`;
      }),
    ];
  });
  return [
    `# ${plain(snapshot.family.title)} against ${code(vmlinux)}`,
    wrong === 0 ? `All ${total} entries are as predicted.` : `${wrong} differences in ${total} entries.`,
    rows.join('\n'),
    '',
  ].join('\n\n');
}
