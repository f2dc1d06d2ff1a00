import { normalise } from '../syntax/c/unit';
import type { TextReader } from './code-reader';

/**
 * Every file that `path` may include, itself first, whatever the conditions are: more than the compiler sees, so that
 * what is not found here is surely not there. `computed`: an include was met whose file only expansion tells.
 */
export function mayInclude(
  context: TextReader,
  path: string,
): { readonly files: ReadonlySet<string>; readonly computed: boolean } {
  const { srcarch } = context.snapshot.plan;
  const own = /^arch\/([^/]+)\//.exec(path)?.[1];
  const architectures = [...new Set([own ?? srcarch, srcarch])];
  const roots = [
    'include',
    'include/uapi',
    ...architectures.flatMap((arch) => [
      `arch/${arch}/include`,
      `arch/${arch}/include/uapi`,
      `arch/${arch}/include/asm/mach-default`,
    ]),
  ];
  const files = new Set<string>();
  const waiting = [path];
  let computed = false;
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    const source = context.source(file);
    if (!source) continue;
    files.add(file);
    const folder = file.slice(0, file.lastIndexOf('/') + 1);
    for (const directive of source.facts.directives) {
      if (directive.kind !== 'include') continue;
      if (directive.form === 'computed') {
        computed = true;
        continue;
      }
      const { text } = directive;
      const spread = text.startsWith('asm/')
        ? architectures
            .map((arch) => `include/asm-${arch}/${text.slice(4)}`)
            .concat(`include/asm-generic/${text.slice(4)}`, `include/uapi/asm-generic/${text.slice(4)}`)
        : [];
      const candidates = [folder + text, ...roots.map((root) => `${root}/${text}`), ...spread];
      for (const candidate of candidates) {
        const target = normalise(candidate);
        if (target !== '' && !files.has(target) && context.source(target)) waiting.push(target);
      }
    }
  }
  return { files, computed };
}
