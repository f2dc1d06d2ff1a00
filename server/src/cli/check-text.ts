import type { CheckContext } from '../checks/check-context';
import type { Finding, RelatedPlace, Severity } from '../checks/rule';
import { lineAt, type Range } from '../syntax/positions';
import type { Styles } from './terminal';

/** `path:line:column: severity: message [rule]`, then the line and a caret, as compilers do. */
export function checkText(findings: readonly Finding[], context: CheckContext, styles: Styles): string {
  return findings.map((finding) => findingText(finding, context, styles)).join('');
}

function findingText(finding: Finding, context: CheckContext, styles: Styles): string {
  const colour = colourOf(finding.severity, styles);
  const head = `${styles.bold(`${finding.file}:${finding.line}:${finding.column}:`)} ${colour(`${finding.severity}:`)} ${finding.message} ${styles.dim(`[${finding.rule}]`)}\n`;
  const notes = finding.related.map((place) => relatedText(place, context, styles));
  return head + quoted(finding.file, finding.range, context, colour) + notes.join('');
}

function relatedText(place: RelatedPlace, context: CheckContext, styles: Styles): string {
  const { line, column } = positionOf(place.file, place.range.start, context);
  const head = `${styles.bold(`${place.file}:${line}:${column}:`)} ${styles.cyan('note:')} ${place.message}\n`;
  return head + quoted(place.file, place.range, context, styles.cyan);
}

/** The source line, and under it a caret with a tail as long as the range; tabs stay tabs, so that both line up. */
function quoted(file: string, range: Range, context: CheckContext, colour: (text: string) => string): string {
  const source = context.source(file);
  if (!source) return '';
  const start = source.lineStarts[lineAt(source.lineStarts, range.start) - 1] ?? 0;
  const newline = source.text.indexOf('\n', start);
  const text = source.text.slice(start, newline < 0 ? source.text.length : newline).replace(/\r$/, '');
  if (text.trim() === '') return '';
  const before = text.slice(0, range.start - start).replace(/[^\t]/g, ' ');
  const length = Math.max(1, Math.min(range.end - start, text.length) - (range.start - start));
  return `${text}\n${before}${colour(`^${'~'.repeat(length - 1)}`)}\n`;
}

/** 1-based. */
export function positionOf(
  file: string,
  offset: number,
  context: CheckContext,
): { readonly line: number; readonly column: number } {
  const starts = context.source(file)?.lineStarts ?? [0];
  const line = lineAt(starts, offset);
  return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
}

function colourOf(severity: Severity, styles: Styles): (text: string) => string {
  switch (severity) {
    case 'error':
      return styles.red;
    case 'warning':
      return styles.magenta;
    case 'info':
    case 'hint':
      return styles.cyan;
  }
}

/** `2 errors, 1 warning`, or `no findings`, and then how to see those that are less severe. */
export function summary(findings: readonly Finding[], hidden: readonly Finding[]): string {
  if (findings.length > 0) return counts(findings);
  const least = bySeverity.findLast((severity) => hidden.some((finding) => finding.severity === severity));
  return least === undefined ? 'no findings' : `no findings (${counts(hidden)}: --min-severity ${least})`;
}

const bySeverity: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

function counts(findings: readonly Finding[]): string {
  const words: Readonly<Record<Severity, readonly [string, string]>> = {
    error: ['error', 'errors'],
    warning: ['warning', 'warnings'],
    info: ['info', 'infos'],
    hint: ['hint', 'hints'],
  };
  const parts = bySeverity.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${words[severity][count === 1 ? 0 : 1]}`];
  });
  return parts.join(', ');
}
