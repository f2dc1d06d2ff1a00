import { globMatches } from '../../link/glob';
import { tableEntries } from '../entries';
import type { Rule } from '../rule';
import { isTreesOwnEvent } from '../event-names';

export const orphanSection: Rule = {
  name: 'orphan-section',
  severity: 'error',
  title: 'The linker script does not take the section',
  finds:
    'The section a registration puts its pointer into is taken by no pattern of the linker script: the function is never called.',
  why: `The linker gathers a table by the patterns of the linker script. A section that no pattern takes becomes an *orphan*: it
is in the kernel image, but in no table. Nothing warns, and the function is never called.`,
  bad: {
    code: `#define TASK_WATCHERS(ev) \\
		__start_task_watchers_##ev = .; \\
		KEEP(*(.task_watcher.##ev))
`,
    edits: [
      {
        file: 'include/asm-generic/vmlinux.lds.h',
        from: '(.task_watchers.##ev)',
        to: '(.task_watcher.##ev)',
      },
    ],
  },
  good: {
    code: `#define TASK_WATCHERS(ev) \\
		__start_task_watchers_##ev = .; \\
		KEEP(*(.task_watchers.##ev))
`,
    edits: [],
  },
  find: (context) => [
    ...tableEntries(context.snapshot)
      .filter(({ status }) => status === 'orphan')
      .map((entry) => {
        const laid = context.snapshot.laid.find(({ event }) => event === entry.event);
        const outside = laid?.outside.find((one) => one.entry.range === entry.range);
        const why =
          outside?.why === 'discarded'
            ? 'the linker script throws it away'
            : outside?.why === 'elsewhere'
              ? `the linker script puts it outside ${laid?.start ?? 'the table'}`
              : 'no pattern of the linker script takes it';
        return {
          file: entry.place.file,
          range: entry.range,
          message: `${entry.section}: ${why}, so ${entry.function}() is never called`,
        };
      }),
    ...context.snapshot.unknownEvents
      .filter(
        ({ section, status }) =>
          status === 'orphan' &&
          isTreesOwnEvent(context, section) &&
          !isTaken(context.snapshot.script, section),
      )
      .map((entry) => ({
        file: entry.place.file,
        range: entry.range,
        message: `${entry.section}: no pattern of the linker script takes it, so ${entry.function}() is never called`,
      })),
  ],
};

/** Any pattern at all: what it means for an event that is not the family's is not known. */
const isTaken = (script: Parameters<Rule['find']>[0]['snapshot']['script'], section: string): boolean =>
  script === undefined ||
  script.statements.some(
    (statement) =>
      statement.kind === 'output' &&
      statement.contents.some(
        (content) =>
          content.kind === 'input' && content.sections.some(({ glob }) => globMatches(glob, section)),
      ),
  );
