/**
 * Keeps what was worked out for the last `most` keys that were asked for, as long as somebody else has the key: old
 * versions of an edited file must not stay for it.
 */
export function rememberLast<Value>(most: number): (key: object, make: () => Value) => Value {
  const known = new WeakMap<object, { readonly ref: WeakRef<object>; readonly value: Value }>();
  /** Longest ago first: the order of a set is that of insertion. */
  const order = new Set<WeakRef<object>>();
  return (key, make) => {
    const before = known.get(key);
    const found = before ?? { ref: new WeakRef(key), value: make() };
    if (before) order.delete(found.ref);
    else known.set(key, found);
    order.add(found.ref);
    if (order.size > most)
      for (const oldest of order) {
        order.delete(oldest);
        const gone = oldest.deref();
        if (gone) known.delete(gone);
        break;
      }
    return found.value;
  };
}
