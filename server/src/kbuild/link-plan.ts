import type { Place } from '../syntax/positions';
import type { Note } from '../syntax/note';

/** One step from the top Makefile down to an object: the line that asked for it. */
export interface WhyStep extends Place {
  /** The assignment as written, one line, trimmed: `obj-$(CONFIG_AUDIT) += audit.o`. */
  readonly text: string;
  /** Config conditions this line depends on, as a person writes them: `CONFIG_AUDIT`, `!CONFIG_SMP`, `CONFIG_X=y`. */
  readonly guards: readonly string[];
}

/** How an object is compiled, as far as it decides tables. Read from the makefiles, nothing is run. */
export interface CompileFlags {
  /** The last `-O` flag that counts. `unknown`: it hangs on something that only a run of make can tell. */
  readonly optimisation: '0' | '1' | '2' | '3' | 's' | 'z' | 'g' | 'fast' | 'unknown';
  /** `-fno-toplevel-reorder` is in force: GCC then keeps source order. */
  readonly keepsToplevelOrder: boolean;
  /**
   * `-iquote`, `-I`, `-isystem`, `-idirafter`, each in order, relative to the root (`include`, `arch/x86/include`, the
   * root itself empty), or to the build folder with prefix `$(objtree)/`.
   */
  readonly includePaths: readonly string[];
  /** `-imacros`, then `-include`, in order, relative to the root. */
  readonly forcedIncludes: readonly string[];
  /** `-D` and `-U` in order: name, and replacement text; `undefined` text means undefined. */
  readonly defines: readonly { readonly name: string; readonly text: string | undefined }[];
  /** `-flto` in force for this object. */
  readonly lto: boolean;
}

/** An object of vmlinux. */
export interface PlannedObject {
  /** `kernel/fork.o`. */
  readonly path: string;
  /** The file it is compiled from, relative to the root; `undefined`: generated during the build, or not found. */
  readonly source: string | undefined;
  /** `archive-member`: in a lib.a, linked only when something needs it. */
  readonly membership: 'object' | 'archive-member';
  /** The archive, for members: `lib/lib.a`. */
  readonly archive?: string;
  /** Why objects that nobody knows may stand in front of it: its place in a table is not known. */
  readonly behindUnknown?: string;
  /** What a build makes its source from, where the tree has none: files of the tree, and sources of the programs that do it. */
  readonly madeFrom?: readonly string[];
  /** How the final link meets it. */
  readonly given: Given;
  /** The name of the module or composite it belongs to (`KBUILD_MODNAME`), dashes as underscores. */
  readonly moduleName: string;
  readonly why: readonly WhyStep[];
}

/** What ld is given that holds an object: patterns of the linker script match and take by that. */
export interface Given {
  /** The file that a partial link (`ld -r`) made of it and others: `kernel/built-in.o`, `vmlinux.o`. */
  readonly partial?: string;
  /** The archive that holds it (or the partial link), whether searched or linked whole: `vmlinux.a`. */
  readonly archive?: string;
  /** Such an archive is thin: ld then knows its members by their paths, else by their base names. */
  readonly isThin: boolean;
}

/** Why a source file's object is not in vmlinux under this config. */
export interface UnlinkedObject {
  readonly path: string;
  /** `conditional`: a makefile that may name it cannot be read. */
  readonly status: 'module' | 'not-built' | 'conditional';
  /** The lines that would build it, with the guards that fail; empty: no makefile names it. */
  readonly why: readonly WhyStep[];
}

export interface Compiler {
  readonly kind: 'gcc' | 'clang' | 'unknown';
  /** From CONFIG_CC_VERSION_TEXT, for messages. */
  readonly versionText?: string;
  /** Link-time optimisation decides the order elsewhere. */
  readonly lto: boolean;
}

/** What make and ld would put into vmlinux, in order. Immutable. */
export interface LinkPlan {
  /** `kbuild`: evaluated from makefiles; `artefacts`: read from a finished build; `none`: no .config, so no order. */
  readonly source: 'kbuild' | 'artefacts' | 'none';
  readonly arch: string;
  readonly srcarch: string;
  readonly compiler: Compiler;
  /** In link order; each object once, at its first place. Empty when `source` is `none`. */
  readonly objects: readonly PlannedObject[];
  /** The linker script, relative to the root (`arch/x86/kernel/vmlinux.lds.S`); `undefined`: not found. */
  readonly linkerScript: string | undefined;
  /** Flags for an object compiled from `source`; evaluated lazily. */
  readonly flags: (object: PlannedObject) => CompileFlags;
  /** Why the object compiled from this source file is not linked; looked up lazily, with false branches included. */
  readonly unlinked: (source: string) => UnlinkedObject;
  /** Without a .config: every way a source file may get into vmlinux, with guards. */
  readonly conditions: (source: string) => readonly WhyStep[];
  readonly notes: readonly Note[];
}

/** An object that no makefile is known to name, to ask for the flags that its directory would give it. */
export function looseObject(source: string): PlannedObject {
  const path = source.replace(/\.\w+$/, '.o');
  const name = path.slice(path.lastIndexOf('/') + 1, -2).replace(/[-,]/g, '_');
  return { path, source, membership: 'object', moduleName: name, given: { isThin: true }, why: [] };
}
