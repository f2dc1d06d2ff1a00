import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { keepAnswer, keptAnswer, questionKey } from '../../server/src/source/answer-cache';
import { clearAnswers, keptAnswers } from '../../server/src/source/cache-files';
import { cacheFolder } from '../../server/src/source/cache-folder';

const answer = { tables: [{ event: 'INIT', slot: undefined }], names: new Map([['a', 1]]) };

describe('answer cache', () => {
  let cache: string;
  let tree: string;
  const key = questionKey('1', ['where']);
  const inTree = (path: string): string => join(tree, path);
  const inputs = (...paths: readonly string[]): { files: Set<string>; folders: Map<string, number> } => ({
    files: new Set(paths.filter((path) => !path.endsWith('/')).map(inTree)),
    folders: new Map(
      paths.filter((path) => path.endsWith('/')).map((path) => [inTree(path.slice(0, -1)), 0]),
    ),
  });
  // As if the run had begun long after the last change: what is made here is younger than any real tree.
  const later = (): number => Date.now() + 10_000;
  const keep = (...paths: readonly string[]): boolean =>
    keepAnswer(cache, key, { answer, log: inputs(...paths) }, later());

  /** The answer that is given again, if one is. */
  const given = (of = key): unknown => {
    const found = keptAnswer(cache, of);
    return found && 'answer' in found ? found.answer : undefined;
  };

  beforeEach(() => {
    cache = join(mkdtempSync(join(tmpdir(), 'tw-cache-')), 'answers');
    tree = mkdtempSync(join(tmpdir(), 'tw-tree-'));
    mkdirSync(inTree('kernel'));
    writeFileSync(inTree('kernel/fork.c'), 'int a;\n');
    writeFileSync(inTree('kernel/exit.c'), 'int b;\n');
  });
  afterEach(() => {
    rmSync(tree, { recursive: true, force: true });
    rmSync(join(cache, '..'), { recursive: true, force: true });
  });

  it('gives an answer back as it was, and only to its question', () => {
    ok(keep('kernel/', 'kernel/fork.c', 'kernel/none.c'));
    deepEqual(given(), answer);
    equal(given(questionKey('2', ['where'])), undefined);
    notEqual(questionKey('1', ['where']), questionKey('1', ['there']));
  });

  const changes: readonly (readonly [string, () => void])[] = [
    [
      'a file has another text of the same length',
      () => {
        writeFileSync(inTree('kernel/fork.c'), 'int z;\n');
      },
    ],
    [
      'so, with its old time put back',
      () => {
        const { atime, mtime } = statSync(inTree('kernel/fork.c'));
        writeFileSync(inTree('kernel/fork.c'), 'int z;\n');
        utimesSync(inTree('kernel/fork.c'), atime, mtime);
      },
    ],
    [
      'another file is moved over it',
      () => {
        copyFileSync(inTree('kernel/exit.c'), inTree('kernel/new.c'));
        renameSync(inTree('kernel/new.c'), inTree('kernel/fork.c'));
      },
    ],
    [
      'a file is gone',
      () => {
        rmSync(inTree('kernel/fork.c'));
      },
    ],
    [
      'a file that was missed is there',
      () => {
        writeFileSync(inTree('kernel/none.c'), '');
      },
    ],
    [
      'a file came into a folder',
      () => {
        writeFileSync(inTree('kernel/other.c'), '');
      },
    ],
    [
      'the folder is gone',
      () => {
        rmSync(inTree('kernel'), { recursive: true });
      },
    ],
    [
      'a file became a link to another',
      () => {
        rmSync(inTree('kernel/fork.c'));
        symlinkSync(inTree('kernel/exit.c'), inTree('kernel/fork.c'));
      },
    ],
  ];
  for (const [what, change] of changes)
    it(`gives nothing when ${what}`, () => {
      ok(keep('kernel/', 'kernel/fork.c', 'kernel/none.c'));
      change();
      equal(given(), undefined);
    });

  it('keeps nothing when an input changed during the run or just before', () => {
    equal(keepAnswer(cache, key, { answer, log: inputs('kernel/fork.c') }, Date.now()), false);
    deepEqual(keptAnswers(cache), []);
  });

  it('takes a damaged file for none, whatever the damage', () => {
    ok(keep('kernel/', 'kernel/fork.c'));
    const [file] = keptAnswers(cache)[0]?.files ?? [];
    ok(file);
    const whole = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ by;
        writeFileSync(file, damaged);
        equal(given(), undefined);
      }),
      { numRuns: 200 },
    );
    for (const length of [0, 10, 40, whole.length - 1]) {
      writeFileSync(file, whole);
      truncateSync(file, length);
      equal(given(), undefined);
    }
    writeFileSync(file, whole);
    deepEqual(given(), answer);
  });

  it('does without a folder that cannot be written', () => {
    writeFileSync(cache, 'a file where the folder should be');
    equal(keep('kernel/fork.c'), false);
    equal(given(), undefined);
    deepEqual(keptAnswers(cache), []);
    equal(clearAnswers(cache), 0);
    rmSync(cache);
    mkdirSync(cache);
    chmodSync(cache, 0o500);
    // Root may write everywhere; then it is kept, and that is right too.
    equal(keep('kernel/fork.c'), process.getuid?.() === 0);
  });

  it('leaves nothing beside the answer, and clears only what is its own', () => {
    for (let run = 0; run < 3; run++) ok(keep('kernel/fork.c'));
    equal(readdirSync(cache).length, 1);
    writeFileSync(join(cache, 'notes.txt'), 'mine');
    equal(clearAnswers(cache), 1);
    deepEqual(readdirSync(cache), ['notes.txt']);
  });

  it('stays within bounds', () => {
    for (let run = 0; run < 45; run++)
      ok(keepAnswer(cache, questionKey('1', [run]), { answer, log: inputs('kernel/fork.c') }, later()));
    equal(keptAnswers(cache).length, 40);
    deepEqual(given(questionKey('1', [44])), answer);
  });

  it('stands where the user’s caches stand', () => {
    equal(cacheFolder({ XDG_CACHE_HOME: '/x/cache' }), '/x/cache/task-watchers');
    ok(cacheFolder({ XDG_CACHE_HOME: 'relative' })?.startsWith('/'));
  });
});
