import assert from 'node:assert/strict';
import { layOut } from '../../server/src/link/layout';
import { objectSections } from '../../server/src/link/object-sections';
import { tables } from '../../server/src/link/tables';
import { parseLinkerScript } from '../../server/src/syntax/ldscript/parse';
import { workbench } from './compile';
import { entriesOf } from './section-entry-of';

/** Ways of asking for an alignment; the pointer in the middle has it. */
const spellings = [
  '',
  '__attribute__((aligned(8)))',
  '__attribute__((aligned(4)))',
  '__attribute__((__aligned__(64 / 8)))',
  '__attribute__((aligned(sizeof(void *))))',
  '__attribute__((aligned(sizeof(long))))',
  '__attribute__((aligned(__alignof__(fn_t *))))',
  '__attribute__((aligned))',
  '__attribute__((aligned(16)))',
  '__attribute__((__aligned__(1 << 5)))',
  '__attribute__((aligned(2 * sizeof(void *))))',
  '_Alignas(64)',
];

const source = (spelling: string): string => `
typedef int (*fn_t)(unsigned long);
static int f(unsigned long v) { return !v; }
static fn_t one __attribute__((used, section(".tw.init"))) = f;
${spelling.startsWith('_A') ? spelling : ''} static fn_t two __attribute__((used, section(".tw.init"))) ${spelling.startsWith('_A') ? '' : spelling} = f;
static fn_t three __attribute__((used, section(".tw.init"))) = f;
`;

describe('a pointer that asks for an alignment of its own', () => {
  const bench = workbench();
  after(() => {
    bench.remove();
  });
  const script = 'SECTIONS { .tw : { s_init = .; *(.tw.init) e_init = .; } }';

  for (const spelling of spellings)
    it(`has a slot only if no gap stands before it: ${spelling || 'none asked for'}`, () => {
      const text = source(spelling);
      const entries = entriesOf(text, {
        names: new Set(),
        pattern: /"\.tw/g,
        registering: new Set(),
        sectionMatches: (section) => section === '.tw.init',
      });
      const { sections } = objectSections('unit.o', entries, {
        compiler: { kind: 'gcc', lto: false },
        flags: { optimisation: '2', keepsToplevelOrder: false, lto: false },
      });
      const [table] = tables(layOut([{ path: 'unit.o', sections }], parseLinkerScript(script)), [
        { event: 'init', sections: ['.tw.init'] },
      ]);
      bench.write('unit.c', text);
      bench.run('gcc', '-c', '-O2', '-w', 'unit.c');
      const sizes = bench.run('size', '-A', 'unit.o');
      const bytes = Number(/^\.tw\.init\s+(\d+)/m.exec(sizes)?.[1]);
      assert.deepEqual(
        table?.entries.map(({ entry, slot }) => [entry.variable, slot]),
        bytes === 24
          ? [
              ['three', 0],
              ['two', 1],
              ['one', 2],
            ]
          : [
              ['three', undefined],
              ['two', undefined],
              ['one', undefined],
            ],
      );
      assert.equal(bytes === 24, table.orderUnknown === undefined);
    });
});
