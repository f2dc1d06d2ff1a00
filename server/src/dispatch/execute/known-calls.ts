import { int, pointer, signedLong, type CType } from './c-type';
import type { Answer, Call, Program } from './program';
import { boundsIn, bounded, convertedIn, noted, settled, type State, type TrailStep } from './state';
import { narrow, number, type Value } from './value';

/** Functions that give memory or NULL. */
const allocators = new Set([
  ...[
    'kmalloc',
    'kzalloc',
    'kcalloc',
    'kmalloc_array',
    'kmalloc_node',
    'kzalloc_node',
    'kvmalloc',
    'kvzalloc',
  ],
  ...[
    'kmem_cache_alloc',
    'kmem_cache_zalloc',
    'kmem_cache_alloc_node',
    'vmalloc',
    'vzalloc',
    'kmemdup',
    'kstrdup',
  ],
  ...[
    'kstrndup',
    '__get_free_page',
    '__get_free_pages',
    'get_zeroed_page',
    'alloc_page',
    'alloc_pages',
    'kvcalloc',
  ],
  ...[
    'alloc_percpu',
    '__alloc_percpu',
    'mempool_alloc',
    'krealloc',
    'alloc_skb',
    'nlmsg_new',
    'alloc_workqueue',
  ],
]);

/** Functions that give memory back, to the argument that says which. */
const releasing: ReadonlyMap<string, number> = new Map([
  ...[
    'kfree',
    'kvfree',
    'vfree',
    'kfree_sensitive',
    'kfree_skb',
    'free_percpu',
    'free_page',
    '__free_page',
  ].map((name) => [name, 0] as const),
  ...['kmem_cache_free', 'mempool_free'].map((name) => [name, name === 'mempool_free' ? 0 : 1] as const),
]);

/** What a call that is not followed gives back, or may. */
export function releaseSteps({ name, arguments: given }: Call): readonly TrailStep[] {
  const value = given[releasing.get(name) ?? -1];
  // What was read from memory may be what was taken.
  if (value?.kind === 'symbol' && isAllocator(value.callee ?? ''))
    return [{ kind: 'released', id: value.id }];
  return value?.kind === 'symbol' || mayRelease(name) ? [{ kind: 'unfollowed' }] : [];
}

/** Functions and macros after which memory is held as before: they take, lock, count up, tell, or look. */
const harmless =
  /^(?:_*(?:raw_|arch_)?(?:spin|read|write|mutex|rcu|preempt|local|seq|down|up|task|bh)_?\w*(?:lock|unlock|enable|disable|save|restore)\w*|printk|pr_\w+|trace_\w+|WARN\w*|BUG\w*|might_sleep|cond_resched|mem(?:set|cpy|cmp|move)|str\w+|atomic_(?:set|read|inc)\w*|refcount_(?:set|read|inc)\w*|get_\w+|INIT_\w+|\w+_init|(?:READ|WRITE|ACCESS)_ONCE|sizeof|likely|unlikely|IS_\w+|ERR_PTR|ERR_CAST|PTR_ERR\w*)$/;

/** A call of this may give back memory that its arguments do not name. */
export const mayRelease = (name: string): boolean =>
  !allocators.has(name) && !releasing.has(name) && !harmless.test(name);

export const isReleasing = (name: string): boolean => releasing.has(name);

export const isAllocator = (name: string): boolean => allocators.has(name);

const lastPointer = (1n << 63n) - 1n;

/** `MAX_ERRNO`: the last 4095 addresses stand for errors (include/linux/err.h). */
const firstError = -4095n;

/** Calls and macros whose meaning every kernel shares. `undefined`: not one of them. */
export function knownCall(program: Program, call: Call, state: State): readonly Answer[] | undefined {
  const { wordBits } = program;
  const [first] = call.arguments;
  const asPointer = (value: Value): Value => convertedIn(state, value, pointer(wordBits), '');
  if (isAllocator(call.name)) return allocation(call, state, pointer(wordBits));
  switch (call.name) {
    case 'likely':
    case 'unlikely':
    case '__builtin_expect':
    case 'READ_ONCE':
    case 'ACCESS_ONCE':
      return first && [{ value: first, state }];
    case '__must_check':
      return first && [{ value: first, state }];
    case 'ERR_PTR':
    case 'ERR_CAST':
      return first && [{ value: asPointer(first), state }];
    case 'PTR_ERR': {
      const value = first && asPointer(first);
      return value && [{ value: convertedIn(state, value, signedLong(wordBits), ''), state }];
    }
    case 'IS_ERR':
    case 'IS_ERR_VALUE':
      return first && isError(asPointer(first), state, false);
    case 'IS_ERR_OR_NULL':
      return first && isError(asPointer(first), state, true);
    case 'PTR_ERR_OR_ZERO':
      return first && errorOrZero(asPointer(first), state);
    case 'IS_ENABLED':
    case 'IS_BUILTIN': {
      const on = program.enabled(call.texts[0] ?? '', call.name);
      return on === undefined ? undefined : [{ value: number(on ? 1 : 0, int), state }];
    }
    default:
      return undefined;
  }
}

function allocation(call: Call, state: State, type: CType): readonly Answer[] {
  const id = `${call.name}()#${String(state.calls)}`;
  const counted = { ...state, calls: state.calls + 1 };
  const test = (holds: boolean): State =>
    noted(counted, {
      kind: 'test',
      file: call.file,
      at: call.at,
      text: holds ? `${call.name}() gives NULL` : `${call.name}() succeeds`,
      holds,
      decided: false,
      names: [],
    });
  const memory: Value = { kind: 'symbol', id, type, callee: call.name, at: call.at };
  return [
    {
      value: memory,
      state: bounded(noted(test(false), { kind: 'taken', id }), id, { min: 1n, max: lastPointer, not: [] }),
    },
    { value: number(0, type), state: test(true) },
  ];
}

/** Errors as pointers are the numbers from -4095 to -1, in the signed reading that we keep throughout. */
function isError(value: Value, state: State, orNull: boolean): readonly Answer[] {
  const yes: Value = number(1, int);
  const no: Value = number(0, int);
  const known = settled(state, value);
  if (known.kind === 'number') {
    const signed = BigInt.asIntN(64, known.value);
    const holds = (signed >= firstError && signed < 0n) || (orNull && signed === 0n);
    return [{ value: holds ? yes : no, state }];
  }
  if (known.kind !== 'symbol') return [{ value: no, state }];
  const bounds = boundsIn(state, known.id, known.type);
  const from = narrow(bounds, '>=', firstError);
  const inside = from && narrow(from, orNull ? '<=' : '<', 0n);
  const outside = narrow(bounds, orNull ? '>' : '>=', orNull ? 0n : 0n);
  return [
    ...(outside ? [{ value: no, state: bounded(state, known.id, outside) }] : []),
    ...(inside ? [{ value: yes, state: bounded(state, known.id, inside) }] : []),
  ];
}

function errorOrZero(value: Value, state: State): readonly Answer[] {
  return isError(value, state, false).map((answer) =>
    answer.value.kind === 'number' && answer.value.value === 1n
      ? { value, state: answer.state }
      : { value: number(0, int), state: answer.state },
  );
}
