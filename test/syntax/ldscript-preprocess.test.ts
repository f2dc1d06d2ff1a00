import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseLinkerScript } from '../../server/src/syntax/ldscript/parse';
import { preprocessScript, type ScriptSources } from '../../server/src/syntax/ldscript/preprocess';
import { workbench } from '../link/compile';

const files = new Map<string, string>([
  [
    'arch/x/kernel/vmlinux.lds.S',
    `/* a kernel's script, in short */
#define LOAD_OFFSET __PAGE_OFFSET
#include <asm-generic/vmlinux.lds.h>
#include "local.h"
OUTPUT_ARCH(x)
SECTIONS
{
\t. = LOAD_OFFSET + 0x1000;
\t.text : AT(ADDR(.text) - LOAD_OFFSET) { *(.text) SCHED_TEXT } :text =0x9090
\tINIT_DATA_SECTION(16,
\t\t8)
#ifdef CONFIG_SMP
\tPERCPU(PAGE)
#elif defined(CONFIG_UP) && !IS_ENABLED(CONFIG_SMP)
\t.up : { *(.data..percpu..up) }
#else
\t.none : { }
#endif
}
`,
  ],
  ['arch/x/kernel/local.h', '#define PAGE (1 << 12) // one page\n'],
  ['include/linux/kconfig.h', '#define IS_ENABLED(option) 0\n'],
  [
    'include/asm-generic/vmlinux.lds.h',
    `#ifndef LOAD_OFFSET
#define LOAD_OFFSET 0
#endif
#define SCHED_TEXT *(.sched.text) /* runs
 over a line */ *(.lock.text)
#define INIT_CALLS_LEVEL(level)\t\\
\t\t__initcall##level##_start = .;\t\\
\t\tKEEP(*(.initcall##level##.init))\t\\
\t\tKEEP(*(.initcall##level##s.init))
#define INIT_CALLS INIT_CALLS_LEVEL(0) INIT_CALLS_LEVEL(rootfs)\\
\t__initcall_end = .;
#define INIT_DATA_SECTION(align, by) \\
\t.init.data : AT(ADDR(.init.data) - LOAD_OFFSET) {\\
\t\t. = ALIGN(align * by);\\
\t\tINIT_CALLS\\
\t}
#define PERCPU(align) .data..percpu : { . = ALIGN(align); *(.data..percpu*) }
`,
  ],
]);

const sourcesWith = (config: readonly string[]): ScriptSources => ({
  read: (path) => files.get(path),
  includePaths: ['include'],
  forcedIncludes: ['include/linux/kconfig.h'],
  defines: [{ name: '__PAGE_OFFSET', text: '0xC0000000' }],
  config: (name) => (config.includes(name) ? '1' : undefined),
});

describe('linker scripts through the preprocessor', () => {
  const bench = workbench();
  after(() => bench.remove());
  for (const [path, text] of files) {
    mkdirSync(dirname(join(bench.folder, path)), { recursive: true });
    writeFileSync(join(bench.folder, path), text);
  }

  for (const config of [[], ['CONFIG_SMP'], ['CONFIG_UP'], ['CONFIG_SMP', 'CONFIG_UP']])
    it(`are what gcc -E makes of them with ${config.join(', ') || 'no option'}`, () => {
      const flags = ['-Iinclude', '-include', 'include/linux/kconfig.h', '-D__PAGE_OFFSET=0xC0000000'];
      const options = config.map((name) => `-D${name}=1`);
      const witness = bench.run(
        'gcc',
        ...['-E', '-P', '-undef', ...flags, ...options, '-D__ASSEMBLY__', 'arch/x/kernel/vmlinux.lds.S'],
      );
      const made = preprocessScript('arch/x/kernel/vmlinux.lds.S', sourcesWith(config));
      const folded = (text: string): string => text.replace(/\s+/g, ' ').trim();
      assert.equal(folded(made.text).replace(/ /g, ''), folded(witness).replace(/ /g, ''));
      assert.deepEqual(parseLinkerScript(made.text).problems, []);
      // What ld would read is the same too, places aside.
      const without = (text: string): unknown =>
        JSON.parse(JSON.stringify(parseLinkerScript(text, () => undefined).statements));
      assert.deepEqual(without(made.text), without(witness));
    });

  it('know for every pattern the line that wrote it, in macros too', () => {
    const { text, places } = preprocessScript('arch/x/kernel/vmlinux.lds.S', sourcesWith([]));
    const init = parseLinkerScript(text, places).statements.find(
      (one) => one.kind === 'output' && one.name === '.init.data',
    );
    assert.ok(init?.kind === 'output');
    const lineOf = (wanted: string): number => {
      const lines = (files.get('include/asm-generic/vmlinux.lds.h') ?? '').split('\n');
      return lines.findIndex((line) => line.includes(wanted)) + 1;
    };
    assert.deepEqual(
      init.contents.flatMap((one) => (one.kind === 'input' ? [one.place] : [])),
      [
        { file: 'include/asm-generic/vmlinux.lds.h', line: lineOf('KEEP(*(.initcall##level##.init))') },
        { file: 'include/asm-generic/vmlinux.lds.h', line: lineOf('KEEP(*(.initcall##level##s.init))') },
        { file: 'include/asm-generic/vmlinux.lds.h', line: lineOf('KEEP(*(.initcall##level##.init))') },
        { file: 'include/asm-generic/vmlinux.lds.h', line: lineOf('KEEP(*(.initcall##level##s.init))') },
      ],
    );
  });

  it('keep the branch of an unknown option, and say so, when there is no configuration', () => {
    const sources: ScriptSources = { ...sourcesWith([]), config: undefined };
    const { text, assumptions } = preprocessScript('arch/x/kernel/vmlinux.lds.S', sources);
    assert.match(text, /\.data\.\.percpu :/);
    assert.ok(assumptions.some(({ message, line }) => message.includes('CONFIG_SMP') && line === 12));
  });

  it('read every file once, and look once for those that are not there', () => {
    const sources = sourcesWith([]);
    const asked: string[] = [];
    const twice = '#include "local.h"\n#include <asm-generic/vmlinux.lds.h>\n#include <none.h>\n'.repeat(2);
    preprocessScript('arch/x/kernel/two.lds.S', {
      ...sources,
      read: (path) => {
        asked.push(path);
        return path.endsWith('two.lds.S') ? twice : sources.read(path);
      },
    });
    assert.deepEqual(asked, [...new Set(asked)]);
    assert.ok(asked.includes('include/none.h') && asked.includes('arch/x/kernel/local.h'));
  });

  it('survive what is missing, circular or endless', () => {
    const read = (text: string): ReturnType<typeof preprocessScript> =>
      preprocessScript('a.lds.S', {
        ...sourcesWith([]),
        read: (path) => (path === 'a.lds.S' ? text : undefined),
      });
    assert.match(read('#include "a.lds.S"\nSECTIONS { }').text, /SECTIONS/);
    assert.equal(read('#include <no.h>\nSECTIONS { }').assumptions.length, 1);
    const doubling = Array.from({ length: 40 }, (_, n) => `#define A${n} A${n + 1} A${n + 1}`).join('\n');
    assert.ok(read(`${doubling}\nA0`).assumptions.length > 0);
    read('#if\n#else\n#else\n#endif\n#endif\n#elif 1\n#define\n#include\n#define F(');
    assert.equal(preprocessScript('none.S', sourcesWith([])).assumptions.length, 1);
  });
});
