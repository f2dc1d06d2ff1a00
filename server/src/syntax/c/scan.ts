import { ownText } from '../own-text';
import { logicalLine, readDirective, type Directive, type IncludeDirective } from './directive';
import { rememberLast } from './remember-last';
import { sketchOf, type Sketch } from './sketch';
import {
  Kind,
  nameOf,
  scanDirectives,
  scanStatements,
  Word,
  wordsInRecord,
  type ScannedDirectives,
} from './text-scan';

export type { Directive, SimpleTest } from './directive';

/** What is known of a C file from its text alone, so that it can be kept as long as the text stays. */
export interface CFileFacts {
  /** Made when they are asked for: of most headers nobody asks for all. */
  readonly directives: readonly Directive[];
  readonly includes: readonly IncludeDirective[];
  /** The directives without what defines or undefines a name that is not among these, nor guards the file. */
  readonly naming: (names: ReadonlySet<string>) => readonly Directive[];
  /**
   * {@link scanStatements}; looked for when they are asked for, and kept for the files that were asked for last: of most
   * headers nobody asks, and of most sources once.
   */
  readonly statements: Int32Array;
  /** The macro of an include guard around the whole file, or `#pragma once` (then the empty string). */
  readonly guard: string | undefined;
  /** Made when it is first asked for. */
  readonly sketch: Sketch;
  /** How many directives stand before an offset. */
  directivesBefore(offset: number): number;
  /**
   * What the directives say, in order: the same from other lines. Two that differ may say the same in other words.
   * `undefined`: it hangs on the lines where they stand, or cannot be told without making them.
   */
  wording(): string | undefined;
  /** Lets go of the directives that were made: whoever asks again has them made again. */
  forgetDirectives(): void;
}

const statementsOf = rememberLast<Int32Array>(128);

/** One pass over a C file. `again`: has the text when more is asked for, where the facts must not hold it. */
export function scanC(text: string, again: () => string = () => text): CFileFacts {
  return new Facts(scanDirectives(text), again);
}

/** What was scanned elsewhere. */
export function factsOf(scanned: ScannedDirectives, again: () => string): CFileFacts {
  return new Facts(scanned, again);
}

/** Nothing in it holds the text, but for what `again` does; one function for all files. */
class Facts implements CFileFacts {
  readonly guard: string | undefined;
  private sketched: Sketch | undefined;
  /** Those that were asked for. */
  private made: (Directive | undefined)[] = [];
  private all: readonly Directive[] | undefined;
  private included: readonly IncludeDirective[] | undefined;

  constructor(
    private readonly scanned: ScannedDirectives,
    private readonly again: () => string,
  ) {
    this.guard = scanned.hasPragmaOnce ? '' : this.ownGuard();
  }

  get directives(): readonly Directive[] {
    return (this.all ??= this.chosen(() => true));
  }

  get includes(): readonly IncludeDirective[] {
    const chosen = (): readonly Directive[] => this.chosen((kind) => kind === Kind.Include);
    return (this.included ??= chosen().filter((one) => one.kind === 'include'));
  }

  naming(names: ReadonlySet<string>): readonly Directive[] {
    return this.chosen((kind, index) => {
      if (kind !== Kind.Define && kind !== Kind.Undef) return true;
      const name = nameOf(this.scanned, index);
      return names.has(name) || name === this.guard;
    });
  }

  get sketch(): Sketch {
    return (this.sketched ??= sketchOf(this.scanned, this.guard, (index) => this.at(index)));
  }

  get statements(): Int32Array {
    return statementsOf(this, () => scanStatements(this.again()));
  }

  directivesBefore(offset: number): number {
    const { records } = this.scanned;
    let low = 0;
    let high = records.length / wordsInRecord;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((records[middle * wordsInRecord + Word.Offset] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  wording(): string | undefined {
    const { records, lines, isExact } = this.scanned;
    if (!isExact || lines.includes('__LINE__')) return undefined;
    const codes: number[] = [];
    let undone = '';
    for (let at = 0, index = 0; at < records.length; at += wordsInRecord, index++) {
      const kind = records[at + Word.Kind] ?? 0;
      codes.push(kind, (records[at + Word.TextTo] ?? 0) - (records[at + Word.TextFrom] ?? 0));
      if (kind === Kind.Undef) undone += `${nameOf(this.scanned, index)} `;
    }
    return `${codes.join()} ${undone}${lines}`;
  }

  forgetDirectives(): void {
    this.made = [];
    this.all = undefined;
    this.included = undefined;
  }

  private chosen(isWanted: (kind: number, index: number) => boolean): readonly Directive[] {
    const { records } = this.scanned;
    const found: Directive[] = [];
    for (let at = 0, index = 0; at < records.length; at += wordsInRecord, index++) {
      const directive = isWanted(records[at] ?? 0, index) ? this.at(index) : undefined;
      if (directive) found.push(directive);
    }
    return found;
  }

  private at(index: number): Directive | undefined {
    return (this.made[index] ??= this.read(index * wordsInRecord));
  }

  private read(at: number): Directive | undefined {
    const { records, lines, isExact } = this.scanned;
    const word = (which: number): number => records[at + which] ?? 0;
    const where = { offset: word(Word.Offset), end: word(Word.End), line: word(Word.Line) };
    const kind = word(Word.Kind);
    if (kind === Kind.Else) return { kind: 'else', ...where };
    if (kind === Kind.Endif) return { kind: 'endif', ...where };
    if (kind === Kind.Undef)
      return { kind: 'undef', name: ownText(nameOf(this.scanned, at / wordsInRecord)), ...where };
    const line = isExact
      ? lines.slice(word(Word.TextFrom), word(Word.TextTo))
      : logicalLine(this.again(), where.offset + 1);
    const directive = readDirective(line, where);
    return directive === 'once' ? undefined : directive;
  }

  /** `#ifndef G` first, its `#endif` last, nothing but comments outside, and `#define G` in it. */
  private ownGuard(): string | undefined {
    if (!this.scanned.isShapedAsGuarded) return undefined;
    const first = this.at(0);
    if (first?.kind !== 'if') return undefined;
    const name = /^!\s*defined\s*\(?\s*(\w+)\s*\)?$/.exec(first.text)?.[1];
    return name !== undefined && defines(this.scanned, name) ? ownText(name) : undefined;
  }
}

function defines(scanned: ScannedDirectives, name: string): boolean {
  const { records } = scanned;
  for (let at = 0, index = 0; at < records.length; at += wordsInRecord, index++)
    if (records[at] === Kind.Define && nameOf(scanned, index) === name) return true;
  return false;
}
