import { z } from 'zod';

/** The JSON of `taskWatchers.dispatch`, as far as the preview shows it (docs/protocol.md). Lines are 1-based. */
const returned = z.object({
  file: z.string(),
  line: z.number(),
  text: z.string(),
  kind: z.string(),
  reason: z.string().default(''),
});

const step = z.object({
  slot: z.number().optional(),
  function: z.string(),
  file: z.string(),
  line: z.number(),
  object: z.string().nullish(),
  called: z.enum(['yes', 'no', 'maybe']),
  returns: z.array(returned),
  chosen: returned.nullish(),
  injected: z.boolean(),
});

const callerStep = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('test'),
    line: z.number(),
    text: z.string(),
    holds: z.boolean(),
    decided: z.boolean(),
  }),
  z.object({ kind: z.literal('goto'), line: z.number(), label: z.string() }),
  z.object({ kind: z.literal('label'), line: z.number(), name: z.string() }),
  z.object({
    kind: z.literal('notify'),
    line: z.number(),
    event: z.string(),
    val: z.string(),
    afterInit: z.enum(['complete', 'failed', 'never', 'unknown']),
    watchers: z.array(
      z.object({
        slot: z.number().optional(),
        function: z.string(),
        place: z.object({ file: z.string(), line: z.number() }).nullish(),
        meets: z.enum(['done', 'failed', 'not-called', 'unknown']).nullish(),
      }),
    ),
  }),
  z.object({ kind: z.literal('call'), line: z.number(), function: z.string() }),
  z.object({ kind: z.literal('return'), line: z.number(), text: z.string() }),
  z.object({ kind: z.literal('unknown'), line: z.number(), reason: z.string() }),
]);

export const dispatchSchema = z.object({
  event: z.string(),
  eventIndex: z.number().optional(),
  val: z.object({
    text: z.string(),
    value: z.string().nullish(),
    flags: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  }),
  dispatcher: z
    .object({
      function: z.string(),
      file: z.string(),
      line: z.number(),
      semantics: z.string(),
      keepsErrors: z.boolean(),
    })
    .nullish(),
  steps: z.array(step),
  result: z.array(returned),
  certain: z.boolean().default(false),
  caller: z
    .array(
      z.object({
        function: z.string(),
        file: z.string(),
        line: z.number(),
        steps: z.array(callerStep),
        returns: returned.nullish(),
        certain: z.boolean(),
      }),
    )
    .default([]),
  notes: z.array(z.string()).default([]),
});

export type Dispatch = z.infer<typeof dispatchSchema>;
export type DispatchStep = z.infer<typeof step>;
export type Returned = z.infer<typeof returned>;
export type CallerRun = Dispatch['caller'][number];
export type CallerStep = z.infer<typeof callerStep>;
