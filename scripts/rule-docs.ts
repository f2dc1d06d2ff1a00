import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { allRules } from '../server/src/checks/all-rules';
import { ruleMarkdown } from '../server/src/checks/rule-page';
import type { Rule } from '../server/src/checks/rule';

export const docsFolder = join(__dirname, '../docs/rules');
export const manifestPath = join(__dirname, '../package.json');

/** The pages of docs/rules, by file name, as prettier leaves them. */
export async function ruleDocs(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map([
    ['README.md', index(allRules)],
    ...allRules.map((rule): [string, string] => [
      `${rule.name}.md`,
      `# ${rule.name}\n\n**${rule.title}.** ${ruleMarkdown(rule)}`,
    ]),
  ]);
  const config = await resolveConfig(join(docsFolder, 'README.md'));
  const formatted = new Map<string, string>();
  for (const [name, text] of pages)
    formatted.set(name, await format(text, { ...config, parser: 'markdown' }));
  return formatted;
}

/** The extension's manifest, whose settings describe each rule by what it finds. */
export const describedManifest = (manifest: string): string =>
  allRules.reduce(
    (text, { name, finds }) =>
      text.replace(
        new RegExp(`("${name}": \\{[^}]*?"description": )"(?:[^"\\\\]|\\\\.)*"`),
        (_, before: string) => before + JSON.stringify(finds),
      ),
    manifest,
  );

function index(rules: readonly Rule[]): string {
  const rows = rules.map(
    ({ name, severity, finds }) =>
      `| [${name}](${name}.md) | ${severity} | ${finds.replaceAll('|', '\\|')} |`,
  );
  return `# Rules of \`tw-index check\`

Each page is made from the rule's own file in \`server/src/checks/rules/\` by \`npm run docs:rules\`; a test fails when they
differ. The bad and the good code on the pages are compiled, and the rules run on them, by
\`test/checks/rule-examples.test.ts\`.

Severities and rules that are off are set in \`.task-watchers.json\`: \`{ "rules": { "not-linked": "off" } }\`. A comment
\`/* tw-ignore: RULE -- reason */\` on a line, or alone on the line before, suppresses a rule there;
\`/* tw-ignore-file: RULE -- reason */\` anywhere in a file, in all of it.

Hints are shown only with \`--min-severity hint\`. Without it findings count from \`info\` on: any of them makes the exit
status 1.

| rule | severity | finds |
| ---- | -------- | ----- |
${rows.join('\n')}
`;
}
