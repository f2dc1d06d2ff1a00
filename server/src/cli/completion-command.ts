import type { Command } from 'commander';
import { allRules } from '../checks/all-rules';
import { builtInFamilies } from '../watchers/project-file';
import { describeProgram, type DescribedProgram, type KnownWords } from './command-model';
import { bashCompletion } from './completion/bash';
import { fishCompletion } from './completion/fish';
import { zshCompletion } from './completion/zsh';
import { print } from './terminal';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
type Shell = keyof typeof shells;
const isShell = (word: string): word is Shell => Object.hasOwn(shells, word);

/** What the options and arguments that are called so may be: the built-in events, families and rules. */
const knownWords = (): KnownWords => ({
  event: builtInFamilies[0]?.events.map(({ name }) => name) ?? [],
  rule: allRules.map(({ name }) => name),
  '--family': builtInFamilies.map(({ name }) => name),
});

/** The whole program as data. */
export const describeOurs = (program: Command): DescribedProgram =>
  describeProgram(program, 'table', knownWords());

/** Prints the completion script of a shell, made from the commands as they are declared. */
export async function printCompletion(program: Command, shell: string): Promise<void> {
  if (isShell(shell)) await print(shells[shell](describeOurs(program)));
}
