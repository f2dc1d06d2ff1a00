import type { Place, Range } from '../positions';

/** What stands for the function where the pointer is null. */
export const nullPointer = '0';

/** What stands for the function where it is not known: the pointer takes its slot all the same. */
export const unknownFunction = '(unknown)';

/** Whether what an entry points to is a function by name. */
export const isNamed = (called: string): boolean => called !== nullPointer && called !== unknownFunction;

/** Bytes; `unknown` where the number is the compiler's to choose, or could not be read. */
export type Alignment = number | 'unknown';

/** One pointer that a translation unit puts into a named section, as the preprocessor and compiler see it. */
export interface SectionEntry {
  /** Input section name, as in the object file: `.task_watchers.init`. */
  readonly section: string;
  /** The pointer variable (`__task_watcher_init_audit_alloc`); for `asm` forms, the label. */
  readonly variable: string;
  /** The function it points to, {@link nullPointer} or {@link unknownFunction}. */
  readonly function: string;
  /** `variable`: GCC may emit in reverse; `asm`: top-level asm, source order and before all variables of the unit. */
  readonly form: 'variable' | 'asm';
  /** The pointer variable itself is `const`. */
  readonly isConst: boolean;
  /** Kept by the compiler though nothing refers to it (`__used`, non-static, or asm). */
  readonly isKept: boolean;
  /** 0-based place in an array of pointers; absent for a variable that is one pointer. */
  readonly element?: number;
  /** What the pointer variable asks for. */
  readonly alignment?: Alignment;
  /** Bytes, where assembler says that; absent for what is as large as a pointer. */
  readonly size?: number | 'structure';
  /** Why it is not known whether, or where, or how often it stands in its section. */
  readonly unclear?: string;
  /** A static variable of a function. */
  readonly isLocal?: true;
  /** Set where some variable of the unit is declared before it is defined: this one's place by first declaration. */
  readonly declared?: number;
  /** Where a person registered it: the outermost macro invocation's line. In an included .c or .h, that file. */
  readonly place: Place;
  /** The invocation in `place.file` (0-based UTF-16 offsets). */
  readonly range: Range;
  /** The outermost macro's name, `undefined` when written by hand. */
  readonly macro: string | undefined;
  /** The invocation's arguments as written, trimmed. */
  readonly arguments: readonly string[];
  /** Preprocessor conditions around it, outermost first, as written: `CONFIG_AUDITSYSCALL`, `!defined(MODULE)`. */
  readonly guards: readonly string[];
  /** What the registration expands to, for hover. */
  readonly expansion: string;
}

/** A use of a registering macro that registers nothing, and why: feeds `compiled-out` and `no-effect`. */
export interface IneffectiveUse {
  /**
   * `compiled-out`: inside a false `#if`; `not-visible`: the macro is not defined at this point of the unit; `refused`:
   * it is defined there to stop the compiler, as in a module.
   */
  readonly reason: 'compiled-out' | 'not-visible' | 'refused';
  readonly macro: string;
  readonly place: Place;
  readonly range: Range;
  readonly arguments: readonly string[];
  /** For `compiled-out`: the conditions as written, outermost first; the false one is in it. */
  readonly guards: readonly string[];
}

/** What one translation unit contributes to linker-gathered tables. */
export interface UnitEntries {
  /** In source order of the preprocessed unit (what the compiler sees, includes followed). */
  readonly entries: readonly SectionEntry[];
  readonly ineffective: readonly IneffectiveUse[];
  /** Every file the unit's preprocessing read, for cache keys and "which units include this header". */
  readonly files: readonly string[];
  /** Includes that could not be found and are not known to be generated, and other things that were assumed. */
  readonly assumptions: readonly {
    readonly message: string;
    readonly file: string;
    readonly line: number;
    /** A compiler would refuse the file: worth a word even if nothing is registered. */
    readonly isError?: true;
  }[];
}
