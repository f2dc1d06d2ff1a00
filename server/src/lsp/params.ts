import { z } from 'zod';

/** What clients send, checked where it comes in: a request that does not fit is answered with an error. */
const count = z.int().min(0);
const positionSchema = z.object({ line: count, character: count });
const rangeSchema = z.object({ start: positionSchema, end: positionSchema });
const documentSchema = z.object({ uri: z.string() });

export const inDocument = z.object({ textDocument: documentSchema });
export const atPosition = z.object({ textDocument: documentSchema, position: positionSchema });
export const inRange = z.object({ textDocument: documentSchema, range: rangeSchema });
export const referenceParams = atPosition.extend({
  context: z.object({ includeDeclaration: z.boolean() }),
});
export const renameParams = atPosition.extend({ newName: z.string() });
export const symbolQuery = z.object({ query: z.string() });
export const contentParams = z.object({ uri: z.string() });
export const codeActionParams = inRange.extend({
  context: z.object({
    diagnostics: z.array(z.unknown()).default([]),
    only: z.array(z.string()).optional(),
  }),
});
export const hierarchyItemParams = z.object({
  item: z.object({
    name: z.string(),
    uri: z.string(),
    range: rangeSchema,
    selectionRange: rangeSchema,
    data: z
      .object({ family: z.string().optional(), function: z.string().optional() })
      .nullish()
      .catch(undefined),
  }),
});
export const semanticDeltaParams = inDocument.extend({ previousResultId: z.string() });
export const documentDiagnosticParams = inDocument.extend({ previousResultId: z.string().nullish() });
export const workspaceDiagnosticParams = z.object({
  previousResultIds: z.array(z.object({ uri: z.string(), value: z.string() })).default([]),
});

export const didOpen = z.object({
  textDocument: z.object({ uri: z.string(), languageId: z.string(), version: z.int(), text: z.string() }),
});
export type DidOpen = z.infer<typeof didOpen>;

export const didChange = z.object({
  textDocument: z.object({
    uri: z.string(),
    version: z
      .int()
      .nullable()
      .transform((version) => version ?? 0),
  }),
  contentChanges: z.array(z.object({ range: rangeSchema.optional(), text: z.string() })),
});
export type DidChange = z.infer<typeof didChange>;

export const watchedFiles = z.object({
  changes: z.array(z.object({ uri: z.string(), type: z.int() })),
});

/** Files (or folders) that an editor made, renamed or deleted: the addresses that mean something else now. */
export const movedFiles = z.object({
  files: z.array(
    z.union([
      z
        .object({ oldUri: z.string(), newUri: z.string() })
        .transform(({ oldUri, newUri }) => [oldUri, newUri]),
      z.object({ uri: z.string() }).transform(({ uri }) => [uri]),
    ]),
  ),
});

export const executeCommand = z.object({
  command: z.string(),
  arguments: z.array(z.unknown()).optional(),
});

const name = z.string().min(1);
/** `null` and absent mean the same in arguments that editors build by hand. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

export const tableArguments = z.object({
  uri: maybe(z.string()),
  root: maybe(z.string()),
  family: maybe(name),
  event: maybe(name),
  all: maybe(z.boolean()),
});
export const whyArguments = z.object({
  uri: maybe(z.string()),
  object: maybe(name),
  root: maybe(z.string()),
});
export const verifyArguments = z.object({
  uri: maybe(z.string()),
  root: maybe(z.string()),
  vmlinux: name,
  family: maybe(name),
});
export const rootArguments = z.object({ uri: maybe(z.string()), root: maybe(z.string()) });
export const selectConfigArguments = z.object({
  uri: maybe(z.string()),
  root: maybe(z.string()),
  config: maybe(name),
  buildDir: maybe(name),
});
const flag = z.union([z.string(), z.number()]).transform(String);
export const dispatchArguments = z.object({
  uri: maybe(z.string()),
  /** 0-based, of a call site in `uri`. */
  line: maybe(count),
  character: maybe(count),
  root: maybe(z.string()),
  family: maybe(name),
  event: maybe(name),
  val: maybe(flag),
  fail: maybe(z.array(z.object({ function: name, errno: maybe(flag) }))),
  html: maybe(z.boolean()),
});
export type DispatchArguments = z.infer<typeof dispatchArguments>;
export const tablesParams = z.object({ root: maybe(z.string()), family: maybe(name) });
