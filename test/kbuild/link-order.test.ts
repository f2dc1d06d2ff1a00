import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LinkPlan } from '../../server/src/kbuild/link-plan';
import { built, notesOf, planOf, withBuild, type Files } from './kbuild-tree';

const paths = (plan: LinkPlan, membership: 'object' | 'archive-member'): readonly string[] =>
  plan.objects.filter((object) => object.membership === membership).map(({ path }) => path);

function sameAsBuilt(files: Files, config: string): LinkPlan {
  const all = withBuild(files);
  const plan = planOf(all, config);
  const real = built(all, config);
  assert.deepEqual(paths(plan, 'object'), real.whole);
  assert.deepEqual(paths(plan, 'archive-member'), real.searched);
  assert.deepEqual(notesOf(plan), []);
  return plan;
}

const small: Files = {
  Kbuild:
    'obj-y += init/\nobj-y += arch/$(SRCARCH)/\nobj-y += $(ARCH_CORE)\nobj-y += kernel/\nobj-$(CONFIG_NET) += net/\nobj-y += $(ARCH_LIB) $(ARCH_DRIVERS)\n',
  'init/Makefile': 'obj-y := main.o\n',
  'arch/toy/Makefile':
    'core-y += arch/toy/mm/\ndrivers-$(CONFIG_PCI) += arch/toy/pci/\nlibs-y += arch/toy/lib/\n',
  'arch/toy/Kbuild': 'obj-y += kernel/\n',
  'arch/toy/Kbuild.other': 'obj-y += never/\n',
  'arch/toy/kernel/Makefile': 'obj-y := time.o\nobj-y += head.o entry_$(BITS).o\nBITS := 64\n',
  'arch/toy/mm/Makefile': 'obj-y := fault.o\n',
  'arch/toy/pci/Makefile': 'obj-y := pci.o\n',
  'arch/toy/lib/Makefile': 'lib-y := memcpy.o\nlib-$(CONFIG_SMP) += lock.o\n',
  'lib/Makefile': 'lib-y := string.o ctype.o\nobj-y += sort.o\nlib-y += sort.o\n',
  'kernel/Makefile':
    'obj-y = fork.o \\\n\texit.o\nobj-$(CONFIG_AUDIT) += audit.o ../shared/pool.o\nobj-$(CONFIG_MOD) += mod.o modular/\nobj-y += sched/ fork.o empty.o\nempty-$(CONFIG_NONE) := none.o\n',
  'kernel/modular/Makefile': 'obj-y += inside.o\n',
  'kernel/sched/Makefile':
    'obj-y += sched.o\nsched-y := core.o\nsched-objs := first.o\nsched-$(CONFIG_SMP) += smp.o\nsched-$(CONFIG_MOD) += modonly.o\n',
  'net/Kbuild': 'ifeq ($(CONFIG_NET),y)\nobj-y += socket.o\nelse\nobj-y += wrong.o\nendif\n',
  'net/Makefile': 'obj-y += hidden.o\n',
};
const config = 'CONFIG_NET=y\nCONFIG_AUDIT=y\nCONFIG_MOD=m\nCONFIG_SMP=y\nCONFIG_PCI=y\nCONFIG_MODULES=y\n';

describe('link order', function () {
  this.timeout(60_000);

  it('is the one of the vmlinux.a that make and ar build', () => {
    const plan = sameAsBuilt(small, config);
    assert.equal(plan.source, 'kbuild');
    assert.equal(plan.linkerScript, 'arch/toy/kernel/vmlinux.lds.S');
  });

  it('leaves libraries to be searched where there are no modules', () => {
    const plan = sameAsBuilt(small, config.replace('CONFIG_MODULES=y\n', ''));
    assert.deepEqual(
      plan.objects.filter(({ archive }) => archive === 'lib/lib.a').map(({ path }) => path),
      ['lib/ctype.o', 'lib/string.o'],
    );
  });

  it('is had from a top Makefile that asks what make can do, and starts itself again', () => {
    const { Makefile: top = '' } = withBuild(small);
    sameAsBuilt(
      {
        ...small,
        Makefile: `ifeq ($(filter output-sync,$(.FEATURES)),)
$(error this make is too old)
endif
ifeq ($(filter --no-print-directory,$(MAKEFLAGS)),)
vmlinux.a: again
again:
\t$(MAKE) --no-print-directory vmlinux.a
.PHONY: again
else
${top}
endif
`,
      },
      config,
    );
  });

  it('is the one that make and ar build, for trees nobody thought of', () => {
    const option = fc.constantFrom('y', '$(CONFIG_A)', '$(CONFIG_B)', '$(CONFIG_C)', '$(CONFIG_D)');
    const object = fc.constantFrom('a.o', 'b.o', 'c.o', 'multi.o', 'other.o', 'd-e.o');
    const line = fc.oneof(
      fc
        .tuple(option, fc.array(object, { minLength: 1, maxLength: 3 }))
        .map(([on, words]) => `obj-${on} += ${words.join(' ')}`),
      fc
        .tuple(
          fc.constantFrom('multi', 'other'),
          fc.oneof(fc.constant('objs'), option),
          fc.constantFrom('x.o', 'y.o', 'z.o'),
        )
        .map(([name, on, member]) => `${name}-${on} += ${member}`),
      fc.tuple(option, object).map(([on, word]) => `lib-${on} += l${word}`),
      fc
        .tuple(fc.constantFrom('ifdef', 'ifndef'), fc.constantFrom('A', 'B', 'C'), object)
        .map(
          ([how, name, word]) =>
            `${how} CONFIG_${name}\nobj-y += ${word}\nelse\nobj-$(CONFIG_D) += ${word}\nendif`,
        ),
      fc.tuple(object, object).map(([a, b]) => `obj-y := $(filter-out ${a},$(obj-y)) $(patsubst b%,c%,${b})`),
      fc.constant('list := p q\nobj-y += $(addsuffix .o,$(list))'),
      fc.constant('obj-$(if $(filter m y,$(CONFIG_A)),y) += any.o'),
      fc.constant('obj-$(CONFIG_B) += sub/x.o'),
    );
    const makefile = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => `${lines.join('\n')}\n`);
    const child = fc.tuple(option, fc.boolean());
    fc.assert(
      fc.property(
        fc.record({
          files: fc.array(makefile, { minLength: 6, maxLength: 6 }),
          children: fc.array(child, { minLength: 6, maxLength: 6 }),
          config: fc.array(fc.constantFrom('y', 'm', undefined), { minLength: 4, maxLength: 4 }),
        }),
        ({ files, children, config: values }) => {
          const directories = ['one', 'two', 'one/in', 'one/in/deep', 'two/in', 'lib'];
          const tree: Record<string, string> = {
            Kbuild: 'obj-y += first/\n',
            'first/Makefile': 'obj-y += first.o\n',
            'arch/toy/Makefile': 'libs-y :=\n',
          };
          for (const [at, directory] of directories.entries()) {
            const [on, isKbuild] = children[at] ?? ['y', true];
            const above = directory.includes('/') ? directory.slice(0, directory.lastIndexOf('/')) : '';
            const parent = Object.keys(tree).find(
              (name) => name.replace(/\/?(?:Kbuild|Makefile)$/, '') === above,
            );
            const name = directory.slice(directory.lastIndexOf('/') + 1);
            if (parent !== undefined) tree[parent] = `${tree[parent] ?? ''}obj-${on} += ${name}/\n`;
            tree[`${directory}/${isKbuild ? 'Kbuild' : 'Makefile'}`] = files[at] ?? '';
          }
          const text = values
            .map((value, at) => (value === undefined ? '' : `CONFIG_${'ABCD'.charAt(at)}=${value}\n`))
            .join('');
          sameAsBuilt(tree, `${text}CONFIG_MODULES=y\n`);
        },
      ),
      { numRuns: 60, seed: 20_061_123 },
    );
  });
});
