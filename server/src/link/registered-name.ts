/** What mainline's initcall macros (include/linux/init.h) put into the name of an entry's variable. */
export interface RegisteredName {
  /** `KBUILD_MODNAME` of the object. */
  readonly moduleName: string;
  /** 1-based line of the registration. */
  readonly line: number;
  readonly function: string;
  /** `6`, `6s`, `early`; empty where the name has none. */
  readonly level: string;
}

/**
 * Reads `__initcall__kmod_<module>__<counter>_<line>_<function><level>` (5.10 and later). `called` is the function the
 * entry points to, which tells the level from the function's own last letters.
 */
export function registeredName(variable: string, called: string | undefined): RegisteredName | undefined {
  const prefix = '__initcall__kmod_';
  if (!variable.startsWith(prefix)) return undefined;
  const rest = variable.slice(prefix.length);
  const numbers = /__\d+_(\d+)_/.exec(rest);
  if (!numbers) return undefined;
  const name = rest.slice(numbers.index + numbers[0].length);
  const level =
    called !== undefined && name.startsWith(called)
      ? name.slice(called.length)
      : (/(?:early|rootfs|con|\ds?)$/.exec(name)?.[0] ?? '');
  return {
    moduleName: rest.slice(0, numbers.index),
    line: Number(numbers[1]),
    function: name.slice(0, name.length - level.length),
    level,
  };
}
