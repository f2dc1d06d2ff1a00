/** Every file that a part of the manifest names, at any depth: a relative path with a folder and an extension. */
export function namedFiles(value: unknown): readonly string[] {
  if (typeof value === 'string') return /^(\.\/)?[\w-]+\/[\w./-]+\.\w+$/.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(namedFiles) : [];
}
