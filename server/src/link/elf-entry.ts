export interface ElfEntry {
  /** 0-based in its event's table. */
  readonly slot: number;
  /** Where the entry lies; in relocatable files, its offset in the section. */
  readonly address: bigint;
  /** The function it points to; `undefined` where no symbol has that address. */
  readonly function: string | undefined;
  /** A null pointer. */
  readonly isNull: boolean;
  /** All function symbols at that address. */
  readonly aliases: readonly string[];
  /** The symbol of the entry itself: `__task_watcher_init_audit_alloc`. */
  readonly variable: string | undefined;
}

/** An entry as read, before anything has a name. In relocatable files, addresses are offsets in sections. */
export interface RawEntry {
  readonly address: bigint;
  /** Section of the entry and of the target, in relocatable files, where addresses are offsets in sections. */
  readonly section: number;
  readonly target: bigint;
  readonly targetSection: number;
  /** The symbol the relocation names, where it names one. */
  readonly symbol?: number;
}
