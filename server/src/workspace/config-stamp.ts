import { statSync } from 'node:fs';
import { configFilesOf, type KernelChoice } from './open-kernel';

/** Which configuration there is, and of when: another text where another one counts, or the same was written again. */
export function configStamp(root: string, choice: Omit<KernelChoice, 'root'>): string {
  return configFilesOf(root, choice)
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false, bigint: true });
      return found ? `${found.ino}:${found.size}:${found.mtimeNs}` : 'none';
    })
    .join();
}
