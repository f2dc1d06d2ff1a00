import { Argument, Command, CommanderError, InvalidArgumentError } from 'commander';
import { exitStatus } from './exit-status';
import { nearest } from '../syntax/nearest-name';
import { Failure, isFailure } from './failure';
import { oneLine } from './terminal';
import { usageMessage } from './usage-message';
import { version } from '../version';

/**
 * Declares the whole command line. `done` takes the exit status of the command that ran; `words`: what will be parsed, for
 * messages about it.
 */
export async function createProgram(
  done: (status: number) => void,
  words: readonly string[] = [],
): Promise<Command> {
  const program = new Command('tw-index')
    .description(
      'What the linker-gathered tables of a Linux kernel hold: task watchers, initcalls and your own.',
    )
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        write(`tw-index: ${usageMessage(text, namedCommand(program, words))}\n`);
      },
    })
    .addHelpText(
      'after',
      '\nExit status: 0 fine; 1 a finding, or a table that differs; 2 wrong usage, or input\nthat cannot be read.',
    );
  const { addCommands } = await import('./commands');
  addCommands(program, done);
  program
    .command('completion')
    .description('completion script of a shell: source <(tw-index completion bash)')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: string) => {
      const { completion } = await import('./kernel-commands');
      const { printCompletion } = await completion();
      await printCompletion(program, shell);
    });
  return program;
}

/** Commander would show what the program itself can do. */
function checkHelp(program: Command, [first, asked = '']: readonly string[]): void {
  if (first !== 'help' || asked === '' || asked.startsWith('-')) return;
  const names = [...program.commands.map((command) => command.name()), 'help'];
  if (names.includes(asked)) return;
  const meant = nearest(asked, names);
  throw new Failure(
    `no command ${asked}; ${meant === undefined ? 'see tw-index --help' : `did you mean ${meant}?`}`,
  );
}

/**
 * Runs one command line (without `node` and the script's name) and returns the exit status. Wrong usage and
 * unreadable input end as one line on stderr; anything else that is thrown is a bug and is not hidden.
 */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  let status: number = exitStatus.fine;
  const program = await createProgram((result) => {
    status = result;
  }, words);
  try {
    checkHelp(program, words);
    await program.parseAsync(commandFirst(program, words), { from: 'user' });
  } catch (error) {
    // Commander prints what it finds itself; this one comes from our own reading of options.
    if (error instanceof InvalidArgumentError) process.stderr.write(`tw-index: ${oneLine(error.message)}\n`);
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.fine : exitStatus.wrong;
    if (isFailure(error)) {
      process.stderr.write(`tw-index: ${oneLine(error.message)}\n`);
      return exitStatus.wrong;
    }
    throw error;
  }
  return status;
}

const namedCommand = (program: Command, words: readonly string[]): string | undefined => {
  const [first] = commandFirst(program, words);
  return program.commands.find((command) => command.name() === first)?.name();
};

/** Options may stand before the command's name, where commander would take the name for an argument of the default one. */
function commandFirst(program: Command, words: readonly string[]): readonly string[] {
  const options = program.commands.flatMap((command) => command.options);
  const names = new Set(program.commands.map((command) => command.name()));
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') break;
    if (names.has(word)) return [word, ...words.slice(0, at), ...words.slice(at + 1)];
    if (!word.startsWith('-')) break;
    if (options.some((option) => option.long === word && option.required)) at += 1;
  }
  return words;
}
