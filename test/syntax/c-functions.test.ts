import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionBody, Statement } from '../../server/src/syntax/c/function-body';
import { scanC } from '../../server/src/syntax/c/scan';
import type { Decide } from '../../server/src/syntax/c/tree/branch-choices';
import type { CParser } from '../../server/src/syntax/c/tree/c-parser';
import {
  bodiesOf,
  bodySteps,
  functionsOf,
  type FunctionFact,
} from '../../server/src/syntax/c/tree/functions';
import { cParser } from '../../server/src/workspace/c-parser-files';

const exampleKernel = join(__dirname, '../fixtures/example-kernel');

function cFiles(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? cFiles(path) : /\.[ch]$/.test(name) ? [path] : [];
  });
}

describe('functions of a C file', () => {
  let parser: CParser;
  before(async () => {
    parser = await cParser();
  });

  const one = (text: string): FunctionFact => {
    const [first] = functionsOf(parser, text);
    assert.ok(first, `no function in ${text}`);
    return first;
  };
  const names = (text: string): readonly string[] => functionsOf(parser, text).map(({ name }) => name);

  it('are found behind braces that match only for the preprocessor', () => {
    const odd = '\n#ifdef A\n\twhile (x) {\n#endif\n#ifndef A\n\tif (x) {\n#endif\n\t}\n}\n';
    const early = '\n\twhile (x) {\n#ifdef A\n\t}\n#endif\n#ifndef A\n\tx--;\n\t}\n#endif\n}\n';
    const after = 'int g(void)\n{\n}\n';
    assert.deepEqual(names(`int f(int x)\n{${odd}${after}`), ['f', 'g']);
    assert.deepEqual(names(`int f(int x)\n{${early}${after}`), ['f', 'g']);
    assert.deepEqual(names(`#ifdef B\n#else\nint f(int x)\n{${odd}${after}#endif\nint h(void) { }`), [
      'f',
      'g',
      'h',
    ]);
  });

  const heads: readonly (readonly [text: string, name: string, returnType: string])[] = [
    ['static int __init audit_setup(void) { return 0; }', 'audit_setup', 'int'],
    ['static __init int audit_setup(void) { return 0; }', 'audit_setup', 'int'],
    ['static pid_t __sched noinline wait_it(struct x *p) { return 0; }', 'wait_it', 'pid_t'],
    ['u32 __weak arch_pick(void) { return 1; }', 'arch_pick', 'u32'],
    ['static inline __be32 flip(__be32 x) { return x; }', 'flip', '__be32'],
    ['static __fs16 fs_flip(__fs16 x) { return x; }', 'fs_flip', '__fs16'],
    ['static __printf(1, 2) void say(const char *f, ...) { }', 'say', 'void'],
    ['int __attribute__((weak)) soft(void) { return 0; }', 'soft', 'int'],
    ['void hold(struct l *l) __acquires(l) { }', 'hold', 'void'],
    [
      'int __task_init copy_keys(unsigned long val, struct task_struct *tsk) { return 0; }',
      'copy_keys',
      'int',
    ],
    ['asmlinkage __visible void __init start(void) { }', 'start', 'void'],
    ['struct task_struct *dup(struct task_struct *from) { return from; }', 'dup', 'struct task_struct *'],
    ['const char *const title(int n) { return 0; }', 'title', 'const char *'],
    ['unsigned\nlong long\nmany(void)\n{\n}', 'many', 'unsigned long long'],
  ];
  for (const [text, name, returnType] of heads)
    it(`reads ${text.replace(/\s+/g, ' ').slice(0, 60)}`, () => {
      const fact = one(text);
      assert.equal(fact.name, name);
      assert.equal(text.slice(fact.nameRange.start, fact.nameRange.end), name);
      if (name !== 'title') assert.equal(fact.returnType, returnType);
      assert.ok(fact.body);
    });

  it('keeps parameters and annotations', () => {
    const fact = one(
      'static int __init take(const char __user *name, int (*fn)(void), unsigned long v) { return 0; }',
    );
    assert.deepEqual(
      fact.parameters.map(({ type, name }) => [type, name]),
      [
        ['const char *', 'name'],
        ['int (*)(void)', 'fn'],
        ['unsigned long', 'v'],
      ],
    );
    assert.deepEqual(
      fact.annotations.map(({ name }) => name),
      ['__init', '__user'],
    );
    assert.ok(fact.isStatic);
    assert.deepEqual(one('int nothing(void);').parameters, []);
    assert.equal(one('int nothing(void);').body, undefined);
  });

  it('names system calls as the linker does', () => {
    const fact = one('SYSCALL_DEFINE2(setregid, gid_t, rgid, gid_t, egid)\n{\n\treturn 0;\n}');
    assert.equal(fact.name, 'sys_setregid');
    assert.deepEqual(
      fact.parameters.map(({ type, name }) => `${type} ${name ?? ''}`),
      ['gid_t rgid', 'gid_t egid'],
    );
    assert.equal(one('COMPAT_SYSCALL_DEFINE0(x)\n{\n\treturn 0;\n}').name, 'compat_sys_x');
  });

  it('finds both heads of one body, and only the one that is compiled', () => {
    assert.deepEqual(
      names(
        '#ifdef CONFIG_A\nint one(int a)\n#else\nint two(void)\n#endif\n{\n\treturn 0;\n}\nint three(void) { return 3; }',
      ),
      ['one', 'two', 'three'],
    );
  });

  it('takes neither data nor types nor macro calls for functions', () => {
    assert.deepEqual(
      names(
        'struct a { int (*f)(void); };\nstatic DEFINE_MUTEX(lock);\nEXPORT_SYMBOL(one);\ntypedef int (*fn)(int);\n' +
          'static struct a b = { .f = g };\nint table[] = { X(1) };\nmodule_init(start);\nint one(void) { return 1; }',
      ),
      ['one'],
    );
  });

  it('looks past a registration without a semicolon', () => {
    assert.deepEqual(names('BTF_ID(func, a)\nBTF_ID(func, b)\nstatic int real(int x) { return x; }'), [
      'real',
    ]);
  });
});

describe('bodies of functions', () => {
  let parser: CParser;
  before(async () => {
    parser = await cParser();
  });

  function bodies(code: string, decide?: Decide): readonly FunctionBody[] {
    const text = `int f(int val, struct task_struct *tsk)\n{\n${code}\n}\n`;
    const [fact] = functionsOf(parser, text);
    assert.ok(fact);
    return bodiesOf(parser, text, fact, scanC(text), decide);
  }
  const statements = (code: string): readonly Statement[] => bodies(code)[0]?.block.statements ?? [];
  const kinds = (code: string): readonly string[] => statements(code).map(({ kind }) => kind);

  it('are read in steps of one for each way that #ifs may go', () => {
    const text = 'void f(void)\n{\n#ifdef A\na();\n#endif\n#ifdef B\nb();\n#endif\n}\n';
    const [fact] = functionsOf(parser, text);
    assert.ok(fact);
    const steps = bodySteps(parser, text, fact, scanC(text));
    let pauses = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) pauses++;
    assert.equal(pauses, 3);
    assert.deepEqual(step.value, bodiesOf(parser, text, fact, scanC(text)));
    assert.equal(step.value.length, 4);
  });

  it('puts labels and cases before what they mark', () => {
    assert.deepEqual(kinds('out: return 0;'), ['label', 'return']);
    const [choice] = statements('switch (val) { case 1 ... 3: a(); break; default: b(); }');
    assert.ok(choice?.kind === 'switch' && choice.body.kind === 'block');
    const inside = choice.body.statements;
    assert.deepEqual(
      inside.map(({ kind }) => kind),
      ['case', 'expression', 'break', 'default', 'expression'],
    );
    const [first] = inside;
    assert.ok(first?.kind === 'case' && first.value.kind === 'number' && first.last?.kind === 'number');
    assert.deepEqual([first.value.value, first.last.value], [1, 3]);
  });

  it('knows loops that macros make', () => {
    const [loop] = statements('list_for_each_entry(p, &head, list)\n\tuse(p);');
    assert.ok(loop?.kind === 'macro-loop');
    assert.equal(loop.name, 'list_for_each_entry');
    assert.equal(loop.arguments.length, 3);
    assert.equal(loop.body.kind, 'expression');
    assert.deepEqual(kinds('if (val)\n\tfor_each_cpu(i, mask) {\n\t\tuse(i);\n\t}\nelse\n\tuse(0);'), ['if']);
    assert.deepEqual(kinds('scoped_guard() { use(1); }\nreturn 0;'), ['macro-loop', 'return']);
  });

  it('tells types from values among arguments', () => {
    const [first] = statements('p = container_of(q, struct outer, inner);');
    assert.ok(first?.kind === 'expression' && first.expression.kind === 'assign');
    const call = first.expression.value;
    assert.ok(call.kind === 'call');
    assert.deepEqual(
      call.arguments.map((argument) => argument.kind),
      ['identifier', 'type', 'identifier'],
    );
    assert.deepEqual(call.arguments[1]?.kind === 'type' && call.arguments[1].text, 'struct outer');
    assert.deepEqual(kinds('typeof(*p) q = va_arg(ap, unsigned long);'), ['declaration']);
  });

  it('does not take a subtraction or a call for a cast', () => {
    const value = (code: string): string => {
      const [only] = statements(`x = ${code};`);
      return only?.kind === 'expression' && only.expression.kind === 'assign'
        ? only.expression.value.kind
        : 'none';
    };
    assert.equal(value('(a) - b'), 'binary');
    assert.equal(value('(a) & b'), 'binary');
    assert.equal(value('(fn)(b)'), 'call');
    assert.equal(value('(u32)(b)'), 'cast');
    assert.equal(value('(size_t) - 1'), 'cast');
    assert.equal(value('(struct x *)b'), 'cast');
  });

  it('lists what assembler may change and where it may jump', () => {
    const [first] = statements(
      'asm volatile goto("1: jmp %l[out]" : : "r" (val) : "memory" : out);\nout:\nreturn 0;',
    );
    assert.ok(first?.kind === 'asm');
    assert.deepEqual(first.labels, ['out']);
    assert.ok(first.names.includes('val'));
  });

  it('has one body for each way that conditions may go', () => {
    const code =
      '#ifdef CONFIG_A\n\tif (val)\n#else\n\tif (!val)\n#endif\n\t\treturn 1;\n#ifndef CONFIG_A\n\tb();\n#endif\n\treturn 0;';
    const both = bodies(code);
    assert.equal(both.length, 2);
    assert.deepEqual(
      both.map(({ assumed }) => assumed),
      [[{ condition: 'defined(CONFIG_A)', holds: true }], [{ condition: 'defined(CONFIG_A)', holds: false }]],
    );
    assert.deepEqual(
      both.map(({ block }) => block.statements.map(({ kind }) => kind)),
      [
        ['if', 'return'],
        ['if', 'expression', 'return'],
      ],
    );
    const known = bodies(code, (condition) => (condition === 'defined(CONFIG_A)' ? false : undefined));
    assert.equal(known.length, 1);
    assert.deepEqual(known[0]?.assumed, []);
  });

  it('sees each branch where there are too many conditions to combine', () => {
    const code = Array.from({ length: 8 }, (_, n) => `#ifdef CONFIG_${n}\n\tcall_${n}();\n#endif`).join('\n');
    const all = bodies(code);
    assert.ok(all.length <= 18, String(all.length));
    for (let n = 0; n < 8; n++) {
      const name = `call_${n}`;
      const has = (body: FunctionBody): boolean => JSON.stringify(body).includes(name);
      assert.ok(all.some(has) && !all.every(has), name);
    }
  });

  it('says unknown where it does not understand', () => {
    assert.ok(
      kinds('x = = 1;').includes('unknown') || JSON.stringify(statements('x = = 1;')).includes('unknown'),
    );
    assert.deepEqual(kinds('return 0;'), ['return']);
  });

  it('gives every identifier of the example kernel the place where it is written', () => {
    let looked = 0;
    for (const path of cFiles(exampleKernel)) {
      const text = readFileSync(path, 'utf8');
      const facts = scanC(text);
      for (const fact of functionsOf(parser, text, facts))
        for (const body of bodiesOf(parser, text, fact, facts))
          JSON.stringify(body, (_, value: unknown) => {
            if (typeof value !== 'object' || value === null || !('kind' in value)) return value;
            assert.notEqual(value.kind, 'unknown', `${path}: ${JSON.stringify(value)}`);
            if (value.kind !== 'identifier' || !('name' in value) || !('range' in value)) return value;
            const range: unknown = value.range;
            assert.ok(typeof range === 'object' && range !== null && 'start' in range && 'end' in range);
            assert.equal(text.slice(Number(range.start), Number(range.end)), value.name);
            looked++;
            return value;
          });
    }
    assert.ok(looked > 150, String(looked));
  });
});
