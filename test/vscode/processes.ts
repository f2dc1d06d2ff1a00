import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of the language servers that run from a folder of extensions (Linux: reads /proc). */
export function languageServers(extensions: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const words = commandLine(pid);
      return words.some((word) => word.startsWith(extensions) && word.endsWith('/language-server.js'));
    });
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
