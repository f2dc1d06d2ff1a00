/**
 * Every construct of make, and every $(shell), in the makefiles that decide a kernel's link plan; how each is treated,
 * and what stays unknown. Writes Markdown: docs/kbuild-constructs.md is its output.
 *
 *   npx tsx scripts/kbuild-constructs.ts TREE CONFIG…
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { makeLinkPlan } from '../server/src/kbuild/make-link-plan';
import { diskTree } from '../server/src/source/disk-tree';
import { parseConfig } from '../server/src/syntax/config';
import { parseMakefile, type MakeStatement } from '../server/src/syntax/make/parse';

const [root = '', ...configs] = process.argv.slice(2);
if (root === '' || configs.length === 0) {
  process.stderr.write('usage: kbuild-constructs.ts TREE CONFIG…\n');
  process.exit(2);
}

const statements = new Map<string, number>();
const functions = new Map<string, number>();
const count = (into: Map<string, number>, key: string): void => {
  into.set(key, (into.get(key) ?? 0) + 1);
};

function visit(list: readonly MakeStatement[]): void {
  for (const statement of list) {
    if (statement.kind === 'assign') count(statements, `\`${statement.operator}\``);
    else if (statement.kind === 'target-assign') count(statements, 'target-specific variable');
    else if (statement.kind === 'conditional') {
      for (const { test } of statement.branches)
        count(
          statements,
          test === undefined
            ? '`else`'
            : `\`if${test.negated ? 'n' : ''}${test.kind === 'defined' ? 'def' : 'eq'}\``.replace(
                'ifnd',
                'ifnd',
              ),
        );
      for (const { body } of statement.branches) visit(body);
    } else count(statements, statement.kind);
  }
}

/** Makefiles outside these folders build programs and documents, not the kernel. */
const aside = new Set(['Documentation/', 'tools/', '.git/', 'debian/']);
let files = 0;
let unread = 0;
const tree = diskTree(root);
const walk = (directory: string): void => {
  for (const name of tree.list(directory)) {
    const path = directory === '' ? name : `${directory}/${name}`;
    if (name.endsWith('/')) {
      if (!aside.has(path)) walk(path.slice(0, -1));
    } else if (/^(?:Makefile|Kbuild)(?:$|\.)|^Kbuild\.include$|^Platform$|\.include$/.test(name)) {
      const text = tree.read(path) ?? '';
      const makefile = parseMakefile(text);
      files++;
      unread += makefile.problems.length;
      visit(makefile.statements);
      // `$$(cd …)` is the shell's.
      for (const [, called = ''] of text.matchAll(/(?<!\$)\$[({]([a-z][a-z-]*)\s/g))
        if (called !== 'cat' && called !== 'cc-option') count(functions, called);
    }
  }
};
walk('');

const table = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([name, times]) => `| ${name} | ${String(times)} |`)
    .join('\n');

/** What a command is for, from its text: probes differ only in the flag they try. */
function kindOf(command: string, answer: string | undefined): string {
  const text = command.replace(/\s+/g, ' ').trim();
  if (/\bif\b.*then echo.*else echo/.test(text))
    return 'probe of the tools (`cc-option`, `as-instr`, `ld-option`, `try-run`)';
  return `${answer === undefined ? 'unknown' : 'known'}: \`${text.replaceAll('|', '\\|').slice(0, 90)}\``;
}

let report = '';
for (const path of configs) {
  const heard = new Map<string, { times: number; answer: string | undefined }>();
  const plan = makeLinkPlan({
    tree: diskTree(root),
    config: parseConfig(readFileSync(path, 'utf8')),
    arch: undefined,
    hostArch: 'x86_64',
    onShell(command, answer) {
      const kind = kindOf(command, answer);
      heard.set(kind, { times: (heard.get(kind)?.times ?? 0) + 1, answer });
    },
  });
  const unsure = plan.objects.filter((object) => plan.flags(object).optimisation === 'unknown').length;
  const rows = [...heard]
    .sort((a, b) => b[1].times - a[1].times)
    .map(([kind, { times, answer }]) => {
      const treated = kind.startsWith('probe')
        ? 'taken to succeed'
        : answer === undefined
          ? 'stays unknown'
          : answer === ''
            ? 'nothing'
            : `\`${answer.slice(0, 60)}\``;
      return `| ${kind} | ${String(times)} | ${treated} |`;
    });
  const unknown = [...heard.values()].filter(({ answer }) => answer === undefined).length;
  report += `
## ${basename(path)} (${plan.arch}): ${String(plan.objects.length)} objects

| \`$(shell)\` met, flags of all objects included | times | treated as |
|---|---|---|
${rows.join('\n')}

Unknown commands: ${String(unknown)}. Object, directory and head lists that hold one: ${String(plan.notes.length)}. Objects whose \`-O\` hangs on one: ${String(unsure)}.
`;
}

process.stdout.write(`# What the makefiles of a kernel use, and how it is treated

Made by \`scripts/kbuild-constructs.ts\` over ${String(files)} makefiles of the tree (programs in tools/ and documentation left out). Nothing is ever run. Lines that could not be read: ${String(unread)}.

A \`$(shell)\` whose output is not known leaves a mark in the value. Only where the mark reaches an object, directory or head list or an \`-O\` flag does it change an answer, and then there is a note that says so.

## Statements

All are carried out as GNU make 4.3 does; recipes are passed over, rules that have one say what objects are compiled from, target-specific variables count for the flags of their targets.

| statement | times |
|---|---|
${table(statements)}

## Functions

| function | times |
|---|---|
${table(functions)}
${report}`);
