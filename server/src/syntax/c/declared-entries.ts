import type { SectionEntry } from './section-entry';

/** A unit's entries as they come up, with what is declared in front of its definition, or without one. */
export class DeclaredEntries {
  private readonly defined: SectionEntry[] = [];
  /** The place of each entry's first declaration, and of those that are declared, not yet defined. */
  private readonly ranks: number[] = [];
  private readonly declared = new Map<string, number>();
  private declarations = 0;
  /** What variables that are declared with a section are if nothing defines them. */
  private readonly tentative = new Map<string, readonly SectionEntry[]>();

  define(entry: SectionEntry): void {
    // What a function declares has its name to itself.
    const before = entry.isLocal === true ? undefined : this.declared.get(variableOf(entry));
    this.ranks.push(before ?? this.declarations++);
    this.defined.push(entry);
  }

  /** `pointers`: what the variable is if nothing defines it. */
  declare(variable: string, pointers: readonly SectionEntry[]): void {
    if (!this.declared.has(variable)) this.declared.set(variable, this.declarations++);
    if (pointers.length > 0 && !this.tentative.has(variable)) this.tentative.set(variable, pointers);
  }

  /** At the end of the unit: what nothing defined Clang puts behind all others, GCC where it is declared. */
  inOrder(): readonly SectionEntry[] {
    for (const entry of this.defined) if (entry.isLocal !== true) this.tentative.delete(variableOf(entry));
    for (const entry of [...this.tentative.values()].flat()) this.define(entry);
    this.tentative.clear();
    return this.declared.size === 0
      ? this.defined
      : this.defined.map((entry, at) => ({ ...entry, declared: this.ranks[at] ?? at }));
  }
}

/** An array's, for its elements. */
const variableOf = ({ variable }: SectionEntry): string => variable.replace(/\[\d+\]$/, '');
