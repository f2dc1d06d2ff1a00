import type { TableEntry } from '../../link/entry';
import type { CheckContext } from '../check-context';
import { tableEntries } from '../entries';
import type { Problem, Rule, TextEdit } from '../rule';
import { lex } from '../../syntax/c/lex';
import type { Range } from '../../syntax/positions';

export const tableWritable: Rule = {
  name: 'table-writable',
  severity: 'hint',
  title: 'The table is writable',
  finds: 'The output section that holds the tables is writable, because the pointers are not `const`.',
  why: `Whoever can write to the table decides what the kernel calls. A linker-gathered table never changes, so it could be
read-only, but an output section is writable as soon as one input section is, and a pointer variable that is not \`const\`
makes its section writable. With \`const\` on every pointer (\`task_watcher_fn const\`, not \`const\` on what it points to)
the output section becomes read-only: measured with gcc 12 and binutils 2.40. Code compiled with \`-fPIE\` or \`-fPIC\` is
the exception: there the pointers need relocation when the kernel starts, and stay writable until then.`,
  bad: {
    code: `#define task_watcher_func(ev, fn) \\
	static task_watcher_fn __task_watcher_##ev##_##fn __used \\
		__section(".task_watchers." #ev) = fn
`,
    edits: [
      {
        file: 'include/linux/task_watchers.h',
        from: 'static task_watcher_fn const __task_watcher',
        to: 'static task_watcher_fn __task_watcher',
      },
    ],
  },
  good: {
    code: `#define task_watcher_func(ev, fn) \\
	static task_watcher_fn const __task_watcher_##ev##_##fn __used \\
		__section(".task_watchers." #ev) = fn
`,
    edits: [],
  },
  find: (context) => {
    const { snapshot } = context;
    const typedef = snapshot.family.prototype?.typedef;
    if (typedef === undefined) return [];
    const outputs = new Map(
      snapshot.laid.flatMap(({ output }) => (output?.writable === true ? [[output.name, output]] : [])),
    );
    return [...outputs.values()].flatMap((output) => {
      const writable = tableEntries(snapshot).filter(
        ({ status, isConst, form, section, object }) =>
          status === 'linked' &&
          !isConst &&
          form === 'variable' &&
          output.writableInputs.some((input) => input.name === section && input.object === object),
      );
      const culprits = new Map<string, { readonly place: Culprit; readonly entries: TableEntry[] }>();
      for (const entry of writable) {
        const place = culpritOf(context, entry, typedef);
        if (!place) continue;
        const key = `${place.file}:${place.range.start}`;
        const known = culprits.get(key);
        if (known) known.entries.push(entry);
        else culprits.set(key, { place, entries: [entry] });
      }
      const edits = [...culprits.values()].map(({ place: { file, range } }): TextEdit => ({
        file,
        range: { start: range.end, end: range.end },
        text: ' const',
      }));
      return [...culprits.values()].map(({ place, entries }): Problem => {
        const [first] = entries;
        const object = first?.object ?? '';
        const more = entries.length > 1 ? ` and ${entries.length - 1} more` : '';
        return {
          file: place.file,
          range: place.range,
          message: `output section ${output.name} is writable because of this pointer (in ${object}${more}): with const it would be read-only`,
          // All of them at once: gcc refuses const and other pointers in one section of one file.
          fixes: [{ title: 'Make every pointer of the table const', edits, isPreferred: true }],
        };
      });
    });
  },
};

interface Culprit {
  readonly file: string;
  /** The type in front of the variable. */
  readonly range: Range;
}

/** Where the pointer variable is declared: in a macro's body, however many macros lead to it, or by hand. */
function culpritOf(context: CheckContext, entry: TableEntry, typedef: string): Culprit | undefined {
  if (entry.macro === undefined) {
    const file = context.source(entry.place.file);
    return file && declared(file.path, file.text, entry.range, typedef);
  }
  const seen = new Set<string>();
  const waiting = [entry.macro];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const macro of context.snapshot.macros) {
      if (macro.name !== name) continue;
      const file = context.source(macro.file);
      const define = file?.facts.directives.find(
        (directive) =>
          directive.kind === 'define' && directive.name === name && directive.line === macro.line,
      );
      const found =
        file && define && declared(file.path, file.text, { start: define.offset, end: define.end }, typedef);
      if (found) return found;
      waiting.push(...(macro.body.match(/[A-Za-z_]\w*/g) ?? []));
    }
  }
  // Written by hand, with a macro for the section alone.
  const file = context.source(entry.place.file);
  const statements = file?.facts.statements ?? [];
  for (let at = 0; at < statements.length; at += 3) {
    const [start = 0, end = 0] = [statements[at], statements[at + 2]];
    if (file && start <= entry.range.start && entry.range.end <= end)
      return declared(file.path, file.text, { start, end }, typedef);
  }
  return undefined;
}

/** `task_watcher_fn name`, but neither `const` nor a pointer to it. */
function declared(file: string, text: string, range: Range, typedef: string): Culprit | undefined {
  const tokens = lex(text, range.start, range.end);
  const at = tokens.findIndex(
    (token, index) =>
      token.text === typedef &&
      tokens[index + 1]?.kind === 'name' &&
      tokens[index + 1]?.text !== 'const' &&
      tokens[index - 1]?.text !== 'const',
  );
  const found = tokens[at];
  return found && { file, range: { start: found.offset, end: found.offset + typedef.length } };
}
