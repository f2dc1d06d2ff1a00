/** Headers that no tree holds because the build makes them, and where their content comes from instead. */
export interface GeneratedHeaders {
  fallback(spec: string): { readonly path: string } | 'generated' | undefined;
}

/**
 * `asm/x.h` that an architecture does not have is a generated wrapper of asm-generic/x.h (`generic-y`, `mandatory-y`
 * in include/asm-generic/Kbuild). In 2.6 `include/asm` was a link to include/asm-ARCH, made by the build.
 */
export function generatedHeaders(
  arch: string,
  srcarch: string,
  exists: (path: string) => boolean,
): GeneratedHeaders {
  const first = (...paths: readonly string[]): { readonly path: string } | undefined => {
    const path = paths.find(exists);
    return path === undefined ? undefined : { path };
  };
  return {
    fallback(spec) {
      const asm = /^(uapi\/)?asm\/(.+)$/.exec(spec);
      if (asm) {
        const name = asm[2] ?? '';
        return (
          first(
            `include/asm-${srcarch}/${name}`,
            `include/asm-${arch}/${name}`,
            ...(asm[1] === undefined
              ? [`include/asm-generic/${name}`, `include/uapi/asm-generic/${name}`]
              : [`include/uapi/asm-generic/${name}`]),
          ) ?? 'generated'
        );
      }
      return isGenerated(spec) ? 'generated' : undefined;
    },
  };
}

const generatedFolders = /(?:^|\/)generated\//;

/** Made by the build in every kernel that has them. */
const generatedNames = new Set([
  'linux/autoconf.h',
  'linux/version.h',
  'linux/compile.h',
  'linux/utsrelease.h',
  'config.h',
  'linux/limits.h',
]);

function isGenerated(spec: string): boolean {
  // What the compiler brings (<stdarg.h>) and what flex, bison and scripts write next to sources.
  return (
    generatedFolders.test(spec) ||
    generatedNames.has(spec) ||
    /^(?:stdarg|stdbool|stddef|stdint|float|limits)\.h$/.test(spec)
  );
}
