import { normalise, type SourceFile } from '../syntax/c/unit';
import { finish, type Steps } from '../syntax/steps';
import type { TextReader } from './code-reader';

/** What a file may include. */
export interface Reach {
  /** The file itself is the first. */
  readonly files: ReadonlySet<string>;
  /** An include was met whose file only expansion tells. */
  readonly computed: boolean;
}

/**
 * Every file that `path` may include, whatever the conditions are: more than the compiler sees, so that what is not found
 * here is surely not there.
 */
export const mayInclude = (context: TextReader, path: string): Reach =>
  finish(mayIncludeSteps(context, path));

/** The same in steps, each of which reads at most what one file includes. */
export function* mayIncludeSteps(context: TextReader, path: string): Steps<Reach> {
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
  const included = includesKept(context, architectures.join(' '));
  const files = new Set<string>();
  const waiting = [path];
  let computed = false;
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    const source = context.source(file);
    if (!source) continue;
    const known = included.get(source);
    const includes = known ?? includesOf(context, source, architectures, roots);
    if (!known) {
      included.set(source, includes);
      yield;
    }
    files.add(file);
    computed ||= includes.computed;
    for (const target of includes.targets) if (!files.has(target)) waiting.push(target);
  }
  return { files, computed };
}

/** What the `#include`s of one file may name. */
interface Includes {
  readonly targets: readonly string[];
  readonly computed: boolean;
}

type IncludesByFile = WeakMap<SourceFile, Includes>;

/** By architectures. Which files there are is the same as long as the same function reads them. */
const kept = new WeakMap<TextReader['source'], Map<string, IncludesByFile>>();

function includesKept({ source }: TextReader, architectures: string): IncludesByFile {
  let byArchitectures = kept.get(source);
  if (!byArchitectures) kept.set(source, (byArchitectures = new Map<string, IncludesByFile>()));
  let byFile = byArchitectures.get(architectures);
  if (!byFile) byArchitectures.set(architectures, (byFile = new WeakMap<SourceFile, Includes>()));
  return byFile;
}

function includesOf(
  context: TextReader,
  { path, facts }: SourceFile,
  architectures: readonly string[],
  roots: readonly string[],
): Includes {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const targets = new Set<string>();
  let computed = false;
  for (const directive of facts.directives) {
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
      if (target !== '' && !targets.has(target) && context.source(target)) targets.add(target);
    }
  }
  return { targets: [...targets], computed };
}
