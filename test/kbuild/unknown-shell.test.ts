import assert from 'node:assert/strict';
import { built, notesOf, planOf, withBuild, type Files } from './kbuild-tree';

const config = 'CONFIG_TOY=y\n';

const files = withBuild({
  Kbuild: 'obj-y += init/ arch/toy/ kernel/ net/ $(ARCH_LIB) $(ARCH_DRIVERS)\n',
  'arch/toy/Makefile': 'drivers-y += drivers/\n',
  'arch/toy/Kbuild': 'obj-y += kernel/\n',
  'arch/toy/kernel/Makefile': 'obj-y := head.o\n',
  'kernel/Makefile': 'obj-y := a.o\n',
  'init/Makefile': 'obj-y := main.o\n',
  'net/Makefile': 'obj-y := n.o\n',
  'drivers/Makefile': 'obj-y := d.o\n',
  'lib/Makefile': 'lib-y := str.o\n',
});

/** What only a run can tell: whether there is a file that the tree may or may not have. */
const asks = '$(shell test -e $(srctree)/flag && echo y)';

/** What a makefile asks, and the line that the note names. */
const cases: Readonly<Record<string, readonly [string, string, number]>> = {
  'a comparison with a word': [
    'kernel/Makefile',
    `obj-y := a.o\nifeq (${asks},y)\nobj-y += b.o\nelse\nobj-y += c.o\nendif\nobj-y += z.o\n`,
    2,
  ],
  'a comparison with nothing': [
    'kernel/Makefile',
    `obj-y := a.o\nifneq (${asks},)\nobj-y += b.o\nendif\nobj-y += z.o\n`,
    2,
  ],
  'a condition that an earlier one decides the meaning of': [
    'kernel/Makefile',
    `V := ${asks}\nobj-y := a.o\nifeq ($(V),)\nW := y\nendif\nifdef W\nobj-y += b.o\nendif\nobj-y += z.o\n`,
    6,
  ],
  'a condition within another, and one behind else': [
    'kernel/Makefile',
    `obj-y := a.o\nifdef CONFIG_TOY\nifdef CONFIG_NONE\nelse ifeq (${asks},y)\nobj-y += b.o\nifeq (${asks},)\nobj-y += c.o\nendif\nendif\nendif\n`,
    3,
  ],
  'ifdef of a variable': [
    'kernel/Makefile',
    `HAVE := ${asks}\nobj-y := a.o\nifdef HAVE\nobj-y += b.o\nendif\nobj-y += z.o\n`,
    3,
  ],
  'the name of a list': ['kernel/Makefile', `HAVE := ${asks}\nobj-y := a.o\nobj-$(HAVE) += b.o\n`, 3],
  'the members of a composite': [
    'kernel/Makefile',
    `HAVE := ${asks}\nobj-y := a.o k.o\nk-y := k1.o\nk-$(HAVE) += k2.o\n`,
    4,
  ],
  $if: ['kernel/Makefile', `obj-y := a.o $(if ${asks},b.o,c.o) z.o\n`, 1],
  $or: ['kernel/Makefile', `obj-y := $(if $(or $(NONE),${asks}),b.o) z.o\n`, 1],
  $and: ['kernel/Makefile', `obj-y := $(and ${asks},b.o) z.o\n`, 1],
  $filter: ['kernel/Makefile', `obj-y := $(if $(filter y,${asks}),b.o) z.o\n`, 1],
  '$filter-out': ['kernel/Makefile', `obj-y := $(filter-out ${asks}.o,y.o z.o)\n`, 1],
  $findstring: ['kernel/Makefile', `obj-y := $(if $(findstring y,${asks}),b.o) z.o\n`, 1],
  $words: ['kernel/Makefile', `obj-y := z.o\nifeq ($(words ${asks}),1)\nobj-y += b.o\nendif\n`, 2],
  $foreach: ['kernel/Makefile', `obj-y := $(foreach one,${asks},b.o) z.o\n`, 1],
  $call: ['kernel/Makefile', `in-y = b.o\nobj-y := $(call in-${asks}) z.o\n`, 2],
  'a reference by its name': ['kernel/Makefile', `in-y := b.o\nobj-y := $(in-${asks}) z.o\n`, 2],
  $eval: ['kernel/Makefile', `obj-y := a.o\nHAVE := ${asks}\n$(eval obj-$(HAVE) += b.o)\nobj-y += z.o\n`, 1],
  'an $eval in a condition': [
    'kernel/Makefile',
    `obj-y := a.o\nifeq (${asks},y)\n$(eval obj-y += b.o)\nendif\nobj-y += z.o\n`,
    2,
  ],
  'an include in a condition': [
    'kernel/Makefile',
    `obj-y := a.o\nifeq (${asks},y)\ninclude $(srctree)/net/Makefile.more\nendif\nobj-y += z.o\n`,
    2,
  ],
  'the lists of the architecture': [
    'arch/toy/Makefile',
    `ifeq (${asks},y)\ndrivers-y += more/\nendif\ndrivers-y += drivers/\n`,
    1,
  ],
  'what goes into lib.a': ['lib/Makefile', `ifeq (${asks},y)\nlib-y += more.o\nendif\nlib-y += str.o\n`, 1],
};

describe('what hangs on a $(shell) that only a build runs', function () {
  this.timeout(30_000);
  for (const [name, [path, text, line]] of Object.entries(cases))
    it(`has no place in the order: ${name}`, () => {
      const tree: Files = {
        ...files,
        'more/Makefile': 'obj-y := m.o\n',
        'net/Makefile.more': 'obj-y += b.o\n',
        [path]: text,
      };
      const builds = [tree, { ...tree, flag: '' }].map((one) => built(one, config));
      const [without, having] = builds.map(({ whole, searched }) => [...whole, ...searched]);
      assert.notDeepEqual(without, having, 'the case asks nothing');
      const plan = planOf(tree, config);
      const firm = plan.objects.filter(({ behindUnknown }) => !behindUnknown).map((object) => object.path);
      for (const real of [without, having]) assert.deepEqual(real?.slice(0, firm.length), firm);
      const [note] = notesOf(plan);
      assert.match(note?.message ?? '', /hangs on a \$\(shell\)/);
      assert.equal(note?.line, line);
    });

  it('does not make modules of the objects beside it', () => {
    const plan = planOf(
      {
        ...files,
        'scripts/Makefile.lib':
          'modules := $(filter-out $(obj-y),$(obj-m))\nc_flags = $(if $(filter $(@F),$(modules)),-DMODULE,-DBUILTIN)\n',
        'kernel/Makefile': `obj-y := a.o ${asks}\nobj-m := mod.o\n`,
        'kernel/a.c': '',
      },
      config,
    );
    const object = plan.objects.find(({ path }) => path === 'kernel/a.o');
    assert.ok(object);
    const names = plan.flags(object).defines.map(({ name }) => name);
    assert.deepEqual([names.includes('BUILTIN'), names.includes('MODULE')], [true, false]);
  });
});
