import { walkConditions, type GuardedDirectives } from './walk-conditions';

/**
 * What of a file tells whether it can matter to a unit: a few words for each of a thousand headers, of which a few dozen
 * matter.
 */
export interface Sketch {
  /** The conditions that includes stand under, those of earlier branches too; not the include guard. */
  readonly conditions: readonly string[];
  /** The texts of computed includes. */
  readonly computed: readonly string[];
  readonly undone: readonly string[];
  /** Every name that it defines or undefines. */
  readonly defined: DefinedNames;
}

export interface DefinedNames {
  /** {@link nameHash} of each. */
  readonly hashes: Uint32Array;
  /** A line feed before and behind each: `\nA\nB\n`. */
  readonly names: string;
}

/** 32 bits, FNV-1a of the UTF-16 code units. */
export function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

export function sketchOf(facts: GuardedDirectives): Sketch {
  const hashes: number[] = [];
  let names = '';
  const computed: string[] = [];
  const around = new Set<string>();
  const undone: string[] = [];
  walkConditions(facts, [], (directive, conditions) => {
    if (directive === undefined) return;
    if (directive.kind === 'include') {
      for (const condition of conditions) around.add(condition);
      if (directive.form === 'computed') computed.push(directive.text);
    } else {
      if (directive.kind === 'undef') undone.push(directive.name);
      hashes.push(nameHash(directive.name));
      names += `\n${directive.name}`;
    }
  });
  const defined = { hashes: Uint32Array.from(hashes), names: `${names}\n` };
  return { conditions: [...around], computed, undone, defined };
}
