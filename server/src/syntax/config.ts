/** A kernel configuration: the text of a `.config`. */
export interface KernelConfig {
  /** `CONFIG_X` to `y`, `m`, a number or a string (without its quotes). What is not set is absent. */
  readonly values: ReadonlyMap<string, string>;
  /** From the header comment `# Linux/x86 6.1.0 Kernel Configuration`; old ones have none. */
  readonly arch: string | undefined;
  readonly version: string | undefined;
  /** Lines that are neither a setting nor a comment; 1-based. */
  readonly problems: readonly { readonly line: number; readonly text: string }[];
}

export function parseConfig(text: string): KernelConfig {
  const values = new Map<string, string>();
  const problems: { line: number; text: string }[] = [];
  let arch: string | undefined;
  let version: string | undefined;
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim();
    if (line === '') return;
    if (line.startsWith('#')) {
      const header = /^# Linux\/(\S+) (\S+)(?: Kernel)? Configuration/.exec(line);
      if (header) [, arch, version] = header;
      const off = /^# (CONFIG_\w+) is not set/.exec(line)?.[1];
      if (off !== undefined) values.delete(off);
      version ??= /^# Linux kernel version: (\S+)/.exec(line)?.[1];
      return;
    }
    const setting = /^(CONFIG_\w+)=(.*)$/.exec(line);
    if (!setting) {
      problems.push({ line: index + 1, text: line.slice(0, 80) });
      return;
    }
    const [, name = '', value = ''] = setting;
    if (value === 'n') values.delete(name);
    else values.set(name, /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value);
  });
  return { values, arch, version, problems };
}
