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
  // try-run, cc-option and their kin: "if the compiler takes it, then A, else B". The compiler is taken to be able.
  const probe =
    /\bif\b[\s\S]*?;?\s*\bthen\s+echo\s+"?([^";]*)"?\s*;\s*else\s+echo\s+"?([^";]*)"?\s*;?\s*fi/.exec(text);
  if (probe) return (probe[1] ?? '').trim();
  if (/--version\b/.test(text)) return config.get('CONFIG_CC_VERSION_TEXT') ?? 'gcc (GCC) 12.2.0';
  if (/(?:cc|gcc)-version\.sh|gcc-version/.test(text)) return '1202';
  if (/\bgetconf LONG_BIT\b/.test(text)) return '64';
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
