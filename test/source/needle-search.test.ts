import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  includeCollector,
  includeWords,
  mayInclude,
  mayIncludeSources,
} from '../../server/src/source/include-names';
import { needleSearch } from '../../server/src/source/needle-search';

const size = 4096;

/** What stands where, found by looking at every position. */
function placesOf(text: string, needle: string): readonly number[] {
  const places: number[] = [];
  for (let at = 0; at + needle.length <= text.length; at++)
    if (text.startsWith(needle, at)) places.push(at + needle.length);
  return places;
}

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
          const places: number[] = [];
          const meet = (behind: number): void => {
            places.push(behind);
          };
          const search = needleSearch(
            needles.map((needle) => Buffer.from(needle, 'latin1')),
            size,
            new Map([[0, meet]]),
          );
          for (const text of texts) {
            places.length = 0;
            search.buffer.write(text, 'latin1');
            const found = new Set<number>();
            search.find(text.length, found);
            const expected = needles.flatMap((needle, index) => (text.includes(needle) ? [index] : []));
            assert.deepEqual(
              [...found].sort((a, b) => a - b),
              expected,
            );
            assert.deepEqual(places, placesOf(text, needles[0] ?? ''));
          }
        },
      ),
    );
  });

  it('finds a needle at every position, up to the very end', () => {
    const search = needleSearch([Buffer.from('needle')], size);
    for (let at = 0; at + 6 <= size; at += at < 64 || at > size - 80 ? 1 : 61) {
      search.buffer.fill('x').write('needle', at, 'latin1');
      const whole = new Set<number>();
      search.find(at + 6, whole);
      assert.deepEqual([...whole], [0], String(at));
      const cut = new Set<number>();
      search.find(at + 5, cut);
      assert.deepEqual([...cut], [], String(at));
    }
  });
});

describe('what files include', () => {
  const includesOf = (
    files: Readonly<Record<string, string>>,
  ): ReturnType<ReturnType<typeof includeCollector>['result']> => {
    const collector = includeCollector();
    const meet = (at: number, length: number): void => {
      collector.meet(search.buffer, at, length);
    };
    const search = needleSearch(
      includeWords.map((word) => Buffer.from(word)),
      size,
      new Map(includeWords.map((_, index) => [index, meet])),
    );
    for (const [path, text] of Object.entries(files)) {
      search.buffer.write(text, 'latin1');
      search.find(text.length, new Set());
      collector.file(path);
    }
    return collector.result();
  };

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
  });
});
