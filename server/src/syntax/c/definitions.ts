import { parseMacro, type Macro } from './expand';
import { predefinedMacros } from './predefined-macros';
import type { UnitInput } from './unit-input';

/** Stands for a name that `#undef` was said of, whatever the compiler predefines. */
const undefinedMacro: Macro = parseMacro('', undefined, '');

/** What is defined at the place of a unit that a walk has come to. */
export class Definitions {
  private readonly own = new Map<string, Macro>();
  private readonly base: ReadonlyMap<string, Macro>;
  /** Names defined where it is not known whether the definition is seen. */
  private readonly maybe = new Set<string>();
  /** Another one whenever something else is defined, include guards aside. */
  version = 0;

  constructor(private readonly unit: UnitInput) {
    this.base = predefinedMacros(unit.predefined);
    for (const { name, text } of unit.defines)
      this.own.set(name, text === undefined ? undefinedMacro : parseMacro(name, undefined, text));
  }

  /** What the unit's files and its command line define: the compiler's own macros are not in it. */
  get macros(): ReadonlyMap<string, Macro> {
    return this.own;
  }

  lookup(name: string): Macro | undefined {
    const macro = this.own.get(name) ?? this.unit.given?.get(name);
    if (macro === undefined) return this.base.get(name);
    return macro === undefinedMacro ? undefined : macro;
  }

  /** An option, where there is no configuration. */
  isUnknown(name: string): boolean {
    return this.unit.undecided && name.startsWith('CONFIG_') && !this.own.has(name);
  }

  /** Without a configuration it cannot be told whether it is defined. */
  isDoubtful(name: string): boolean {
    return this.unit.undecided && (this.isUnknown(name) || this.maybe.has(name));
  }

  /** For the guard of a file, which nothing else asks for. */
  guard(name: string, macro: Macro): void {
    this.own.set(name, macro);
  }

  undefine(name: string): void {
    this.set(name, undefinedMacro);
  }

  private set(name: string, macro: Macro): void {
    if (this.own.get(name) === macro) return;
    this.own.set(name, macro);
    this.version++;
  }

  /** `isUncertain`: it is not known whether the definition is seen. */
  define(name: string, macro: Macro, isUncertain: boolean): void {
    if (isUncertain) {
      // Of two branches that may both be seen, the one that says more stands: a stub must not hide what it stands for.
      const other = this.own.get(name);
      const stub = other !== undefined && this.maybe.has(name) && other.body.length > macro.body.length;
      if (!this.maybe.has(name)) {
        this.maybe.add(name);
        this.version++;
      }
      if (stub) return;
    } else if (this.maybe.delete(name)) this.version++;
    this.set(name, macro);
  }
}
