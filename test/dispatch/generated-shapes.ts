import type { Dice } from './dice';

/** What a shape of code is written with. */
export interface Writer extends Dice {
  readonly put: (depth: number, text: string) => void;
  readonly depth: number;
  /** A condition, an error (`-ENOMEM`), a way out (`return err;`), a flag (`CLONE_VM`). */
  readonly test: () => string;
  readonly error: () => string;
  readonly leave: () => string;
  readonly flag: () => string;
  /** A statement of any kind, one level deeper. */
  readonly inner: (depth: number) => void;
  /** A number that no other shape of the file has. */
  readonly serial: () => string;
  /** Number of the watcher, as in the names of its functions. */
  readonly index: number;
}

type Shape = (writer: Writer) => void;

/** Shapes as kernel code has them, each for something that an interpreter may get wrong. */
export const shapes: readonly [Shape, ...Shape[]] = [
  function fallThrough({ put, depth, pick, inner, error, roll }) {
    put(depth, `switch (${pick(['val & 7', 'low & 3', '(int)(val >> 8)', 'err'])}) {`);
    put(depth, pick(['case 0:', 'case 0 ... 1:']));
    put(depth + 1, pick(['err = 1;', `err = ${error()};`, 'low++;']));
    if (roll(2) === 0) put(depth + 1, 'break;');
    put(depth, 'default:');
    inner(depth + 1);
    if (roll(2) === 0) put(depth + 1, 'break;');
    put(depth, 'case 2:');
    put(depth, `case ${pick(['4', '-ENOMEM', '-16'])}:`);
    put(depth + 1, pick(['return err;', `return ${error()};`, 'err = 0;', 'goto out;']));
    put(depth, 'case 5: {');
    inner(depth + 1);
    put(depth, '}');
    put(depth, '}');
  },
  function outOfLoops({ put, depth, pick, test, error, serial }) {
    const found = `found_${serial()}`;
    put(depth, 'for (i = 0; i < 2; i++) {');
    put(depth + 1, 'int j;');
    put(depth, '');
    put(depth + 1, `for (j = 0; j < ${pick(['2', '3'])}; j++) {`);
    put(depth + 2, `if (${pick([test(), 'i + j == 2', 'j == (low & 1)'])})`);
    put(depth + 3, `goto ${found};`);
    put(depth + 1, '}');
    put(depth, '}');
    put(depth, `err = ${error()};`);
    put(depth, `${found}:`);
    put(depth + 1, pick([';', 'low += i;', 'err++;']));
  },
  function onceLoop({ put, depth, pick, test, error, inner }) {
    put(depth, 'do {');
    put(depth + 1, `if (${test()})`);
    put(depth + 2, pick(['break;', 'continue;']));
    inner(depth + 1);
    put(depth + 1, `err = ${pick([error(), '0', 'ext_take(3)'])};`);
    put(depth, '} while (0);');
  },
  function macros({ put, depth, pick, error, test }) {
    put(
      depth,
      pick([
        'TRY(ext_take(2));',
        `FAIL_IF(${test()});`,
        'SET_ERR(ext_take(1));',
        'SET_TO(err, ext_take(4));',
        'LEAVE_ON_ERROR;',
        `err = PICK(${test()}, ${error()}, 0);`,
        'low = LOW_BITS(val);',
        'if (HAS_BOTH(val))',
        'OUTER_TRY(ext_take(2));',
        'LOG_ONLY(err);',
      ]),
    );
    put(depth, 'low++;');
  },
  function choices({ put, depth, pick, test, error }) {
    put(
      depth,
      pick([
        `err = ${test()} ? ${error()} : ${test()} ? ${error()} : 0;`,
        `err = err ?: ext_take(2);`,
        `err = ext_take(1) ?: ${test()} ? ${error()} : 0;`,
        `err = -!!(${test()});`,
        `err = !!(val & CLONE_FILES) + !!(val & CLONE_VM);`,
        `err = !err ? ${error()} : !!err;`,
        `err = (${test()}, ${error()});`,
        `err = (low = val >> 8, low & 1) ? ${error()} : 0;`,
      ]),
    );
  },
  function pointers({ put, depth, pick, index, error }) {
    put(depth, `p = give_${String(index)}(${pick(['val', 'low', 'val >> 8', 'low & 1'])});`);
    put(
      depth,
      pick([
        'if (IS_ERR(p))',
        'if (!p || IS_ERR(p))',
        'if (PTR_ERR(p) == -EINVAL)',
        'if (p && !IS_ERR(p))',
        'if (p)',
      ]),
    );
    put(
      depth + 1,
      pick([
        'return PTR_ERR(p);',
        'err = PTR_ERR(p);',
        'return IS_ERR(p) ? PTR_ERR(p) : 0;',
        `return ${error()};`,
        'p = NULL;',
      ]),
    );
  },
  function staticLocal({ put, depth, pick, error, serial }) {
    const name = `calls_${serial()}`;
    put(depth, '{');
    put(depth + 1, `static int ${name}${pick(['', ' = 2'])};`);
    put(depth, '');
    put(depth + 1, `if (${name}++ ${pick(['> 3', '== 2', '< 1'])})`);
    put(depth + 2, pick([`return ${error()};`, `err = ${error()};`, 'goto out;']));
    put(depth, '}');
  },
  function narrowed({ put, depth, pick, error, serial }) {
    const name = `kept_${serial()}`;
    const type = pick([
      'unsigned long',
      'long',
      'unsigned int',
      'short',
      'unsigned short',
      'signed char',
      'unsigned char',
      '_Bool',
      'long long',
      'unsigned long long',
    ]);
    put(depth, '{');
    put(
      depth + 1,
      `${type} ${name} = ${pick([error(), 'err', 'ext_take(2)', 'val', 'low', '-4095', 'narrow'])};`,
    );
    put(depth, '');
    put(
      depth + 1,
      pick([
        `${name} += 1;`,
        `${name} -= low & 3;`,
        `${name} >>= 1;`,
        `${name} |= 4;`,
        `${name} = -${name};`,
        `${name} = ~${name};`,
        ';',
        `${name} *= 2;`,
        `${name}--;`,
      ]),
    );
    put(
      depth + 1,
      pick([
        `if (${name} < 0)`,
        `if (${name} > 0)`,
        `if (${name} == ${error()})`,
        `if (${name} != (${type})${error()})`,
        `if (${name} > ${error()})`,
        `if (${name} <= -12)`,
        `if (${name} >= (unsigned long)-4095)`,
        `if ((int)${name} < 0)`,
        `if (err > ${name})`,
        `if (!${name})`,
        `if (${name} < 100U)`,
      ]),
    );
    put(
      depth + 2,
      pick([
        `return ${name};`,
        `err = ${name};`,
        `return ${error()};`,
        `err = (int)${name} < 0 ? (int)${name} % 100 : 0;`,
      ]),
    );
    put(depth, '}');
  },
  function shadowed({ put, depth, pick, error, test }) {
    put(depth, `${pick(['if (val)', `if (${test()})`, 'while (i++ < 2)'])} {`);
    put(
      depth + 1,
      `${pick(['int err', 'long err', 'unsigned int low'])} = ${pick([error(), 'ext_take(2)', '0', '3'])};`,
    );
    put(depth, '');
    put(depth + 1, pick(['if (err)', 'if (low > 2)', 'if (err < 0)']));
    put(depth + 2, pick(['tsk->usage++;', 'return err;', 'err = -EPERM;', 'low = 1;']));
    put(depth, '}');
  },
  function byAddress({ put, depth, pick, index, error }) {
    put(
      depth,
      pick([
        `fill_${String(index)}(&err, val);`,
        '*where = ext_take(3);',
        `*where = ${error()};`,
        'where = &err;',
        'if (*where < 0)',
        '(*where)++;',
      ]),
    );
    put(depth, 'low ^= 1;');
  },
  function inTest({ put, depth, pick, test, leave }) {
    put(
      depth,
      pick([
        `if ((err = ext_take(2)) < 0 && ${test()})`,
        `if (!(err = ext_take(3)) || low++ > 3)`,
        `if (${test()} ? low & 1 : err)`,
        'if ((low += 2) > 9 || (err = -EPERM))',
        'if (err-- > 0)',
        'if (!++err)',
        'while ((err = ext_take(1)) && low++ < 3)',
        `if (!!(${test()}) == !!(${test()}))`,
        `if (!(${test()}) && !(${test()} || err))`,
      ]),
    );
    put(depth + 1, pick([leave(), 'low++;', ';']));
  },
  function retried({ put, depth, pick, serial, error }) {
    const again = `again_${serial()}`;
    put(depth, 'i = 0;');
    put(depth, `${again}:`);
    put(depth, pick(['err = ext_take(2);', `err = i == 1 ? ${error()} : 0;`, 'err = -i;']));
    put(depth, `if (${pick(['err', '!err', 'err < 0'])} && i++ < ${pick(['1', '2', '3'])})`);
    put(depth + 1, `goto ${again};`);
  },
  function changedVal({ put, depth, pick, flag, test, leave }) {
    put(
      depth,
      pick([
        `val &= ~${flag()};`,
        `val |= ${flag()};`,
        'val ^= CLONE_VM;',
        'val >>= 8;',
        'val = -val;',
        'val--;',
      ]),
    );
    put(depth, `if (${test()})`);
    put(depth + 1, leave());
  },
  function numbers({ put, depth, pick }) {
    put(
      depth,
      pick([
        'err = (int)val >> 4 < 0 ? -EINVAL : 0;',
        'err = -(int)(val % 7);',
        'err = narrow / 7 % 5;',
        'err = -(1 << (low & 3));',
        'err = (val & 0x80000000) ? -1 : 0;',
        'err = ((int)val < 0) * -22;',
        'err = -(sizeof(int) > -1);',
        'err = (unsigned char)narrow - 200;',
        'err = -(val > -1);',
        'err = -(LIMIT > low);',
        'err = -SECOND;',
        'err = 0 - (val == 0xffffffffffffffffUL);',
        "err = -('a' > 96);",
        'err = narrow & 0xf0 ? -narrow & 15 : 0;',
      ]),
    );
  },
  function deeper({ put, depth, pick, index }) {
    put(
      depth,
      `err = ${pick([`deep_${String(index)}(val, 3)`, `deep_${String(index)}(low, 0)`, `outer_${String(index)}(val, tsk)`])};`,
    );
    put(depth, pick(['if (err)', 'if (err < 0)', 'if (err == -EBUSY)', 'if (err > 0)']));
    put(depth + 1, pick(['return err;', 'goto out;', 'err = 0;', 'err = -err;']));
  },
  function throughField({ put, depth, pick, error, test }) {
    put(
      depth,
      pick([
        `tsk->hardirqs_enabled = ${error()};`,
        'tsk->exit_code = ext_take(2);',
        'tsk->uid = err;',
        `tsk->exit_code = ${error()};`,
      ]),
    );
    if (pick([true, false])) put(depth, `if (${test()})\n${'\t'.repeat(depth + 1)}tsk->exit_code = 0;`);
    put(
      depth,
      pick([
        'err = tsk->hardirqs_enabled;',
        'err = tsk->exit_code;',
        'if (tsk->exit_code < 0)\n\t\treturn tsk->exit_code;',
        'err = (int)tsk->uid < 0 ? -EPERM : 0;',
        'err = tsk->uid > 5 ? -EINVAL : 0;',
      ]),
    );
  },
  function typedConstants({ put, depth, pick, leave }) {
    put(
      depth,
      pick([
        'if (narrow < WIDE)',
        'if (err > HIGH)',
        'if ((val | FAR) > HIGH)',
        'if (narrow >= -WIDE)',
        'if (err + narrow == HIGH)',
        'if (narrow - LIMIT < sizeof(int))',
        'if ((err < 0 ? narrow : 5U) > 3)',
        'if (-WIDE > 0 && err < FAR)',
        'if (~HIGH < narrow)',
      ]),
    );
    put(depth + 1, leave());
  },
  function smallMembers({ put, depth, pick, leave, index, error }) {
    const member = pick(['low', 'mid', 'yes', 'bit', 'word', 'wide']);
    const kept = `small_${String(index)}.${member}`;
    put(
      depth,
      `${kept} = ${pick(['err', 'val', error(), '300', '1', '0', 'narrow', 'low', 'ext_take(2)'])};`,
    );
    put(
      depth,
      pick([
        `if (${kept} < 0)`,
        `if (${kept} == ${error()})`,
        `if (${kept} == 1)`,
        `if (${kept} > WIDE)`,
        `if (!${kept})`,
        `if (${kept} >= 5 && -${kept} < 0)`,
        `if ((err = ${kept}) > 7)`,
        `if ((${kept} -= 3) < 0)`,
        `if (${kept}++ == 255)`,
      ]),
    );
    put(depth + 1, pick([leave(), `err = ${kept};`, `return ${kept} < 0 ? -EINVAL : ${kept} & 3;`]));
  },
  function onceOnly({ put, depth, pick, error, leave }) {
    put(depth, `i = ${pick(['0', '1', 'low & 3'])};`);
    put(
      depth,
      pick([
        'many[i++] = err;',
        'many[i++] += low;',
        '*(many + i++) = 3;',
        'where = &many[i++];',
        'err = ((struct { int a, b; }) { i++, 2 }).b;',
        `switch (i++) {\ncase 1: err = ${error()}; break;\ncase 2: err = 2; break;\ncase 3 ... 4: err = 3;\n}`,
        'err = i++ ?: 3;',
        'err = sizeof(i++) > 3;',
        'err = (i++, low++, i);',
        'err += i++ + (low++ & 1);',
      ]),
    );
    put(depth, pick(['if (i == 1)', 'if (i > 1)', 'if (i == (low & 3))']));
    put(depth + 1, leave());
  },
  function blocksOfNames({ put, depth, pick, error }) {
    const first = pick(['err', 'ext_take(2)', '300', error(), 'low']);
    put(depth, `{ ${pick(['unsigned char', 'short', 'octet', 'said'])} x = ${first}; low ^= x; }`);
    put(depth, `{ ${pick(['int', 'long', 'unsigned int', 'octet'])} x = ${pick(['err', 'low', error()])};`);
    put(depth + 1, pick(['if (x < 0)', 'if (x > 5)', 'if (x == 1)', 'if (x)']));
    put(depth + 2, pick(['err = x;', `err = ${error()};`, 'return x;', 'low = x;']));
    put(depth, '}');
  },
];

/** What a file has in front of its watcher, so that the shapes can use it. */
export function shapesPrologue(index: number, { pick }: Dice): string {
  const flag = pick(['CLONE_VM', 'CLONE_FILES', 'CLONE_THREAD']);
  return `#define LIMIT ${pick(['5', '0x20', '(1 << 4)'])}
#define WIDE 16U
#define HIGH ${pick(['0x80000000', '(1U << 31)', '(WIDE << 4)'])}
#define FAR (1UL << 40)
enum { FIRST = 3, SECOND, THIRD = SECOND + 5 };
typedef unsigned char octet;
typedef _Bool said;
static struct {
	unsigned char low;
	short mid;
	_Bool yes;
	int bit : 1;
	unsigned int word;
	long wide;
} small_${String(index)};
#define LOW_BITS(x) ((x) & 7)
#define HAS_BOTH(x) (((x) & (CLONE_VM | ${flag})) == (CLONE_VM | ${flag}))
#define PICK(test, yes, no) ((test) ? (yes) : (no))
#define TRY(call) do { err = (call); if (err) goto out; } while (0)
#define OUTER_TRY(call) TRY(call)
#define FAIL_IF(test) do { if (test) return -EINVAL; } while (0)
#define SET_ERR(call) (err = (call))
#define SET_TO(name, value) do { name = (value); } while (0)
#define LEAVE_ON_ERROR if (err) return err
#define LOG_ONLY(value) do { (void)(value); } while (0)

static void *give_${String(index)}(unsigned long bits)
{
	if (bits & ${pick(['1', 'CLONE_VM', 'CLONE_FILES'])})
		return ERR_PTR(${pick(['-EINVAL', '-ENOMEM'])});
	if (bits & ${pick(['2', 'CLONE_THREAD'])})
		return NULL;
	return ext_pointer(1);
}

static void fill_${String(index)}(int *to, unsigned long bits)
{
	*to = bits & CLONE_VM ? -EBUSY : ${pick(['0', 'ext_take(2)'])};
}

static int deep_${String(index)}(unsigned long bits, int left)
{
	if (left <= 0)
		return bits & ${flag} ? -EBUSY : 0;
	return deep_${String(index)}(bits${pick(['', ' >> 1'])}, left - 1);
}

static int inner_${String(index)}(unsigned long bits, int *seen)
{
	(*seen)++;
	if (bits & ${flag})
		return -EPERM;
	return *seen > 1 ? 1 : ext_take(1);
}

static int outer_${String(index)}(unsigned long bits, struct task_struct *tsk)
{
	int seen = 0, err;

	err = inner_${String(index)}(bits, &seen);
	if (!err)
		err = inner_${String(index)}(bits >> 8, &seen);
	return err${pick(['', ' < 0 ? err : 0'])};
}
`;
}
