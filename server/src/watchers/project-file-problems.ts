import type { z } from 'zod';
import { jsonAt, type JsonNode } from '../syntax/json';
import { nearest, orMeant } from '../syntax/nearest-name';
import { lineAt, lineStarts, type Range } from '../syntax/positions';

/** Where something stands in a file: 1-based; the column counts UTF-16 code units. */
export interface FilePlace {
  readonly range: Range;
  readonly line: number;
  readonly column: number;
}

/** What is wrong in a file that a person writes, in one line that says what to do. */
export interface FileProblem extends FilePlace {
  readonly message: string;
}

/** All that is wrong in a file, with the text that ranges are of. */
export interface FileProblems {
  readonly text: string;
  readonly problems: readonly FileProblem[];
}

export function placeIn(text: string, range: Range): FilePlace {
  const starts = lineStarts(text);
  const line = lineAt(starts, range.start);
  return { range, line, column: range.start - (starts[line - 1] ?? 0) + 1 };
}

/** `3:5: unknown key …`, behind the file's name. */
export const problemText = (file: string, { line, column, message }: FileProblem): string =>
  `${file}:${String(line)}:${String(column)}: ${message}`;

type Issue = z.core.$ZodIssue;
type Path = Issue['path'];
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What zod found, each where it stands and in our words. `schema`: of the whole file, for the names there are. */
export function problemsOf(
  issues: readonly Issue[],
  text: string,
  root: JsonNode,
  schema: JsonSchema,
): readonly FileProblem[] {
  return issues
    .filter((issue) => !isConsequence(issue, issues))
    .flatMap((issue): readonly FileProblem[] => {
      if (issue.code === 'unrecognized_keys') {
        const known = keysOf(schema, issue.path).filter((key) => key !== '$schema');
        return issue.keys.map((key) => ({
          ...placeIn(text, keyRange(root, issue.path, key)),
          message: `unknown key "${key}"; ${orMeant(key, known)}`,
        }));
      }
      const found = jsonAt(root, issue.path);
      const range = found?.range ?? rangeAround(root, issue.path);
      return [{ ...placeIn(text, range), message: `${named(issue.path)}${said(issue, found)}` }];
    });
}

/** What is wrong with a part may be all that is wrong with the whole. */
const isConsequence = (issue: Issue, issues: readonly Issue[]): boolean =>
  issue.code === 'custom' &&
  issues.some((other) => other !== issue && issue.path.every((step, index) => other.path[index] === step));

/** `families[0].events: `; the file as a whole has no name. */
const named = (path: Path): string =>
  path.length === 0
    ? ''
    : `${path
        .map((step) => (typeof step === 'number' ? `[${String(step)}]` : `.${String(step)}`))
        .join('')
        .replace(/^\./, '')}: `;

function said(issue: Issue, found: JsonNode | undefined): string {
  if (!found) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return `must ${issue.origin === 'string' ? 'have' : issue.origin === 'array' ? 'hold' : 'be'} at least ${counted(issue.origin, Number(issue.minimum))}`;
    case 'too_big':
      return `must ${issue.origin === 'string' ? 'have' : issue.origin === 'array' ? 'hold' : 'be'} at most ${counted(issue.origin, Number(issue.maximum))}`;
    case 'invalid_value': {
      const known = issue.values.map(String);
      return `${JSON.stringify(found.value)} is none of ${known.join(', ')}${meantBy(found.value, known)}`;
    }
    default:
      return issue.message;
  }
}

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function counted(origin: string, count: number): string {
  const many = count === 1 ? '' : 's';
  if (origin === 'string') return `${String(count)} character${many}`;
  return origin === 'array' ? `${String(count)} value${many}` : String(count);
}

function meantBy(value: unknown, known: readonly string[]): string {
  const meant = typeof value === 'string' ? nearest(value, known) : undefined;
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

const keyRange = (root: JsonNode, path: Path, key: string): Range =>
  jsonAt(root, path)?.members.get(key)?.key ?? rangeAround(root, path);

/** Of what is missing, the start of that in which it should stand. */
function rangeAround(root: JsonNode, path: Path): Range {
  for (let length = path.length; length >= 0; length -= 1) {
    const found = jsonAt(root, path.slice(0, length));
    if (found) return { start: found.range.start, end: found.range.start + 1 };
  }
  return { start: 0, end: 0 };
}

/** The keys that the schema has for the object at `path`. */
function keysOf(schema: JsonSchema, path: Path): readonly string[] {
  let at: JsonSchema | undefined = schema;
  for (const step of path) {
    const next: unknown = typeof step === 'number' ? at?.items : at?.properties?.[String(step)];
    at = isSchema(next) ? next : undefined;
  }
  return Object.keys(at?.properties ?? {});
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
