import type { CheckContext } from '../checks/check-context';
import type { Finding, Severity } from '../checks/rule';
import { positionOf } from './check-text';

const commands: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
  hint: 'notice',
};

/** Workflow commands of GitHub Actions, one a finding: they become annotations of the lines. */
export function githubText(findings: readonly Finding[], context: CheckContext): string {
  return findings
    .map((finding) => {
      const end = positionOf(finding.file, finding.range.end, context);
      const properties = [
        `file=${property(finding.file)}`,
        `line=${finding.line}`,
        `endLine=${end.line}`,
        // Columns are for one line only.
        ...(end.line === finding.line ? [`col=${finding.column}`, `endColumn=${end.column}`] : []),
        `title=${property(finding.rule)}`,
      ];
      return `::${commands[finding.severity]} ${properties.join(',')}::${data(finding.message)}\n`;
    })
    .join('');
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
