/**
 * What the compiler defines before the first line, as far as kernels ask for it. Values as `gcc -dM -E` prints them
 * (GCC 12); the version can be given, since configurations record it.
 */
export function compilerMacros(
  srcarch: string,
  arch: string,
  config: ReadonlyMap<string, string> | undefined,
): ReadonlyMap<string, string> {
  const is64 = is64Bit(srcarch, arch, config);
  const version = gccVersion(config);
  const clang = config?.get('CONFIG_CC_IS_CLANG') === 'y';
  const common: Record<string, string> = {
    __GNUC__: clang ? '4' : String(version.major),
    __GNUC_MINOR__: clang ? '2' : String(version.minor),
    __GNUC_PATCHLEVEL__: clang ? '1' : String(version.patch),
    __STDC__: '1',
    __STDC_VERSION__: '201112L',
    __STDC_HOSTED__: '1',
    __OPTIMIZE__: '1',
    __CHAR_BIT__: '8',
    __ORDER_LITTLE_ENDIAN__: '1234',
    __ORDER_BIG_ENDIAN__: '4321',
    __SIZEOF_INT__: '4',
    __SIZEOF_SHORT__: '2',
    __SIZEOF_LONG_LONG__: '8',
    __SIZEOF_LONG__: is64 ? '8' : '4',
    __SIZEOF_POINTER__: is64 ? '8' : '4',
    __INT_MAX__: '0x7fffffff',
    __LONG_MAX__: is64 ? '0x7fffffffffffffffL' : '0x7fffffffL',
    __ELF__: '1',
    __linux__: '1',
    linux: '1',
    unix: '1',
    __unix__: '1',
  };
  if (is64) Object.assign(common, { __LP64__: '1', _LP64: '1', __SIZEOF_INT128__: '16' });
  if (clang) Object.assign(common, { __clang__: '1', __clang_major__: String(version.major || 14) });
  const big = isBigEndian(srcarch, arch, config);
  common.__BYTE_ORDER__ = big ? '__ORDER_BIG_ENDIAN__' : '__ORDER_LITTLE_ENDIAN__';
  return new Map([...Object.entries(common), ...Object.entries(architectureMacros(srcarch, is64, big))]);
}

function architectureMacros(srcarch: string, is64: boolean, big: boolean): Readonly<Record<string, string>> {
  switch (srcarch) {
    case 'x86':
    case 'i386':
    case 'x86_64':
    case 'um':
      return is64
        ? { __x86_64__: '1', __x86_64: '1', __amd64__: '1' }
        : { __i386__: '1', __i386: '1', i386: '1' };
    case 'arm64':
      return { __aarch64__: '1', ...(big ? { __AARCH64EB__: '1' } : { __AARCH64EL__: '1' }) };
    case 'arm':
      return { __arm__: '1', __ARM_EABI__: '1', ...(big ? { __ARMEB__: '1' } : { __ARMEL__: '1' }) };
    case 'powerpc':
    case 'ppc':
      return {
        __powerpc__: '1',
        __PPC__: '1',
        ...(is64 ? { __powerpc64__: '1', __PPC64__: '1' } : {}),
        ...(big
          ? { __BIG_ENDIAN__: '1', _BIG_ENDIAN: '1' }
          : { __LITTLE_ENDIAN__: '1', _LITTLE_ENDIAN: '1' }),
      };
    case 's390':
      return { __s390__: '1', ...(is64 ? { __s390x__: '1' } : {}) };
    case 'riscv':
      return { __riscv: '1', __riscv_xlen: is64 ? '64' : '32' };
    case 'mips':
      return {
        __mips__: '1',
        ...(is64 ? { __mips64: '1' } : {}),
        ...(big ? { __MIPSEB__: '1' } : { __MIPSEL__: '1' }),
      };
    case 'sparc':
    case 'sparc64':
      return { __sparc__: '1', ...(is64 ? { __arch64__: '1' } : {}) };
    default:
      return { [`__${srcarch}__`]: '1' };
  }
}

/** Pointers have 8 bytes. */
export function is64Bit(
  srcarch: string,
  arch: string,
  config: ReadonlyMap<string, string> | undefined,
): boolean {
  if (config?.get('CONFIG_64BIT') === 'y') return true;
  if (['arm64', 'alpha', 'ia64', 'x86_64', 'sparc64'].includes(srcarch)) return true;
  if (config !== undefined && config.size > 0) return config.get('CONFIG_X86_64') === 'y';
  return ['x86', 'riscv', 's390', 'powerpc', 'loongarch'].includes(srcarch) && arch !== 'i386';
}

function isBigEndian(
  srcarch: string,
  arch: string,
  config: ReadonlyMap<string, string> | undefined,
): boolean {
  if (config?.get('CONFIG_CPU_BIG_ENDIAN') === 'y') return true;
  if (srcarch === 's390' || srcarch === 'parisc' || srcarch === 'm68k' || srcarch.startsWith('sparc'))
    return true;
  if (srcarch === 'powerpc' || srcarch === 'ppc') return config?.get('CONFIG_CPU_LITTLE_ENDIAN') !== 'y';
  return arch.endsWith('eb');
}

/** CONFIG_GCC_VERSION is major * 10000 + minor * 100 + patch (scripts/cc-version.sh). */
function gccVersion(config: ReadonlyMap<string, string> | undefined): {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
} {
  const recorded =
    Number(config?.get('CONFIG_GCC_VERSION') ?? '0') || Number(config?.get('CONFIG_CLANG_VERSION') ?? '0');
  // Kernels that do not record it (before 4.18) know GCC 4 and refuse, or miss their own macros with, much later ones.
  const version = recorded > 0 ? recorded : config === undefined || config.size === 0 ? 120200 : 40600;
  return {
    major: Math.floor(version / 10000),
    minor: Math.floor(version / 100) % 100,
    patch: version % 100,
  };
}

const configMacrosOf = new WeakMap<ReadonlyMap<string, string>, ReadonlyMap<string, string>>();

/** The configuration as include/generated/autoconf.h gives it: `y` is 1, `m` defines CONFIG_X_MODULE, text is quoted. */
export function configMacros(config: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const known = configMacrosOf.get(config);
  if (known) return known;
  const macros = new Map<string, string>();
  configMacrosOf.set(config, macros);
  for (const [name, value] of config) {
    if (value === 'y') macros.set(name, '1');
    else if (value === 'm') macros.set(`${name}_MODULE`, '1');
    else if (/^(?:-?\d+|0[xX][\da-fA-F]+)$/.test(value)) macros.set(name, value);
    else if (value !== 'n') macros.set(name, JSON.stringify(value));
  }
  return macros;
}
