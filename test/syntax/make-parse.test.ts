import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseMakefile, type MakeStatement } from '../../server/src/syntax/make/parse';
import { ours } from './make-run';

const problems = (text: string): readonly string[] =>
  parseMakefile(text).problems.map(({ line, message }) => `${String(line)}: ${message}`);

describe('makefiles, parsed', function () {
  this.timeout(20_000);

  it('give every assignment the line on which it starts', () => {
    const { statements } = parseMakefile(
      '# comment \\\nstill comment\nobj-y := a.o \\\n  b.o\n\nifdef CONFIG_X\nobj-$(CONFIG_Y) += c.o # why\nendif\n',
    );
    const flat = (list: readonly MakeStatement[]): readonly unknown[] =>
      list.flatMap((statement) =>
        statement.kind === 'conditional'
          ? statement.branches.flatMap(({ body }) => flat(body))
          : statement.kind === 'assign'
            ? [[statement.line, statement.name, statement.operator, statement.value]]
            : [],
      );
    assert.deepEqual(flat(statements), [
      [3, 'obj-y', ':=', 'a.o b.o'],
      [7, 'obj-$(CONFIG_Y)', '+=', 'c.o '],
    ]);
  });

  it('broken ones are problems with lines, and reading goes on behind them', () => {
    assert.deepEqual(problems('a := 1\nendif\nb := 2\n'), ['2: endif without ifeq or ifdef']);
    assert.deepEqual(problems('else\n'), ['1: else without ifeq or ifdef']);
    assert.deepEqual(problems('ifdef X\na := 1\n'), ['1: no endif for this condition']);
    assert.deepEqual(problems('x := 1\ndefine a\nb\n'), ['2: define a without endef']);
    assert.deepEqual(problems('ifeq (a\nendif\n'), ['1: ifeq cannot be read: (a']);
    assert.deepEqual(problems('what is this\n'), ['1: not understood: what is this']);
    assert.deepEqual(ours('endif\na := 1\nwhat\n$(info [$(a)])\n').said, ['[1]']);
    assert.deepEqual(ours('ifeq (a\n$(info wrong)\nendif\n$(info right)\n').said, ['right']);
  });

  it('any text is read and carried out without throwing', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '$(',
        '${',
        ')',
        'define x\n',
        'endef\n',
        'ifeq (',
        'else\n',
        '\\\n',
        ':=',
        '\t',
        '#',
        '$$',
        '%',
        '\n',
        ',',
      ),
      fc.constantFrom('$(eval ', '$(call x,', '$(foreach a,b,', 'x = $(x)\n', 'include ', '+='),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        ours(pieces.join(''));
      }),
      { numRuns: 500 },
    );
  });

  it('makefiles that never end, end', () => {
    const doubling = `a := x\n${'a := $(a)$(a)\n'.repeat(80)}$(info $(words $(a)))`;
    assert.deepEqual(ours(doubling).said, ['1']);
    assert.deepEqual(ours('a = $(b)\nb = $(a)1\n$(info [$(a)])').said, ['[1]']);
    assert.equal(ours('f = $(call f,$(1)x)$(call f,$(1)y)\n$(info [$(call f,)])').said.length, 1);
    assert.equal(ours(`${'$('.repeat(20_000)}\n`).said.length, 0);
    assert.equal(
      ours(`x := ${'$(subst a,b,'.repeat(5_000)}a${')'.repeat(5_000)}\n$(info $(words $(x)))`).said.length,
      1,
    );
    ours('e = $(eval e2 := 1)$(eval $(value e))\n$(e)\n');
  });

  it('a line of a million characters takes a moment only', () => {
    const started = performance.now();
    ours(`obj-y := ${'a.o b.o '.repeat(125_000)}\n$(info $(words $(filter %.o,$(obj-y))))`);
    ours(`obj-y := ${'$(x) '.repeat(200_000)}\n$(info $(words $(obj-y)))`);
    ours('#\\\\'.repeat(300_000));
    assert.ok(performance.now() - started < 5_000);
  });
});
