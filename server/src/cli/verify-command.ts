import { compareTables, type TableComparison, type TableDifference } from '../link/compare';
import { elfRequests, elfRequestsOf } from '../watchers/elf-requests';
import { differenceReason, needsWholeTree, type DifferenceReason } from '../features/difference-reason';
import { verifyJson } from '../features/verify';
import type { Snapshot } from '../watchers/snapshot';
import { Failure, orFail } from './failure';
import { loadSnapshot } from './load-snapshot';
import { printNotes } from './notes-text';
import { exitStatus, statusOf } from './exit-status';
import { readTablesFrom } from '../workspace/elf-file';
import type { Settings } from './settings';
import { placeText, print, stylesFor, type Styles } from './terminal';

/** `verify VMLINUX`: every table entry by entry; status 1 where any differs. */
export async function runVerify(vmlinux: string, settings: Settings): Promise<number> {
  if (vmlinux === '') throw new Failure('<vmlinux>: is empty');
  const snapshot = await loadSnapshot(settings, 'linked');
  if (snapshot.plan.source === 'none')
    throw new Failure(
      'nothing to compare without a configuration; give the one it was built with: --config FILE',
    );
  const { family, laid } = snapshot;
  const actual = orFail(
    readTablesFrom(vmlinux, [elfRequestsOf(family, laid), ...elfRequests(family)], family.functionField),
  );
  const comparisons = laid.flatMap((table) => {
    const other = actual.find(({ event }) => event === table.event);
    return other ? [compareTables(table, other)] : [];
  });
  if (actual.every(({ section }) => section === undefined))
    throw new Failure(`${vmlinux}: no table of ${family.name} in it (no boundary symbols, no sections)`);
  // What is not linked was not looked at yet: only a difference makes it worth the time.
  const whole = needsWholeTree(comparisons) ? await loadSnapshot(settings, 'tree') : snapshot;
  const differing = comparisons.some(({ differences }) => differences.length > 0);
  if (settings.format === 'json') {
    await print(`${JSON.stringify(verifyJson(snapshot, vmlinux, comparisons, whole), null, 2)}\n`);
  } else {
    await print(verifyText(snapshot, whole, comparisons, stylesFor(settings.color, process.stdout)));
    printNotes(snapshot.notes, settings);
  }
  return differing ? exitStatus.findings : statusOf(snapshot.notes);
}

function verifyText(
  snapshot: Snapshot,
  whole: Snapshot,
  comparisons: readonly TableComparison[],
  styles: Styles,
): string {
  const lines = comparisons.flatMap(({ event, predictedCount, actualCount, differences, problems }) => {
    if (predictedCount === 0 && actualCount === 0) return [];
    const same = differences.length === 0;
    const verdict = same ? styles.green('equal') : styles.red(`${differences.length} differ`);
    const count =
      predictedCount === actualCount
        ? `${actualCount}`
        : `${actualCount} in the file, ${predictedCount} predicted`;
    return [
      `${styles.bold(event)}  ${count}  ${verdict}`,
      ...differences.flatMap((difference) =>
        differenceLines(difference, differenceReason(event, difference, snapshot, whole), styles),
      ),
      ...problems.map((problem) => `  ${styles.yellow('note:')} ${problem}`),
    ];
  });
  const total = comparisons.reduce((sum, { actualCount }) => sum + actualCount, 0);
  const wrong = comparisons.reduce((sum, { differences }) => sum + differences.length, 0);
  const end =
    wrong === 0
      ? styles.green(`all ${total} entries equal`)
      : styles.red(`${wrong} differences in ${total} entries`);
  return [
    ...lines,
    `${end}, predicted from ${snapshot.plan.source === 'kbuild' ? 'makefiles' : 'build artefacts'}`,
    '',
  ].join('\n');
}

function differenceLines(
  difference: TableDifference,
  { text, place, object, why }: DifferenceReason,
  styles: Styles,
): readonly string[] {
  const what =
    difference.kind === 'extra'
      ? `slot ${difference.slot} in the file, not predicted`
      : difference.kind === 'missing'
        ? `predicted at slot ${difference.predictedSlot}, not in the file`
        : `in the file at slot ${difference.slot}, predicted at ${difference.predictedSlot}`;
  const where = place === undefined ? '' : `  ${placeText(place)}  ${object ?? ''}`;
  // The deciding line is part of the reason; the others lead there.
  const above = why.filter((step) => !text.includes(`${step.file}:${step.line}:`));
  return [
    `  ${styles.bold(difference.function)}  ${what}${where}`,
    ...above.map((step) => styles.dim(`      ${placeText(step)}  ${step.text}`)),
    `      ${text}`,
  ];
}
