import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { exitStatus } from './exit-status';
import { Failure } from './failure';
import { version } from '../version';

/**
 * Runs one command line (without `node` and the script's name) and returns the exit status. Wrong usage and
 * unreadable input end as one line on stderr; anything else that is thrown is a bug and is not hidden.
 */
export async function runProgram(words: readonly string[]): Promise<number> {
  let status: number = exitStatus.fine;
  const program = new Command('tw-index')
    .description(
      'What the linker-gathered tables of a Linux kernel hold: task watchers, initcalls and your own.',
    )
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'tw-index: ')) });
  const { addCommands } = await import('./commands');
  addCommands(program, (result) => {
    status = result;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    // Commander prints what it finds itself; this one comes from our own reading of options.
    if (error instanceof InvalidArgumentError) process.stderr.write(`tw-index: ${error.message}\n`);
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.fine : exitStatus.wrong;
    if (error instanceof Failure) {
      process.stderr.write(`tw-index: ${error.message}\n`);
      return exitStatus.wrong;
    }
    throw error;
  }
  return status;
}
