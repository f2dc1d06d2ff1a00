import { strict as assert } from 'node:assert';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { copyOfExample, makeKernel, offsetOf, twIndex } from './kernel-under-test';

const verifySchema = z.object({
  equal: z.boolean(),
  events: z.array(
    z.object({
      name: z.string(),
      differences: z.array(
        z.object({
          kind: z.string(),
          function: z.string(),
          slot: z.number().nullable(),
          predictedSlot: z.number().nullable(),
          file: z.string().nullable(),
          status: z.string().nullable(),
          reason: z.string(),
          why: z.array(z.object({ file: z.string(), line: z.number(), text: z.string() })),
        }),
      ),
    }),
  ),
});

const tableSchema = z.object({
  events: z.array(
    z.object({
      entries: z.array(z.object({ slot: z.number().nullable(), function: z.string().nullable() })),
    }),
  ),
});

/** One difference, short: `INIT missing late 7->: reason`. */
type Found = z.infer<typeof verifySchema>['events'][number]['differences'][number] & {
  readonly event: string;
};

describe('tw-index verify names the rule behind a difference', () => {
  let built = '';
  let vmlinux = '';
  let tree = '';
  before(() => {
    built = copyOfExample();
    vmlinux = makeKernel(built);
  });
  beforeEach(() => {
    tree = copyOfExample();
  });
  afterEach(() => {
    rmSync(tree, { recursive: true });
  });
  after(() => {
    rmSync(built, { recursive: true });
  });

  const verify = (file: string, expectedStatus: number): readonly Found[] => {
    const { status, out, err } = twIndex(['verify', file, '--root', tree, '--format', 'json']);
    assert.equal(status, expectedStatus, err);
    return verifySchema
      .parse(JSON.parse(out))
      .events.flatMap(({ name, differences }) => differences.map((one) => ({ event: name, ...one })));
  };
  const edit = (path: string, change: (text: string) => string): void => {
    const file = join(tree, path);
    const before = readFileSync(file, 'utf8');
    const text = change(before);
    assert.notEqual(text, before, `${path} was to change`);
    writeFileSync(file, text);
  };
  const of = (found: readonly Found[], event: string): readonly string[] =>
    found.filter((one) => one.event === event).map((one) => `${one.kind} ${one.function}`);

  it('missing: the makefile line that would link it, and the pattern that takes it', () => {
    writeFileSync(
      join(tree, 'kernel/late.c'),
      '#include <linux/task_watchers.h>\nstatic int late(unsigned long v, struct task_struct *t) { return 0; }\ntask_watcher_func(init, late);\n',
    );
    appendFileSync(join(tree, 'kernel/Makefile'), 'obj-$(CONFIG_AUDITSYSCALL) += late.o\n');
    const line = readFileSync(join(tree, 'kernel/Makefile'), 'utf8').trimEnd().split('\n').length;
    const found = verify(vmlinux, 1);
    assert.deepEqual(of(found, 'INIT'), ['missing late']);
    assert.equal(found.length, 1, 'what follows it is not called moved');
    const [{ reason, why, file } = { reason: '', why: [], file: '' }] = found;
    assert.equal(file, 'kernel/late.c');
    assert.match(
      reason,
      new RegExp(
        `^placed by kernel/Makefile:${line}: obj-\\$\\(CONFIG_AUDITSYSCALL\\) \\+= late.o, taken by include/`,
      ),
    );
    assert.deepEqual(
      why.map((step) => step.file),
      ['Kbuild', 'kernel/Makefile'],
    );
  });

  it('extra: the line whose condition keeps it out, though only the whole tree knows of it', () => {
    edit('.config', (text) => text.replace('CONFIG_KEYS=y', '# CONFIG_KEYS is not set'));
    const found = verify(vmlinux, 1);
    assert.deepEqual(of(found, 'INIT'), ['extra copy_keys']);
    assert.deepEqual(
      [...new Set(found.map((one) => `${one.kind} ${one.status ?? ''} ${one.reason}`))],
      ['extra not-built thought not-built: security/Makefile:1: obj-$(CONFIG_KEYS) += keys/'],
    );
    const { out } = twIndex(['verify', vmlinux, '--root', tree]);
    assert.match(
      out,
      /copy_keys {2}slot \d+ in the file, not predicted {2}security\/keys\/process_keys\.c:\d+/,
    );
    assert.match(out, /security\/Makefile:1: obj-\$\(CONFIG_KEYS\) \+= keys\//);
  });

  it('extra: no registration of it anywhere', () => {
    edit('security/keys/process_keys.c', (text) => text.replace(/^task_watcher_func\(init, .*$/m, ''));
    const found = verify(vmlinux, 1);
    assert.deepEqual(
      found.map((one) => `${one.event} ${one.kind} ${one.function}: ${one.reason}`),
      ['INIT extra copy_keys: no registration of it was found in the tree'],
    );
  });

  it('moved: the line that puts its directory there', () => {
    edit('Kbuild', (text) => {
      const without = text.replace('obj-y += security/\n', '');
      return without.replace('obj-y += kernel/\n', 'obj-y += security/\nobj-y += kernel/\n');
    });
    const found = verify(vmlinux, 1);
    assert.deepEqual(of(found, 'INIT'), ['moved copy_keys']);
    for (const one of found) {
      assert.equal(one.kind, 'moved');
      assert.match(one.reason, /^placed by security\/keys\/Makefile:1: obj-y := process_keys\.o/);
      assert.equal(one.why[0]?.file, 'Kbuild');
    }
  });

  it('sees a pointer in the file that is not its variable’s', () => {
    // Two neighbours of a table swap their pointers; their symbols stay.
    const bytes = readFileSync(vmlinux);
    const at = offsetOf(vmlinux, '__start_task_watchers_init');
    const [one, two] = [bytes.subarray(at, at + 8), bytes.subarray(at + 8, at + 16)].map((part) =>
      Buffer.from(part),
    );
    assert.ok(one && two && !one.equals(two));
    two.copy(bytes, at);
    one.copy(bytes, at + 8);
    const patched = join(tree, 'patched');
    writeFileSync(patched, bytes);
    assert.deepEqual(
      verify(patched, 1).map(({ event, kind }) => `${event} ${kind}`),
      ['INIT moved'],
    );
    assert.deepEqual(verify(vmlinux, 0), []);
  });

  it('sees a null pointer in the file, and one into the middle of a function', () => {
    const at = offsetOf(vmlinux, '__start_task_watchers_init');
    const withFirst = (change: (pointer: bigint) => bigint): readonly string[] => {
      const bytes = readFileSync(vmlinux);
      bytes.writeBigUInt64LE(change(bytes.readBigUInt64LE(at)), at);
      const patched = join(tree, 'patched');
      writeFileSync(patched, bytes);
      return verify(patched, 1).map(({ event, kind, function: called }) =>
        kind === 'missing' ? `${event} missing` : `${event} ${kind} ${called}`,
      );
    };
    assert.deepEqual(withFirst(() => 0n).toSorted(), ['INIT extra 0', 'INIT missing']);
    assert.deepEqual(withFirst((pointer) => pointer + 1n).toSorted(), [
      'INIT extra (unnamed)',
      'INIT missing',
    ]);
  });

  /** Slots and names of an event's table, as predicted for the changed tree, and as the kernel built from it has them. */
  const tableOf = (
    event: string,
    isBuilt: boolean,
  ): readonly (readonly [slot: number | null, called: string | null])[] => {
    const from = isBuilt ? ['--from', makeKernel(tree)] : [];
    const { out, err } = twIndex(['table', event, ...from, '--root', tree, '--format', 'json']);
    assert.ok(out.startsWith('{'), err);
    const [table] = tableSchema.parse(JSON.parse(out)).events;
    return table?.entries.map((entry) => [entry.slot, entry.function] as const) ?? [];
  };

  it('counts numbers that the linker script puts into the table, and finds them in the file', () => {
    edit('include/asm-generic/vmlinux.lds.h', (text) =>
      text.replace('__start_task_watchers_##ev = .;', '__start_task_watchers_##ev = .; QUAD(0)'),
    );
    const predicted = tableOf('init', false);
    const actual = tableOf('init', true);
    assert.deepEqual(actual[0], [0, null]);
    assert.deepEqual(predicted, actual.slice(1));
    assert.deepEqual(verify(join(tree, 'vmlinux'), 0), []);
  });
});
