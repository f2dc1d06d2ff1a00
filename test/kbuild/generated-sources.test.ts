import { deepEqual } from 'node:assert/strict';
import { planOf, withBuild, type Files } from './kbuild-tree';

const files: Files = {
  Kbuild: 'obj-y += image/\n',
  'lib/Makefile': '',
  'arch/toy/Makefile': 'libs-y :=\n',
  'image/Makefile': `obj-y := a-image.o table.o shipped.o nowhere.o
hostprogs := mktable
mktable-objs := mktable-main.o mktable-data.o
TOOL = $(objtree)/tools/pack
$(obj)/table.c: $(obj)/mktable $(src)/names.txt FORCE
	$(call if_changed,mktable)
ifdef CONFIG_NEVER
include $(src)/../never/rules
else
include $(src)/../common/rules
endif
`,
  'common/rules': `# A recipe's lines are no rules: x: y
$(obj)/%-image.c: $(obj)/%.packed \\
		$(TOOL) FORCE ; $(TOOL) $< $@
$(obj)/%.packed: private flags := -x
$(obj)/%.packed: $(src)/%.in
	pack: $< > $@
`,
  'image/a.in': '',
  'image/names.txt': '',
  'image/mktable-main.c': '',
  'image/mktable-data.c': '',
  'image/shipped.c_shipped': '',
  'tools/pack.c': '',
};

describe('an object without a source', () => {
  const { objects, notes } = planOf(withBuild(files), 'CONFIG_MODULES=y\n');

  it('is made from what rules name, wherever they are included from, and from the sources of programs', () => {
    deepEqual(
      Object.fromEntries(objects.map(({ path, madeFrom }) => [path, madeFrom && [...madeFrom].sort()])),
      {
        'image/a-image.o': ['image/a.in', 'tools/pack.c'],
        'image/table.o': ['image/mktable-data.c', 'image/mktable-main.c', 'image/names.txt'],
        'image/shipped.o': ['image/shipped.c_shipped'],
        'image/nowhere.o': undefined,
      },
    );
  });

  it('is missing only where no rule makes one', () => {
    deepEqual(
      notes.map(({ message }) => message),
      ['image/nowhere.o has no source in the tree, and no rule makes one: what it registers is missing'],
    );
  });
});
