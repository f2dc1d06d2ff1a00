import assert from 'node:assert/strict';
import fc from 'fast-check';
import { calledMacro } from '../../server/src/syntax/make/known-macros';
import { ours, theirs } from './make-run';

const macros = [
  'suffix-search = $(strip $(foreach s, $3, $($(1:%$(strip $2)=%$s))))',
  'multi-search = $(sort $(foreach m, $1, $(if $(call suffix-search, $m, $2, $3 -), $m)))',
  'real-search = $(foreach m, $1, $(if $(call suffix-search, $m, $2, $3 -), $(call suffix-search, $m, $2, $3), $m))',
];

describe('macros of Makefile.lib that are done without make', () => {
  it('give what make gives, whatever the lists hold', () => {
    const object = fc.constantFrom('a.o', 'b.o', 'c.o', 'd/', 'd/e.o', 'f', 's', '1', '%.o', '.o', 'a.o b.o');
    const list = fc
      .array(object, { maxLength: 6 })
      .chain((words) => fc.constantFrom(' ', '  ').map((space) => words.join(space)));
    const variable = fc.record({
      name: fc.constantFrom(
        ...['a-objs', 'a-y', 'a-', 'b-y', 'b-m', 'c-', 'c-objs', 'd/e-y', '-y', 'f', 's', '%-y', '1-y'],
      ),
      operator: fc.constantFrom('=', ':=', '+='),
      value: fc.oneof(list, fc.constantFrom('$(x)', '$(obj-y)', ' x.o  $$', '$(m)', '$1')),
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
            `$(info [$(call multi-search, $(obj-y), ${end}, ${all})])`,
            `$(info [$(call real-search, $(obj-y), ${end}, ${all})])`,
            `$(info [$(call suffix-search, $(firstword $(obj-y)), ${end}, ${all} -)])`,
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

  it('are known by their text', () => {
    const held = new Map([
      ['suffix-search', macros[0]?.replace('suffix-search = ', '') ?? ''],
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
    held.set('suffix-search', 'another');
    assert.deepEqual(macros.slice(1).map(call), [undefined, undefined]);
  });
});
