import type { SectionEntry } from '../syntax/c/section-entry';

/** A section of an object file, with the table entries it holds. */
export interface InputSection {
  readonly name: string;
  /** The object that holds it, as the linker names it: `kernel/fork.o`. */
  readonly object: string;
  /** `SHF_WRITE`. */
  readonly writable: boolean;
  /** `SHF_EXECINSTR`. */
  readonly executable: boolean;
  /** Bytes; counts for `SORT_BY_ALIGNMENT` only. */
  readonly alignment: number;
  /** In the order of the section's bytes, when {@link orderUnknown} is `undefined`. */
  readonly entries: readonly SectionEntry[];
  /** Why the order of several entries cannot be told. */
  readonly orderUnknown?: string;
  /** Why it is not known how much lies in it: then nothing in it, or behind it, has a known place. */
  readonly unclear?: string;
}

/** An object file in link order. */
export interface LinkedObject {
  /** `kernel/fork.o`; for a member of an archive that is not thin, the member's name. */
  readonly path: string;
  /** The archive it comes from, as the linker names it: `lib/lib.a`. */
  readonly archive?: string;
  /** In the order of the object's section headers. */
  readonly sections: readonly InputSection[];
}
