import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { between, command, copyOfExample, makeKernel, symbolsOf } from './kernel-under-test';

const variable = /^__task_watcher_init_(\w+)$/;

interface Row {
  readonly slot: number | null;
  readonly function: string;
  readonly status: string;
}

interface Answer {
  readonly status: number | null;
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

/** Root may read everything: then it is nobody who asks. */
const asNobody =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

function run(words: readonly string[]): { readonly status: number | null; readonly out: string } {
  const [first = '', ...rest] = [...asNobody, process.execPath, command, ...words];
  const { status, stdout } = spawnSync(first, rest, { cwd: '/', encoding: 'utf8' });
  return { status, out: stdout };
}

function init(folder: string, ...words: readonly string[]): Answer {
  const { status, out } = run([
    'table',
    'INIT',
    '--format',
    'json',
    '--no-cache',
    '--root',
    folder,
    ...words,
  ]);
  const { events, notes } = JSON.parse(out) as {
    readonly events: readonly { readonly entries: readonly Row[] }[];
    readonly notes: readonly { readonly file?: string; readonly message: string }[];
  };
  return {
    status,
    rows: events.flatMap(({ entries }) => entries),
    notes: notes.map(({ file, message }) => `${file ?? ''}: ${message}`),
  };
}

/** How a file that is there comes to be one that cannot be read. */
const ways: Readonly<Record<string, (path: string) => void>> = {
  'may not be read': (path) => {
    chmodSync(path, 0);
  },
  'is a folder': (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  'is a link to nothing': (path) => {
    rmSync(path);
    symlinkSync('nothing-of-that-name', path);
  },
};

/** A file, and the functions in front of all that hangs on it: those keep the slots that the linked kernel has. */
const cases: readonly (readonly [path: string, firm: readonly string[], ways?: readonly string[]])[] = [
  ['kernel/Makefile', ['copy_thread_tls']],
  ['kernel/sched/Makefile', ['copy_thread_tls', 'init_hardirq_state']],
  ['kernel/auditsc.c', ['copy_thread_tls', 'init_hardirq_state']],
  ['drivers/connector/cn_proc.c', ['copy_thread_tls', 'init_hardirq_state', 'audit_alloc', 'copy_keys']],
  ['Kbuild', [], ['may not be read', 'is a folder']],
  ['arch/x86/Makefile', []],
  ['scripts/Makefile.build', []],
  ['scripts/head-object-list.txt', []],
  ['mm/more.mk', ['copy_thread_tls', 'init_hardirq_state', 'audit_alloc', 'lockdep_init_task']],
  ['arch/x86/kernel/vmlinux.lds.S', [], ['may not be read']],
  ['include/asm-generic/vmlinux.lds.h', [], ['may not be read']],
  ['include/linux/task_watchers.h', [], ['may not be read']],
  ['include/linux/kconfig.h', [], ['may not be read']],
];

describe('what cannot be read in a tree', function () {
  this.timeout(120_000);
  let whole = '';
  let inTruth: ReadonlyMap<string, number>;
  let folder = '';

  before(function () {
    if (asNobody.length > 0 && run(['--version']).status !== 0) this.skip();
    whole = copyOfExample({ 'mm/more.mk': '# nothing\n' });
    appendFileSync(join(whole, 'mm/Makefile'), 'include $(srctree)/mm/more.mk\n');
    const built = mkdtempSync(join(tmpdir(), 'tw-built-'));
    cpSync(whole, built, { recursive: true });
    const linked = between(
      symbolsOf(makeKernel(built)),
      '__start_task_watchers_init',
      '__start_task_watchers_clone',
    );
    inTruth = new Map(
      linked.flatMap((name, slot) => {
        const called = variable.exec(name)?.[1];
        return called === undefined ? [] : [[called, slot]];
      }),
    );
    ok(inTruth.size > 5);
    rmSync(built, { recursive: true });
  });
  after(() => {
    if (whole !== '') rmSync(whole, { recursive: true });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tw-unread-'));
    chmodSync(folder, 0o755);
    cpSync(whole, folder, { recursive: true });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const shown = (path: string, firm: readonly string[], isSame: boolean): void => {
    for (const words of [[], ['--all']]) {
      const { status, rows, notes } = init(folder, ...words);
      equal(status, isSame ? 0 : 2);
      const note = notes.find((one) => one.startsWith(`${path}: `));
      if (isSame) equal(note, undefined);
      else match(note ?? '', /cannot be (?:read|listed)/);
      for (const { slot, function: name, status: as } of rows)
        if (slot !== null && as === 'linked') equal(slot, inTruth.get(name), name);
      const sure = new Set(rows.flatMap(({ slot, function: name }) => (slot === null ? [] : [name])));
      if (!isSame) for (const name of inTruth.keys()) if (sure.has(name)) ok(mayBeSure(name, firm), name);
      for (const name of isSame ? inTruth.keys() : firm) ok(sure.has(name), name);
      // No claim is made of what it may have built.
      if (!isSame) ok(!rows.some(({ status: as }) => as === 'orphan' || as === 'no-effect'));
    }
    equal(run(['check', '--no-cache', '--quiet', '--root', folder]).status, isSame ? 0 : 2);
    equal(run(['list', '--no-cache', '--quiet', '--root', folder]).status, isSame ? 0 : 2);
  };
  const lastFirm = (firm: readonly string[]): number =>
    Math.max(-1, ...firm.map((name) => inTruth.get(name) ?? Infinity));
  const mayBeSure = (name: string, firm: readonly string[]): boolean =>
    (inTruth.get(name) ?? Infinity) <= lastFirm(firm);

  it('is nothing in the whole tree', () => {
    shown('', [], true);
  });

  for (const [path, firm, only = Object.keys(ways)] of cases)
    for (const way of only)
      it(`takes the slots of what may stand behind it, and is named: ${path} ${way}`, () => {
        ways[way]?.(join(folder, path));
        ok(existsSync(folder));
        shown(path, firm, false);
      });

  it('a folder that may not be listed takes the slots behind what lies in it', () => {
    chmodSync(join(folder, 'kernel/sched'), 0);
    try {
      shown('kernel/sched', ['copy_thread_tls', 'init_hardirq_state'], false);
    } finally {
      chmodSync(join(folder, 'kernel/sched'), 0o755);
    }
  });

  it('what is not built is not claimed to be named by no makefile', () => {
    ways['is a folder']?.(join(folder, 'kernel/Makefile'));
    const { rows } = init(folder, '--all');
    deepEqual(
      [...new Set(rows.filter(({ function: name }) => name === 'audit_alloc').map(({ status }) => status))],
      ['conditional'],
    );
  });

  it('an -include that is not there is none that cannot be read', () => {
    renameSync(join(folder, 'mm/more.mk'), join(folder, 'mm/less.mk'));
    appendFileSync(join(folder, 'mm/more.mk'), '-include $(srctree)/mm/nowhere.mk\n');
    shown('', [], true);
  });
});
