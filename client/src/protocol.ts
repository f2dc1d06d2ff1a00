import { z } from 'zod';

/** What the server sends beside the Language Server Protocol, checked where it comes in (docs/protocol.md). */
export const statusSchema = z.object({
  root: z.string(),
  state: z.enum(['indexing', 'ready', 'idle', 'failed']).catch('idle'),
  message: z.string(),
  fraction: z.number().optional(),
  registrations: z.number().optional(),
  config: z.string().nullish(),
  notes: z.array(z.string()).optional(),
});
export type Status = z.infer<typeof statusSchema>;

export const changedSchema = z.object({ root: z.string() });

/** Lines and columns are 1-based, columns in UTF-16 units; files relative to the root. */
const placeSchema = z.object({ file: z.string(), line: z.number(), column: z.number().default(1) });
export type Place = z.infer<typeof placeSchema>;

const entrySchema = placeSchema.extend({
  slot: z.number().nullable(),
  function: z.string(),
  object: z.string().nullable(),
  status: z.string(),
  guards: z.array(z.string()).default([]),
  assumptions: z.array(z.string()).default([]),
  why: z.array(z.object({ file: z.string(), line: z.number(), text: z.string() })).default([]),
  reason: z.string().default(''),
  definition: placeSchema.nullish(),
});
export type Entry = z.infer<typeof entrySchema>;

const callSiteSchema = placeSchema.extend({
  event: z.string().nullable(),
  caller: z.string().nullable(),
  val: z.string().nullable(),
  result: z.string().default(''),
  status: z.string(),
});
export type CallSite = z.infer<typeof callSiteSchema>;

const eventSchema = z.object({
  name: z.string(),
  index: z.number(),
  constant: z.string().nullish(),
  meaning: z.string().nullish(),
  val: z.string().nullish(),
  section: z.string().default(''),
  entries: z.array(entrySchema),
});
export type EventTable = z.infer<typeof eventSchema>;

const noteSchema = z.object({
  file: z.string().optional(),
  line: z.number().optional(),
  message: z.string(),
});
export type Note = z.infer<typeof noteSchema>;

/** The answer to `taskWatchers/tables`. */
export const tablesSchema = z.object({
  root: z.string(),
  family: z.string(),
  title: z.string().optional(),
  noun: z.tuple([z.string(), z.string()]).default(['entry', 'entries']),
  families: z.array(z.string()).default([]),
  config: z.string().nullable(),
  complete: z.boolean().default(true),
  events: z.array(eventSchema),
  unknown: z.array(entrySchema).default([]),
  callSites: z.array(callSiteSchema).default([]),
  notes: z.array(noteSchema).default([]),
});
export type Tables = z.infer<typeof tablesSchema>;

/** What every command answers: for people, and for programs. */
export const commandResultSchema = z.object({ markdown: z.string(), json: z.unknown() }).nullable();

export const configsSchema = z.object({
  configs: z.array(
    z.object({
      path: z.string(),
      title: z.string(),
      current: z.boolean(),
      arch: z.string().optional(),
      buildDir: z.string().optional(),
    }),
  ),
});

/** Arguments of the lenses' commands. Positions are 0-based, in UTF-16 units. */
const positionSchema = z.object({ line: z.number(), character: z.number() });
export const lensArgumentSchema = z.object({
  uri: z.string(),
  line: z.number(),
  character: z.number(),
  event: z.string().optional(),
  locations: z
    .array(z.object({ uri: z.string(), range: z.object({ start: positionSchema, end: positionSchema }) }))
    .default([]),
});
