import { orMeant } from '../syntax/nearest-name';
import { lineAt, lineStarts } from '../syntax/positions';
import type { ProjectFile, RuleSetting } from '../watchers/project-file';
import type { FileProblem } from '../watchers/project-file-problems';
import type { CheckContext } from './check-context';
import type { Finding, Problem, Rule } from './rule';
import { suppressionsOf } from './suppression';

export interface CheckSettings {
  /** By rule name; a rule that is not named keeps its own severity. */
  readonly rules: Readonly<Record<string, RuleSetting>>;
}

/**
 * Runs `rules`: findings by file and place, none twice, without those that a comment in the code suppresses or the
 * settings turn off.
 */
export function checkSnapshot(
  context: CheckContext,
  rules: readonly Rule[],
  settings: CheckSettings = { rules: {} },
): readonly Finding[] {
  const isSuppressed = ({ file: path, rule, line }: Finding): boolean => {
    const file = context.source(path);
    const suppressions = file ? suppressionsOf(file) : [];
    return suppressions.some(
      (one) => (one.line === undefined || one.line === line) && one.rules.some(({ name }) => name === rule),
    );
  };
  const found = new Map<string, Finding>();
  for (const rule of rules) {
    const severity = settings.rules[rule.name] ?? rule.severity;
    if (severity === 'off') continue;
    for (const problem of rule.find(context)) {
      const finding = { ...completed(context, problem), rule: rule.name, severity };
      const key = `${finding.file}:${finding.range.start}:${finding.rule}:${finding.message}`;
      if (!found.has(key) && !isSuppressed(finding)) found.set(key, finding);
    }
  }
  return [...found.values()].sort(byPlace);
}

/** Names in the project file that no rule has. */
export function unknownRules({ places }: ProjectFile, rules: readonly Rule[]): readonly FileProblem[] {
  const known = rules.map(({ name }) => name);
  return Object.entries(places.rules).flatMap(([name, place]) =>
    known.includes(name) ? [] : [{ ...place, message: `rules: no rule ${name}; ${orMeant(name, known)}` }],
  );
}

function completed(context: CheckContext, problem: Problem): Omit<Finding, 'rule' | 'severity'> {
  const source = context.source(problem.file);
  const starts = source?.lineStarts ?? lineStarts('');
  const line = lineAt(starts, problem.range.start);
  return {
    file: problem.file,
    range: problem.range,
    line,
    column: problem.range.start - (starts[line - 1] ?? 0) + 1,
    message: problem.message,
    related: problem.related ?? [],
    fixes: problem.fixes ?? [],
  };
}

function byPlace(one: Finding, other: Finding): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return (
    one.range.start - other.range.start ||
    (one.rule < other.rule ? -1 : one.rule > other.rule ? 1 : 0) ||
    (one.message < other.message ? -1 : 1)
  );
}
