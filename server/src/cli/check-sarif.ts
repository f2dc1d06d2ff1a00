import { pathToFileURL } from 'node:url';
import type { Log, PhysicalLocation, Region, ReportingDescriptor, Result } from 'sarif';
import type { CheckContext } from '../checks/check-context';
import type { Finding, Rule, Severity } from '../checks/rule';
import { ruleMarkdown } from '../checks/rule-page';
import type { Range } from '../syntax/positions';
import type { Snapshot } from '../watchers/snapshot';
import { positionOf } from './check-text';
import { version } from '../version';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
};

/** SARIF 2.1.0 (OASIS), with every rule's help and the fixes. Files are relative to `SRCROOT`. */
export function sarifLog(
  snapshot: Snapshot,
  findings: readonly Finding[],
  rules: readonly Rule[],
  context: CheckContext,
): Log {
  const index = new Map(rules.map(({ name }, at) => [name, at]));
  return {
    version: '2.1.0',
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    runs: [
      {
        tool: {
          driver: { name: 'tw-index', version, semanticVersion: version, rules: rules.map(descriptor) },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { uri: `${pathToFileURL(snapshot.root).href.replace(/\/$/, '')}/` } },
        results: findings.map((finding) => result(finding, index.get(finding.rule) ?? -1, context)),
      },
    ],
  };
}

function descriptor(rule: Rule): ReportingDescriptor {
  return {
    id: rule.name,
    name: rule.name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: `${rule.title}.` },
    fullDescription: { text: rule.finds },
    help: { text: `${rule.finds}\n\n${rule.why}`, markdown: ruleMarkdown(rule) },
    defaultConfiguration: { level: levels[rule.severity] },
    properties: { tags: ['linux', 'linker-tables'], severity: rule.severity },
  };
}

function result(finding: Finding, ruleIndex: number, context: CheckContext): Result {
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: [{ physicalLocation: location(finding.file, finding.range, context) }],
    ...(finding.related.length === 0
      ? {}
      : {
          relatedLocations: finding.related.map(({ file, range, message }, id) => ({
            id,
            physicalLocation: location(file, range, context),
            message: { text: message },
          })),
        }),
    ...(finding.fixes.length === 0
      ? {}
      : {
          fixes: finding.fixes.map(({ title, edits }) => ({
            description: { text: title },
            artifactChanges: [...new Set(edits.map(({ file }) => file))].map((file) => ({
              artifactLocation: artifact(file),
              replacements: edits
                .filter((edit) => edit.file === file)
                .map((edit) => ({
                  deletedRegion: region(file, edit.range, context),
                  insertedContent: { text: edit.text },
                })),
            })),
          })),
        }),
    properties: { severity: finding.severity },
  };
}

const artifact = (file: string): { readonly uri: string; readonly uriBaseId: string } => ({
  uri: file.split('/').map(encodeURIComponent).join('/'),
  uriBaseId: 'SRCROOT',
});

const location = (file: string, range: Range, context: CheckContext): PhysicalLocation => ({
  artifactLocation: artifact(file),
  region: region(file, range, context),
});

function region(file: string, range: Range, context: CheckContext): Region {
  const start = positionOf(file, range.start, context);
  const end = positionOf(file, range.end, context);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}
