import type { Rule } from '../checks/rule';
import { ruleMarkdown } from '../checks/rule-page';
import type { Styles } from './terminal';

/** `check --explain RULE`: the rule's page, as Markdown reads on a terminal. */
export function explainText(rule: Rule, styles: Styles): string {
  const page = ruleMarkdown(rule)
    .split('\n')
    .map((line) => (line.startsWith('## ') ? styles.bold(line.slice(3)) : line))
    .filter((line) => !line.startsWith('```'))
    .join('\n');
  return `${styles.bold(`${rule.name}: ${rule.title}`)}\n\n${page.trimEnd()}\n`;
}
