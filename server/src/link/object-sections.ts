import type { CompileFlags, Compiler } from '../kbuild/link-plan';
import type { SectionEntry } from '../syntax/c/section-entry';
import type { InputSection } from './input-section';

/** What of an object's compilation decides the order of its sections and of the entries in them. */
export interface Compilation {
  readonly compiler: Pick<Compiler, 'kind' | 'lto'>;
  readonly flags: Pick<CompileFlags, 'optimisation' | 'keepsToplevelOrder' | 'lto'>;
  /** `-fPIC`/`-fPIE`: `const` pointers then need run-time relocation and are writable all the same. */
  readonly positionIndependent?: boolean;
  /** Bytes; 8 when not given. */
  readonly pointerSize?: number;
}

export interface ObjectSections {
  /** In the order of the object's section headers. */
  readonly sections: readonly InputSection[];
  /** Entries that the compiler drops: static, not `__used`, and nothing refers to them. */
  readonly dropped: readonly SectionEntry[];
}

/**
 * How a compiler emits a unit's top-level things, measured with gcc 12.2 and clang 14 (test/link/object-sections):
 * - gcc -O1, -O2, -O3, -Os, -Og, -Ofast: all top-level asm in source order, then the variables from last to first.
 *   Section headers come in order of first use, so they follow.
 * - gcc -O0 or -fno-toplevel-reorder: everything in source order, asm among variables.
 * - clang: all top-level asm first, then the variables, both in source order, at every -O.
 * With gcc, a variable declared before it is defined stands where it was first declared (an `extern` does not count);
 * with clang where it is defined.
 */
type EmissionOrder = 'asm-then-reversed' | 'source' | 'asm-then-source';

function emissionOrder({ compiler, flags }: Compilation): EmissionOrder | { readonly unknown: string } {
  if (compiler.lto || flags.lto)
    return { unknown: 'link-time optimisation: the order within an object is decided at link time' };
  if (compiler.kind === 'clang') return 'asm-then-source';
  if (compiler.kind === 'unknown')
    return { unknown: 'the compiler is not known: GCC reverses the order within a file, Clang keeps it' };
  if (flags.keepsToplevelOrder || flags.optimisation === '0') return 'source';
  if (flags.optimisation === 'unknown')
    return { unknown: 'the optimisation level is not known: GCC reverses the order within a file above -O0' };
  return 'asm-then-reversed';
}

function emitted(
  entries: readonly SectionEntry[],
  order: EmissionOrder,
  isClang: boolean,
): readonly SectionEntry[] {
  const ordered = isClang ? entries : byDeclaration(entries);
  if (order === 'source') return ordered;
  const asm = ordered.filter(({ form }) => form === 'asm');
  const variables = ordered.filter(({ form }) => form === 'variable');
  return [...asm, ...(order === 'asm-then-reversed' ? reversed(variables) : variables)];
}

function byDeclaration(entries: readonly SectionEntry[]): readonly SectionEntry[] {
  if (entries.every(({ declared }) => declared === undefined)) return entries;
  return [...entries].sort((a, b) => (a.declared ?? 0) - (b.declared ?? 0));
}

/** Variables from last to first; the elements of an array stay in their order. */
function reversed(entries: readonly SectionEntry[]): readonly SectionEntry[] {
  const variables: SectionEntry[][] = [];
  for (const entry of entries) {
    if (entry.element !== undefined && entry.element > 0) variables.at(-1)?.push(entry);
    else variables.push([entry]);
  }
  return variables.reverse().flat();
}

/**
 * The input sections that a unit's entries (in source order of the preprocessed unit) make in `object`. Where the
 * order is not known, sections with several entries say so, and GCC's usual order is given.
 */
export function objectSections(
  object: string,
  entries: readonly SectionEntry[],
  compilation: Compilation,
): ObjectSections {
  const order = emissionOrder(compilation);
  const isAssembled = entries.every(({ form }) => form === 'asm');
  const isLto = compilation.compiler.lto || compilation.flags.lto;
  // Whatever the compiler is, assembler text stays as it is.
  const reason = typeof order === 'string' || (isAssembled && !isLto) ? undefined : order.unknown;
  // Clang emits them with their functions, which it may put off or leave out.
  const isClangs = compilation.compiler.kind === 'clang' && entries.some(({ isLocal }) => isLocal);
  const unknown = isClangs ? 'where Clang puts static variables of functions is not known' : reason;
  const isDropped = (entry: SectionEntry): boolean =>
    !entry.isKept && entry.form === 'variable' && dropsUnused(compilation);
  const kept = entries.filter((entry) => !isDropped(entry));
  const bySection = new Map<string, SectionEntry[]>();
  for (const entry of emitted(
    kept,
    typeof order === 'string' ? order : 'asm-then-reversed',
    compilation.compiler.kind === 'clang',
  )) {
    const same = bySection.get(entry.section);
    if (same) same.push(entry);
    else bySection.set(entry.section, [entry]);
  }
  const sections = [...bySection].map(([name, held]): InputSection => ({
    name,
    object,
    writable: held.some((entry) => isWritable(entry, compilation)),
    executable: false,
    alignment: Math.max(...held.map((entry) => alignmentOf(entry, compilation))),
    entries: held,
    ...unclearOf(held, isClangs ? unknown : undefined),
    // Several sections of one object in one pattern are ordered by their headers, so that is unknown too.
    ...(unknown !== undefined && kept.length > 1 ? { orderUnknown: unknown } : {}),
  }));
  return { sections, dropped: entries.filter(isDropped) };
}

/** asm aligns nothing by itself, and mainline's initcall macros do not either. */
function alignmentOf({ form, alignment }: SectionEntry, { pointerSize = 8 }: Compilation): number {
  if (form === 'variable') return pointerSize;
  return typeof alignment === 'number' ? alignment : 1;
}

/** `ofLocals`: why it is not known what becomes of variables of functions. */
function unclearOf(
  entries: readonly SectionEntry[],
  ofLocals: string | undefined,
): Pick<InputSection, 'unclear'> {
  const isLocal = entries.some((entry) => entry.isLocal);
  const unclear =
    entries.find((entry) => entry.unclear !== undefined)?.unclear ?? (isLocal ? ofLocals : undefined);
  return unclear === undefined ? {} : { unclear };
}

/** At -O0 GCC and Clang differ: GCC keeps unused static variables, and so does -fno-toplevel-reorder; Clang never. */
function dropsUnused({ compiler, flags }: Compilation): boolean {
  if (compiler.kind === 'clang') return true;
  return flags.optimisation !== '0' && !flags.keepsToplevelOrder;
}

const isWritable = (entry: SectionEntry, { positionIndependent }: Compilation): boolean =>
  !entry.isConst || (positionIndependent === true && entry.form === 'variable');
