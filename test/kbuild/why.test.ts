import assert from 'node:assert/strict';
import type { LinkPlan, WhyStep } from '../../server/src/kbuild/link-plan';
import { notesOf, planOf, type Files, withBuild } from './kbuild-tree';

const files: Files = withBuild({
  Kbuild: 'obj-y += arch/$(SRCARCH)/\nobj-y += kernel/\nobj-$(CONFIG_NET) += net/\nobj-m += samples/\n',
  'arch/toy/Makefile': 'libs-y :=\ndrivers-$(CONFIG_PCI) += arch/toy/pci/\n',
  'arch/toy/Kbuild': 'obj-y += kernel/\n',
  'arch/toy/kernel/Makefile': 'BITS := 64\nobj-y := head_$(BITS).o\n',
  'arch/toy/kernel/head_64.c': '',
  'arch/toy/pci/Makefile': 'obj-y += pci.o\n',
  'kernel/Makefile': `obj-y = fork.o \\
	exit.o
ifdef CONFIG_AUDIT
ifneq ($(CONFIG_TREE),y)
obj-y += audit.o
endif
else
obj-$(CONFIG_STUB) += stub.o
endif
obj-$(CONFIG_MOD) += big.o
big-y := part.o
big-$(CONFIG_SMP) += smp.o
mmu-$(CONFIG_MMU) := memory.o
obj-y += $(mmu-y)
`,
  'kernel/fork.c': '',
  'net/Makefile': 'obj-y += core/\n',
  'net/core/Makefile': 'obj-$(CONFIG_FILTER) += filter.o\n',
  'samples/Makefile': 'obj-m += sample.o\nobj-y += lost.o\n',
});
const config =
  'CONFIG_AUDIT=y\nCONFIG_TREE=y\nCONFIG_MOD=m\nCONFIG_MMU=y\nCONFIG_FILTER=y\nCONFIG_MODULES=y\n';

const brief = (steps: readonly WhyStep[]): readonly string[] =>
  steps.map(
    ({ file, line, guards }) => `${file}:${String(line)}${guards.map((guard) => ` ${guard}`).join('')}`,
  );

describe('why an object is linked, or not', () => {
  const plan: LinkPlan = planOf(files, config);
  const why = (path: string): readonly string[] =>
    brief(plan.objects.find((object) => object.path === path)?.why ?? []);

  it('names the lines from the top down', () => {
    assert.deepEqual(why('kernel/exit.o'), ['Kbuild:2', 'kernel/Makefile:1']);
    assert.equal(
      plan.objects.find(({ path }) => path === 'kernel/fork.o')?.why.at(-1)?.text,
      'obj-y = fork.o exit.o',
    );
  });

  it('follows variables to where the object is named', () => {
    assert.deepEqual(why('kernel/memory.o'), [
      'Kbuild:2',
      'kernel/Makefile:14',
      'kernel/Makefile:13 CONFIG_MMU',
    ]);
    assert.deepEqual(why('arch/toy/kernel/head_64.o'), [
      'Kbuild:1',
      'arch/toy/Kbuild:1',
      'arch/toy/kernel/Makefile:2',
    ]);
  });

  it('tells modules from what is not built, with the conditions', () => {
    const of = (source: string): readonly string[] => {
      const { status, why: steps } = plan.unlinked(source);
      return [status, ...brief(steps)];
    };
    assert.deepEqual(of('kernel/part.c'), [
      'module',
      'Kbuild:2',
      'kernel/Makefile:10 CONFIG_MOD',
      'kernel/Makefile:11',
    ]);
    assert.deepEqual(of('kernel/smp.c'), [
      'not-built',
      'Kbuild:2',
      'kernel/Makefile:10 CONFIG_MOD',
      'kernel/Makefile:12 CONFIG_SMP',
    ]);
    assert.deepEqual(of('kernel/audit.c'), [
      'not-built',
      'Kbuild:2',
      'kernel/Makefile:5 CONFIG_AUDIT CONFIG_TREE != y',
    ]);
    assert.deepEqual(of('kernel/stub.c'), [
      'not-built',
      'Kbuild:2',
      'kernel/Makefile:8 !CONFIG_AUDIT CONFIG_STUB',
    ]);
    assert.deepEqual(of('net/core/filter.c'), [
      'not-built',
      'Kbuild:3 CONFIG_NET',
      'net/Makefile:1',
      'net/core/Makefile:1 CONFIG_FILTER',
    ]);
    assert.deepEqual(of('samples/sample.c'), ['module', 'Kbuild:4', 'samples/Makefile:1']);
    assert.deepEqual(of('samples/lost.c'), ['not-built', 'Kbuild:4', 'samples/Makefile:2']);
    assert.deepEqual(of('kernel/nowhere.c'), ['not-built']);
  });

  it('without a configuration gives every line and its conditions, and no order', () => {
    const open = planOf(files, undefined);
    assert.equal(open.source, 'none');
    assert.deepEqual(open.objects, []);
    assert.deepEqual(brief(open.conditions('net/core/filter.c')), [
      'Kbuild:3 CONFIG_NET',
      'net/Makefile:1',
      'net/core/Makefile:1 CONFIG_FILTER',
    ]);
    assert.deepEqual(brief(open.conditions('arch/toy/pci/pci.c')), [
      'arch/toy/Makefile:2 CONFIG_PCI',
      'arch/toy/pci/Makefile:1',
    ]);
  });

  it('a broken makefile is a note with its line, and the rest counts', () => {
    const broken = planOf({ ...files, 'net/Makefile': 'endif\nobj-y += core/\n' }, `${config}CONFIG_NET=y\n`);
    assert.deepEqual(notesOf(broken), [
      { file: 'net/Makefile', line: 1, message: 'endif without ifeq or ifdef' },
    ]);
    assert.ok(broken.objects.some(({ path }) => path === 'net/core/filter.o'));
  });

  it('a list that only a run of make could tell is a note', () => {
    const unknown = planOf(
      { ...files, 'net/Makefile': 'obj-y += a.o $(shell ./list-objects)\n' },
      `${config}CONFIG_NET=y\n`,
    );
    assert.match(notesOf(unknown)[0]?.message ?? '', /obj-y hangs on a \$\(shell\)/);
    assert.equal(notesOf(unknown)[0]?.file, 'net/Makefile');
    assert.ok(unknown.objects.some(({ path }) => path === 'net/a.o'));
  });
});
