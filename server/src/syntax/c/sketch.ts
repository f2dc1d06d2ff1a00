import { ownText } from '../own-text';
import type { Directive } from './directive';
import { Kind, nameOf, Word, wordsInRecord, type ScannedDirectives } from './text-scan';
import { isOwnGuard } from './walk-conditions';

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

/** 30 bits (what V8 holds without a box) of FNV-1a of the UTF-16 code units. */
export function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash >>> 2;
}

/** `directiveAt`: the directive of a record. Hardly any is asked for. */
export function sketchOf(
  scanned: ScannedDirectives,
  guard: string | undefined,
  directiveAt: (index: number) => Directive | undefined,
): Sketch {
  const { records } = scanned;
  const hashes: number[] = [];
  const computed: string[] = [];
  const around = new Set<string>();
  const undone: string[] = [];
  /** The records of the conditions here, and for each open #if the number of those before it. */
  const conditions: number[] = [];
  const open: number[] = [];
  let told = 0;
  for (let at = 0, index = 0; at < records.length; at += wordsInRecord, index++)
    switch (records[at]) {
      case Kind.If:
        open.push(conditions.length);
        if (!isOwnGuard(guard, index)) conditions.push(index);
        break;
      case Kind.Elif:
        conditions.push(index);
        break;
      case Kind.Endif:
        conditions.length = open.pop() ?? conditions.length;
        told = Math.min(told, conditions.length);
        break;
      case Kind.Include: {
        for (; told < conditions.length; told++) {
          const condition = directiveAt(conditions[told] ?? 0);
          if (condition && 'text' in condition) around.add(condition.text);
        }
        const directive = directiveAt(index);
        if (directive?.kind === 'include' && directive.form === 'computed') computed.push(directive.text);
        break;
      }
      case Kind.Define:
      case Kind.Undef:
        if (records[at] === Kind.Undef) undone.push(ownText(nameOf(scanned, index)));
        hashes.push(records[at + Word.Hash] ?? 0);
        break;
      case Kind.Else:
      case undefined:
    }
  const defined = { hashes: Uint32Array.from(hashes), names: scanned.names };
  return { conditions: [...around], computed, undone, defined };
}
