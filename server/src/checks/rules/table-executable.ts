import { globMatches } from '../../link/glob';
import type { InputStatement, OutputStatement } from '../../syntax/ldscript/script';
import { isFamilySection } from '../../watchers/family';
import type { CheckContext } from '../check-context';
import { placementsOf, type Placement } from '../placements';
import type { Problem, Rule } from '../rule';
import { placeRange } from '../texts';
import { watcherFunctions, type WatcherFunction } from '../watcher-functions';

export const tableExecutable: Rule = {
  name: 'table-executable',
  severity: 'warning',
  title: 'Code and tables in one section',
  finds:
    'Functions and the tables that point to them share an output section, or the functions land outside the kernel’s text.',
  why: `An output section that takes code is executable, and one that takes writable pointers is writable: together they are
both, and whoever can write to the table can put code there too. Code outside \`_stext\` and \`_etext\` is also not taken
for kernel text: it is not write-protected, back traces leave it out, and \`__kernel_text_address()\` says no.`,
  bad: {
    code: `.task_watchers_table : {
	TASK_WATCHERS(init)
	/* … */
	__stop_task_watchers_free = .;
	*(.task_watchers.function.*)
}
`,
    edits: [
      {
        file: 'include/linux/task_watchers.h',
        from: 'struct task_struct;\n',
        to: 'struct task_struct;\n\n#define __task_init __section(".task_watchers.function.init")\n',
      },
      {
        file: 'include/asm-generic/vmlinux.lds.h',
        from: '__stop_task_watchers_free = .; \\\n',
        to: '__stop_task_watchers_free = .; \\\n\t\t*(.task_watchers.function.*) \\\n',
      },
      { file: 'kernel/auditsc.c', from: 'static int audit_alloc', to: 'static int __task_init audit_alloc' },
    ],
  },
  good: {
    code: `.text : {
	*(.text .text.*)
	*(.task_watchers.function.*)
}
`,
    edits: [
      {
        file: 'include/linux/task_watchers.h',
        from: 'struct task_struct;\n',
        to: 'struct task_struct;\n\n#define __task_init __section(".task_watchers.function.init")\n',
      },
      {
        file: 'arch/x86/kernel/vmlinux.lds.S',
        from: '*(.text .text.*)',
        to: '*(.text .text.*)\n\t\t*(.task_watchers.function.*)',
      },
      { file: 'kernel/auditsc.c', from: 'static int audit_alloc', to: 'static int __task_init audit_alloc' },
    ],
  },
  find: (context) => {
    const placed = watcherFunctions(context).flatMap((watcher) =>
      placementsOf(context, watcher.fact).map((placement) => ({ watcher, placement })),
    );
    if (placed.length === 0) return [];
    return (context.snapshot.script?.statements ?? []).flatMap((output) =>
      output.kind === 'output' && output.name !== '/DISCARD/' ? problemIn(context, output, placed) : [],
    );
  },
};

interface Placed {
  readonly watcher: WatcherFunction;
  readonly placement: Placement;
}

function problemIn(
  context: CheckContext,
  output: OutputStatement,
  placed: readonly Placed[],
): readonly Problem[] {
  const inputs = output.contents.flatMap((content) => (content.kind === 'input' ? [content] : []));
  const takes = ({ sections }: InputStatement, section: string): boolean =>
    sections.some(({ glob }) => globMatches(glob, section));
  for (const input of inputs) {
    const inside = placed.filter(
      ({ placement }) => firstTaker(context, placement.section) === input && takes(input, placement.section),
    );
    const [first] = inside;
    const where = input.place ?? output.place;
    if (!first || !where) continue;
    const holdsTable = inputs.some(({ sections }) =>
      sections.some(({ glob }) => isFamilySection(context.snapshot.family, glob)),
    );
    const outside = isOutsideText(context, input);
    if (!holdsTable && !outside) continue;
    const functions = [...new Set(inside.map(({ watcher }) => `${watcher.fact.name}()`))];
    const shown =
      functions.slice(0, 3).join(', ') + (functions.length > 3 ? `, … (${functions.length})` : '');
    const why = holdsTable
      ? `output section ${output.name} holds the tables and code (${shown}): it is writable and executable`
      : `${shown} lands in ${output.name}, outside _stext and _etext: the kernel does not take it for its text`;
    return [
      {
        file: where.file,
        range: placeRange(context, where),
        message: holdsTable && outside ? `${why}, and outside _stext and _etext` : why,
        related: inside.slice(0, 8).map(({ watcher, placement }) => ({
          file: watcher.file.path,
          range: placement.range,
          message: `${watcher.fact.name}() is put into ${placement.section} here`,
        })),
      },
    ];
  }
  return [];
}

/** The pattern that takes a section: the first in script order. */
function firstTaker({ snapshot }: CheckContext, section: string): InputStatement | undefined {
  for (const statement of snapshot.script?.statements ?? []) {
    if (statement.kind !== 'output') continue;
    for (const content of statement.contents)
      if (content.kind === 'input' && content.sections.some(({ glob }) => globMatches(glob, section)))
        return content;
  }
  return undefined;
}

/** Where the script has both bounds of the kernel's text and the pattern stands neither between them nor in init text. */
function isOutsideText({ snapshot }: CheckContext, input: InputStatement): boolean {
  let at = 0;
  const seen = new Map<string, number>();
  let place = -1;
  for (const statement of snapshot.script?.statements ?? []) {
    if (statement.kind === 'assign') seen.set(statement.symbol, at++);
    if (statement.kind !== 'output') continue;
    for (const content of statement.contents) {
      if (content.kind === 'assign') seen.set(content.symbol, at++);
      else if (content === input) place = at++;
    }
  }
  const isBetween = (start: number | undefined, end: number | undefined): boolean | undefined =>
    start === undefined || end === undefined ? undefined : start <= place && place <= end;
  const inText = isBetween(seen.get('_stext') ?? seen.get('_text'), seen.get('_etext'));
  const inInitText = isBetween(seen.get('_sinittext'), seen.get('_einittext'));
  return place >= 0 && inText === false && inInitText !== true;
}
