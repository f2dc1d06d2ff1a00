import type { SourceFile } from './unit-input';

/** The same function, which looks at each version of a file once: most files stay as they are from edit to edit. */
export function rememberByFile<T>(look: (file: SourceFile) => T): (file: SourceFile) => T {
  const known = new WeakMap<SourceFile, { readonly answer: T }>();
  return (file) => {
    let found = known.get(file);
    if (!found) known.set(file, (found = { answer: look(file) }));
    return found.answer;
  };
}

const held = rememberByFile(() => new Map<string, boolean>());

/** Whether a file's text holds another. Only for what is asked again after every edit: the answer is kept. */
export function holdsText(file: SourceFile, text: string): boolean {
  const known = held(file);
  let answer = known.get(text);
  if (answer === undefined) known.set(text, (answer = file.text.includes(text)));
  return answer;
}
