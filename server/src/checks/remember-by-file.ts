import type { SourceFile } from '../syntax/c/unit';

/** The same function, which looks at each version of a file once: most files stay as they are from check to check. */
export function rememberByFile<T>(look: (file: SourceFile) => T): (file: SourceFile) => T {
  const known = new WeakMap<SourceFile, { readonly answer: T }>();
  return (file) => {
    let found = known.get(file);
    if (!found) known.set(file, (found = { answer: look(file) }));
    return found.answer;
  };
}
