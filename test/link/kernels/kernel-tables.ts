/** Builds a generated kernel with make, gcc and ld, reads its tables back, and compares them with the prediction. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { tableJson } from '../../../server/src/features/table-json';
import { taskWatchersFamily } from '../../../server/src/watchers/task-watchers-family';
import { openKernel } from '../../../server/src/workspace/open-kernel';
import { takeSnapshot, type Scope } from '../../../server/src/workspace/take-snapshot';
import { events } from './dialect';
import type { RandomKernel } from './random-kernel';

/** A row as both sides name it: `f3.c: __task_watcher_init_f3_w0 = f3_w0`. */
export type Rows = ReadonlyMap<string, readonly string[]>;

export function writeKernel(folder: string, kernel: RandomKernel): void {
  for (const [path, text] of kernel.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const run = promisify(execFile);

/** Throws with what make printed where the tree does not build. */
export async function buildKernel(folder: string): Promise<void> {
  await run('make', ['-rR', '-s', '-C', folder], { env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' } });
}

export interface BuiltTables {
  readonly rows: Rows;
  /** Pointer variables anywhere in the file, in a table or not, with their file: as many times as there are. */
  readonly variables: readonly string[];
}

/** What readelf sees: symbols by address, each under the FILE symbol of its unit; functions from the pointers. */
export function builtTables(folder: string, { dialect }: RandomKernel): BuiltTables {
  const file = join(folder, 'vmlinux');
  const symbols = symbolsOf(file);
  const addressOf = new Map(symbols.map(({ name, address }) => [name, address]));
  const functions = new Map(
    symbols.filter(({ type }) => type === 'FUNC').map(({ name, address }) => [address, name]),
  );
  const pointerAt = pointerReader(file);
  const pointers = symbols
    .filter(({ name }) => /^(?:__task_|raw_|bare_|open_|ptr_|asm_|early_)/.test(name))
    .sort((a, b) => (a.address < b.address ? -1 : 1));
  const rows = events.map((event, index): [string, readonly string[]] => {
    const next = events[index + 1];
    const from = addressOf.get(dialect.boundary(event, 'start'));
    const to = addressOf.get(
      next === undefined ? dialect.boundary('free', 'stop') : dialect.boundary(next, 'start'),
    );
    if (from === undefined || to === undefined) throw new Error(`${event}: no boundary symbols in vmlinux`);
    const inside = pointers.filter(({ address }) => address >= from && address < to);
    // Every word of the table is a pointer that has a symbol: nothing is overlooked.
    if (BigInt(`0x${to}`) - BigInt(`0x${from}`) !== 8n * BigInt(inside.length))
      throw new Error(`${event}: from ${from} to ${to}, but ${inside.length} symbols`);
    return [
      event.toUpperCase(),
      inside.map((one) => `${one.file}: ${one.name} = ${functions.get(pointerAt(one.address)) ?? '?'}`),
    ];
  });
  return { rows: new Map(rows), variables: pointers.map((one) => `${one.file}: ${one.name}`).sort() };
}

interface Symbol {
  readonly name: string;
  /** Sixteen hexadecimal digits: they sort as numbers do. */
  readonly address: string;
  readonly type: string;
  readonly file: string;
}

const readelf = (option: string, file: string): readonly string[] =>
  execFileSync('readelf', [option, file], { encoding: 'utf8' }).split('\n');

function symbolsOf(vmlinux: string): readonly Symbol[] {
  let file = '';
  const found: Symbol[] = [];
  for (const line of readelf('-sW', vmlinux)) {
    const [, address = '', , type = '', binding, , section, name = ''] = line.trim().split(/\s+/);
    if (type === 'FILE') file = name;
    else if (section !== 'UND' && /^[0-9a-f]{16}$/.test(address) && type !== 'SECTION')
      // GCC numbers the static variables of functions: `raw_f.0`.
      found.push({
        name: name.replace(/\.\d+$/, ''),
        address,
        type,
        file: binding === 'GLOBAL' ? '' : file,
      });
  }
  return found;
}

/** The pointer at an address, both as sixteen hexadecimal digits. */
function pointerReader(vmlinux: string): (address: string) => string {
  const bytes = readFileSync(vmlinux);
  const sections = readelf('-SW', vmlinux).flatMap((line) => {
    const [, address = '', offset = '', size = ''] =
      /PROGBITS\s+([0-9a-f]+)\s+([0-9a-f]+)\s+([0-9a-f]+)/.exec(line) ?? [];
    return address === ''
      ? []
      : [{ address: BigInt(`0x${address}`), offset: parseInt(offset, 16), size: BigInt(`0x${size}`) }];
  });
  return (address) => {
    const wanted = BigInt(`0x${address}`);
    const section = sections.find((one) => wanted >= one.address && wanted < one.address + one.size);
    if (!section) return '';
    const pointer = bytes.readBigUInt64LE(section.offset + Number(wanted - section.address));
    return pointer.toString(16).padStart(16, '0');
  };
}

const tableSchema = z.object({
  events: z.array(
    z.object({
      name: z.string(),
      entries: z.array(
        z.object({
          slot: z.number().nullable(),
          function: z.string(),
          variable: z.string(),
          object: z.string().nullable(),
          status: z.string(),
        }),
      ),
    }),
  ),
});

type Predicted = z.infer<typeof tableSchema>;
type PredictedEntry = Predicted['events'][number]['entries'][number];

/** What `tw-index table --format json` prints; `tree`: with --all, for which the whole tree is searched. */
export async function predictKernel(folder: string, scope: Scope): Promise<Predicted> {
  const kernel = openKernel({ root: folder });
  if ('failure' in kernel) throw new Error(kernel.failure);
  const snapshot = await takeSnapshot(kernel, taskWatchersFamily, {
    scope,
    report: () => undefined,
  });
  return tableSchema.parse(JSON.parse(JSON.stringify(tableJson(snapshot, snapshot.tables, true))));
}

/** `f3.c: __task_watcher_init_f3_w0`; a global symbol stands under no file. */
function named({ object, variable }: PredictedEntry): string {
  const source = (object ?? '?').replace(/^.*\//, '').replace(/\.o$/, '.c');
  return `${variable.startsWith('open_') ? '' : source}: ${variable}`;
}

const row = (entry: PredictedEntry): string => `${named(entry)} = ${entry.function}`;

/** Every difference, one line each. */
export function differences(predicted: Predicted, { rows, variables }: BuiltTables): readonly string[] {
  const all = predicted.events.flatMap(({ entries }) => entries);
  const isOpen = all.some(({ status }) => status === 'archive-member');
  return [
    ...predicted.events.flatMap(({ name, entries }) =>
      tableDifferences(name, entries, rows.get(name) ?? [], isOpen),
    ),
    ...imageDifferences(all, variables),
  ];
}

/** `isOpen`: some member of an archive may not be linked, of this event or of one whose sections are mixed into it. */
function tableDifferences(
  event: string,
  entries: readonly PredictedEntry[],
  real: readonly string[],
  isOpen: boolean,
): readonly string[] {
  const linked = entries.filter(({ status }) => status === 'linked');
  const doubtful = entries.filter(({ status }) => status === 'archive-member').map(row);
  const found = linked.flatMap((entry) => {
    const isThere = entry.slot === null ? real.includes(row(entry)) : real[entry.slot] === row(entry);
    const place = entry.slot === null ? 'at an unknown slot' : `at slot ${entry.slot}`;
    return isThere ? [] : [`${event}: ${row(entry)} ${place}, in the file at ${real.indexOf(row(entry))}`];
  });
  const known = new Set([...linked.map(row), ...doubtful]);
  for (const one of real) if (!known.has(one)) found.push(`${event}: ${one} is in the file, not predicted`);
  if (!isOpen) {
    if (linked.length !== real.length)
      found.push(`${event}: ${linked.length} entries predicted, ${real.length} in the file`);
    for (const { slot, ...entry } of linked)
      if (slot === null) found.push(`${event}: ${row({ slot, ...entry })} has no slot, for no reason`);
  }
  return found;
}

/** Nothing is lost or invented, orphans included. */
function imageDifferences(all: readonly PredictedEntry[], variables: readonly string[]): readonly string[] {
  const image = all.filter(({ status }) => status === 'linked' || status === 'orphan').map(named);
  const possible = new Set(all.filter(({ status }) => status === 'archive-member').map(named));
  const count = (list: readonly string[], one: string): number =>
    list.filter((other) => other === one).length;
  return [...new Set([...image, ...variables])].flatMap((one) => {
    const [ours, real] = [count(image, one), count(variables, one)];
    // A discarded section is no longer in the file, though its entries are orphans to us.
    const isDiscarded = all.some((entry) => entry.status === 'orphan' && named(entry) === one);
    return ours === real || possible.has(one) || (isDiscarded && real < ours)
      ? []
      : [`${one}: ${ours} times in tables or orphaned, ${real} times in the file`];
  });
}

/** How many entries are linked, and how many of those have a slot. */
export function slotCount({ events: tables }: Predicted): {
  readonly linked: number;
  readonly slots: number;
} {
  const linked = tables.flatMap(({ entries }) => entries).filter(({ status }) => status === 'linked');
  return { linked: linked.length, slots: linked.filter(({ slot }) => slot !== null).length };
}
