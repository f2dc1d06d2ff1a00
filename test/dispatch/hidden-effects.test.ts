import { deepEqual, ok } from 'node:assert/strict';
import { returnsOf } from './simulated';

// Each of these was once answered with a wrong certainty; `npm run verify:dispatch` found them.
describe('dispatch: code that hides what it does', function () {
  this.timeout(60_000);
  const mayBe = (returns: readonly string[], ...real: readonly string[]): void => {
    ok(
      returns.some((text) => text.startsWith('unknown') || text.startsWith('what ') || real.includes(text)),
      `${returns.join(' or ')}: leaves out ${real.join()}`,
    );
    ok(returns.length > 1 || !/^(?:0|-E\w+)$/.test(returns[0] ?? ''), `certain of ${returns.join()}`);
  };

  it('a macro that jumps to a label of the function', async () => {
    // ext_take() may fail, and then it returns 1.
    mayBe(
      await returnsOf(
        '#define TRY(call) do { if (call) goto out; } while (0)',
        '\tTRY(ext_take(1));\n\treturn 0;\nout:\n\treturn 1;',
      ),
      '1',
    );
  });

  it('a macro that returns by way of another', async () => {
    mayBe(
      await returnsOf(
        '#define INNER(x) if (x) return -EINVAL\n#define OUTER(x) INNER(x)',
        '\tOUTER(ext_take(1));\n\treturn 0;',
      ),
      '-EINVAL',
    );
  });

  it('a macro without arguments that returns', async () => {
    mayBe(
      await returnsOf('#define LEAVE if (tsk->usage) return -EINVAL', '\tLEAVE;\n\treturn 0;'),
      '-EINVAL',
    );
  });

  it('a macro that sets a variable it was not given', async () => {
    mayBe(
      await returnsOf(
        '#define SET(call) (err = (call))',
        '\tint err = 0;\n\tSET(ext_take(1));\n\treturn err;',
      ),
      'what ext_take() returns',
    );
    mayBe(
      await returnsOf('#define ERR err', '\tint err = 0;\n\tERR = ext_take(1);\n\treturn err;'),
      'what ext_take() returns',
    );
  });

  it('a macro that takes an address, or that is written to', async () => {
    for (const macro of [
      '#define FILL(x) fill((void *)&(x), 1)',
      '#define FILL(x) fill(&x, 1)',
      '#define FILL(x) (x)++',
      '#define FILL(x) ((x) |= ext_take(1))',
      '#define FILL(x) __asm__("" : "+r" (x))',
    ])
      mayBe(
        await returnsOf(
          `void fill(void *to, int size);\n${macro}`,
          '\tint err = 0;\n\tFILL(err);\n\treturn err;',
        ),
        'unknown',
      );
    mayBe(
      await returnsOf('#define OF(x) x', '\tint err = 0;\n\tOF(err) = ext_take(1);\n\treturn err;'),
      'what ext_take() returns',
    );
  });

  it('is still certain beside macros that do nothing of the kind', async () => {
    deepEqual(
      await returnsOf(
        '#define NOTE(val) do { tsk->usage = (val); } while (0)\n#define LIMIT 3',
        '\tfor (int i = 0; i < 2; i++)\n\t\tNOTE(LIMIT);\n\tfor (int i = 0; i < 2; i++)\n\t\tNOTE(4);\n\treturn val ? -EINVAL : 0;',
      ),
      ['0'],
    );
    // One that only reads leaves what it is given as it was.
    deepEqual(
      await returnsOf(
        '#define BITS(x) ((x) & 7)\n#define SAME(a, b) ((a) == (b) && a & b)',
        '\tint err = 0;\n\tif (BITS(err) || SAME(err, val))\n\t\ttsk->usage = 1;\n\treturn err;',
      ),
      ['0'],
    );
  });
});
