import { strict as assert } from 'node:assert';
import { packedText } from '../../server/src/source/packed-text';
import { memoryTree, type TreeReader } from '../../server/src/source/tree-reader';
import { heldTexts } from '../../server/src/watchers/held-texts';
import { ReadFile } from '../../server/src/watchers/read-file';
import { sourceFiles } from '../../server/src/watchers/source-files';

/** Two dozen files of a megabyte: more than is held at a time (16 Mi). */
const texts = new Map(
  Array.from({ length: 24 }, (_, index): [string, string] => [
    `kernel/f${index}.c`,
    `#define NAME_OF_FILE_${index} 1\nint f${index}(void)\n{\n}\n${'/* a long comment */\n'.repeat(50_000)}`,
  ]),
);

function treeWith(again: (path: string) => string | undefined): TreeReader {
  return { ...memoryTree(texts), again };
}

describe('texts of files', () => {
  it('are read again where they are wanted once more, with the same facts', () => {
    const reread: string[] = [];
    const tree = treeWith((path) => {
      reread.push(path);
      return texts.get(path);
    });
    const files = sourceFiles(tree, undefined, 'x86', 'x86');
    for (const path of texts.keys()) files.source(path);
    assert.deepEqual(reread, [], 'nobody has asked for any text yet');
    for (const [path, text] of texts) {
      const file = files.source(path);
      assert.equal(file?.text, text);
      // One function: from `int` to its brace, and behind it.
      const start = text.indexOf('int');
      assert.deepEqual([...file.facts.statements], [start, text.indexOf('{'), text.indexOf('}') + 1]);
      assert.equal(file.lineStarts.length, text.split('\n').length);
    }
    // Each megabyte at most once more: all of them were put away when they came to be asked for.
    assert.ok(reread.length >= texts.size - 16 && new Set(reread).size === reread.length, reread.join());
  });

  it('are not taken for those of a file that was written to meanwhile', () => {
    const files = sourceFiles(
      treeWith(() => undefined),
      undefined,
      'x86',
      'x86',
    );
    for (const path of texts.keys()) files.source(path);
    const first = files.source('kernel/f0.c');
    assert.throws(() => first?.text, { name: 'FileChanged', message: /^kernel\/f0\.c was changed/ });
    assert.equal(first?.facts.directives.length, 1);
  });

  it('are all held where nothing says how to read them again', () => {
    const files = sourceFiles(memoryTree(texts), undefined, 'x86', 'x86');
    for (const path of texts.keys()) files.source(path);
    for (const [path, text] of texts) assert.equal(files.source(path)?.text, text);
  });

  it('take less while a server rests, but for those that its editor holds', () => {
    const some = new Map([
      ['kernel/a.c', 'int a; /* naïve — → 😀 */\n'.repeat(1000)],
      ['kernel/large.c', 'int large;\n'.repeat(100_000)],
      ['kernel/open.c', 'int open;\n'],
      ['kernel/empty.c', ''],
    ]);
    const overlaid = new Map([['kernel/open.c', 'int open;\n']]);
    const files = sourceFiles({ ...memoryTree(some), overlaid }, undefined, 'x86', 'x86');
    const before = [...some.keys()].map((path) => files.source(path));
    const lengths: number[] = [];
    for (let round = 0; round < 2; round++) {
      for (const step of files.rest((text) => {
        lengths.push(text.length);
        return packedText(text);
      }))
        step();
      for (const [path, text] of some) assert.equal(files.source(path)?.text, text);
    }
    // Packed once, though they rested twice.
    assert.deepEqual(lengths, [some.get('kernel/a.c')?.length, some.get('kernel/large.c')?.length, 0]);
    assert.deepEqual(
      [...some.keys()].map((path) => files.source(path)),
      before,
    );
  });

  it('let go of their directives while a server rests, and have them made again', () => {
    const text = '#ifndef A_H\n#define A_H\n#include "b.h"\n#define A(x) (x)\n#undef B\n#endif\n';
    const files = sourceFiles(memoryTree(new Map([['kernel/a.h', text]])), undefined, 'x86', 'x86');
    const facts = files.source('kernel/a.h')?.facts ?? assert.fail();
    const { directives, includes } = facts;
    for (const step of files.rest((held) => () => held)) step();
    assert.notEqual(facts.directives[3], directives[3]);
    assert.deepEqual(facts.directives, directives);
    assert.deepEqual(facts.includes, includes);
  });

  it('stay longest where they were asked for last', () => {
    const away: string[] = [];
    const hold = heldTexts(30, (path, text) => {
      away.push(path);
      return () => text;
    });
    const read = (path: string): ReadFile => {
      const file = new ReadFile(path, 'x'.repeat(10), hold);
      hold(file);
      return file;
    };
    const [a, b] = ['a', 'b', 'c'].map(read);
    assert.deepEqual(away, []);
    assert.equal(a?.text.length, 10);
    read('d');
    assert.deepEqual(away, ['b'], 'a was asked for');
    assert.equal(b?.text, 'x'.repeat(10));
    assert.deepEqual(away, ['b', 'c'], 'b is back, and in the row again');
  });
});
