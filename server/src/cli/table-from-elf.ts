import type { Settings } from './settings';
export function runTableFromElf(_events: readonly string[], _settings: Settings, _from: string): Promise<number> {
  return Promise.resolve(0);
}
