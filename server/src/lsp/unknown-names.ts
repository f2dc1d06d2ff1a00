import { allRules } from '../checks/all-rules';
import { orMeant } from '../syntax/nearest-name';
import type { Settings } from './settings';

/** What the settings name and does not exist, one line each. `known`: the families of a kernel. */
export function unknownNames({ families, rules }: Settings, known: readonly string[]): readonly string[] {
  const names = allRules.map(({ name }) => name);
  return [
    ...families
      .filter((name) => !known.includes(name))
      .map((name) => `taskWatchers.families: no family ${name}; ${orMeant(name, known)}`),
    ...Object.keys(rules)
      .filter((name) => !names.includes(name))
      .map((name) => `taskWatchers.diagnostics.rules: no rule ${name}; ${orMeant(name, names)}`),
  ];
}
