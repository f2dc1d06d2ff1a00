import { parseMacro, type Macro } from './expand';

const baseCache = new WeakMap<ReadonlyMap<string, string>, ReadonlyMap<string, Macro>>();

/** The same few thousand definitions serve every unit. */
export function predefinedMacros(texts: ReadonlyMap<string, string>): ReadonlyMap<string, Macro> {
  const known = baseCache.get(texts);
  if (known) return known;
  const macros = new Map([...texts].map(([name, text]) => [name, parseMacro(name, undefined, text)]));
  baseCache.set(texts, macros);
  return macros;
}
