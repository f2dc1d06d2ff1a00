import { normalise, type SourceFile } from '../syntax/c/unit';
import type { View } from './view';

type Include = SourceFile['facts']['directives'][number] & { readonly kind: 'include' };

const includesOf = ({ facts }: SourceFile): readonly Include[] =>
  facts.directives.filter((one): one is Include => one.kind === 'include' && one.form !== 'computed');

/** The file of the tree that an `#include` means, its own folder first; `undefined`: a makefile's `-I` may tell. */
function includedFile(view: View, { path }: SourceFile, { form, text }: Include): string | undefined {
  const arch = /^arch\/([^/]+)\//.exec(path)?.[1] ?? view.snapshot.plan.srcarch;
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return [...(form === 'quote' ? [folder] : []), 'include/', `arch/${arch}/include/`, '']
    .map((place) => normalise(place + text))
    .find((found) => found !== '' && view.source(found));
}

/** A unit's source and the `.c` files that it includes, directly or through others of them. */
export function unitSources(view: View, source: string): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [source];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = found.has(path) ? undefined : view.source(path);
    if (!file) continue;
    found.add(path);
    for (const include of includesOf(file))
      if (include.text.endsWith('.c')) waiting.push(includedFile(view, file, include) ?? '');
  }
  return found;
}

/** Whether a file includes another itself; where only a makefile tells what is meant, the name's end decides. */
export function includes(view: View, from: string, to: string): boolean {
  const file = view.source(from);
  const name = to.slice(to.lastIndexOf('/') + 1);
  return (
    file !== undefined &&
    includesOf(file).some((include) => {
      if (!include.text.endsWith(name)) return false;
      const found = includedFile(view, file, include);
      return found === undefined
        ? `/${to}`.endsWith(`/${include.text.replace(/^(?:\.\.?\/)+/, '')}`)
        : found === to;
    })
  );
}
