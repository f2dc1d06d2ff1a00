import { evaluatedBy, expressionsWithin } from '../../syntax/c/flow/control-flow';
import type { CallExpression, Expression } from '../../syntax/c/function-body';
import type { Range } from '../../syntax/positions';
import type { Code } from './code';
import { walk } from './walk';

/** A call after which the code must not sleep. */
export interface Held {
  /** `spin_lock(&p->lock)`, as written. */
  readonly text: string;
  readonly range: Range;
}

interface Change {
  readonly key: string;
  readonly takes: boolean;
}

const lock = /^(?:_?raw_)?(spin|read|write|bit_spin)_lock(?:_irq|_irqsave|_bh|_nested|_irqsave_nested)?$/;
const unlock = /^(?:_?raw_)?(spin|read|write|bit_spin)_unlock(?:_irq|_irqrestore|_bh)?$/;

/** Pairs without an argument that tells which one is meant. */
const pairs: readonly (readonly [take: RegExp, release: RegExp, key: string])[] = [
  [/^(?:raw_)?local_irq_(?:disable|save)$/, /^(?:raw_)?local_irq_(?:enable|restore)$/, 'interrupts'],
  [/^preempt_disable$/, /^preempt_enable(?:_no_resched)?$/, 'preemption'],
  [/^local_bh_disable$/, /^local_bh_enable$/, 'bottom halves'],
  [/^rcu_read_lock$/, /^rcu_read_unlock$/, 'rcu'],
  [/^get_cpu$/, /^put_cpu$/, 'cpu'],
];

/** What a call does to the locks that are held. `text`: of its first argument. */
export function changeOf(name: string, text: string): Change | undefined {
  const taken = lock.exec(name);
  if (taken) return { key: `${taken[1] ?? ''} ${text}`, takes: true };
  const released = unlock.exec(name);
  if (released) return { key: `${released[1] ?? ''} ${text}`, takes: false };
  // A task's alloc_lock is a spinlock.
  if (name === 'task_lock' || name === 'task_unlock')
    return { key: `task ${text}`, takes: name === 'task_lock' };
  for (const [take, release, key] of pairs) {
    if (take.test(name)) return { key, takes: true };
    if (release.test(name)) return { key, takes: false };
  }
  return undefined;
}

/** Locks that may be held at a call, on some way through the body: by the offset of the call. */
export function locksHeld(
  code: Code,
  text: string,
  isWanted: (call: CallExpression) => boolean,
): ReadonlyMap<number, Held> {
  type Phase = ReadonlyMap<string, Held>;
  if (!mayBeHeld(code, text, isWanted)) return new Map();
  const found = new Map<number, Held>();
  const isComplete = walk<Phase>(code, {
    start: new Map(),
    key: (held) => [...held.keys()].sort().join(),
    call({ name, expression }, state) {
      const [first] = state.phase.values();
      if (first && isWanted(expression)) found.set(expression.range.start, first);
      if (name === undefined) return undefined;
      const change = changeOf(name, firstArgument(expression, text));
      if (!change) return undefined;
      const held = new Map(state.phase);
      if (change.takes)
        held.set(change.key, {
          text: text.slice(expression.range.start, expression.range.end).replace(/\s+/g, ' '),
          range: expression.range,
        });
      else held.delete(change.key);
      return [{ value: { kind: 'symbol', id: `${name}()` }, state: { ...state, phase: held } }];
    },
  });
  return isComplete ? found : new Map();
}

/** Without regard to conditions: there is a way from taking some lock to a wanted call that does not release it. */
function mayBeHeld(code: Code, text: string, isWanted: (call: CallExpression) => boolean): boolean {
  const { graph } = code;
  const calls = graph.nodes.map((node) =>
    evaluatedBy(node).flatMap((expression) => [...callsIn(expression)]),
  );
  const wanted = new Set(calls.flatMap((list, at) => (list.some(isWanted) ? [at] : [])));
  if (wanted.size === 0) return false;
  const changes = calls.map((list) =>
    list.flatMap((call) => {
      if (call.callee.kind !== 'identifier') return [];
      return changeOf(call.callee.name, firstArgument(call, text)) ?? [];
    }),
  );
  return changes.some((list, start) =>
    list.some(({ key, takes }) => {
      if (!takes) return false;
      if (wanted.has(start)) return true;
      const seen = new Set<number>();
      const open = (graph.next[start] ?? []).map(({ to }) => to);
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        if (seen.has(at)) continue;
        seen.add(at);
        if (wanted.has(at)) return true;
        if (changes[at]?.some((change) => change.key === key && !change.takes) === true) continue;
        for (const { to } of graph.next[at] ?? []) open.push(to);
      }
      return false;
    }),
  );
}

function* callsIn(expression: Expression): Generator<CallExpression> {
  for (const one of expressionsWithin(expression)) if (one.kind === 'call') yield one;
}

const firstArgument = ({ arguments: [argument] }: CallExpression, text: string): string =>
  argument ? text.slice(argument.range.start, argument.range.end).replace(/\s+/g, '') : '';

const sleeping = new Set(
  (
    'mutex_lock mutex_lock_interruptible mutex_lock_killable mutex_lock_nested down down_interruptible down_killable ' +
    'down_read down_write down_read_killable down_write_killable msleep msleep_interruptible ssleep usleep_range ' +
    'schedule schedule_timeout schedule_timeout_interruptible schedule_timeout_uninterruptible io_schedule might_sleep ' +
    'wait_event wait_event_interruptible wait_event_timeout wait_for_completion wait_for_completion_interruptible ' +
    'wait_for_completion_timeout copy_from_user copy_to_user get_user put_user clear_user strncpy_from_user vmalloc ' +
    'vzalloc synchronize_rcu synchronize_sched synchronize_srcu cond_resched lock_sock flush_work flush_workqueue ' +
    'cancel_work_sync kthread_stop kthread_run filp_open vfs_read vfs_write mmput'
  ).split(' '),
);

/** Why a call may sleep: its name, or the flags it is given; `undefined`: it is not known to. */
export function whySleeps(name: string, given: readonly string[]): string | undefined {
  if (sleeping.has(name)) return `${name}() may sleep`;
  const flags = given.find((one) =>
    /\b(?:GFP_KERNEL\w*|GFP_USER|GFP_NOFS|GFP_NOIO|SLAB_KERNEL|__GFP_WAIT)\b/.test(one),
  );
  if (flags === undefined || flags.includes('GFP_ATOMIC')) return undefined;
  // Who only notes the flags down does not use them.
  return /set_gfp|init_gfp|gfp_mask|_init$/.test(name)
    ? undefined
    : `${name}() with ${flags.trim()} may sleep`;
}
