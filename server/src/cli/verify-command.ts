import type { PlannedObject } from '../kbuild/link-plan';
import { compareTables, type TableComparison, type TableDifference } from '../link/compare';
import { elfRequests, elfRequestsOf } from '../watchers/elf-requests';
import { verifyJson } from '../features/verify';
import type { Snapshot } from '../watchers/snapshot';
import { Failure, orFail } from './failure';
import { loadSnapshot } from './load-snapshot';
import { printNotes } from './notes-text';
import { exitStatus } from './exit-status';
import { readTablesFrom } from '../workspace/elf-file';
import type { Settings } from './settings';
import { placeText, print, stylesFor, type Styles } from './terminal';

/** `verify VMLINUX`: every table entry by entry; status 1 where any differs. */
export async function runVerify(vmlinux: string, settings: Settings): Promise<number> {
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
  const differing = comparisons.some(({ differences }) => differences.length > 0);
  if (settings.format === 'json') {
    await print(`${JSON.stringify(verifyJson(snapshot, vmlinux, comparisons), null, 2)}\n`);
  } else {
    await print(verifyText(snapshot, comparisons, stylesFor(settings.color, process.stdout)));
    printNotes(snapshot.notes, settings);
  }
  return differing ? exitStatus.findings : exitStatus.fine;
}

function verifyText(snapshot: Snapshot, comparisons: readonly TableComparison[], styles: Styles): string {
  const objects = new Map(snapshot.plan.objects.map((object) => [object.path, object]));
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
      ...differences.flatMap((difference) => differenceLines(difference, objects, styles)),
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
  objects: ReadonlyMap<string, PlannedObject>,
  styles: Styles,
): readonly string[] {
  const name = styles.bold(difference.function);
  if (difference.kind === 'extra') {
    const known =
      difference.outside === undefined
        ? 'no registration of it was found'
        : `thought ${difference.outside.why}`;
    return [`  slot ${difference.slot}  ${name}  in the file, not predicted: ${known}`];
  }
  const { entry, section } = difference.predicted;
  const what =
    difference.kind === 'missing'
      ? `predicted at slot ${difference.predictedSlot}, not in the file`
      : `in the file at slot ${difference.slot}, predicted at ${difference.predictedSlot}`;
  const why = objects.get(section.object)?.why ?? [];
  return [
    `  ${name}  ${what}  ${placeText(entry.place)}  ${section.object}`,
    ...why.map((step) => styles.dim(`      ${placeText(step)}  ${step.text}`)),
  ];
}
