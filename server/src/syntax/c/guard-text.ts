const single = /^(!?)\s*defined\s*\(?\s*(CONFIG_\w+)\s*\)?$/;
const enabled = /^(!?)\s*IS_ENABLED\s*\(\s*(CONFIG_\w+)\s*\)$/;

/** A condition as a person writes it in short: `defined(CONFIG_X)` is `CONFIG_X`, `IS_ENABLED(CONFIG_X)` too. */
export function guardText(condition: string, negated: boolean): string {
  const folded = condition.trim().replace(/\s+/g, ' ');
  const match = single.exec(folded) ?? enabled.exec(folded);
  if (match) return (match[1] === '!') === negated ? (match[2] ?? '') : `!${match[2] ?? ''}`;
  const plain = folded.replace(/\bdefined\s*\(\s*(CONFIG_\w+)\s*\)|\bdefined\s+(CONFIG_\w+)/g, '$1$2');
  if (!negated) return plain;
  const bare = /^!(\w+|defined\(\w+\))$/.exec(plain)?.[1];
  if (bare !== undefined) return bare;
  return /^(?:\w+|defined\(\w+\))$/.test(plain) ? `!${plain}` : `!(${plain})`;
}
