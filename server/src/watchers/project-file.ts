import { z } from 'zod';
import { parseJson, jsonAt, type JsonNode } from '../syntax/json';
import type { Family } from './family';
import { initcallsFamily } from './initcalls-family';
import {
  placeIn,
  problemsOf,
  problemText,
  type FilePlace,
  type FileProblem,
  type FileProblems,
  type JsonSchema,
} from './project-file-problems';
import { taskWatchersFamily } from './task-watchers-family';

/** The file a kernel tree (or the folder a person works in) may hold, relative to the kernel root. */
export const projectFileName = '.task-watchers.json';

/** What a person may set a rule to: its severity, or that it is not looked at. */
const ruleSettings = ['error', 'warning', 'info', 'hint', 'off'] as const;
export type RuleSetting = (typeof ruleSettings)[number];

function makeSchema() {
  const identifier = z.string().regex(/^[A-Za-z_]\w*$/, 'must be a C identifier');

  const eventSchema = z
    .strictObject({
      name: z.string().min(1).describe('As printed and as asked for on the command line.'),
      constant: identifier.optional().describe('The constant that call sites pass to the dispatcher.'),
      start: identifier.optional().describe('Symbol at which its table begins, for reading an ELF file.'),
      stop: identifier.optional().describe('Symbol at which its table ends.'),
      section: z
        .string()
        .min(1)
        .optional()
        .describe('Its input section, where no shape in `sections` spells it.'),
      meaning: z.string().optional().describe('When it fires, in one sentence, for hovers.'),
      val: z.string().optional().describe('What the dispatcher’s value argument holds.'),
    })
    .describe('One table of the family.');

  const sectionSchema = z.strictObject({
    template: z
      .string()
      .min(1)
      .refine((text) => text.split('{event}').length === 2, 'must hold {event} once')
      .describe('Input section name, with {event} where the event stands: `.initcall{event}.init`.'),
    spelling: z
      .enum(['same', 'lower', 'upper'])
      .default('same')
      .describe('How the event’s name is written in the section name.'),
  });

  const familySchema = z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z][a-z0-9-]*$/, 'must be lower case letters, digits and dashes')
        .describe('The value of --family.'),
      title: z.string().optional(),
      noun: z
        .tuple([z.string(), z.string()])
        .default(['entry', 'entries'])
        .describe('What one entry is called, and several.'),
      events: z.array(eventSchema).min(1),
      sections: z.array(sectionSchema).default([]),
      functionField: z
        .strictObject({
          name: identifier.optional(),
          index: z.int().min(0).optional(),
          words: z.int().min(1).optional(),
        })
        .optional()
        .describe('For tables of structures: the member that is the function, by name or position.'),
      macros: z
        .array(identifier)
        .min(1)
        .describe('Macros that register. Wrappers around them are found by themselves.'),
      needles: z
        .array(z.string().min(4))
        .optional()
        .describe('Strings of which every file that registers holds at least one. Default: the macros.'),
      dispatchers: z
        .array(
          z.strictObject({
            function: identifier,
            eventArgument: z.int().min(0).optional(),
            valArgument: z.int().min(0).optional(),
            taskArgument: z.int().min(0).optional(),
          }),
        )
        .default([])
        .describe('Functions that walk the table; arguments count from 0.'),
      modulesTakePart: z.boolean().default(false),
    })
    .refine(
      ({ events, sections }) => sections.length > 0 || events.every(({ section }) => section !== undefined),
      'needs `sections`, or a `section` on every event',
    )
    .describe('One kind of linker-gathered table.');

  return z
    .strictObject({
      $schema: z.string().optional(),
      families: z
        .array(familySchema)
        .default([])
        .describe('Further tables beside task-watchers and initcalls.'),
      exclude: z
        .array(
          z
            .string()
            .min(1)
            .regex(/^(?!\/|(?:.*\/)?\.\.(?:\/|$))/, 'must be a folder of the tree, relative to its root'),
        )
        .default([])
        .describe('Folders, relative to the kernel root, in which only what is linked is looked at.'),
      rules: z
        .record(z.string(), z.enum(ruleSettings))
        .default({})
        .describe('Severity of a rule of `tw-index check`, or "off": { "init-without-free": "off" }.'),
    })
    .describe('Settings of Task Watchers tools for one kernel tree.');
}

type Read = z.infer<ReturnType<typeof makeSchema>>;

let schema: ReturnType<typeof makeSchema> | undefined;

/** Made when it is first asked for: most trees have no such file, and loading zod takes as long as many makefiles. */
const projectFileSchema = (): ReturnType<typeof makeSchema> => (schema ??= makeSchema());

export interface ProjectFile {
  readonly families: readonly Family[];
  /** Folders, relative to the root, without a slash at the end. */
  readonly exclude: readonly string[];
  /** By rule name; names are checked where rules are known (checks/). */
  readonly rules: Readonly<Record<string, RuleSetting>>;
  /** The file as it stands; '' where there is none. */
  readonly text: string;
  /** Where they stand in it: each of `exclude`, in the same order, and the names of rules. */
  readonly places: {
    readonly exclude: readonly FilePlace[];
    readonly rules: Readonly<Record<string, FilePlace>>;
  };
}

export const builtInFamilies: readonly Family[] = [taskWatchersFamily, initcallsFamily];

export const defaultProjectFile: ProjectFile = {
  families: builtInFamilies,
  exclude: [],
  rules: {},
  text: '',
  places: { exclude: [], rules: {} },
};

/** `failure` is one line: the file, the first of the problems and where it is, and how many more there are. */
export interface ProjectFileFailure extends FileProblems {
  readonly failure: string;
}

/** Reads the text of a `.task-watchers.json`. */
export function readProjectFile(text: string): ProjectFile | ProjectFileFailure {
  const parsed = parseJson(text);
  if ('problem' in parsed) {
    const { range, message } = parsed.problem;
    return failureOf(text, [{ ...placeIn(text, range), message: `not JSON: ${message}` }]);
  }
  const root = parsed.node;
  const read = projectFileSchema().safeParse(root.value);
  if (!read.success)
    return failureOf(text, problemsOf(read.error.issues, text, root, projectFileJsonSchema()));
  const taken = takenNames(read.data.families, text, root);
  if (taken.length > 0) return failureOf(text, taken);
  return {
    exclude: read.data.exclude.map((folder) => folder.replace(/^(?:\.\/+)+|\/+$/g, '')),
    rules: read.data.rules,
    text,
    families: [...builtInFamilies, ...read.data.families.map(toFamily)],
    places: {
      exclude: (jsonAt(root, ['exclude'])?.items ?? []).map(({ range }) => placeIn(text, range)),
      rules: Object.fromEntries(
        [...(jsonAt(root, ['rules'])?.members ?? [])].map(([name, { key }]) => [name, placeIn(text, key)]),
      ),
    },
  };
}

function failureOf(text: string, problems: readonly FileProblem[]): ProjectFileFailure {
  const sorted = problems.toSorted((one, other) => one.range.start - other.range.start);
  const [first, ...others] = sorted;
  const more =
    others.length === 0
      ? ''
      : ` (and ${String(others.length)} more problem${others.length === 1 ? '' : 's'} in it)`;
  return {
    failure: first ? problemText(projectFileName, first) + more : `${projectFileName}: not valid`,
    text,
    problems: sorted,
  };
}

/** Families whose name another one has. */
function takenNames(families: Read['families'], text: string, root: JsonNode): readonly FileProblem[] {
  const names = new Set(builtInFamilies.map(({ name }) => name));
  return families.flatMap(({ name }, index) => {
    const isTaken = names.has(name);
    names.add(name);
    const node = jsonAt(root, ['families', index, 'name']);
    if (!isTaken || !node) return [];
    const whose = builtInFamilies.some((family) => family.name === name) ? 'built in' : 'above';
    return [
      {
        ...placeIn(text, node.range),
        message: `families[${String(index)}].name: ${name} is the name of a family ${whose}: take another`,
      },
    ];
  });
}

/** What the published schema says about each rule. */
export interface DescribedRule {
  readonly name: string;
  readonly finds: string;
}

/** The JSON schema of the file. `rules`: editors complete their names and tell those that do not exist. */
export function projectFileJsonSchema(rules: readonly DescribedRule[] = []): JsonSchema {
  const made: JsonSchema = z.toJSONSchema(projectFileSchema(), { io: 'input' });
  const known = made.properties?.rules;
  if (rules.length === 0 || typeof known !== 'object') return made;
  const setting = known.additionalProperties;
  if (typeof setting !== 'object') return made;
  const properties = Object.fromEntries(
    rules.map(({ name, finds }) => [name, { ...setting, description: finds }]),
  );
  return {
    ...made,
    properties: {
      ...made.properties,
      rules: { ...known, properties, additionalProperties: false },
    },
  };
}

function toFamily(read: Read['families'][number]): Family {
  return {
    name: read.name,
    title: read.title ?? read.name,
    noun: read.noun,
    sections: read.sections,
    boundaries: [],
    ...(read.functionField === undefined ? {} : { functionField: withoutUndefined(read.functionField) }),
    macros: read.macros,
    needles: read.needles ?? read.macros,
    modulesTakePart: read.modulesTakePart,
    events: read.events.map((event) => withoutUndefined(event)),
    dispatchers: read.dispatchers.map((dispatcher) => withoutUndefined(dispatcher)),
  };
}

/** Zod types optional fields as possibly `undefined`; ours are absent instead. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } & object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
