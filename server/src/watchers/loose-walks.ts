import { folderOf } from '../syntax/c/include-path';
import { includeView } from '../syntax/c/include-view';
import { scanC } from '../syntax/c/scan';
import type { UnitEntries } from '../syntax/c/section-entry';
import { unitEntries, type SourceFile, type UnitFiles } from '../syntax/c/unit';
import { inputOf, unitWalker, type Unit } from './unit-walks';
import type { LearntFamily } from './wanted';

/**
 * Walks sources that are not linked without their headers: thousands of drivers include half of the tree, and all that
 * is asked of them is what they would register. Each starts with what the registering macros' own headers define, read
 * once, as `like` sees them; of its includes only those are followed that may mean another file in which a
 * registering macro is defined (drivers/usb/storage/usb.h), or one of `elsewhere`, files that register where they are
 * included; for no architecture or the source's own. A registering macro whose header is not included counts as visible
 * here.
 */
export function looseWalker(
  like: Unit,
  files: UnitFiles,
  { wanted, macros }: LearntFamily,
  elsewhere: readonly string[],
): (unit: Unit) => UnitEntries {
  const leading = [...new Set(macros.map(({ file }) => file))].filter((path) => path.endsWith('.h'));
  const { includePaths } = like.flags;
  const specOf = (path: string): string | undefined => {
    const folder = includePaths.find((one) => path.startsWith(`${one}/`));
    return folder === undefined ? undefined : path.slice(folder.length + 1);
  };
  const specs = leading.flatMap((path) => specOf(path) ?? []);
  const prelude = preludeOf(specs);
  const withPrelude: UnitFiles = {
    source: (path) => (path === prelude.path ? prelude : files.source(path)),
    exists: (path) => files.exists(path),
    fallback: (spec) => files.fallback(spec),
  };
  const start: Unit = { ...like, source: prelude.path };
  const given = unitWalker([start], withPrelude, wanted).macros(start);
  const others = [...leading.filter((path) => specOf(path) === undefined), ...elsewhere];
  const visible = new Map<string, UnitFiles>();
  return (unit) => {
    const arch = architectureOf(unit.source) ?? '';
    let seen = visible.get(arch);
    if (!seen) {
      const targets = others.filter((path) => (architectureOf(path) ?? arch) === arch);
      visible.set(arch, (seen = filesWith(files, targets)));
    }
    // A view of its own: nothing of it is of use to others, and thousands would be kept.
    const view = includeView([], seen, wanted, undefined);
    return unitEntries({ ...inputOf(unit), forcedIncludes: [], given }, files, wanted, view);
  };
}

const architectureOf = (path: string): string | undefined => /^arch\/([^/]+)\//.exec(path)?.[1];

/** No real file's path. */
const preludePath = '<registering macros>';

function preludeOf(specs: readonly string[]): SourceFile {
  const text = specs.map((spec) => `#include <${spec}>\n`).join('');
  return { path: preludePath, text, facts: scanC(text), lineStarts: [0] };
}

/** The files, where only `targets` can be included: anything else is passed over. */
function filesWith(files: UnitFiles, targets: readonly string[]): UnitFiles {
  const byName = new Map<string, string[]>();
  for (const path of targets) {
    const name = path.slice(folderOf(path).length);
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  return {
    source: (path) => files.source(path),
    exists: () => false,
    fallback(spec) {
      const written = spec.replace(/^(?:\.\.?\/)+/, '');
      const found = byName
        .get(written.slice(folderOf(written).length))
        ?.find((path) => `/${path}`.endsWith(`/${written}`));
      return found === undefined ? 'generated' : { path: found };
    },
  };
}
