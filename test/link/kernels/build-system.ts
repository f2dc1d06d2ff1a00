/**
 * Three small build systems that really build, each in the shape of one age of the kernel's: `partial` as 2.6 (`ld -r`
 * in every directory), `parts` as 5.x (thin archives, one for each part of the kernel), `whole` as 6.1 (vmlinux.a).
 */
export type Age = 'partial' | 'parts' | 'whole';

const beginning = `# SPDX-License-Identifier: MIT
VERSION = 6
PATCHLEVEL = 1
srctree := .
objtree := .
ARCH ?= x86
SRCARCH := $(ARCH)
export srctree objtree ARCH SRCARCH

include include/config/auto.conf

LINUXINCLUDE := -I$(srctree)/arch/$(SRCARCH)/include -I$(srctree)/include -include $(srctree)/include/linux/kconfig.h
KBUILD_CPPFLAGS := -D__KERNEL__
ifdef CONFIG_CC_IS_CLANG
CC := clang
else
CC := gcc
endif
export CC
KBUILD_CFLAGS := -std=gnu11 -w -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none
ifdef CONFIG_CC_OPTIMIZE_FOR_SIZE
KBUILD_CFLAGS += -Os
else ifdef CONFIG_CC_OPTIMIZE_NOTHING
KBUILD_CFLAGS += -O0
else
KBUILD_CFLAGS += -O2
endif
`;

const ending = `
all: vmlinux
include/config/auto.conf: .config
	@mkdir -p include/config include/generated
	@sed -n 's/^\\(CONFIG_[A-Z0-9_]*=.*\\)/\\1/p' .config > $@
	@sed -n -e 's/^\\(CONFIG_[A-Z0-9_]*\\)=y$$/#define \\1 1/p' -e 's/^\\(CONFIG_[A-Z0-9_]*\\)=m$$/#define \\1_MODULE 1/p' \\
		-e 's/^\\(CONFIG_[A-Z0-9_]*\\)=\\([0-9"].*\\)$$/#define \\1 \\2/p' .config > include/generated/autoconf.h
$(KBUILD_LDS): FORCE
	gcc -E -P -x assembler-with-cpp $(LINUXINCLUDE) -D__ASSEMBLY__ $@.S -o $@
FORCE:
.PHONY: FORCE all
`;

const linkFlags = '-static --no-warn-rwx-segments -z noexecstack -e 0';

const topMakefiles: Readonly<Record<Age, string>> = {
  whole: `${beginning}
core-y :=
drivers-y :=
libs-y := lib/
include $(srctree)/arch/$(SRCARCH)/Makefile
export LINUXINCLUDE KBUILD_CPPFLAGS KBUILD_CFLAGS
export ARCH_CORE := $(core-y)
export ARCH_LIB := $(filter %/, $(libs-y))
export ARCH_DRIVERS := $(drivers-y)
KBUILD_VMLINUX_OBJS := ./built-in.a
ifdef CONFIG_MODULES
KBUILD_VMLINUX_OBJS += $(patsubst %/, %/lib.a, $(filter %/, $(libs-y)))
KBUILD_VMLINUX_LIBS := $(filter-out %/, $(libs-y))
else
KBUILD_VMLINUX_LIBS := $(patsubst %/, %/lib.a, $(libs-y))
endif
export KBUILD_VMLINUX_LIBS
export KBUILD_LDS := arch/$(SRCARCH)/kernel/vmlinux.lds
${ending}
build:
	$(MAKE) -f scripts/Makefile.build obj=.
vmlinux.a: build
	rm -f $@
	ar cDPrST $@ $(KBUILD_VMLINUX_OBJS)
	ar mPiT $$(ar t $@ | sed -n 1p) $@ $$(ar t $@ | grep -F -f scripts/head-object-list.txt)
vmlinux: vmlinux.a $(KBUILD_LDS)
	sh scripts/link-vmlinux.sh
.PHONY: build vmlinux.a vmlinux
`,
  parts: `${beginning}
head-y :=
init-y := init/
core-y :=
drivers-y := drivers/
net-y := net/
libs-y := lib/
include $(srctree)/arch/$(SRCARCH)/Makefile
export LINUXINCLUDE KBUILD_CPPFLAGS KBUILD_CFLAGS
core-y += kernel/ mm/
vmlinux-dirs := $(patsubst %/,%,$(filter %/, $(init-y) $(core-y) $(drivers-y) $(net-y) $(libs-y)))
init-y := $(patsubst %/, %/built-in.a, $(init-y))
core-y := $(patsubst %/, %/built-in.a, $(core-y))
drivers-y := $(patsubst %/, %/built-in.a, $(drivers-y))
net-y := $(patsubst %/, %/built-in.a, $(net-y))
libs-y2 := $(patsubst %/, %/built-in.a, $(filter-out %.a, $(libs-y)))
libs-y1 := $(patsubst %/, %/lib.a, $(libs-y))
ifdef CONFIG_MODULES
KBUILD_VMLINUX_OBJS := $(head-y) $(init-y) $(core-y) $(libs-y2) $(drivers-y) $(net-y) $(libs-y1)
KBUILD_VMLINUX_LIBS :=
else
KBUILD_VMLINUX_OBJS := $(head-y) $(init-y) $(core-y) $(libs-y2) $(drivers-y) $(net-y)
KBUILD_VMLINUX_LIBS := $(libs-y1)
endif
export KBUILD_LDS := arch/$(SRCARCH)/kernel/vmlinux.lds
${ending}
$(vmlinux-dirs): FORCE
	$(MAKE) -f scripts/Makefile.build obj=$@
vmlinux: $(vmlinux-dirs) $(KBUILD_LDS)
	ld ${linkFlags} -T $(KBUILD_LDS) -o $@ --whole-archive $(KBUILD_VMLINUX_OBJS) --no-whole-archive \\
		--start-group $(KBUILD_VMLINUX_LIBS) --end-group
`,
  partial: `${beginning}
init-y := init/
drivers-y := drivers/
net-y := net/
libs-y := lib/
core-y := kernel/ mm/
include $(srctree)/arch/$(SRCARCH)/Makefile
export LINUXINCLUDE KBUILD_CPPFLAGS KBUILD_CFLAGS
vmlinux-dirs := $(patsubst %/,%,$(filter %/, $(init-y) $(core-y) $(drivers-y) $(net-y) $(libs-y)))
init-y := $(patsubst %/, %/built-in.o, $(init-y))
core-y := $(patsubst %/, %/built-in.o, $(core-y))
drivers-y := $(patsubst %/, %/built-in.o, $(drivers-y))
net-y := $(patsubst %/, %/built-in.o, $(net-y))
libs-y1 := $(patsubst %/, %/lib.a, $(libs-y))
libs-y2 := $(patsubst %/, %/built-in.o, $(libs-y))
libs-y := $(libs-y1) $(libs-y2)
vmlinux-init := $(head-y) $(init-y)
vmlinux-main := $(core-y) $(libs-y) $(drivers-y) $(net-y)
vmlinux-lds := arch/$(ARCH)/kernel/vmlinux.lds
KBUILD_LDS := $(vmlinux-lds)
${ending}
$(vmlinux-dirs): FORCE
	$(MAKE) -f scripts/Makefile.build obj=$@
vmlinux: $(vmlinux-dirs) $(vmlinux-lds)
	ld ${linkFlags} -T $(vmlinux-lds) -o $@ $(vmlinux-init) --start-group $(vmlinux-main) --end-group
`,
};

/** scripts/Makefile.lib: which objects a directory is made of, and how each is compiled. */
const makefileLib = `# SPDX-License-Identifier: MIT
obj-m := $(filter-out $(obj-y),$(obj-m))
lib-y := $(filter-out $(obj-y), $(sort $(lib-y) $(lib-m)))
prefix := $(if $(filter .,$(obj)),,$(obj)/)
archive := built-in.$(if $(KBUILD_PARTIAL),o,a)
subdirs := $(sort $(patsubst %/,%,$(filter %/,$(obj-y))))
# A composite has -objs, -y, or nothing but members that are switched off.
members = $(if $(strip $($(1:.o=-objs)) $($(1:.o=-y)) $($(1:.o=-))),$($(1:.o=-objs)) $($(1:.o=-y)),$(1))
is-composite = $(strip $($(1:.o=-objs)) $($(1:.o=-y)))
listed := $(patsubst %/,%/$(archive),$(obj-y))
objects := $(addprefix $(prefix),$(foreach item,$(listed),$(if $(filter %/$(archive),$(item)),$(item),$(call parts-of,$(item)))))
KBUILD_CFLAGS += $(subdir-ccflags-y)
target-stem = $(patsubst $(prefix)%,%,$(basename $@))
orig_c_flags = $(KBUILD_CPPFLAGS) $(KBUILD_CFLAGS) $(ccflags-y) $(CFLAGS_$(target-stem).o)
c_flags = $(LINUXINCLUDE) $(filter-out $(CFLAGS_REMOVE_$(target-stem).o), $(orig_c_flags))
a_flags = $(LINUXINCLUDE) $(KBUILD_CPPFLAGS) -D__ASSEMBLY__
cpp_flags = $(LINUXINCLUDE) $(KBUILD_CPPFLAGS)
`;

/** scripts/Makefile.build. With `linksComposites`, a composite becomes an object of its own by \`ld -r\`. */
const makefileBuild = (age: Age, linksComposites: boolean): string => `# SPDX-License-Identifier: MIT
src := $(obj)
first: all
obj-y :=
obj-m :=
lib-y :=
lib-m :=
ccflags-y :=
subdir-ccflags-y :=
KBUILD_PARTIAL := ${age === 'partial' ? 'y' : ''}
-include include/config/auto.conf
include $(firstword $(wildcard $(obj)/Kbuild $(obj)/Makefile))
parts-of = ${linksComposites ? '$(1)' : '$(call members,$(1))'}
include scripts/Makefile.lib

all: $(prefix)$(archive) $(if $(filter lib arch/x86/lib,$(obj)),$(prefix)lib.a)
$(prefix)built-in.o: $(objects)
	$(if $^,ld -r -o $@ $^,rm -f $@; ar rcs $@)
$(prefix)built-in.a: $(objects)
	rm -f $@; ar cDPrST $@ $^
$(prefix)lib.a: $(addprefix $(prefix),$(lib-y))
	rm -f $@; ar ${age === 'partial' ? 'rcs' : 'cDPrsT'} $@ $^
$(addsuffix /$(archive),$(addprefix $(prefix),$(subdirs))):
	$(MAKE) -f scripts/Makefile.build obj=$(patsubst %/$(archive),%,$@)
${
  linksComposites
    ? `multi-used-y := $(foreach o,$(filter %.o,$(obj-y)),$(if $(call is-composite,$(o)),$(o)))
quiet_cmd_link_multi-y = LD      $@
cmd_link_multi-y = ld -r -o $@ $^
$(foreach o,$(multi-used-y),$(eval $(prefix)$(o): $(addprefix $(prefix),$(call members,$(o)))))
$(addprefix $(prefix),$(multi-used-y)):
	$(cmd_link_multi-y)
`
    : ''
}$(prefix)%.o: $(prefix)%.c
	$(CC) $(c_flags) -c -o $@ $<
$(prefix)%.o: $(prefix)%.S
	gcc $(a_flags) -c -o $@ $<
`;

const linkVmlinux = `#!/bin/sh
# SPDX-License-Identifier: MIT
is_enabled() {
	grep -q "^$1=y" include/config/auto.conf
}
if is_enabled CONFIG_LTO_CLANG || is_enabled CONFIG_X86_KERNEL_IBT; then
	ld -r -o vmlinux.o --whole-archive vmlinux.a --no-whole-archive --start-group \${KBUILD_VMLINUX_LIBS} --end-group
	objs=vmlinux.o
	libs=
else
	objs=vmlinux.a
	libs="\${KBUILD_VMLINUX_LIBS}"
fi
ld ${linkFlags} -T \${KBUILD_LDS} -o vmlinux --whole-archive \${objs} --no-whole-archive --start-group \${libs} --end-group
`;

export function buildSystem(age: Age, linksComposites: boolean): ReadonlyMap<string, string> {
  const isLinking = age === 'partial' || (age === 'parts' && linksComposites);
  const files = new Map([
    ['Makefile', topMakefiles[age]],
    ['scripts/Makefile.build', makefileBuild(age, isLinking)],
    ['scripts/Makefile.lib', makefileLib],
    [
      'arch/x86/kernel/head_64.S',
      '\t.section .head.text, "ax"\n\t.globl startup_64\nstartup_64:\tjmp startup_64\n',
    ],
  ]);
  if (age === 'whole') {
    files.set('scripts/link-vmlinux.sh', linkVmlinux);
    files.set('scripts/head-object-list.txt', 'arch/x86/kernel/head_64.o\n');
  }
  return files;
}
