import { strict as assert } from 'node:assert';
import { memoryTree } from '../../server/src/source/tree-reader';
import { scanC } from '../../server/src/syntax/c/scan';
import { initcallsFamily } from '../../server/src/watchers/initcalls-family';
import { looseWalker } from '../../server/src/watchers/loose-walks';
import { sourceFiles } from '../../server/src/watchers/source-files';
import { unitWalker, type Unit } from '../../server/src/watchers/unit-walks';
import { learnFamily } from '../../server/src/watchers/wanted';

const tree: Readonly<Record<string, string>> = {
  'include/linux/stringify.h': '#define __stringify(x) #x\n',
  'include/linux/init.h': [
    '#include <linux/stringify.h>',
    '#define __define_initcall(fn, id) static initcall_t __initcall_##fn __attribute__((section(".initcall" #id ".init"))) = fn',
    '#ifndef MODULE',
    '#define device_initcall(fn) __define_initcall(fn, 6)',
    '#define module_init(fn) device_initcall(fn);',
    '#else',
    '#define module_init(fn) int init_module(void) __attribute__((alias(#fn)))',
    '#endif',
  ].join('\n'),
  'include/linux/pci.h': [
    '#include <linux/init.h>',
    '#define module_pci_driver(d) static int d##_init(void) { return 0; } module_init(d##_init);',
  ].join('\n'),
  'arch/alpha/include/asm/machine.h': '#define machine_init(fn) __define_initcall(fn, 3)\n',
  'arch/sparc/include/asm/machine.h': '#define machine_init(fn) __define_initcall(fn, 4)\n',
  'drivers/a/local.h': '#define local_driver(d) module_init(local_##d)\n',
  'drivers/a/more.c': 'device_initcall(more_init);\n',
  'drivers/a/plain.c': '#include <linux/init.h>\nmodule_init(plain_init);\n',
  'drivers/a/wrapped.c': '#include "local.h"\n#include <linux/pci.h>\nlocal_driver(wrapped);\n',
  'drivers/a/pci.c': '#include <linux/pci.h>\n#include "more.c"\nmodule_pci_driver(pci);\n',
  'drivers/a/off.c':
    '#include <linux/init.h>\n#ifdef CONFIG_OFF\nmodule_init(off_init);\n#else\ndevice_initcall(on_init);\n#endif\n',
  'drivers/a/own.c':
    '#include <linux/init.h>\n#undef module_init\n#define module_init(fn) __define_initcall(fn, 7)\nmodule_init(own_init);\n',
  'arch/sparc/kernel/board.c':
    '#include <linux/init.h>\n#include <asm/machine.h>\nmachine_init(board_init);\n',
};

const unit = (source: string): Unit => {
  const arch = /^arch\/(\w+)/.exec(source)?.[1] ?? 'alpha';
  return {
    source,
    flags: {
      optimisation: '2',
      keepsToplevelOrder: false,
      lto: false,
      includePaths: [`arch/${arch}/include`, 'include'],
      forcedIncludes: [],
      defines: [],
    },
    predefined: new Map(),
    undecided: false,
  };
};

describe('sources walked without their headers', () => {
  it('register the same as with them', () => {
    const files = sourceFiles(memoryTree(new Map(Object.entries(tree))), undefined, 'alpha', 'alpha');
    const learnt = learnFamily(
      initcallsFamily,
      Object.entries(tree).map(([path, text]) => ({ path, text, facts: scanC(text), lineStarts: [] })),
    );
    const units = Object.keys(tree)
      .filter((path) => path.endsWith('.c'))
      .map(unit);
    const whole = unitWalker(units, files, learnt.wanted);
    const loose = looseWalker(unit('drivers/a/plain.c'), files, learnt, ['drivers/a/more.c']);
    const seen = units.map((one) => {
      const { entries, ineffective } = loose(one);
      if (one.source !== 'drivers/a/more.c') {
        const with_ = whole.walk(one);
        assert.deepEqual(
          { entries, ineffective },
          { entries: with_.entries, ineffective: with_.ineffective },
        );
      }
      return `${one.source}: ${entries.map((entry) => `${entry.function} ${entry.section}`).join(', ')}`;
    });
    assert.deepEqual(seen, [
      // By itself it sees no header; what it would register is said all the same.
      'drivers/a/more.c: more_init .initcall6.init',
      'drivers/a/plain.c: plain_init .initcall6.init',
      'drivers/a/wrapped.c: local_wrapped .initcall6.init',
      'drivers/a/pci.c: more_init .initcall6.init, pci_init .initcall6.init',
      'drivers/a/off.c: on_init .initcall6.init',
      'drivers/a/own.c: own_init .initcall7.init',
      'arch/sparc/kernel/board.c: board_init .initcall4.init',
    ]);
  });
});
