import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeLinkPlan } from '../../server/src/kbuild/make-link-plan';
import type { LinkPlan } from '../../server/src/kbuild/link-plan';
import { memoryTree } from '../../server/src/source/tree-reader';
import { parseConfig } from '../../server/src/syntax/config';

/** Files by path; what is missing of `scripts/` and the top Makefile is added by {@link withBuild}. */
export type Files = Readonly<Record<string, string>>;

/**
 * A build system small enough to read, with the rules of the kernel's: directories make a thin built-in.a (and lib.a)
 * of their objects, composites are replaced by their members, vmlinux.a holds all, and the objects of the head list
 * are moved to the front. Objects are empty files: only their order matters.
 */
const build: Files = {
  Makefile: `
objtree := .
srctree := .
SRCARCH := $(ARCH)
export objtree srctree ARCH SRCARCH
include include/config/auto.conf
core-y :=
drivers-y :=
libs-y := lib/
include $(srctree)/arch/$(SRCARCH)/Makefile
export ARCH_CORE := $(core-y)
export ARCH_LIB := $(filter %/, $(libs-y))
export ARCH_DRIVERS := $(drivers-y) $(drivers-m)
KBUILD_VMLINUX_OBJS := ./built-in.a
ifdef CONFIG_MODULES
KBUILD_VMLINUX_OBJS += $(patsubst %/, %/lib.a, $(filter %/, $(libs-y)))
KBUILD_VMLINUX_LIBS := $(filter-out %/, $(libs-y))
else
KBUILD_VMLINUX_LIBS := $(patsubst %/,%/lib.a, $(libs-y))
endif
KBUILD_LDS := arch/$(SRCARCH)/kernel/vmlinux.lds
vmlinux.a: descend
	rm -f $@
	ar cDPrST $@ $(KBUILD_VMLINUX_OBJS)
	ar mPiT $$(ar t $@ | sed -n 1p) $@ $$(ar t $@ | grep -F -f scripts/head-object-list.txt)
	for lib in $(KBUILD_VMLINUX_LIBS); do ar t $$lib; done > searched
descend:
	$(MAKE) -f scripts/Makefile.build obj=.
.PHONY: descend
`,
  'scripts/Makefile.build': `
first: all
obj-y :=
obj-m :=
lib-y :=
lib-m :=
-include include/config/auto.conf
include $(or $(wildcard $(obj)/Kbuild),$(obj)/Makefile)
dirs := $(sort $(patsubst %/,%,$(filter %/,$(obj-y))))
libs := $(filter-out $(obj-y),$(sort $(lib-y) $(lib-m)))
members = $($(1:.o=-objs)) $($(1:.o=-y))
parts = $(if $(strip $(members) $($(1:.o=-))),$(members),$(1))
objects := $(foreach o,$(patsubst %/,%/built-in.a,$(obj-y)),$(call parts,$(o)))
in = $(if $(filter .,$(obj)),$(1),$(addprefix $(obj)/,$(1)))
all: $(call in,built-in.a) $(if $(libs),$(call in,lib.a))
$(call in,built-in.a): $(call in,$(objects))
	rm -f $@
	ar cDPrST $@ $^
$(call in,lib.a): $(call in,$(libs))
	rm -f $@
	ar cDPrST $@ $^
$(addsuffix /built-in.a,$(call in,$(dirs))): %/built-in.a: %-descend ;
%-descend:
	$(MAKE) -f scripts/Makefile.build obj=$*
$(filter %.o,$(call in,$(objects) $(libs))):
	@mkdir -p $(dir $@)
	touch $@
`,
  'scripts/head-object-list.txt': 'arch/toy/kernel/head.o\n',
  'arch/toy/kernel/vmlinux.lds.S': '',
};

export const withBuild = (files: Files): Files => ({ ...build, ...files });

export function planOf(files: Files, config: string | undefined): LinkPlan {
  return makeLinkPlan({
    tree: memoryTree(new Map(Object.entries(files))),
    config: config === undefined ? undefined : parseConfig(config),
    arch: 'toy',
    hostArch: 'toy',
  });
}

/** Writes the tree to a folder of its own for as long as `use` runs. */
export function onDisk<T>(files: Files, config: string, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'kbuild-'));
  try {
    for (const [path, text] of Object.entries({ ...files, 'include/config/auto.conf': config })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function run(folder: string, program: string, ...words: readonly string[]): string {
  const result = spawnSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
  });
  if (result.status !== 0) throw new Error(`${program} ${words.join(' ')}: ${result.stderr}${result.stdout}`);
  return result.stdout;
}

/** What the real make and ar put into vmlinux.a, and into the archives that are only searched. */
export function built(
  files: Files,
  config: string,
): { readonly whole: readonly string[]; readonly searched: readonly string[] } {
  return onDisk(files, config, (folder) => {
    run(folder, 'make', '-rR', '-s', 'ARCH=toy', 'vmlinux.a');
    const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
    return {
      whole: lines(run(folder, 'ar', 't', 'vmlinux.a')),
      searched: lines(readFileSync(join(folder, 'searched'), 'utf8')),
    };
  });
}

/** A plan's notes, without those that sources are missing: these trees are made of makefiles alone. */
export const notesOf = ({ notes }: LinkPlan): LinkPlan['notes'] =>
  notes.filter(({ message }) => !message.includes('has no source in the tree'));
