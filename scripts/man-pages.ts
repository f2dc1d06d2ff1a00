import { isDeepStrictEqual } from 'node:util';
import type {
  DescribedCommand,
  DescribedOption,
  DescribedProgram,
  WordKind,
} from '../server/src/cli/command-model';
import { serverDescription, serverOptions } from '../server/src/lsp/command-line';

/** Text as roff takes it: no line may start with a dot or a quote, and a minus is a minus. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1')
    .replaceAll('’', "'")
    .replaceAll('…', '...');

const header = (name: string, version: string, date: string): string =>
  `.\\" Made from the command's own declaration by scripts/prepare-package.ts.
.TH ${name.toUpperCase()} 1 "${date}" "${name} ${version}" "Task Watchers tools"`;

/** Few enough to be told. */
const choices = (value: WordKind | undefined): string =>
  value?.kind === 'words' && value.words.length <= 6 ? `: ${value.words.join(', ')}` : '';

function optionLines({ flags, description, value, preset }: DescribedOption): string {
  const otherwise = preset === undefined ? '' : ` (default: ${preset})`;
  return `.TP\n.B ${roff(flags)}\n${roff(description + choices(value) + otherwise)}`;
}

function synopsis(name: string, command: DescribedCommand): string {
  const words = command.arguments.map(({ shown }) => shown).join(' ');
  const shownName = command.isDefault ? `[${command.name}]` : command.name;
  return `.B ${roff(name)}\n${roff(`${shownName} [options] ${words}`.trim())}`;
}

/**
 * Options that every analysing command has, or all but one, with the same values, are told once: `--format` is not among
 * them.
 */
function shared(commands: readonly DescribedCommand[]): readonly DescribedOption[] {
  const [first, ...others] = commands.filter(({ options }) => options.some(({ long }) => long === '--root'));
  return (first?.options ?? []).filter((wanted) => {
    const same = others.flatMap(({ options }) => options.filter(({ long }) => long === wanted.long));
    return same.length >= others.length - 1 && same.every((option) => isDeepStrictEqual(option, wanted));
  });
}

/** Commands that lack one of them: ` (not link-order)`. */
function exceptIn(commands: readonly DescribedCommand[], { long }: DescribedOption): string {
  const without = commands.filter(
    ({ options }) =>
      options.some((option) => option.long === '--root') && !options.some((option) => option.long === long),
  );
  return without.length === 0 ? '' : ` (not of ${without.map(({ name }) => name).join(', ')})`;
}

/** tw-index(1); `date` as `2026-11-23`. */
export function commandPage(program: DescribedProgram, date: string): string {
  const { name, version, description, commands } = program;
  const common = shared(commands).filter(({ long }) => long !== '--help');
  const isCommon = (option: DescribedOption): boolean => common.some(({ long }) => long === option.long);
  return `${[
    header(name, version, date),
    `.SH NAME\n${roff(name)} \\- tables that the linker gathers in a Linux kernel, from its sources`,
    `.SH SYNOPSIS\n${commands.map((command) => synopsis(name, command)).join('\n.br\n')}`,
    `.SH DESCRIPTION\n${roff(description)}\n.PP\n${roff(
      'It reads sources, makefiles, the kernel configuration and the linker script, and tells which functions a table holds, in which order, and why. It builds nothing, runs nothing of the tree, and uses no network.',
    )}`,
    '.SH COMMANDS',
    ...commands.map((command) => {
      const words = command.arguments.map(({ shown }) => ` ${shown}`).join('');
      const own = command.options.filter((option) => !isCommon(option) && option.long !== '--help');
      return [
        `.SS ${roff(command.name + words)}`,
        roff(command.description),
        ...command.arguments
          .filter((argument) => argument.description !== '')
          .map(
            ({ name: word, description: meaning, value }) =>
              `.TP\n.I ${roff(word)}\n${roff(meaning + choices(value))}`,
          ),
        ...own.map(optionLines),
      ].join('\n');
    }),
    '.SH OPTIONS\nOf every command that analyses a kernel:',
    ...common.map((option) =>
      optionLines({ ...option, description: option.description + exceptIn(commands, option) }),
    ),
    ...program.options.map(optionLines),
    `.SH EXIT STATUS\n.TP\n.B 0\nFine.\n.TP\n.B 1\nFindings, or a table that differs.\n.TP\n.B 2\nWrong usage, or input that can't be read; one line on standard error says what to do.`,
    `.SH FILES\n.TP\n.I ${roff('.task-watchers.json')}\n${roff(
      'In the root of the kernel: tables of your own, folders to leave out, severities of rules.',
    )}\n.TP\n.I ${roff('.config')}\n${roff(
      'The kernel configuration, in the root or in the folder of --build. Without one nothing has a slot.',
    )}`,
    `.SH ENVIRONMENT\n.TP\n.B NO_COLOR, FORCE_COLOR\n${roff(
      'Not empty: no colours, or colours also where the output is no terminal. --color goes first.',
    )}\n.TP\n.B XDG_CACHE_HOME\n${roff(
      'Where answers are kept between runs (default: ~/.cache), in the folder task-watchers.',
    )}`,
    `.SH EXAMPLES\n.TP\n.B ${roff(`${name} table INIT`)}\n${roff('the watchers of INIT as linked, around the current folder')}\n.TP\n.B ${roff(
      `${name} --root ~/linux --family initcalls`,
    )}\n${roff('the initcalls, in call order')}\n.TP\n.B ${roff(
      `${name} link-order --why kernel/fork.o`,
    )}\n${roff('the makefile lines that link an object')}\n.TP\n.B ${roff(`${name} verify vmlinux`)}\n${roff(
      'compares the prediction with a kernel that was built',
    )}\n.TP\n.B ${roff(`source <(${name} completion bash)`)}\n${roff('completes its words in bash')}`,
    `.SH SEE ALSO\n.BR ${roff('task-watchers-language-server')} (1),\n.BR ld (1),\n.BR nm (1)`,
  ].join('\n')}\n`;
}

/** task-watchers-language-server(1) */
export function serverPage(version: string, date: string): string {
  const name = 'task-watchers-language-server';
  return `${[
    header(name, version, date),
    `.SH NAME\n${roff(name)} \\- language server for tables that the linker gathers in a Linux kernel`,
    `.SH SYNOPSIS\n.B ${roff(name)}\n${roff('--stdio | --node-ipc | --socket=PORT')}`,
    `.SH DESCRIPTION\n${roff(serverDescription)}\n${roff(
      'Editors start it. It answers only where a table, an event or a watcher is concerned, so that it can run beside clangd. It reads files below the opened folder; it runs nothing and uses no network.',
    )}`,
    '.SH OPTIONS',
    ...serverOptions.map(({ flags, description }) => `.TP\n.B ${roff(flags)}\n${roff(description)}`),
    `.SH EXIT STATUS\n.TP\n.B 0\nThe client asked it to end.\n.TP\n.B 1\nThe client went away without asking.\n.TP\n.B 2\nWrong usage.`,
    `.SH SEE ALSO\n.BR ${roff('tw-index')} (1)`,
  ].join('\n')}\n`;
}
