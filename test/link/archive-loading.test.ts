import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { linkerSymbols, loadOrder } from '../../server/src/link/archive-loading';
import { workbench } from './compile';

/** `needs`: functions by number; object `n` defines function `n` (and, where `twice`, `f<n>_too`). */
interface Part {
  readonly needs: readonly number[];
  readonly weakly: readonly number[];
  readonly isWeak: boolean;
}

const parts = 9;
const part: fc.Arbitrary<Part> = fc.record({
  needs: fc.uniqueArray(fc.nat(parts - 1), { maxLength: 3 }),
  weakly: fc.uniqueArray(fc.nat(parts - 1), { maxLength: 1 }),
  isWeak: fc.boolean(),
});

const assembly = ({ needs, weakly, isWeak }: Part, number: number): string =>
  [
    `.${isWeak ? 'weak' : 'globl'} f${String(number)}`,
    '.data',
    `f${String(number)}:`,
    ...needs.map((other) => `.quad f${String(other)}`),
    ...weakly
      .filter((other) => !needs.includes(other) && other !== number)
      .map((other) => `.weak f${String(other)}\n.quad f${String(other)}`),
    '.section .note.GNU-stack,"",@progbits',
    '',
  ].join('\n');

describe('what ld loads of archives', () => {
  const bench = workbench();
  after(() => {
    bench.remove();
  });

  it('is told by the symbols of the objects, in ld’s own order', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: parts, maxLength: parts }), fc.nat(2), (objects, rotation) => {
        objects.forEach((one, number) => {
          bench.write(`${String(number)}.s`, assembly(one, number));
          bench.run('as', '-o', `${String(number)}.o`, `${String(number)}.s`);
        });
        const archives: Readonly<Record<string, readonly string[]>> = {
          'one.a': ['3.o', '4.o', '5.o'],
          'two.a': ['8.o', '7.o', '6.o'],
        };
        for (const [name, members] of Object.entries(archives)) {
          bench.run('rm', '-f', name);
          bench.run('ar', 'rcsT', name, ...members);
        }
        // The archives stand behind the objects, or in the middle of them as in kernels of old.
        const orders = [
          ['0.o', '1.o', '2.o', 'one.a', 'two.a'],
          ['0.o', 'two.a', '1.o', 'one.a', '2.o'],
          ['one.a', '0.o', '1.o', 'two.a', '2.o'],
        ] as const;
        const order = orders[rotation] ?? orders[0];
        const traced = bench.run(
          'ld',
          '-t',
          '--noinhibit-exec',
          '-e',
          '0',
          '-o',
          'out',
          '--start-group',
          ...order,
          '--end-group',
        );
        const real = traced.split('\n').flatMap((line) => /(\d\.o)\)?$/.exec(line)?.[1] ?? []);
        const given = order.flatMap((name): readonly { path: string; archive?: string }[] =>
          name.endsWith('.a')
            ? (archives[name] ?? []).map((path) => ({ path, archive: name }))
            : [{ path: name }],
        );
        assert.deepEqual(
          loadOrder(given, (path) => linkerSymbols(readFileSync(join(bench.folder, path)))),
          real,
        );
      }),
      { numRuns: 25 },
    );
  });

  it('is not known where an object cannot be read', () => {
    assert.equal(
      loadOrder([{ path: 'a.o' }], () => undefined),
      undefined,
    );
    assert.equal(linkerSymbols(new Uint8Array([1, 2, 3])), undefined);
  });
});
