import assert from 'node:assert/strict';
import { startMake } from '../../server/src/kbuild/make-process';
import { memoryTree } from '../../server/src/source/tree-reader';
import { expandText } from '../../server/src/syntax/make/expand';
import { onDisk, run } from './kbuild-tree';

const files = Object.fromEntries(
  [
    'k/a.c',
    'k/b.c',
    'k/z.c',
    'k/.h.c',
    'k/s1/x.c',
    'k/s1/Makefile',
    'k/s1-a/y.c',
    'k/s2/x.c',
    'k/S/-.c',
    'a',
  ].map((path) => [path, '']),
);

const patterns = [
  'k/*.c',
  './k/*.c',
  'k/*/*.c',
  'k/*/Makefile',
  'k/*/',
  './*/s[12]/*',
  'k/[!a-b].c',
  'k/[^a-b].c',
  'k/[a-b].c',
  'k/[z-a].c',
  'k/s?/x.c',
  'k/*/[-x].c',
  'k/none/*',
  '*/none',
  'k/.*.c',
  'k/s1/../*.c',
  '*',
  'a/*',
  'a/',
  'k/',
];

describe('$(wildcard)', () => {
  it('is what make finds', () => {
    const lines = patterns.map((pattern) => `$(info [$(wildcard ${pattern})])`);
    const real = onDisk(
      { ...files, 'k/Kconfig': '', Makefile: `${lines.join('\n')}\nall: ;\n` },
      '',
      (folder) => run(folder, 'make', '-rR', '-s'),
    );
    const onlyMakes = { Makefile: '', 'k/Kconfig': '', 'include/config/auto.conf': '' };
    const tree = memoryTree(new Map(Object.entries({ ...files, ...onlyMakes })));
    const { scope } = startMake(tree, new Map(), 'x86', undefined, {});
    assert.deepEqual(
      patterns.map((pattern) => `[${expandText(`$(wildcard ${pattern})`, scope)}]`),
      real.split('\n').slice(0, -1),
    );
  });
});
