import fc from 'fast-check';
import type {
  CallerRun,
  CallerStep,
  DispatchResult,
  DispatchStep,
  FailureRow,
  LaterWatcher,
  PossibleReturn,
} from '../../server/src/dispatch/dispatch-result';

const hostile = [
  '',
  '<script>alert(1)</script>',
  ']]>',
  '&amp;',
  '"\'',
  '\u0000\u001b[31m',
  '\ud800',
  '|`*_',
  '--><b>',
  '￿',
];

/** Texts as C has them, and texts that nobody should have. */
export const anyName = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z_][a-z0-9_]{0,40}$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-zA-Z_]{60,120}$/) },
);
export const anyText = fc.oneof(
  anyName,
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** Results of any shape, with texts from `text`. */
export function dispatches(text: fc.Arbitrary<string> = anyText): fc.Arbitrary<DispatchResult> {
  const line = fc.integer({ min: 1, max: 200_000 });
  const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
  const possible: fc.Arbitrary<PossibleReturn> = fc.record({
    file: text,
    line,
    text,
    kind: fc.constantFrom('zero', 'error', 'positive', 'propagated', 'none', 'unknown'),
    value: optional(fc.integer({ min: -4095, max: 10 })),
    callee: optional(text),
    reason: text,
  });
  const step: fc.Arbitrary<Omit<DispatchStep, 'slot'>> = fc.record({
    file: text,
    line,
    function: text,
    object: optional(text),
    called: fc.constantFrom('yes', 'no', 'maybe'),
    returns: fc.array(possible, { maxLength: 3 }),
    chosen: optional(possible),
    injected: fc.boolean(),
  });
  const watcher: fc.Arbitrary<LaterWatcher> = fc.record(
    {
      slot: fc.nat({ max: 200 }),
      function: text,
      place: fc.record({ file: text, line }),
      meets: fc.constantFrom('done', 'failed', 'not-called', 'unknown'),
    },
    { requiredKeys: ['slot', 'function'] },
  );
  const callerStep: fc.Arbitrary<CallerStep> = fc.oneof(
    fc.record({
      kind: fc.constant('test' as const),
      line,
      text,
      holds: fc.boolean(),
      decided: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('goto' as const), line, label: text }),
    fc.record({ kind: fc.constant('label' as const), line, name: text }),
    fc.record({
      kind: fc.constant('notify' as const),
      line,
      event: text,
      val: text,
      afterInit: fc.constantFrom('complete', 'failed', 'never', 'unknown'),
      watchers: fc.array(watcher, { maxLength: 12 }),
    }),
    fc.record({ kind: fc.constant('call' as const), line, function: text }),
    fc.record({ kind: fc.constant('return' as const), line, text }),
    fc.record({ kind: fc.constant('unknown' as const), line, reason: text }),
  );
  const run: fc.Arbitrary<CallerRun> = fc.record({
    file: text,
    line,
    function: text,
    steps: fc.array(callerStep, { maxLength: 8 }),
    returns: optional(possible),
    certain: fc.boolean(),
    mayGiveBack: fc.boolean(),
  });
  return fc.record({
    family: text,
    event: text,
    eventIndex: fc.nat({ max: 9 }),
    val: fc.record({
      text,
      value: optional(fc.oneof(fc.bigInt({ min: 0n, max: 1n << 64n }).map(String), text)),
      flags: fc.constant([]),
    }),
    dispatcher: optional(
      fc.record({ file: text, line, function: text, semantics: text, keepsErrors: fc.boolean() }),
    ),
    steps: fc.array(step, { maxLength: 14 }).map((steps) => steps.map((one, slot) => ({ slot, ...one }))),
    result: fc.array(possible, { maxLength: 3 }),
    certain: fc.boolean(),
    caller: fc.array(run, { maxLength: 10 }),
    notes: fc.array(text, { maxLength: 3 }),
  });
}

export const failureRows: fc.Arbitrary<readonly FailureRow[]> = fc.array(
  fc.record({
    failed: fc.record({ slot: fc.nat({ max: 99 }), function: anyText }),
    error: anyText,
    injected: fc.boolean(),
    ranBefore: fc.array(anyText, { maxLength: 4 }),
    ranAfter: fc.array(anyText, { maxLength: 4 }),
    dispatcherReturns: anyText,
    callerReturns: anyText,
    freed: fc.array(anyText, { maxLength: 4 }),
    notGivenBack: fc.array(anyText, { maxLength: 4 }),
    maybeNotGivenBack: fc.array(anyText, { maxLength: 4 }),
    certain: fc.boolean(),
  }),
  { maxLength: 5 },
);
