import type { Place } from '../positions';
import { assemblerReader } from './assembler';
import type { ConditionScope } from './condition';
import { DeclaredEntries } from './declared-entries';
import { expand, ExpansionTooLarge, type Expanded } from './expand';
import { isAssembler, lineWithin, tokensWithin } from './interesting-statements';
import { lex, tokensText, type Token } from './lex';
import { localStatements } from './local-statements';
import { registeringUses, useAt, type Written } from './registering-uses';
import type { IneffectiveUse, SectionEntry, UnitEntries } from './section-entry';
import {
  assembledPointer,
  isSurelyEmitted,
  localPointers,
  pointersAndDeclarations,
  type Reading,
  type SectionPointer,
} from './section-text';
import type { UnitInput, Wanted } from './unit-input';

/** Of a statement, what directives leave of it. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Where a unit's walk is when it comes to a statement. */
export interface WalkedPlace {
  readonly guards: () => readonly string[];
  readonly textOf: (path: string) => string | undefined;
  /** `__LINE__` from here on. */
  readonly enter: (line: number) => void;
}

/** The wanted statements of a unit, as the walk comes to them, and what they put into sections. */
export class UnitStatements {
  private readonly entries = new DeclaredEntries();
  readonly ineffective: IneffectiveUse[] = [];
  readonly assumptions: UnitEntries['assumptions'][number][] = [];
  private readonly reading: Reading;
  /** Of a unit in assembler. */
  private readonly assembler;

  constructor(
    unit: UnitInput,
    private readonly wanted: Wanted,
    private readonly scope: ConditionScope,
    private readonly at: WalkedPlace,
  ) {
    const isX86 = ['__x86_64__', '__i386__'].some((name) => unit.predefined.has(name));
    this.reading = { field: wanted.field, decided: !unit.undecided, isX86 };
    this.assembler = isAssembler(unit.source)
      ? assemblerReader({ isWanted: wanted.sectionMatches, isX86 })
      : undefined;
  }

  inOrder(): readonly SectionEntry[] {
    return this.entries
      .inOrder()
      .map((entry) => (entry.isKept ? entry : perhapsKept(entry, this.at.textOf(entry.place.file) ?? '')));
  }

  compiledOut(written: Written, piece: Piece): void {
    if (this.assembler || written.statement.head !== undefined) return;
    const tokens = tokensWithin(written.statement, piece);
    for (const use of registeringUses(written, this.wanted.registering, this.isMacro, tokens))
      this.ineffective.push({ reason: 'compiled-out', ...use, guards: this.at.guards() });
  }

  statement(written: Written, pieces: readonly Piece[]): void {
    const { statement } = written;
    const tokens = pieces.flatMap((piece) => tokensWithin(statement, piece));
    const expanded = this.expanded(written, tokens);
    if (!expanded) return;
    if (this.assembler) this.lines(written, tokens, expanded);
    else if (statement.head !== undefined) this.local(written, statement.head, tokens, expanded);
    else this.topLevel(written, tokens, expanded);
  }

  private topLevel(written: Written, tokens: readonly Token[], expanded: readonly Expanded[]): void {
    const entryOf = (pointer: SectionPointer): SectionEntry => this.entryOf(written, tokens, pointer);
    for (const pointer of pointersAndDeclarations(expanded, this.reading)) {
      if (pointer.section === undefined) {
        const placed = pointer.pointers?.filter(({ section }) => this.wanted.sectionMatches(section)) ?? [];
        this.entries.declare(pointer.variable, placed.map(entryOf));
      } else if (this.wanted.sectionMatches(pointer.section)) this.entries.define(entryOf(pointer));
    }
    const refuses = expanded.some(isAssertion);
    for (const use of registeringUses(written, this.wanted.registering, this.isMacro, tokens))
      if (this.scope.lookup(use.macro) === undefined)
        this.ineffective.push({ reason: 'not-visible', ...use, guards: this.at.guards() });
      else if (refuses && expand(tokensWithin(written.statement, use.range), this.scope).some(isAssertion))
        this.ineffective.push({ reason: 'refused', ...use, guards: this.at.guards() });
  }

  /** `undefined`: a macro goes on for ever. */
  private expanded({ path, statement }: Written, tokens: readonly Token[]): readonly Expanded[] | undefined {
    const first = tokens.find(({ text }) => this.wanted.names.has(text)) ?? tokens[0];
    const line = first === undefined ? 1 : lineWithin(statement, first.offset);
    this.at.enter(line);
    try {
      return expand(tokens, this.scope);
    } catch (error) {
      if (!(error instanceof ExpansionTooLarge)) throw error;
      const message = 'a macro here expands without end: left out';
      this.assumptions.push({ message, file: path, line });
      return undefined;
    }
  }

  /** What a function's body puts into sections. */
  private local(
    written: Written,
    head: string,
    tokens: readonly Token[],
    expanded: readonly Expanded[],
  ): void {
    let isEmitted: boolean | undefined;
    for (const { from, to } of localStatements(expanded))
      for (const pointer of localPointers(expanded.slice(from, to), this.reading)) {
        if (!this.wanted.sectionMatches(pointer.section)) continue;
        isEmitted ??= isSurelyEmitted(expand(lex(head), this.scope));
        const unclear =
          pointer.form === 'asm'
            ? 'assembler text in a function comes where, and as often as, the compiler puts it'
            : `whether the compiler keeps the function that ${pointer.variable} stands in is not known`;
        const isClear = isEmitted && pointer.form === 'variable';
        const entry = this.entryOf(written, tokens, { ...pointer, ...(isClear ? {} : { unclear }) });
        this.entries.define({ ...entry, isLocal: true });
      }
  }

  /** Assembler text: a line is what was written on one, whatever macros make of it. */
  private lines(written: Written, tokens: readonly Token[], expanded: readonly Expanded[]): void {
    const { text, start } = written.statement;
    let from = 0;
    while (from < expanded.length) {
      const origin = expanded[from]?.origin ?? start;
      const newline = text.indexOf('\n', Math.max(0, origin - start));
      const end = newline < 0 ? Infinity : start + newline;
      let to = from + 1;
      while (to < expanded.length && (expanded[to]?.origin ?? Infinity) < end) to++;
      const line = tokensText(expanded.slice(from, to));
      for (const word of this.assembler?.line(line) ?? []) {
        const own = tokens.filter(({ offset }) => offset >= origin && offset < end);
        this.entries.define(this.entryOf(written, own, assembledPointer(word, origin, line)));
      }
      from = to;
    }
  }

  private entryOf(
    written: Written,
    tokens: readonly Token[],
    { origin, unclear, ...rest }: SectionPointer,
  ): SectionEntry {
    const used = useAt(written, this.isMacro, tokens, origin);
    return { ...rest, ...used, ...unclearAt(used.place, unclear), guards: this.at.guards() };
  }

  private readonly isMacro = (name: string): boolean =>
    this.scope.lookup(name) !== undefined || this.wanted.names.has(name);
}

/** What is not `used` is dropped if nothing else says its name; else that hangs on what the compiler makes of it. */
function perhapsKept(entry: SectionEntry, text: string): SectionEntry {
  const name = entry.variable.replace(/\[\d+\]$/, '');
  const uses = text.match(new RegExp(`\\b${name.replaceAll('$', '\\$')}\\b`, 'g'))?.length ?? 0;
  if (uses < 2) return entry;
  return {
    ...entry,
    isKept: true,
    ...unclearAt(entry.place, `whether the compiler keeps ${name} is not known`),
  };
}

const unclearAt = ({ file, line }: Place, why: string | undefined): Pick<SectionEntry, 'unclear'> =>
  why === undefined ? {} : { unclear: `${file}:${String(line)}: ${why}` };

const isAssertion = ({ text }: Token): boolean => text === '_Static_assert' || text === 'static_assert';
