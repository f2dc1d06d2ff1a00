import type { Rule, RuleExample } from './rule';

/** A rule's page of the documentation, in Markdown, without a heading. */
export function ruleMarkdown(rule: Rule): string {
  return [
    rule.finds,
    `Severity: ${rule.severity}.`,
    '## Why',
    rule.why,
    '## Bad',
    exampleMarkdown(rule.bad),
    '## Good',
    exampleMarkdown(rule.good),
    '## Turning it off',
    `In \`.task-watchers.json\`: \`{ "rules": { "${rule.name}": "off" } }\` (or another severity). At one place: a comment
\`/* tw-ignore: ${rule.name} */\` on the line, or alone on the line before;
\`/* tw-ignore-file: ${rule.name} */\` for the whole file.`,
    '',
  ].join('\n\n');
}

/** The code without the marks that tests read. */
function exampleMarkdown({ code, file, config = [] }: RuleExample): string {
  const shown = code
    .split('\n')
    .filter((line) => !isMark(line))
    .join('\n')
    .trimEnd();
  const where = file === undefined ? '' : `In \`${file}\`:\n\n`;
  const settings = config.map((line) => (line.startsWith('-') ? `# ${line.slice(1)} is not set` : line));
  const under = settings.length === 0 ? '' : `\n\nwith\n\n\`\`\`\n${settings.join('\n')}\n\`\`\``;
  return `${where}\`\`\`c\n${shown}\n\`\`\`${under}`;
}

/** A comment line that marks an expected finding on the line above: a caret, and the rule's name. */
export const isMark = (line: string): boolean => /^\s*\/\*\s*\^ [a-z-]+(?:, [a-z-]+)* \*\/\s*$/.test(line);
