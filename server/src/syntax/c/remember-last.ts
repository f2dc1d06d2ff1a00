/** Keeps what was worked out for the last `most` keys that were asked for. */
export function rememberLast<Value>(most: number): (key: object, make: () => Value) => Value {
  const known = new Map<object, Value>();
  return (key, make) => {
    const before = known.get(key);
    const value = before ?? make();
    // The order of a map is that of insertion: what was asked for just now stands last.
    if (before !== undefined) known.delete(key);
    known.set(key, value);
    if (known.size > most)
      for (const oldest of known.keys()) {
        known.delete(oldest);
        break;
      }
    return value;
  };
}
