/**
 * What a `$(shell …)` of a kernel's makefiles would print, where its text alone tells. Nothing is run. `undefined`: not
 * known; whoever uses the value finds out by the marker that stands in its place.
 */
export function shellAnswer(
  command: string,
  config: ReadonlyMap<string, string>,
  arch: string,
): string | undefined {
  const text = command.trim();
  const compared = comparison(text);
  if (compared !== undefined) return compared;
  // try-run, cc-option and their kin: "if the compiler takes it, then A, else B". The compiler is taken to be able.
  const probe =
    /\bif\b([\s\S]*?);?\s*\bthen\s+echo\s+"?([^";]*)"?\s*;\s*else\s+echo\s+"?([^";]*)"?\s*;?\s*fi/.exec(text);
  if (probe && asksTools(probe[1] ?? '', text)) return (probe[2] ?? '').trim();
  if (/--version\b/.test(text)) return config.get('CONFIG_CC_VERSION_TEXT') ?? 'gcc (GCC) 12.2.0';
  if (/gcc-version|cc-version\.sh/.test(text)) return compilerVersion(config);
  if (/\bgetconf LONG_BIT\b/.test(text)) return '64';
  // The compiler's own library holds nothing of the tree's.
  if (text.endsWith('-print-libgcc-file-name')) return '/usr/lib/gcc/libgcc.a';
  // Flags for large files: none on 64-bit hosts, and only for programs of the host.
  if (text.startsWith('getconf LFS_')) return '';
  if (/^uname -m\b/.test(text)) return arch;
  if (/^uname -s\b|^uname\b/.test(text)) return 'Linux';
  if (/subarch|uname -m/.test(text)) return arch;
  if (/^echo\s+("?)([^`$|;&<>"']*)\1$/.test(text))
    return text
      .replace(/^echo\s+/, '')
      .replace(/"/g, '')
      .trim();
  if (/^(?:cd|\/bin\/pwd|pwd)\b/.test(text)) return '';
  if (/ld-version|ld_version/.test(text)) return '24000';
  if (/^set -e; *|cat /.test(text) && /kernel\.release|localversion/.test(text)) return '';
  return undefined;
}

/** A condition that runs the compiler or one of its tools, or is what Kbuild's `try-run` was given, with its temporary file. */
const asksTools = (condition: string, command: string): boolean =>
  tool.test(condition) || /^set -e;\s*TMP=/.test(command);

const tool =
  /(?:^|[(|;&!{])\s*(?:\w+=\S*\s+)*(?:ccache\s+)?(?:[^\s()|;&]*[/-])?(?:gcc|g\+\+|cc|clang|clang\+\+|ld|ld\.\w+|as|llvm-\w+|rustc|nm|ar|objcopy|objdump|readelf|strip)(?:-[\d.]+)?(?=\s)/;

/** `1202`, as the scripts of kernels before 4.x print it. */
function compilerVersion(config: ReadonlyMap<string, string>): string {
  const version = Number(config.get('CONFIG_GCC_VERSION') ?? '120200');
  const padded = (part: number): string => String(part).padStart(2, '0');
  return padded(Math.floor(version / 10_000)) + padded(Math.floor(version / 100) % 100);
}

/**
 * Comparisons of numbers, which need no shell: `[ 1202 -ge 0402 ] && echo y`, `test 13 -lt 14; echo $?`,
 * `if [ 1202 -lt 0402 ]; then echo a; else echo b; fi`, `expr 1 \>= 2`.
 */
function comparison(text: string): string | undefined {
  const number = '\\s*"?(-?\\d+)"?\\s*';
  const test = new RegExp(
    `(?:\\[${number}-(lt|le|gt|ge|eq|ne)${number}\\]|\\btest${number}-(lt|le|gt|ge|eq|ne)${number})`,
  );
  const numbers = /^expr\s+(\d+)\s+\\?([<>]=?|=|!=)\s+(\d+)$/.exec(text);
  if (numbers) return holds(Number(numbers[1]), numbers[2] ?? '', Number(numbers[3])) ? '1' : '0';
  const found = test.exec(text);
  if (!found) return undefined;
  const [whole, a, operator, b, c, otherOperator, d] = found;
  const isTrue = holds(Number(a ?? c), operator ?? otherOperator ?? '', Number(b ?? d));
  const before = text.slice(0, found.index).trim();
  const after = text.slice(found.index + whole.length).trim();
  if (before === '') {
    const said = /^&&\s*echo\s+(\S+)(?:\s*\|\|\s*echo\s+(\S+))?$/.exec(after);
    if (said) return isTrue ? (said[1] ?? '') : (said[2] ?? '');
    return /^;\s*echo\s+\$\?$/.test(after) ? (isTrue ? '0' : '1') : undefined;
  }
  const said = /^;\s*then\s+echo\s+"?([^";]*)"?\s*;\s*(?:else\s+echo\s+"?([^";]*)"?\s*;\s*)?fi\s*;?$/.exec(
    after,
  );
  return before === 'if' && said ? (isTrue ? (said[1] ?? '') : (said[2] ?? '')).trim() : undefined;
}

function holds(a: number, operator: string, b: number): boolean {
  switch (operator) {
    case 'lt':
    case '<':
      return a < b;
    case 'le':
    case '<=':
      return a <= b;
    case 'gt':
    case '>':
      return a > b;
    case 'ge':
    case '>=':
      return a >= b;
    case 'eq':
    case '=':
      return a === b;
    default:
      return a !== b;
  }
}
