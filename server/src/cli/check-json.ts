import type { CheckContext } from '../checks/check-context';
import type { Finding } from '../checks/rule';
import type { Snapshot } from '../watchers/snapshot';
import { positionOf } from './check-text';

/** `check --format json`. Lines and columns are 1-based; columns count UTF-16 code units. */
export function checkJson(snapshot: Snapshot, findings: readonly Finding[], context: CheckContext): unknown {
  return {
    schema: 1,
    root: snapshot.root,
    family: snapshot.family.name,
    config: snapshot.configFile ?? null,
    findings: findings.map((finding) => {
      const end = positionOf(finding.file, finding.range.end, context);
      return {
        rule: finding.rule,
        severity: finding.severity,
        file: finding.file,
        line: finding.line,
        column: finding.column,
        endLine: end.line,
        endColumn: end.column,
        message: finding.message,
        fixable: finding.fixes.length > 0,
        fixes: finding.fixes.map(({ title, edits, isPreferred }) => ({
          title,
          preferred: isPreferred,
          edits: edits.map(({ file, range, text }) => ({
            file,
            start: positionOf(file, range.start, context),
            end: positionOf(file, range.end, context),
            text,
          })),
        })),
        related: finding.related.map(({ file, range, message }) => ({
          file,
          ...positionOf(file, range.start, context),
          message,
        })),
      };
    }),
    notes: snapshot.notes,
  };
}
