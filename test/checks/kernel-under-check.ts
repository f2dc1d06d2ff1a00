import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allRules } from '../../server/src/checks/all-rules';
import { checkContext, type CheckContext } from '../../server/src/checks/check-context';
import { checkSnapshot } from '../../server/src/checks/check-snapshot';
import { namesToFind } from '../../server/src/checks/names-to-find';
import type { Finding, Rule, RuleExample } from '../../server/src/checks/rule';
import { cParser } from '../../server/src/workspace/c-parser-files';
import { findMentions } from '../../server/src/workspace/find-mentions';
import { openKernel } from '../../server/src/workspace/open-kernel';
import { kernelFiles, takeSnapshotOf } from '../../server/src/workspace/take-snapshot';

/** The context of a tree as it is on disk now, for one family of its tables. */
export async function contextOf(root: string, name = 'task-watchers'): Promise<CheckContext> {
  const kernel = openKernel({ root });
  if ('failure' in kernel) throw new Error(kernel.failure);
  const family = kernel.project.families.find((one) => one.name === name);
  if (!family) throw new Error(`no family ${name}`);
  const files = kernelFiles(kernel);
  const { snapshot } = await takeSnapshotOf(kernel, family, files, {
    scope: 'tree',
    report: () => undefined,
  });
  const sources = { source: (path: string) => files.source(path), parser: await cParser() };
  const names = namesToFind(checkContext(snapshot, sources));
  const mentions = await findMentions(kernel, names, () => undefined);
  return checkContext(snapshot, { ...sources, mentions });
}

export async function findingsIn(
  root: string,
  rules: readonly Rule[] = allRules,
): Promise<readonly Finding[]> {
  return checkSnapshot(await contextOf(root), rules);
}

/** `file:line rule`, sorted: what a test compares. */
export const shown = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`).sort();

export const change = (root: string, file: string, edit: (text: string) => string): void => {
  const path = join(root, file);
  const before = readFileSync(path, 'utf8');
  const after = edit(before);
  if (after === before) throw new Error(`${file}: the change changes nothing`);
  writeFileSync(path, after);
};

export const write = (root: string, file: string, text: string): void => {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

/** Lays an example over a copy of the example kernel; returns the file that holds its code, if one does. */
export function layExample(
  root: string,
  { code, file, edits, config = [] }: RuleExample,
): string | undefined {
  setConfig(root, config);
  if (edits) {
    for (const { file: path, from, to } of edits) change(root, path, (text) => text.replaceAll(from, to));
    return undefined;
  }
  if (file !== undefined) {
    write(root, file, code);
    return file;
  }
  write(root, 'kernel/sample.c', code);
  change(root, 'kernel/Makefile', (text) => `${text}\nobj-y += sample.o\n`);
  return 'kernel/sample.c';
}

/** Adds lines to the configuration, or takes `-CONFIG_X` away. */
export function setConfig(root: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const gone = lines.filter((line) => line.startsWith('-')).map((line) => line.slice(1));
  change(root, '.config', (text) =>
    [
      ...text.split('\n').filter((line) => !gone.some((name) => line.startsWith(`${name}=`))),
      ...lines.filter((line) => !line.startsWith('-')),
      '',
    ].join('\n'),
  );
}

/**
 * What a text expects: a comment `^ rule-name` (or several, with commas) under the line that the finding is on. Only
 * the line counts, and the column where the caret stands under the finding's first character.
 */
export function marksIn(file: string, text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    const names = /^\s*\/\*\s*\^ ([a-z-]+(?:, [a-z-]+)*) \*\/\s*$/.exec(line)?.[1];
    if (names === undefined) return [];
    let above = at - 1;
    while (/^\s*\/\*\s*\^/.test(lines[above] ?? '')) above--;
    return names.split(', ').map((name) => `${file}:${above + 1} ${name}`);
  });
}
