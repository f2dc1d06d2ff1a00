import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readArchive } from '../../server/src/kbuild/archive';
import { planFromArtefacts } from '../../server/src/kbuild/artefacts';
import { shellWords } from '../../server/src/kbuild/compile-flags';
import type { CompileFlags, LinkPlan } from '../../server/src/kbuild/link-plan';
import type { TreeReader } from '../../server/src/source/tree-reader';
import { memoryTree } from '../../server/src/source/tree-reader';
import { notesOf, onDisk, planOf, run, type Files, withBuild } from './kbuild-tree';

/** As the kernel's: flags of the directory, of directories above, of one object, less what is removed. */
const lib = `
KBUILD_CFLAGS += $(subdir-ccflags-y)
export KBUILD_CFLAGS
stem = $(basename $(patsubst $(obj)/%,%,$@))
part = $(firstword $(foreach m,$(filter-out %/,$(obj-y)),$(if $(filter $*.o,$($(m:.o=-y))),$(m:.o=))) $(notdir $(stem)))
_c_flags = $(filter-out $(CFLAGS_REMOVE_$(stem).o),$(filter-out $(ccflags-remove-y),$(KBUILD_CPPFLAGS) $(KBUILD_CFLAGS) $(ccflags-y)) $(CFLAGS_$(stem).o))
said = -DSAID_$(n)
c_flags = $(eval n := 1)$(said) $(eval n := 2)$(said) $(LINUXINCLUDE) -include $(srctree)/include/types.h $(_c_flags) -DKBUILD_MODNAME='"$(subst -,_,$(part))"'
`;

const base = withBuild({});
const files: Files = {
  ...base,
  // What the configuration says counts, whatever was set before it was read.
  Makefile: `CONFIG_M := y\n${base.Makefile ?? ''}`.replace(
    'core-y :=\n',
    'core-y :=\nKBUILD_CPPFLAGS := -D__KERNEL__ -DTOP_$(CONFIG_M) -DTEXT=\'"a b"\'\nKBUILD_CFLAGS := -O2 -Wall\nLINUXINCLUDE := -I$(srctree)/include -I$(srctree)/arch/$(SRCARCH)/include\nexport KBUILD_CPPFLAGS KBUILD_CFLAGS LINUXINCLUDE\n',
  ),
  'scripts/Makefile.lib': lib,
  'scripts/Makefile.build': (base['scripts/Makefile.build'] ?? '')
    .replace('dirs :=', 'include scripts/Makefile.lib\ndirs :=')
    .replace(
      '\t@mkdir -p $(dir $@)\n\ttouch $@\n',
      "$(filter %.o,$(call in,$(objects) $(libs))): $(obj)/%.o: $(obj)/%.c\n\tgcc $(c_flags) -dM -E -o $@.macros $<\n\tgcc $(c_flags) -c -o $@ $<\n\tprintf '%s\\n' 'cmd_$@ := gcc $(subst ','\\'',$(c_flags)) -c -o $@ $<' '' 'source_$@ := $<' > $(dir $@).$(notdir $@).cmd\n",
    )
    .replace('$(filter %.o,$(call in,$(objects) $(libs))):\n', ''),
  'include/types.h': '#define TYPES 1\n',
  Kbuild: 'obj-y += kernel/ lib/\n',
  'arch/toy/Makefile': 'libs-y :=\n',
  'kernel/Makefile':
    "subdir-ccflags-y := -DBELOW=1\nobj-y := fork.o exit.o sched/ both.o\nboth-y := one-part.o\nccflags-y := -I$(srctree)/kernel/own -DDIR\nCFLAGS_exit.o := -Os -DFN='x'\nCFLAGS_REMOVE_fork.o := -DDIR -O2\nobj-$(CONFIG_M) += module.o\nkernel/exit.o: KBUILD_CFLAGS += -DTARGET\n",
  'kernel/fork.c': 'int f;\n',
  'kernel/exit.c': 'int e;\n',
  'kernel/one-part.c': 'int o;\n',
  'kernel/module.c': 'int m;\n',
  'kernel/sched/Makefile':
    'obj-y := core.o\nccflags-y := -O1 -fno-toplevel-reorder\nseen := $(words $(filter -DBELOW=1,$(KBUILD_CFLAGS)))\nKBUILD_CFLAGS += -DOWN_$(seen)\n',
  'kernel/sched/core.c': 'int c;\n',
  'lib/Makefile':
    'obj-y := sort.o\nccflags-remove-y += -O2\nCFLAGS_sort.o = -O3 -UTEXT $(if $(CONFIG_M),-DHAS_M)\n',
  'lib/sort.c': 'int s;\n',
};
const config = 'CONFIG_M=m\nCONFIG_MODULES=y\n';

/** Object-like macros after preprocessing, by gcc. */
function macros(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^#define (\w+) ?(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

function agree(path: string, flags: CompileFlags, real: ReadonlyMap<string, string>): void {
  const ours = new Map<string, string | undefined>();
  for (const { name, text } of flags.defines) ours.set(name, text);
  for (const [name, text] of ours)
    if (!/^(?:KBUILD_(?:BASENAME|MODFILE)|__KBUILD_MODNAME)$/.test(name))
      assert.equal(real.get(name), text, `${path}: ${name}`);
  for (const name of [
    'DIR',
    'BELOW',
    'FN',
    'TARGET',
    'TEXT',
    'HAS_M',
    'OWN_0',
    'OWN_1',
    'KBUILD_MODNAME',
    '__KERNEL__',
  ])
    assert.equal(ours.get(name), real.get(name), `${path}: ${name}`);
  for (const name of ['SAID_1', 'SAID_2', 'TOP_m', 'TOP_y'])
    assert.equal(ours.get(name), real.get(name), `${path}: ${name}`);
  assert.equal(real.has('__OPTIMIZE__'), flags.optimisation !== '0', `${path}: -O${flags.optimisation}`);
  assert.equal(real.has('__OPTIMIZE_SIZE__'), flags.optimisation === 's', `${path}: -O${flags.optimisation}`);
  assert.equal(real.get('TYPES') === '1', flags.forcedIncludes.includes('include/types.h'), path);
}

/** Only what these tests read of a disk. */
function folderTree(root: string): TreeReader {
  const at = (path: string): string => join(root, path);
  return {
    root,
    read: (path) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : undefined),
    kind: (path) =>
      existsSync(at(path)) ? (statSync(at(path)).isDirectory() ? 'directory' : 'file') : undefined,
    list: () => [],
    problems: () => [],
  };
}

interface Built {
  readonly plan: LinkPlan;
  readonly macros: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly fromBuild: LinkPlan | undefined;
  readonly flagsFromBuild: readonly CompileFlags[];
  readonly archives: readonly (readonly [string, readonly string[] | undefined, readonly string[]])[];
}

describe('flags and artefacts', function () {
  this.timeout(60_000);
  let built: Built;

  before(() => {
    const plan = planOf(files, config);
    built = onDisk(files, config, (folder) => {
      run(folder, 'make', '-rR', '-s', 'ARCH=toy', 'vmlinux.a');
      const bytes = (path: string): Uint8Array | undefined =>
        existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : undefined;
      const fromBuild = planFromArtefacts(plan, {
        tree: memoryTree(new Map(Object.entries(files)), folder),
        build: folderTree(folder),
        bytes,
      });
      run(folder, 'ar', 'rcs', 'whole.a', 'kernel/fork.o', 'kernel/one-part.o', 'lib/sort.o');
      run(folder, 'cp', 'lib/sort.o', 'a-name-longer-than-sixteen-bytes.o');
      run(folder, 'ar', 'rc', 'whole.a', 'a-name-longer-than-sixteen-bytes.o');
      run(folder, 'ar', 'rcsT', 'thin.a', 'kernel/fork.o', 'lib/sort.o');
      return {
        plan,
        macros: new Map(
          plan.objects.map(({ path }) => [
            path,
            macros(readFileSync(join(folder, `${path}.macros`), 'utf8')),
          ]),
        ),
        fromBuild,
        flagsFromBuild: fromBuild?.objects.map((object) => fromBuild.flags(object)) ?? [],
        archives: ['whole.a', 'thin.a', 'vmlinux.a', 'kernel/built-in.a'].map((path) => [
          path,
          readArchive(bytes(path) ?? new Uint8Array())?.members,
          run(folder, 'ar', 't', path)
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => (path.startsWith('kernel/') ? line.replace(/^kernel\//, '') : line)),
        ]),
      };
    });
  });

  it('are those that the real make gives to gcc', () => {
    assert.equal(built.plan.objects.length, 5);
    for (const object of built.plan.objects)
      agree(object.path, built.plan.flags(object), built.macros.get(object.path) ?? new Map());
  });

  it('know the order of include paths and what keeps the order of variables', () => {
    const flags = (path: string): CompileFlags | undefined => {
      const object = built.plan.objects.find((candidate) => candidate.path === path);
      return object && built.plan.flags(object);
    };
    assert.deepEqual(flags('kernel/exit.o')?.includePaths, ['include', 'arch/toy/include', 'kernel/own']);
    assert.equal(flags('kernel/exit.o')?.keepsToplevelOrder, false);
    assert.equal(flags('kernel/sched/core.o')?.keepsToplevelOrder, true);
    assert.equal(flags('kernel/sched/core.o')?.optimisation, '1');
    assert.equal(flags('lib/sort.o')?.optimisation, '3');
    assert.equal(flags('kernel/fork.o')?.optimisation, '0');
  });

  it('come from a finished build where there is one', () => {
    const { plan, fromBuild, flagsFromBuild } = built;
    assert.equal(fromBuild?.source, 'artefacts');
    assert.deepEqual(
      fromBuild.objects.map(({ path, source, moduleName }) => [path, source, moduleName]),
      plan.objects.map(({ path, source, moduleName }) => [path, source, moduleName]),
    );
    assert.deepEqual(fromBuild.notes, []);
    for (const [at, object] of plan.objects.entries()) {
      const { defines, ...rest } = plan.flags(object);
      const { defines: others, ...otherRest } = flagsFromBuild[at] ?? plan.flags(object);
      assert.deepEqual(otherRest, rest, object.path);
      const last = (list: CompileFlags['defines'], wanted: string): unknown =>
        list.findLast(({ name }) => name === wanted);
      for (const { name } of others) assert.deepEqual(last(defines, name), last(others, name), object.path);
      assert.ok(others.length >= 3);
    }
  });

  it('say so where build and makefiles disagree', () => {
    const later = planOf({ ...files, 'lib/Makefile': 'obj-y := sort.o more.o\n' }, config);
    onDisk(files, config, (folder) => {
      run(folder, 'make', '-rR', '-s', 'ARCH=toy', 'vmlinux.a');
      const plan = planFromArtefacts(later, {
        tree: memoryTree(new Map(Object.entries(files)), folder),
        build: folderTree(folder),
        bytes: (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : undefined),
      });
      assert.match((plan ? notesOf(plan) : [])[0]?.message ?? '', /not linked lib\/more\.o/);
    });
  });

  it('of old are partial links: empty folders hold nothing, and of a file behind -R only the symbols are used', () => {
    const plan = planOf(files, config);
    // What the makefiles of 2.6.20 leave beside the objects.
    const commands = new Map([
      ['.vmlinux.cmd', 'cmd_vmlinux := ld -o vmlinux kernel/built-in.o crypto/built-in.o\n'],
      [
        'kernel/.built-in.o.cmd',
        'cmd_kernel/built-in.o := ld -m elf_i386 -R kernel/syms.o -r -o kernel/built-in.o kernel/fork.o kernel/exit.o\n',
      ],
      [
        'crypto/.built-in.o.cmd',
        'cmd_crypto/built-in.o := rm -f crypto/built-in.o; ar rcs crypto/built-in.o\n',
      ],
    ]);
    const old = planFromArtefacts(plan, {
      tree: memoryTree(new Map(Object.entries(files))),
      build: memoryTree(commands),
      bytes: () => undefined,
    });
    assert.deepEqual(
      old?.objects.map(({ path }) => path),
      ['kernel/fork.o', 'kernel/exit.o'],
    );
  });

  it('read archives as ar does', () => {
    for (const [path, ours, real] of built.archives) assert.deepEqual(ours, real, path);
    assert.equal(readArchive(new Uint8Array([1, 2, 3])), undefined);
  });

  it('split words as the shell does', () => {
    const text = `a 'b c' "d \\"e\\" \\$x" f\\ g -DX='"y z"' "" h'i'"j"  \\\\ '\\n'`;
    const real = onDisk({}, '', (folder) => run(folder, 'sh', '-c', `printf '%s\\n' ${text}`));
    assert.deepEqual(shellWords(text), real.split('\n').slice(0, -1));
  });
});
