import type { CallExpression } from '../../syntax/c/function-body';
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
function changeOf(name: string, text: string): Change | undefined {
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
  const found = new Map<number, Held>();
  const isComplete = walk<Phase>(code, {
    start: new Map(),
    key: (held) => [...held.keys()].sort().join(),
    call({ name, expression }, state) {
      if (name === undefined) return undefined;
      const [first] = state.phase.values();
      if (first && isWanted(expression)) found.set(expression.range.start, first);
      const [argument] = expression.arguments;
      const change = changeOf(
        name,
        argument ? text.slice(argument.range.start, argument.range.end).replace(/\s+/g, '') : '',
      );
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
  return /alloc|kmem|dup|_new$|get_free_page|zeroed_page/.test(name)
    ? `${name}() with ${flags.trim()} may sleep`
    : undefined;
}
