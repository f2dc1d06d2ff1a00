import assert from 'node:assert/strict';
import fc from 'fast-check';
import { calledMacro } from '../../server/src/syntax/make/known-macros';
import { ours, theirs } from './make-run';

const macros = [
  'parts = $(strip $(foreach e, $3, $($(1:%$(strip $2)=%$e))))',
  'made-of-parts = $(sort $(foreach o, $1, $(if $(call parts, $o, $2, $3 -), $o)))',
  'all-parts = $(foreach o, $1, $(if $(call parts, $o, $2, $3 -), $(call parts, $o, $2, $3), $o))',
];

describe('macros of the kind of Kbuild that are done without make', () => {
  it('give what make gives, whatever the lists hold', () => {
    const object = fc.constantFrom(
      'a.o',
      'b.o',
      'c.o',
      'd/',
      'd/e.o',
      'f',
      'e',
      'o',
      '1',
      '%.o',
      '.o',
      'a.o b.o',
    );
    const list = fc
      .array(object, { maxLength: 6 })
      .chain((words) => fc.constantFrom(' ', '  ').map((space) => words.join(space)));
    const variable = fc.record({
      name: fc.constantFrom(
        ...['a-objs', 'a-y', 'a-', 'b-y', 'b-m', 'c-', 'c-objs', 'd/e-y', '-y', 'f', 'e', 'o', '%-y', '1-y'],
      ),
      operator: fc.constantFrom('=', ':=', '+='),
      value: fc.oneof(list, fc.constantFrom('$(x)', '$(obj-y)', ' x.o  $$', '$(o)', '$1')),
    });
    const ending = fc.constantFrom('.o', ' .o', '', '.dtb');
    const suffixes = fc.constantFrom('-objs -y', ' -objs  -y -m', '-y', '');
    fc.assert(
      fc.property(
        fc.array(variable, { maxLength: 6 }),
        list,
        ending,
        suffixes,
        (variables, objects, end, all) => {
          const text = [
            'x = x.o y.o',
            ...macros,
            ...variables.map(({ name, operator, value }) => `${name} ${operator} ${value}`),
            `obj-y := ${objects}`,
            `$(info [$(call made-of-parts, $(obj-y), ${end}, ${all})])`,
            `$(info [$(call all-parts, $(obj-y), ${end}, ${all})])`,
            `$(info [$(call parts, $(firstword $(obj-y)), ${end}, ${all} -)])`,
            'all: ;\n',
          ].join('\n');
          const { said, failed } = theirs(text);
          // A variable that refers to itself.
          if (failed === undefined) assert.deepEqual(ours(text).said, said, text);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('are known by their shape', () => {
    const held = new Map([
      ['parts', macros[0]?.replace('parts = ', '') ?? ''],
      ['a-y', 'b.o c.o'],
    ]);
    const holds = (name: string): { readonly value: string; readonly isPlain: boolean } | undefined => {
      const value = held.get(name);
      return value === undefined ? undefined : { value, isPlain: true };
    };
    const call = (macro: string | undefined): string | undefined =>
      calledMacro(macro?.replace(/^\S+ = /, '') ?? '', [' a.o d.o', ' .o', ' -objs -y'], holds);
    assert.deepEqual(macros.slice(1).map(call), ['a.o', '  b.o c.o   d.o']);
    assert.equal(call(`${macros[1] ?? ''} `), undefined);
    held.set('parts', 'another');
    assert.deepEqual(macros.slice(1).map(call), [undefined, undefined]);
  });
});
