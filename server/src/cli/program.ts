import { hasCacheFolder } from '../source/cache-folder';
import { expectManyPaths } from '../source/stat-files';

/**
 * Runs one command line (without `node` and the script's name) and returns the exit status. Another thread, for a kept
 * answer about the whole tree, starts while the rest is loaded.
 */
export async function runProgram(words: readonly string[]): Promise<number> {
  const isWhole = words.includes('--all') || words.includes('list');
  if (isWhole && !words.includes('--no-cache') && hasCacheFolder()) expectManyPaths();
  const { runCommandLine } = await import('./command-line');
  return runCommandLine(words);
}
