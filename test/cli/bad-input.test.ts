import { strict as assert } from 'node:assert';
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, copyOfExample, twIndex } from './kernel-under-test';

/** What is wrong with a tree, and what is said about it; everything else has to be answered as before. */
interface Case {
  readonly title: string;
  readonly damage: (file: (path: string) => string) => void;
  /** Each printed note, in order. */
  readonly notes: readonly RegExp[];
  /** Something that is there could not be read: exit status 2. */
  readonly isUnread?: true;
  /** The registrations of kernel/auditsc.c can still be known. */
  readonly auditIsThere: boolean;
}

const source = 'kernel/auditsc.c';
const prepend = (file: string, text: string): void => {
  writeFileSync(file, text + readFileSync(file, 'latin1'), 'latin1');
};
const noSource =
  /^note: kernel\/Makefile:1: kernel\/auditsc\.o has no source in the tree, and no rule makes one/;

const cases: readonly Case[] = [
  {
    title: 'a source that is binary',
    damage: (file) => {
      writeFileSync(file(source), Buffer.concat([Buffer.alloc(64), readFileSync(file(source))]));
    },
    notes: [/^note: kernel\/auditsc\.c:1: binary, not read$/],
    isUnread: true,
    auditIsThere: false,
  },
  {
    title: 'a source that is too large to be one',
    damage: (file) => {
      appendFileSync(file(source), ' '.repeat(9 << 20));
    },
    notes: [/^note: kernel\/auditsc\.c:1: larger than 8 MiB, not read$/],
    isUnread: true,
    auditIsThere: false,
  },
  {
    title: 'a source that is not UTF-8',
    damage: (file) => {
      prepend(file(source), '/* caf\xe9 \xff\xfe */\n');
    },
    notes: [],
    auditIsThere: true,
  },
  {
    title: 'CRLF everywhere',
    damage: (file) => {
      for (const path of [source, 'kernel/Makefile', '.config', 'include/linux/task_watchers.h'])
        writeFileSync(file(path), readFileSync(file(path), 'utf8').replaceAll('\n', '\r\n'));
    },
    notes: [],
    auditIsThere: true,
  },
  {
    title: 'a link to itself as source, and folders in a circle',
    damage: (file) => {
      rmSync(file(source));
      symlinkSync('auditsc.c', file(source));
      symlinkSync('..', file('kernel/up'));
    },
    notes: [/^note: kernel\/auditsc\.c:1: cannot be read \(ELOOP\)$/],
    isUnread: true,
    auditIsThere: false,
  },
  {
    title: 'a source that is gone',
    damage: (file) => {
      rmSync(file(source));
    },
    notes: [noSource],
    auditIsThere: false,
  },
  {
    title: 'a folder in the place of a source',
    damage: (file) => {
      rmSync(file(source));
      mkdirSync(file(source));
    },
    notes: [/^note: kernel\/auditsc\.c:1: cannot be read \(a folder\)$/],
    isUnread: true,
    auditIsThere: false,
  },
  {
    title: 'headers that include each other for ever',
    damage: (file) => {
      writeFileSync(file('kernel/a.h'), '#include <linux/task_watchers.h>\n#include "b.h"\n');
      writeFileSync(file('kernel/b.h'), '#include "a.h"\n');
      prepend(file(source), '#include "a.h"\n');
    },
    notes: [],
    auditIsThere: true,
  },
  {
    title: 'a header that is not there',
    damage: (file) => {
      prepend(file(source), '#include "gone.h"\n');
    },
    notes: [/^note: kernel\/auditsc\.c:1: gone\.h was not found: taken as empty$/],
    auditIsThere: true,
  },
  {
    title: 'an #if without #endif, false',
    damage: (file) => {
      prepend(file(source), '#ifdef CONFIG_NOWHERE\n');
    },
    notes: [/^note: kernel\/auditsc\.c:1: no #endif for this condition$/],
    auditIsThere: false,
  },
  {
    title: 'an #endif too many',
    damage: (file) => {
      appendFileSync(file(source), '#endif\n');
    },
    notes: [/^note: kernel\/auditsc\.c:\d+: #endif without #if$/],
    auditIsThere: true,
  },
  {
    title: 'lines in .config that are none',
    damage: (file) => {
      appendFileSync(file('.config'), '<<<<<<< HEAD\n');
    },
    notes: [/^note: \.config:\d+: not a setting, passed over: <<<<<<< HEAD$/],
    auditIsThere: true,
  },
  {
    title: 'a directory without makefile',
    damage: (file) => {
      appendFileSync(file('mm/Makefile'), 'obj-y += missing/\n');
    },
    notes: [/^note: mm\/Makefile:1: mm\/missing\/ has neither Kbuild nor Makefile/],
    auditIsThere: true,
  },
  {
    title: 'a makefile whose condition cannot be read',
    damage: (file) => {
      appendFileSync(file('mm/Makefile'), 'ifeq ($(CONFIG_X)\nobj-y += x.o\nendif\n');
    },
    notes: [/^note: mm\/Makefile:\d+: ifeq cannot be read/],
    auditIsThere: true,
  },
  {
    title: 'a makefile that includes itself',
    damage: (file) => {
      appendFileSync(file('mm/Makefile'), 'include $(src)/Makefile\n');
    },
    notes: [/^note: a makefile stops with: mm\/Makefile:\d+: includes without end$/],
    auditIsThere: true,
  },
  {
    // Make says the same, word by word, and stops there.
    title: 'variables that refer to each other',
    damage: (file) => {
      appendFileSync(file('mm/Makefile'), 'one = $(two)\ntwo = $(one)\nobj-y += $(one)\n');
    },
    notes: [/^note: a makefile stops with: Recursive variable 'one' references itself$/],
    auditIsThere: true,
  },
  {
    // GCC: "#include nested depth 201 exceeds maximum of 200", and compilation ends. Read as it stands, it would go on
    // for 2 to the power of 200 files.
    title: 'a header that includes itself twice',
    damage: (file) => {
      const itself = '#include "again.h"\n#include "again.h"\n';
      writeFileSync(file('mm/again.h'), `${itself}#ifdef NEVER\n#define task_watcher_func(ev, fn)\n#endif\n`);
      appendFileSync(file('mm/mempolicy.c'), '#include "again.h"\n');
    },
    notes: [/^note: mm\/again\.h:1: includes nest more than 200 deep: the compiler stops here$/],
    auditIsThere: true,
  },
  {
    title: 'folders to exclude that are none',
    damage: (file) => {
      writeFileSync(file('.task-watchers.json'), '{\n  "exclude": ["kernal", "./mm/", "mm/mmap.c"]\n}\n');
      writeFileSync(file('mm/mmap.c'), '');
    },
    notes: [
      /^note: \.task-watchers\.json:2: exclude: the tree has no folder kernal, so this leaves nothing out; did you mean kernel\?$/,
      /^note: \.task-watchers\.json:2: exclude: mm\/mmap\.c is no folder, so this leaves nothing out$/,
    ],
    auditIsThere: true,
  },
  {
    title: 'a linker script that is not closed',
    damage: (file) => {
      appendFileSync(file('arch/x86/kernel/vmlinux.lds.S'), 'SECTIONS { .x : { *(.x) }\n');
    },
    notes: [/^note: arch\/x86\/kernel\/vmlinux\.lds\.S:\d+: linker script: SECTIONS is not closed$/],
    auditIsThere: true,
  },
];

describe('tw-index and what is wrong with a tree', () => {
  let folder = '';
  const table = (): {
    readonly status: number | null;
    readonly rows: string;
    readonly notes: readonly string[];
  } => {
    const { status, out, err } = twIndex(['table', '--root', folder]);
    return { status, rows: out, notes: err.split('\n').filter((line) => line !== '') };
  };
  beforeEach(() => {
    folder = copyOfExample();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  for (const { title, damage, notes, isUnread, auditIsThere } of cases)
    it(`is one note, and the rest of the answer: ${title}`, () => {
      damage((path) => join(folder, path));
      const found = table();
      assert.equal(found.status, isUnread ? 2 : 0);
      assert.equal(found.notes.length, notes.length, found.notes.join('\n'));
      notes.forEach((note, index) => {
        assert.match(found.notes[index] ?? '', note);
      });
      assert.match(found.rows, /copy_keys\s+security\/keys\/process_keys\.c:\d+/);
      assert.equal(/audit_alloc\s+kernel\/auditsc\.c:\d+/.test(found.rows), auditIsThere);
    });

  it('claims no slot behind a $(shell) that may link anything', () => {
    appendFileSync(join(folder, 'mm/Makefile'), 'obj-y += $(shell cat objects)\n');
    const { out, err } = twIndex(['table', 'INIT', '--root', folder]);
    assert.match(err, /^note: mm\/Makefile:3: obj-y hangs on a \$\(shell\) that only a build runs/);
    const rows = out.split('\n').filter((row) => /^ +(?:\d+|\?) /.test(row));
    const places = rows.map((row) => /^ +(\S+) +(\S+)/.exec(row)?.slice(1) ?? []);
    // mm/ comes after kernel/ and in front of security/.
    assert.ok(places.some(([slot, name]) => name === 'audit_alloc' && /^\d+$/.test(slot ?? '')));
    assert.deepEqual(
      places.find(([, name]) => name === 'copy_keys'),
      ['?', 'copy_keys'],
    );
  });

  it('without a linker script: no tables, one note', () => {
    rmSync(join(folder, 'arch/x86/kernel/vmlinux.lds.S'));
    const { status, notes } = table();
    assert.equal(status, 0);
    assert.deepEqual(notes, ['note: arch/x86 has no vmlinux.lds.S: nothing is known about tables']);
  });

  it('makefiles that are understood to link nothing are no answer', () => {
    prepend(join(folder, 'Makefile'), 'ifneq ($(NEVER_SET),)\n');
    appendFileSync(join(folder, 'Makefile'), 'endif\n');
    const { status, notes } = table();
    assert.equal(status, 2);
    assert.match(
      notes.join('\n'),
      /^note: Makefile:1: links nothing into vmlinux, as far as it is understood/m,
    );
  });

  it('says no longer that a folder is not there once it is', () => {
    writeFileSync(join(folder, '.task-watchers.json'), '{ "exclude": ["later"] }\n');
    assert.equal(table().notes.length, 1);
    mkdirSync(join(folder, 'later'));
    assert.deepEqual(table().notes, []);
  });

  it('a pipe in the place of a source is not waited for', () => {
    rmSync(join(folder, source));
    execFileSync('mkfifo', [join(folder, source)]);
    const { status, notes } = table();
    assert.equal(status, 2);
    assert.deepEqual(notes, ['note: kernel/auditsc.c:1: cannot be read (no regular file)']);
  });

  it('a configuration has to be a file that can be read again', () => {
    const failure = (config: string): string => twIndex(['--root', folder, '--config', config]).err;
    assert.equal(failure(folder), `tw-index: --config ${folder}: a folder, not a file\n`);
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    assert.equal(
      failure(pipe),
      `tw-index: --config ${pipe}: not a regular file; write the configuration to one\n`,
    );
  });

  const shell = (text: string): { readonly status: number | null; readonly err: string } => {
    const { status, stderr } = spawnSync('sh', ['-c', text, process.execPath, command, folder], {
      encoding: 'utf8',
    });
    return { status, err: stderr };
  };

  it('an output that takes nothing more is said in one line', () => {
    assert.deepEqual(shell('"$0" "$1" --root "$2" > /dev/full'), {
      status: 2,
      err: 'tw-index: the output cannot be written: ENOSPC: no space left on device, write\n',
    });
    assert.deepEqual(shell('"$0" "$1" --version > /dev/full'), {
      status: 2,
      err: 'tw-index: the output cannot be written: ENOSPC: no space left on device, write\n',
    });
  });

  it('a reader that goes away ends it quietly', () => {
    assert.deepEqual(shell('{ "$0" "$1" list --root "$2"; echo $? >&2; } | true'), { status: 0, err: '0\n' });
  });
});
