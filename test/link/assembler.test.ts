import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dialectB } from './kernels/dialect';
import { buildKernel, builtTables, differences, predictKernel, writeKernel } from './kernels/kernel-tables';
import { smallKernel, watchers, type SmallKernel } from './kernels/small-kernel';

const include = '#include <linux/task_watchers.h>\n';
const init = '.task_watchers.init';
const before = { 'a.c': `${include}${watchers('a1')}task_watcher_func(init, a1);\n` };
const behind = { 'z.c': `${include}${watchers('z1')}task_watcher_func(init, z1);\n` };
const functions = (...names: readonly string[]): string =>
  `\t.text\n${names.map((name) => `\t.globl ${name}\n\t.type ${name}, @function\n${name}:\tret\n`).join('')}`;
const words = (...names: readonly string[]): string =>
  names.map((name) => `\t.globl open_${name}\nopen_${name}:\t.quad ${name}\n`).join('');

/** Files of assembler that as and ld understand as we do. */
const understood: Readonly<Record<string, string>> = {
  'a section': `${functions('s1', 's2')}\t.section ${init}, "aw"\n${words('s1', 's2')}\t.previous\n`,
  'a quoted name, and several statements on a line': `${functions('s1')}\t.pushsection "${init}","aw",@progbits; .balign 8; .globl open_s1; open_s1: .8byte s1; .popsection\n`,
  'sections in sections': `${functions('s1', 's2', 's3')}
	.pushsection ${init}, "aw"
${words('s1')}	.pushsection .task_watchers.free, "aw"
${words('s2')}	.popsection
${words('s3')}	.popsection
	nop`,
  'sections that go on': `${functions('s1', 's2')}
	.section ${init}
	.section .task_watchers.exit, "aw"
	.previous
${words('s1')}	.text
	nop
	.section ${init}
${words('s2')}`,
  comments: `# don't look here: .section ${init}
/* nor "here
	.section ${init}
*/
// it's me
${functions('s1')}	.section ${init}, "aw"	# isn't it
${words('s1')}	.text
	nop # it's`,
  'a condition': `#ifdef CONFIG_NOTHING
	.section ${init}, "aw"
	.quad nothing
#elif defined(__ASSEMBLY__)
${functions('s1')}	.section ${init}, "aw"
${words('s1')}
#endif
`,
  'a macro of its own': `${functions('s1', 's2')}
	.macro watch ev fn size=8
	.pushsection .task_watchers.\\ev, "aw"
	.balign \\size
	.globl open_\\fn\\()
open_\\fn\\():
	.quad \\fn
	.popsection
	.endm
	watch init s1
	watch fn=s2, ev=init
`,
  'macros of headers': `#include <linux/asm-watch.h>
${functions('s1', 's2', 's3')}
ASM_WATCH(init, s1)
ASM_WATCH(free, s2)
	watch init, s3
`,
};

const asmHeader = `#ifdef __ASSEMBLY__
#define ASM_WATCH(ev, fn) .pushsection .task_watchers.ev, "aw"; .balign 8; .globl open_##fn; open_##fn: .quad fn; .popsection
	.macro watch ev fn
	.pushsection .task_watchers.\\ev, "aw"
	.globl open_\\fn\\()
open_\\fn\\():
	.quad \\fn
	.popsection
	.endm
#endif
`;

/** Assembler text in C files. */
const inC: Readonly<Record<string, string>> = {
  'two pointers': `asm(".pushsection ${init}, \\"aw\\"\\nasm_b1: .quad b1\\nasm_b2: .quad b2\\n\\t.popsection");`,
  'a macro': `#define ASM_WATCH(fn) __asm__(".section ${init}, \\"aw\\"; .balign 8; asm_" #fn ": .quad " #fn "; .previous")
ASM_WATCH(b1);
ASM_WATCH(b2);`,
};

/** What fills the section, in front of `s1`, by more or less than can be told. */
const notFollowed: Readonly<Record<string, string>> = {
  bytes: '\t.zero 8\n',
  'a loop': '\t.rept 3\n\t.quad s2\n\t.endr\n',
  'a condition of the assembler': '\t.if 1\n\t.quad s2\n\t.endif\n',
  'half a pointer': '\t.long 0\n\t.long 0\n',
  'a subsection': '\t.subsection 1\n',
};

describe('pointers in assembler text', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assembler-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  let count = 0;
  const predict = async (
    kernel: SmallKernel,
  ): Promise<readonly [Awaited<ReturnType<typeof predictKernel>>, ReturnType<typeof builtTables>]> => {
    const root = join(folder, String(count++));
    const written = smallKernel(kernel);
    const header = new Map([...written.files, ['include/linux/asm-watch.h', asmHeader]]);
    writeKernel(root, { ...written, files: header });
    const predicted = await predictKernel(root, 'linked');
    await buildKernel(root);
    return [predicted, builtTables(root, written)];
  };

  for (const [name, text] of Object.entries(understood))
    it(`have their slots: ${name}`, async () => {
      const [predicted, built] = await predict({ units: { ...before, 's.S': text, ...behind } });
      assert.deepEqual(differences(predicted, built), []);
      assert.ok((built.rows.get('INIT')?.length ?? 0) > 2);
    });

  for (const [name, text] of Object.entries(inC))
    it(`have their slots in C: ${name}`, async () => {
      const c = `${include}${watchers('b1', 'b2')}task_watcher_func(init, b1);\n${text}\ntask_watcher_func(init, b2);\n`;
      const [predicted, built] = await predict({ units: { ...before, 'b.c': c, ...behind } });
      assert.deepEqual(differences(predicted, built), []);
      assert.equal(built.rows.get('INIT')?.length, 6);
    });

  it('have their slots in a dialect whose section is no needle by itself', async () => {
    const register = (name: string): string =>
      `#include <linux/init.h>\n${watchers(name)}DEFINE_TASK_INITCALL(${name});\n`;
    const text = `${functions('s1', 's2')}\t.section .task.INIT, "aw"\n${words('s1')}\t.section\t.task.FREE, "aw"\n${words('s2')}`;
    const [predicted, built] = await predict({
      units: { 'a.c': register('a1'), 's.S': text, 'z.c': register('z1') },
      dialect: dialectB(false),
    });
    assert.deepEqual(differences(predicted, built), []);
  });

  for (const [name, text] of Object.entries(notFollowed))
    it(`leave nothing behind them a slot where they cannot be followed: ${name}`, async () => {
      const s = `${functions('s1', 's2')}\t.section ${init}, "aw"\n${text}\t.quad s1\n`;
      const root = join(folder, String(count++));
      writeKernel(root, smallKernel({ units: { ...before, 's.S': s, ...behind } }));
      const entries = (await predictKernel(root, 'linked')).events[0]?.entries ?? [];
      assert.equal(entries.find((entry) => entry.function === 'z1')?.slot, null);
      assert.equal(entries.find((entry) => entry.function === 's1')?.slot, null);
      await buildKernel(root);
    });
});
