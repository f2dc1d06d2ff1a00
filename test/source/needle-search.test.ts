import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  includeWords,
  mayInclude,
  mayIncludeByFolder,
  mayIncludeSources,
  type IncludeNames,
} from '../../server/src/source/include-names';
import { needleSearch } from '../../server/src/source/needle-search';

const size = 4096;

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('searching for needles in vectors', () => {
  const letters = (length: {
    readonly minLength: number;
    readonly maxLength: number;
  }): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom('a', 'b', '_', 'q', '\n', '\xff', '\x80'), ...length });

  it('finds what one search after another finds, whatever was in the buffer before', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 3, 3, 3).chain((minLength) =>
          fc.uniqueArray(letters({ minLength, maxLength: 9 }), {
            minLength: 1,
            // More than two passes.
            maxLength: 120,
            size: 'max',
          }),
        ),
        fc.array(letters({ minLength: 0, maxLength: 300 }), { minLength: 1, maxLength: 4 }),
        (needles, texts) => {
          const search = needleSearch(needles.map(latin1), size);
          for (const text of texts) {
            search.buffer().write(text, 'latin1');
            const { any } = search.search(text.length, true);
            const expected = needles.flatMap((needle, index) => (text.includes(needle) ? [index] : []));
            assert.deepEqual(search.found(), expected);
            assert.equal(any, expected.length > 0);
          }
        },
      ),
    );
  });

  it('finds a needle at every position, up to the very end', () => {
    const search = needleSearch([latin1('needle')], size);
    for (let at = 0; at + 6 <= size; at += at < 64 || at > size - 80 ? 1 : 61) {
      search.buffer().fill('x').write('needle', at, 'latin1');
      assert.equal(search.search(at + 6, true).any, true, String(at));
      assert.deepEqual(search.found(), [0]);
      assert.equal(search.search(at + 5, true).any, false, String(at));
      assert.deepEqual(search.found(), []);
    }
  });

  it('knows what stood in earlier pieces of a file', () => {
    const search = needleSearch(['one', 'two', 'three'].map(latin1), size);
    const piece = (text: string, isFirst: boolean): readonly number[] => {
      search.buffer().write(text, 'latin1');
      search.search(text.length, isFirst);
      return search.found();
    };
    assert.deepEqual(piece('one', true), [0]);
    assert.deepEqual(piece('three', false), [0, 2]);
    assert.deepEqual(piece('nothing', true), []);
  });

  it('sees a zero only at the beginning of a file', () => {
    const length = 20_000;
    const search = needleSearch([latin1('needle')], length);
    const isBinary = (zero: number, isFirst = true): boolean => {
      search.buffer().fill('x').writeUInt8(0, zero);
      return search.search(length, isFirst).isBinary;
    };
    assert.deepEqual(
      [0, 15, 16, 8191, 8192].map((at) => isBinary(at)),
      [true, true, true, true, false],
    );
    assert.equal(isBinary(0, false), false);
  });
});

describe('what files include', () => {
  const includesOf = (files: Readonly<Record<string, string>>): IncludeNames => {
    const search = needleSearch([latin1('init_task')], size, includeWords.map(latin1));
    const found: string[] = [];
    const ends: number[] = [];
    for (const [path, text] of Object.entries(files)) {
      search.buffer().write(text, 'latin1');
      assert.equal(search.search(text.length, true).any, text.includes('init_task'));
      found.push(path);
      ends.push(search.namesMet());
    }
    return { files: found, ends: Uint32Array.from(ends), names: search.names(0) };
  };

  it('is met by the hundred thousand', () => {
    const line = '#include "a.h"\n';
    const times = Math.floor(size / line.length);
    const files = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`${at}.c`, line.repeat(times)]));
    const { names } = includesOf(files);
    assert.equal(names.length, 400 * times);
    assert.equal(new Set(names).size, 1);
  });

  it('is known by base name, however the directive is written', () => {
    const names = includesOf({
      'z.c': '#include <linux/init.h>\n',
      'a.c': '#  include\t"init.h"\n#include "other.c"',
      'b.c': '# include_next <asm/init.h>\n',
      'c.c': '#import "../x/init.h"\n',
      'd.c': '#include /* why */ <linux/init.h>\n',
      'e.c': '#include \\\n <linux/init.h>\n',
      'f.c': '#include "in\\\nit.h"\n',
      'none.c': '#include <linux/init_task.h>\n#include <init.h/x>\n#include INIT_H\n/* include init.h */\n',
    });
    assert.deepEqual(
      mayInclude(names, ['init.h', 'nothing.h']),
      ['a.c', 'b.c', 'c.c', 'd.c', 'e.c', 'f.c', 'z.c'].map((file) => ({
        file,
        // What a comment or a continued line breaks up may be anything.
        needles: 'def'.includes(file.charAt(0)) ? [0, 1] : [0],
      })),
    );
    assert.deepEqual(mayIncludeSources(names), ['a.c', 'd.c', 'e.c', 'f.c']);
    assert.deepEqual(mayIncludeByFolder(names), ['c.c', 'd.c', 'e.c', 'f.c']);
  });
});
