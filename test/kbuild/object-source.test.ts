import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import fc from 'fast-check';
import { planOf, withBuild } from './kbuild-tree';

/** The rules that Kbuild has for all objects, behind those of the directory's makefile; each says what it makes of what. */
const kbuild = `
.DEFAULT_GOAL := all
obj := kernel
src := kernel
srctree := .
if_changed_rule = echo MADE $@ $<
if_changed = $(if_changed_rule)
include kernel/Makefile
$(obj)/%.o: $(src)/%.c FORCE
	$(call if_changed_rule,cc_o_c)
$(obj)/%.o: $(src)/%.S FORCE
	$(call if_changed_rule,as_o_S)
all: $(addprefix $(obj)/,$(obj-y))
FORCE:
`;

const sources = [
  'kernel/a.c',
  'kernel/b.S',
  'kernel/lib-d.c',
  'kernel/other.c',
  'kernel/e.c',
  'lib/a.c',
  'lib/c.c',
  'lib/d.c',
  'lib/e.S',
  'lib/sub/f.c',
];

/** By object, the source that make hands to its recipe, however many objects are between. */
function made(makefile: string): ReadonlyMap<string, string> | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'kbuild-'));
  try {
    for (const path of [...sources, 'kernel/Makefile']) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), path.endsWith('Makefile') ? makefile : '');
    }
    writeFileSync(join(folder, 'Makefile'), kbuild);
    const { stdout, stderr } = spawnSync('make', ['-rR', '-s', '-k', '-C', folder], { encoding: 'utf8' });
    if (stderr.includes('Circular')) return undefined;
    const from = new Map(
      [...stdout.matchAll(/^MADE (\S+) (\S+)$/gm)].map(([, target = '', first = '']) => [
        target,
        normalize(first),
      ]),
    );
    return new Map(
      [...from].map(([target, first]) => {
        let source = first;
        for (let next = from.get(source); next !== undefined; next = from.get(source)) source = next;
        return [target, source];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function planned(makefile: string): ReadonlyMap<string, string | undefined> {
  const files = Object.fromEntries(sources.map((path) => [path, '']));
  const plan = planOf(
    withBuild({
      ...files,
      Kbuild: 'obj-y += kernel/\n',
      'arch/toy/Makefile': '',
      'kernel/Makefile': makefile,
    }),
    'CONFIG_TOY=y\n',
  );
  return new Map(plan.objects.map(({ path, source }) => [path, source]));
}

function same(makefile: string): number {
  const real = made(makefile);
  if (real === undefined) return 0;
  const ours = planned(makefile);
  for (const [object, source] of real)
    // What is made of nothing that is there may be compiled from anything.
    if (ours.has(object) && sources.includes(source))
      equal(ours.get(object), source, `${object} of\n${makefile}`);
  return real.size;
}

const recipe = '\n\t$(call if_changed_rule,cc_o_c)\n';

const cases: Readonly<Record<string, string>> = {
  'another source': `obj-y := a.o\n$(obj)/a.o: $(src)/other.c FORCE${recipe}`,
  'another folder': `obj-y := a.o\n$(obj)/a.o: $(srctree)/lib/a.c FORCE${recipe}`,
  'a path with .. in it': `obj-y := a.o\n$(obj)/a.o: $(src)/../lib/sub/f.c FORCE${recipe}`,
  'no source of its name': `obj-y := x.o\n$(obj)/x.o: $(src)/other.c FORCE${recipe}`,
  'assembler in the place of C': `obj-y := e.o\n$(obj)/e.o: $(srctree)/lib/e.S FORCE${recipe}`,
  'a rule without recipe only adds prerequisites': `obj-y := a.o\n$(obj)/a.o: $(src)/other.c\n\n`,
  'a recipe behind a semicolon': `obj-y := a.o\n$(obj)/a.o: $(src)/other.c; $(call if_changed_rule,cc_o_c)\n`,
  'a pattern for a prefix': `obj-y := lib-d.o lib-c.o a.o\n$(obj)/lib-%.o: $(srctree)/lib/%.c FORCE${recipe}`,
  'a pattern as wide as that of Kbuild': `obj-y := a.o c.o e.o\n$(obj)/%.o: $(srctree)/lib/%.c FORCE${recipe}`,
  'a pattern whose source is not there': `obj-y := a.o\n$(obj)/%.o: $(srctree)/lib/sub/%.c FORCE${recipe}`,
  'a wider pattern': `obj-y := a.o\nkern%.o: kern%.S FORCE${recipe}`,
  'a static pattern': `obj-y := a-32.o c-32.o a.o\nown := $(obj)/a-32.o $(obj)/c-32.o\n$(own): $(obj)/%-32.o: $(srctree)/lib/%.c FORCE${recipe}`,
  'one source for several': `obj-y := x-ce.o x-neon.o\n$(obj)/x-%.o: $(src)/other.c FORCE${recipe}`,
  'an object made of an object': `obj-y := a.stub.o b.stub.o\n$(obj)/%.stub.o: $(obj)/%.o FORCE\n\t$(call if_changed,stubcopy)\n`,
  'an object made of an object that a pattern makes': `obj-y := lib-c.stub.o\n$(obj)/lib-%.o: $(srctree)/lib/%.c FORCE${recipe}$(obj)/%.stub.o: $(obj)/%.o FORCE\n\t$(call if_changed,stubcopy)\n`,
  'a rule in a condition': `obj-y := a.o e.o\nifdef CONFIG_TOY\n$(obj)/a.o: $(src)/other.c FORCE${recipe}else\n$(obj)/e.o: $(src)/other.c FORCE${recipe}endif\n`,
  'a rule that an $(eval) makes': `obj-y := a.o\ndefine make-of\n$(obj)/$(1).o: $(src)/$(2).c FORCE\n\t$$(call if_changed_rule,cc_o_c)\nendef\n$(eval $(call make-of,a,other))\n`,
  'several targets': `obj-y := a.o x.o\n$(obj)/a.o $(obj)/x.o: $(src)/other.c FORCE${recipe}`,
  'prerequisites that only order': `obj-y := a.o\n$(obj)/a.o: $(src)/e.c | $(src)/other.c${recipe}`,
};

describe('what an object is compiled from', function () {
  this.timeout(120_000);
  for (const [name, makefile] of Object.entries(cases))
    it(`is what make compiles: ${name}`, () => {
      // CONFIG_TOY is the one setting.
      const text = `CONFIG_TOY := y\n${makefile}`;
      ok(same(text) > 0, 'make makes nothing of it');
    });

  it('of an object that is made by other rules is not known', () => {
    const objects = planned(
      'obj-y := piggy.o\n$(obj)/piggy.o: $(obj)/image.gz FORCE\n\t$(call if_changed,ld)\n',
    );
    deepEqual([...objects], [['kernel/piggy.o', undefined]]);
  });

  it('is what make compiles for rules that nobody thought of', () => {
    const prerequisite = fc.constantFrom(
      ...['$(src)/other.c', '$(src)/a.c', '$(srctree)/lib/a.c', '$(src)/%.c', '$(srctree)/lib/%.c'],
      ...['$(srctree)/lib/%.S', '$(src)/b.S', '$(obj)/%.o', '$(obj)/a.o', '$(src)/lib-%.c', 'FORCE'],
    );
    const target = fc.constantFrom(
      ...['$(obj)/a.o', '$(obj)/x.o', '$(obj)/lib-d.o', '$(obj)/%.o', '$(obj)/lib-%.o', '$(obj)/%.stub.o'],
      ...['$(obj)/e.o $(obj)/x.o', '$(obj)/a.o $(obj)/e.o: $(obj)/%.o', '$(obj)/x-%.o'],
    );
    const rule = fc
      .tuple(target, fc.array(prerequisite, { minLength: 1, maxLength: 2 }), fc.boolean())
      .map(([left, right, isWhole]) => `${left}: ${right.join(' ')}${isWhole ? recipe : '\n\n'}`);
    const object = fc.constantFrom('a.o', 'e.o', 'lib-d.o', 'x.o', 'x-a.o', 'a.stub.o', 'b.o', 'c.o');
    let compared = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(object, { minLength: 1, maxLength: 4 }),
        fc.array(rule, { minLength: 1, maxLength: 3 }),
        (objects, rules) => {
          compared += same(`obj-y := ${objects.join(' ')}\n${rules.join('')}`);
        },
      ),
      { numRuns: 300, seed: 20_061_130 },
    );
    ok(compared > 200, String(compared));
  });
});
