/** Words of C and of kernel C, as far as a word alone tells what it is. */

const typeWords = new Set(
  (
    'void char short int long float double signed unsigned struct union enum const volatile restrict _Bool bool ' +
    '__signed __signed__ __const __const__ __volatile __volatile__ __restrict __restrict__ _Atomic _Complex __int128 ' +
    '__auto_type'
  ).split(' '),
);
const storageWords = new Set(
  'static extern register typedef auto inline __inline __inline__ _Thread_local __thread'.split(' '),
);
const qualifiers = new Set(
  'const volatile restrict __const __const__ __volatile __volatile__ __restrict __restrict__ _Atomic'.split(
    ' ',
  ),
);
const statementWords = new Set(
  'if else while do for switch case default return goto break continue sizeof _Alignof __alignof__ __alignof'.split(
    ' ',
  ),
);
const typeofWords = new Set(['typeof', '__typeof', '__typeof__', 'typeof_unqual']);
const asmWords = new Set(['asm', '__asm', '__asm__']);
const attributeWords = new Set(['__attribute__', '__attribute', '__declspec', '__extension__']);

const plainAnnotations = new Set(
  (
    'asmlinkage noinline notrace noinstr fastcall noinline_for_stack noinline_for_tracing noinline_in_place ' +
    'nokprobe_inline noreturn flatten inline_for_extraction FASTCALL NORET_TYPE ATTRIB_NORET ' +
    'randomized_struct_fields_start randomized_struct_fields_end __always_inline'
  ).split(' '),
);

/** Annotations that also stand inside bodies: before local variables, and in casts. */
const bodyAnnotations = new Set(
  (
    '__user __iomem __percpu __rcu __force __kernel __safe __nocast __bitwise __private __maybe_unused __unused ' +
    '__always_unused __used __attribute_used__ __init __exit __initdata __initconst __exitdata __devinit ' +
    '__devexit __devinitdata __cpuinit __cpuinitdata __meminit __read_mostly __ro_after_init __refdata __ref ' +
    '__refconst __must_check __packed __cold __hot __weak __visible __noreturn __pure __deprecated ' +
    '__cacheline_aligned __cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp ' +
    '____cacheline_internodealigned_in_smp __page_aligned_bss __page_aligned_data __latent_entropy ' +
    '__guarded_by __pt_guarded_by __capability __nonstring __uninitialized __noinitretain __initdata_or_module ' +
    '__aligned __section __alias __cleanup __free __counted_by __no_sanitize_address __no_stack_protector'
  ).split(' '),
);

const typedefName =
  /^(?:\w*_t|(?:__)?[us](?:8|16|32|64|128)|__[a-z]+(?:8|16|32|64)|__(?:sum16|wsum|poll_t)|u_?(?:char|short|int|long)|FILE)$/;

export const isTypeWord = (text: string): boolean => typeWords.has(text);
export const isStorageWord = (text: string): boolean => storageWords.has(text);
export const isQualifier = (text: string): boolean => qualifiers.has(text);
export const isTag = (text: string): boolean => text === 'struct' || text === 'union' || text === 'enum';
export const isStatementWord = (text: string): boolean => statementWords.has(text);
export const isTypeof = (text: string): boolean => typeofWords.has(text);
export const isAsm = (text: string): boolean => asmWords.has(text);
export const isAttributeWord = (text: string): boolean => attributeWords.has(text);
export const isBodyAnnotation = (text: string): boolean => bodyAnnotations.has(text);

/** Names that the kernel gives to types, as far as a name tells: `pid_t`, `u32`, `__be16`. */
export const looksLikeTypedef = (name: string): boolean => typedefName.test(name);

/** In a function's head, lower-case names with two underscores in front are annotations, unless they are types. */
export const isHeadAnnotation = (name: string): boolean =>
  bodyAnnotations.has(name) ||
  plainAnnotations.has(name) ||
  attributeWords.has(name) ||
  (/^__[a-z]\w*$/.test(name) && !looksLikeTypedef(name) && !typeWords.has(name) && !storageWords.has(name));
