import type { CFileFacts } from './scan';

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

export function sketchOf({ directives, guard }: Pick<CFileFacts, 'directives' | 'guard'>): Sketch {
  const hashes: number[] = [];
  let names = '';
  const computed: string[] = [];
  const around = new Set<string>();
  const undone: string[] = [];
  const conditions: string[] = [];
  /** For each open #if, the number of conditions before it. */
  const open: number[] = [];
  const define = (name: string): void => {
    hashes.push(nameHash(name));
    names += `\n${name}`;
  };
  directives.forEach((directive, index) => {
    switch (directive.kind) {
      case 'if':
        open.push(conditions.length);
        if (!isOwnGuard(guard, index)) conditions.push(directive.text);
        return;
      case 'elif':
        conditions.push(directive.text);
        return;
      case 'endif':
        conditions.length = open.pop() ?? conditions.length;
        return;
      case 'include':
        for (const condition of conditions) around.add(condition);
        if (directive.form === 'computed') computed.push(directive.text);
        return;
      case 'undef':
        undone.push(directive.name);
        define(directive.name);
        return;
      case 'define':
        define(directive.name);
        return;
      case 'else':
    }
  });
  const defined = { hashes: Uint32Array.from(hashes), names: `${names}\n` };
  return { conditions: [...around], computed, undone, defined };
}

/** The #if of a file's own include guard is no condition. `index`: of the directive. */
export const isOwnGuard = (guard: string | undefined, index: number): boolean =>
  index === 0 && guard !== undefined && guard !== '';
