import assert from 'node:assert/strict';
import { onDisk, planOf, run, type Files } from './kbuild-tree';

/** The shape of 2.6: partial links, libraries in their place inside a group. Each object defines a symbol of its name. */
const makefiles: Files = {
  Makefile: `
include include/config/auto.conf
init-y := init/
drivers-y := drivers/
libs-y := lib/
core-y := kernel/
include arch/$(ARCH)/Makefile
init-y := $(patsubst %/, %/built-in.o, $(init-y))
core-y := $(patsubst %/, %/built-in.o, $(core-y))
drivers-y := $(patsubst %/, %/built-in.o, $(drivers-y))
libs-y1 := $(patsubst %/, %/lib.a, $(libs-y))
libs-y2 := $(patsubst %/, %/built-in.o, $(libs-y))
libs-y := $(libs-y1) $(libs-y2)
vmlinux-init := $(head-y) $(init-y)
vmlinux-main := $(core-y) $(libs-y) $(drivers-y)
vmlinux: $(vmlinux-init) $(vmlinux-main)
	ld -e 0 -o $@ $(vmlinux-init) --start-group $(vmlinux-main) --end-group
%/built-in.o:
	$(MAKE) -f scripts/Makefile.build obj=$* $@
%/lib.a:
	$(MAKE) -f scripts/Makefile.build obj=$* $@
arch/%.o: arch/%.c
	gcc -fno-asynchronous-unwind-tables -c -o $@ $<
`,
  'scripts/Makefile.build': `
-include include/config/auto.conf
include $(obj)/Makefile
parts = $(or $(strip $($(1:.o=-objs)) $($(1:.o=-y))),$(1))
$(obj)/built-in.o: $(addprefix $(obj)/,$(foreach o,$(patsubst %/,%/built-in.o,$(obj-y)),$(call parts,$(o))))
	$(if $^,ld -r -o $@ $^,rm -f $@; ar rcs $@)
$(obj)/lib.a: $(addprefix $(obj)/,$(sort $(lib-y)))
	rm -f $@
	ar rcs $@ $^
%/built-in.o:
	$(MAKE) -f scripts/Makefile.build obj=$* $@
%.o: %.c
	gcc -fno-asynchronous-unwind-tables -c -o $@ $<
`,
  'arch/toy/Makefile':
    'head-y := arch/toy/kernel/head.o\ncore-y += arch/toy/kernel/\nlibs-y += arch/toy/lib/\n',
  'arch/toy/kernel/Makefile': 'extra-y := head.o\nobj-y := traps.o\n',
  'arch/toy/lib/Makefile': 'lib-y := delay.o\n',
  'init/Makefile': 'obj-y := main.o mounts.o\nmounts-y := mounts_two.o mounts_one.o\n',
  'kernel/Makefile': 'obj-y = fork.o time/\nobj-$(CONFIG_M) += modular.o\n',
  'kernel/time/Makefile': 'obj-$(CONFIG_Y) += tick.o\n',
  'lib/Makefile': 'lib-y := string.o idr.o\nobj-y += sort.o\n',
  'drivers/Makefile': 'obj-y += char/ net/\n',
  'drivers/char/Makefile': 'obj-y := tty.o\n',
  'drivers/net/Makefile': 'obj-$(CONFIG_N) += eth.o\n',
};

const names =
  'arch/toy/kernel/head arch/toy/kernel/traps arch/toy/lib/delay init/main init/mounts_one init/mounts_two kernel/fork kernel/modular kernel/time/tick lib/string lib/idr lib/sort drivers/char/tty drivers/net/eth'.split(
    ' ',
  );
const symbol = (name: string): string => name.replaceAll('/', '__');
const config = 'CONFIG_Y=y\nCONFIG_M=m\n';

/** main.c needs every library member, so that all are linked, in the order in which the archive has them. */
const sources: Files = Object.fromEntries(
  names.map((name) => [
    `${name}.c`,
    name === 'arch/toy/kernel/head'
      ? `extern char lib__idr, lib__string, arch__toy__lib__delay;\nchar *${symbol(name)}[] = {&lib__idr, &lib__string, &arch__toy__lib__delay};\n`
      : `char *${symbol(name)}[1] = {0};\nchar *${symbol(name)}_2[1] = {(char *)1};\n`,
  ]),
);

describe('link order of a tree shaped like 2.6', function () {
  this.timeout(60_000);

  it('is the order of symbols in the linked file', () => {
    const files = { ...makefiles, ...sources };
    const plan = planOf(files, config);
    const real = onDisk(files, config, (folder) => {
      run(folder, 'make', '-rR', '-s', 'ARCH=toy', 'vmlinux');
      return run(folder, 'nm', '-n', 'vmlinux');
    });
    const placed = real
      .split('\n')
      .flatMap((line) => /^\w+ [dD] (\w+__\w+)$/.exec(line)?.[1] ?? [])
      .map((name) => name.replace(/_2$/, ''))
      .filter((name, at, all) => all.indexOf(name) === at);
    const planned = plan.objects.map(({ path }) => symbol(path.replace(/\.o$/, '')));
    assert.ok(placed.length >= 11);
    assert.deepEqual(planned, placed);
    assert.deepEqual(
      plan.objects
        .filter(({ membership }) => membership === 'archive-member')
        .map(({ path, archive }) => [path, archive]),
      [
        ['lib/idr.o', 'lib/lib.a'],
        ['lib/string.o', 'lib/lib.a'],
        ['arch/toy/lib/delay.o', 'arch/toy/lib/lib.a'],
      ],
    );
    assert.equal(plan.objects.find(({ path }) => path === 'init/mounts_one.o')?.moduleName, 'mounts');
  });
});
