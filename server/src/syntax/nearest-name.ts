/** Of `known`, the name a person probably meant by `written`; `undefined`: none is near enough. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  // Any two names of two letters are near each other.
  const limit = written.length < 3 ? 0 : Math.max(1, Math.min(3, Math.floor(written.length / 4)));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    if (name === written || Math.abs(name.length - written.length) > limit) continue;
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

/** What to say of a name that is none of `known`. */
export function orMeant(written: string, known: readonly string[]): string {
  const meant = nearest(written, known);
  return meant === undefined ? `there are: ${known.join(', ') || 'none'}` : `did you mean ${meant}?`;
}

/** Optimal string alignment: a swapped pair counts as one change. */
function editDistance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      let value = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1])
        value = Math.min(value, (beforeLast[column - 2] ?? 0) + 1);
      current.push(value);
    }
    beforeLast = last;
    last = current;
  }
  return last[other.length] ?? 0;
}
