import { deepEqual } from 'node:assert/strict';
import type { DispatchRequest } from '../../server/src/dispatch/simulate';
import { change } from '../checks/kernel-under-check';
import { wrongClaims } from './compiled';
import { dispatched, inCopy } from './simulated';

const errors = [[0], [-12], [1], [300], [-1]];
const member = (declared: string, first = 0): string =>
  `struct kept { ${declared}; };\nstatic struct kept kept = { ${String(first)} };`;

// What is right, GCC's compiled code says. A sample that `isKnown` has to be claimed as it is.
describe('dispatch: C’s own arithmetic', function () {
  this.timeout(60_000);

  it('constants have the types that their spelling gives them', async () => {
    const test = (condition: string): string => `\treturn ${condition} ? -EINVAL : 0;`;
    const conditions = [
      ['', '-1 < 1U'],
      ['', '-1 < 0x80000000'],
      ['', '-1 < 2147483648'],
      ['', '-0x80000000 < 0'],
      ['', '-1U > 5'],
      ['', '(long)-1U < 0'],
      ['', '-1 < 4294967295ULL'],
      ['', '037777777777 > -1'],
      ['', '(1UL << 40) >> 40 == 1'],
      ['', '0xffffffffffffffff > 5'],
      ['', "'a' - 97 > -1"],
      ['', 'sizeof(int) > -1'],
      ['', 'sizeof(long) * 8 == 64'],
      ['', '(val ? -7 : 5U) > 3'],
      ['', '(void *)-12L > (void *)5'],
      ['#define SIZE 16U', '-1 < SIZE'],
      ['#define TOP 0x80000000', '-1 < TOP'],
      ['#define TOP (1 << 31)', '(val | 0x100000000UL) & TOP'],
      ['#define TOP (1U << 31)', 'TOP > 0'],
      ['#define FAR (1UL << 40)', '(val | FAR) == FAR'],
      ['#define ALL ((unsigned char)~0)', 'ALL == 255'],
      ['#define HALF (SIZE / 2)\n#define SIZE (3 * 6UL)', 'HALF - 10 > 0'],
      ['enum { TOP = 0x80000000, ABOVE };', 'ABOVE > 0'],
    ] as const;
    deepEqual(
      await wrongClaims(
        conditions.map(([before, condition]) => ({
          what: `${before} ${condition}`,
          before,
          body: test(condition),
          val: '1',
          isKnown: true,
        })),
      ),
      [],
    );
  });

  it('what is stored is what its place can hold', async () => {
    const samples = [
      ['a byte', '', 'unsigned char x = 300;\n\n\treturn x;'],
      [
        'a typedef',
        'typedef unsigned char octet;',
        'octet x = ext_take(1);\n\n\treturn x < 0 ? -EINVAL : x;',
      ],
      ['a typedef of bool', 'typedef _Bool said;', 'said x = 5;\n\n\treturn x == 5 ? -EINVAL : 0;'],
      [
        'a result in a typedef',
        'typedef unsigned char octet;\nstatic octet low(int x)\n{\n\treturn x;\n}',
        'int err = ext_take(1);\n\n\treturn low(err) < 0 ? -EINVAL : low(err);',
      ],
      [
        'a member',
        member('unsigned char low'),
        'int err = ext_take(1);\n\n\tkept.low = err;\n\treturn err < 0 ? kept.low : 0;',
      ],
      ['what a store gives', member('unsigned char low'), 'return kept.low = 300;'],
      ['one bit with a sign', member('int bit : 1'), 'kept.bit = 1;\n\treturn kept.bit == 1 ? -EINVAL : 0;'],
    ] as const;
    deepEqual(
      await wrongClaims(
        samples.map(([what, before, body]) => ({ what, before, body: `\t${body}`, taken: errors })),
      ),
      [],
    );
  });

  it('a member whose type is not known may be of any', async () => {
    const samples = [
      [member('int of', -1), 'if (kept.of < 16U)\n\t\treturn 1;\n\treturn kept.of < 0 ? -EINVAL : 0;'],
      [
        member('int of', -1),
        'if (kept.of == 0xffffffff)\n\t\treturn kept.of < 0 ? -EINVAL : 0;\n\treturn 1;',
      ],
      [
        member('unsigned int of', -1),
        'if (kept.of == -1)\n\t\treturn kept.of > 5 ? -EAGAIN : -EINVAL;\n\treturn 0;',
      ],
      [
        member('unsigned int of', 0x80000000),
        'long all = kept.of;\n\tint some = kept.of;\n\n\tif (all > 5)\n\t\treturn some < 0 ? -EINVAL : 0;\n\treturn 1;',
      ],
      [
        member('unsigned int of', 3),
        'if (kept.of > 0 && kept.of < 9)\n\t\treturn -kept.of < 0 ? -EINVAL : 0;\n\treturn 1;',
      ],
    ] as const;
    deepEqual(
      await wrongClaims(samples.map(([before, body]) => ({ what: body, before, body: `\t${body}` }))),
      [],
    );
    // An error in one is that error all the same.
    deepEqual(
      await wrongClaims([
        {
          what: 'an error',
          before: '',
          body: '\ttsk->exit_code = ext_take(1);\n\tif (tsk->exit_code == -ENOMEM)\n\t\treturn tsk->exit_code;\n\treturn 0;',
          taken: [[0], [-12]],
          isKnown: true,
        },
      ]),
      [],
    );
  });

  it('an int is never equal to a long that is as long as it without its sign', async () => {
    deepEqual(
      await wrongClaims([
        {
          what: 'int against unsigned long',
          before: '',
          body: '\tint err = ext_take(1);\n\n\treturn err == 0xfffffff4UL ? -EINVAL : err == -12 ? -EAGAIN : 0;',
          taken: errors,
          isKnown: true,
        },
      ]),
      [],
    );
  });

  it('every part of an expression is evaluated, and once', async () => {
    const pair = 'struct pair { int a, b; };';
    const bodies = [
      [
        '',
        'switch (++n) {\n\tcase 0:\n\t\treturn 1;\n\tcase 1:\n\t\treturn n;\n\tcase 2 ... 9:\n\t\treturn 3;\n\t}',
      ],
      ['', 'many[n++] = 5;'],
      ['', 'many[n++] += 5;'],
      ['', '*(many + n++) = 5;'],
      ['', 'int *one = &many[n++];'],
      ['', 'int list[] = { n++, n++ };'],
      ['', 'many[0] = sizeof(n++);'],
      [pair, 'struct pair one = (struct pair) { n++, 0 };'],
      [pair, 'static struct pair pairs[2];\n\n\tpairs[n++].a = pairs[0].b;'],
      [
        `${pair}\nstatic struct pair pair;\nstatic int asked;\nstatic struct pair *ask(void)\n{\n\tasked++;\n\treturn &pair;\n}`,
        'asked = 0;\n\task()->a = 1;\n\tif (asked)\n\t\tn = 7;',
      ],
    ] as const;
    const claims = bodies.map(([before, body], index) => ({
      what: body,
      before,
      body: `\tint many[9] = { 0 };\n\tint n = 0;\n\n\t${body}\n\treturn n;`,
      ...(index < bodies.length - 1 ? { isKnown: true as const } : {}),
    }));
    deepEqual(await wrongClaims(claims), []);
  });

  it('--val takes what the tree defines, and numbers that fill a word', () =>
    inCopy(
      (root) => {
        change(root, 'include/linux/sched.h', (text) =>
          text.replace(
            /#define CLONE_VM\b/,
            '#define CLONE_IO 0x80000000\nenum { SMALL = 2, LARGE = SMALL << 4 };\n$&',
          ),
        );
      },
      (reader) => {
        const valueOf = (val: string): string | undefined => {
          const request: DispatchRequest = { event: 'INIT', val };
          return dispatched(reader, request).val.value;
        };
        deepEqual(
          ['CLONE_IO|CLONE_VM', '(SMALL + LARGE) << 1', '~CLONE_VM', '1UL << 63', '-1', '~0UL'].map(valueOf),
          // CLONE_VM is 0x100; what GCC 12 makes of these in an unsigned long.
          [0x80000100n, 68n, 2n ** 64n - 257n, 1n << 63n, 2n ** 64n - 1n, 2n ** 64n - 1n].map(String),
        );
      },
    ));
});
