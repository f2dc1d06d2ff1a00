import type {
  CallerRun,
  CallerStep,
  DispatchResult,
  DispatchStep,
  LaterWatcher,
  PossibleReturn,
} from '../../server/src/dispatch/dispatch-result';

/** Results made by hand, in the shape of the posted patches: what renderers must be able to show. */
export const returned = (text: string, given: Partial<PossibleReturn> = {}): PossibleReturn => ({
  text,
  kind: text === '0' ? 'zero' : text.startsWith('-E') ? 'error' : 'unknown',
  value: text === '0' ? 0 : text === '-ENOMEM' ? -12 : undefined,
  callee: undefined,
  reason: '',
  file: 'kernel/sample.c',
  line: 20,
  ...given,
});

export const step = (slot: number, name: string, given: Partial<DispatchStep> = {}): DispatchStep => ({
  slot,
  function: name,
  object: `kernel/${name}.o`,
  file: `kernel/${name}.c`,
  line: 10 + slot,
  called: 'yes',
  returns: [returned('0')],
  chosen: returned('0'),
  injected: false,
  ...given,
});

export const result = (
  steps: readonly DispatchStep[],
  given: Partial<DispatchResult> = {},
): DispatchResult => ({
  family: 'task-watchers',
  event: 'INIT',
  eventIndex: 0,
  val: { text: 'clone_flags', value: undefined, flags: [] },
  dispatcher: {
    function: 'notify_task_watchers',
    semantics: 'calls every watcher and returns the first error',
    keepsErrors: true,
    file: 'kernel/task_watchers.c',
    line: 27,
  },
  steps,
  result: [returned('0')],
  certain: true,
  caller: [],
  notes: [],
  ...given,
});

export const failure = returned('-ENOMEM', { line: 24, reason: 'kzalloc() gives NULL (line 22)' });

export const errorSteps = (watchers: readonly LaterWatcher[]): readonly CallerStep[] => [
  { kind: 'test', line: 1190, text: 'retval < 0', holds: true, decided: true },
  { kind: 'goto', line: 1191, label: 'bad_fork_cleanup_watchers' },
  { kind: 'label', line: 1320, name: 'bad_fork_cleanup_watchers' },
  { kind: 'notify', line: 1321, event: 'FREE', val: '0', afterInit: 'failed', watchers },
  { kind: 'label', line: 1325, name: 'bad_fork_free' },
  { kind: 'call', line: 1326, function: 'free_task' },
  { kind: 'return', line: 1328, text: 'return ERR_PTR(retval)' },
];

export const run = (steps: readonly CallerStep[], given: Partial<CallerRun> = {}): CallerRun => ({
  function: 'copy_process',
  file: 'kernel/fork.c',
  line: 1188,
  steps,
  returns: returned('-ENOMEM', { file: 'kernel/fork.c', line: 1328 }),
  certain: true,
  mayGiveBack: false,
  ...given,
});

const later = (slot: number, name: string, meets?: LaterWatcher['meets']): LaterWatcher => ({
  slot,
  function: name,
  place: { file: `kernel/${name}.c`, line: 40 },
  ...(meets ? { meets } : {}),
});

const failing = (slot: number, name: string, given: Partial<DispatchStep> = {}): DispatchStep =>
  step(slot, name, { returns: [failure, returned('0')], chosen: failure, ...given });

const fallible = (slot: number, name: string): DispatchStep =>
  step(slot, name, { returns: [failure, returned('0')] });

const val = { text: 'CLONE_VM|CLONE_SYSVSEM', value: '262400', flags: [] };

const failsInTheMiddle = result(
  [
    step(0, 'copy_thread_tls'),
    step(1, 'init_hardirq_state'),
    fallible(2, 'audit_alloc'),
    step(3, 'lockdep_init_task'),
    fallible(4, 'init_task_mempolicy'),
    failing(5, 'copy_semundo'),
    step(6, 'copy_keys', { called: 'no', chosen: undefined }),
    step(7, 'cpuset_fork', { called: 'no', chosen: undefined }),
    step(8, 'taskstats_tgid_init', { called: 'no', chosen: undefined }),
  ],
  {
    val,
    dispatcher: {
      function: 'notify_task_watchers',
      semantics: 'calls watchers until one fails, and returns its error',
      keepsErrors: true,
      file: 'kernel/task_watchers.c',
      line: 27,
    },
    result: [returned('-ENOMEM', { reason: 'from copy_semundo()' })],
    caller: [
      run(
        errorSteps([
          later(0, 'audit_free', 'done'),
          later(1, 'free_task_mempolicy', 'done'),
          later(2, 'exit_sem', 'failed'),
          later(3, 'exit_keys', 'not-called'),
          later(4, 'cpuset_exit', 'unknown'),
          later(5, 'taskstats_exit'),
        ]),
      ),
    ],
    notes: ['taken not to fail, though they can: audit_alloc(), copy_keys()'],
  },
);

const manySteps = (count: number): readonly DispatchStep[] =>
  Array.from({ length: count }, (_, slot) =>
    slot === 37
      ? failing(slot, 'subsystem_37_init_task')
      : slot % 7 === 3
        ? fallible(slot, `subsys_${String(slot)}_copy`)
        : step(slot, `subsystem_${String(slot)}_init_task`),
  );

const longNames = result(
  [
    step(0, 'perf_event_initialise_task_contexts_and_inherit_from_parent'),
    failing(1, 'drivers_staging_vendor_specific_accelerator_task_context_allocate_or_fail', {
      chosen: returned('what __vendor_accelerator_context_allocate_from_mempool_or_fallback() returns', {
        kind: 'propagated',
        reason:
          'tsk->flags & PF_VENDOR_ACCELERATOR_REQUIRED_FOR_THIS_TASK (line 2911), !vendor_context_is_shared(tsk) (line 2915)',
        file: 'drivers/staging/vendor-specific-accelerator/core/context/task_context_watchers.c',
        line: 2915,
      }),
    }),
    step(2, 'x', { called: 'maybe', chosen: returned('unknown', { reason: 'recursion is not followed' }) }),
    failing(3, `a${'b'.repeat(70)}`, { injected: true }),
  ],
  {
    event: 'INIT_WITH_A_VERY_LONG_EVENT_NAME',
    val: {
      text: 'CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM|CLONE_SETTLS|CLONE_PARENT_SETTID',
      value: '4001536',
      flags: [],
    },
    result: [
      returned('0'),
      returned('-ENOMEM'),
      returned('unknown', { reason: 'recursion is not followed' }),
    ],
    certain: false,
    caller: [
      run(
        [
          {
            kind: 'test',
            line: 123456,
            text: 'unlikely(retval < 0 && retval != -ERESTARTNOINTR && !(clone_flags & CLONE_VERY_LONG_FLAG_NAME_FOR_TESTS))',
            holds: true,
            decided: false,
          },
          {
            kind: 'goto',
            line: 2,
            label: 'bad_fork_cleanup_of_everything_that_was_taken_until_here_and_more',
          },
          {
            kind: 'label',
            line: 3,
            name: 'bad_fork_cleanup_of_everything_that_was_taken_until_here_and_more',
          },
          {
            kind: 'notify',
            line: 4,
            event: 'FREE',
            val: 'tsk->exit_code',
            afterInit: 'never',
            watchers: [
              later(0, 'drivers_staging_vendor_specific_accelerator_task_context_release', 'unknown'),
            ],
          },
          { kind: 'unknown', line: 5, reason: 'a loop whose bounds are not known' },
        ],
        { certain: false, returns: returned('unknown', { reason: 'the loop in line 5 is not followed' }) },
      ),
      run(
        [
          { kind: 'test', line: 1190, text: 'retval < 0', holds: false, decided: false },
          { kind: 'return', line: 1250, text: 'return p' },
        ],
        { certain: false, returns: undefined },
      ),
    ],
  },
);

/** By name, all that is looked at in pictures. */
export const madeDispatches: Readonly<Record<string, DispatchResult>> = {
  none: result([]),
  'none-with-caller': result([], {
    caller: [run([{ kind: 'test', line: 12, text: 'retval < 0', holds: false, decided: true }])],
  }),
  one: result([step(0, 'audit_alloc')], {
    caller: [
      run(
        [
          { kind: 'test', line: 1190, text: 'retval < 0', holds: false, decided: true },
          {
            kind: 'notify',
            line: 1250,
            event: 'CLONE',
            val: 'clone_flags',
            afterInit: 'complete',
            watchers: [later(0, 'proc_fork_connector')],
          },
          { kind: 'return', line: 1260, text: 'return p' },
        ],
        { returns: returned('p', { kind: 'unknown', line: 1260 }) },
      ),
    ],
  }),
  nine: failsInTheMiddle,
  swallowed: result([step(0, 'audit_alloc'), failing(1, 'copy_semundo'), step(2, 'copy_keys')], {
    dispatcher: {
      function: 'notify_task_watchers',
      semantics: 'calls every watcher and always returns 0: every error is lost',
      keepsErrors: false,
      file: 'kernel/task_watchers.c',
      line: 27,
    },
  }),
  sixty: result(manySteps(60), {
    result: [returned('-ENOMEM', { reason: 'from subsystem_37_init_task()' })],
    caller: [
      run(
        errorSteps(
          Array.from({ length: 24 }, (_, slot) =>
            later(slot, `subsystem_${String(slot)}_free`, slot === 7 ? 'failed' : 'done'),
          ),
        ),
      ),
    ],
  }),
  long: longNames,
};
