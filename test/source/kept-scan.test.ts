import { deepEqual, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { changesOf } from '../../server/src/source/changed-inputs';
import { inputLog } from '../../server/src/source/input-log';
import { inputsOf } from '../../server/src/source/kept-inputs';
import { renewedSearch } from '../../server/src/source/kept-scan';
import { prescanTree } from '../../server/src/source/prescan';
import type { SearchOutcome } from '../../server/src/source/search-outcome';

const needles = ['registering', 'notifying'];
const exclude = ['drivers/left', 'drivers/net/left'];

const places = [
  'main.c',
  'kernel/fork.c',
  'kernel/fork.h',
  'kernel/sched/core.c',
  'kernel/sched/deep/idle.c',
  'drivers/net/card.c',
  'drivers/net/.hidden.c',
  'drivers/net/old/card.c',
  'drivers/left/out.c',
  'drivers/net/made.mod.c',
  'tools/tool.c',
] as const;

const others = [
  'kernel/sched/.git',
  'kernel/new.c',
  'kernel/sched/new.h',
  'kernel/sched/.dot/x.c',
  'drivers/net/fresh/deep/x.c',
  'drivers/net/left/x.c',
  'arch/new/x.c',
] as const;

const texts = [
  '',
  'registering(x);',
  'notifying(x); registering(y);',
  '#include "fork.h"\n',
  '#include <a/b.h>\n#include "core.c"\nnotifying(z);',
] as const;

const folders = [
  'kernel/sched',
  'kernel/other',
  'drivers/net',
  'drivers/net/old',
  'drivers/net/new',
] as const;

const edit = fc.tuple(
  fc.constantFrom('write', 'write', 'write', 'remove', 'link', 'move-folder', 'link-folder'),
  fc.constantFrom(...places, ...others),
  fc.constantFrom(...texts),
  fc.constantFrom(...folders),
  fc.constantFrom(...folders),
);

/** What was found, however it is ordered. */
function plain({ hits, problems, skipped, includes }: SearchOutcome): unknown {
  let from = 0;
  const names = includes.files.map((file, index) => {
    const to = includes.ends[index] ?? from;
    const one = `${file}: ${[...includes.names.slice(from, to)].join()}`;
    from = to;
    return one;
  });
  return { hits, problems, skipped, names: names.sort() };
}

describe('a search that an earlier run made', function () {
  this.timeout(60_000);
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tw-scan-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    rmSync(join(root, path), { force: true });
    writeFileSync(join(root, path), text);
  };

  it('turns out as a new one would, after any changes', async () => {
    let renewed = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (edits, isForeign) => {
          rmSync(root, { recursive: true, force: true });
          for (const [index, path] of places.entries()) write(path, texts[index % texts.length] ?? '');
          if (isForeign) write('kernel/sched/.git', '');
          const log = inputLog();
          const first = await prescanTree(root, needles, { exclude, includes: true, log, threads: 1 });
          const kept = inputsOf(log);
          ok(kept);
          for (const [kind, path, text, one, other] of edits) {
            const [file, from, to] = [path, one, other].map((name) => join(root, name));
            ok(file !== undefined && from !== undefined && to !== undefined);
            if (kind === 'write') write(path, text);
            else if (kind === 'remove') rmSync(file, { force: true });
            else if (kind === 'link' && path !== 'main.c' && existsSync(dirname(file))) {
              rmSync(file, { force: true });
              symlinkSync(join(root, 'main.c'), file);
            } else if (
              existsSync(from) &&
              !existsSync(to) &&
              !to.startsWith(from) &&
              existsSync(dirname(to))
            ) {
              if (kind === 'move-folder') renameSync(from, to);
              else if (kind === 'link-folder' && !existsSync(`${to}.real`)) {
                renameSync(from, `${to}.real`);
                symlinkSync(`${to}.real`, from);
              }
            }
          }
          const changes = changesOf(kept);
          const [search] = kept.searches;
          ok(changes && search);
          const skipped = new Set(first.skipped.map(({ file }) => file));
          const found = renewedSearch(
            kept,
            changes,
            { ...search, skipped, outcome: () => first },
            { exclude },
            undefined,
          );
          asked++;
          if (!found) return;
          renewed++;
          const fresh = await prescanTree(root, needles, { exclude, includes: true, threads: 1 });
          deepEqual(plain(found.outcome()), plain(fresh));
          if (found.isSame) deepEqual(plain(fresh), plain(first));
        },
      ),
      { numRuns: Number(process.env.TW_RUNS ?? 80), seed: Number(process.env.TW_SEED ?? 3) },
    );
    ok(renewed > asked / 3 && renewed < asked, `${renewed} of ${asked}`);
  });
});
