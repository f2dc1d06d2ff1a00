/**
 * Measures tw-index beside whatever of ripgrep, ctags and cscope is installed, and beside a program that only reads the
 * files. Without --tree, the trees are generated, measured and removed.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { generateTree } from './generate-tree';
import { measure, median, type Run } from './measure';
import { plot, type Chart, type Line } from './plot';
import { profiled } from './profile';

const usage = `Usage: npm run bench -- [options]

  --tree PATH            measure this kernel tree instead of generated ones
  --config FILE          its configuration
  --sizes LIST           files of the generated trees, with 100 watchers each (1000,10000,57000,250000; none: an empty list)
  --registrations LIST   watchers in generated trees of 10,000 files (10,100,1000,10000; none: an empty list)
  --runs N               rounds, by turns (5); what takes longer than 40 seconds takes part in the first only
  --without LIST         leave out: rg, ctags, cscope
  --json FILE            write every run
  --svg FILE             write time over files, and time and memory over watchers
  --profile FOLDER       afterwards, run each cold table once under V8's profiler: print for every thread which functions
                         and folders its time went to, and leave the .cpuprofile files in FOLDER
`;

const values = readOptions();

function readOptions(): ReturnType<typeof parsed> {
  try {
    const options = parsed();
    if (!options.help) return options;
    process.stdout.write(usage);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

function parsed() {
  return parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      tree: { type: 'string' },
      config: { type: 'string' },
      sizes: { type: 'string', default: '1000,10000,57000,250000' },
      registrations: { type: 'string', default: '10,100,1000,10000' },
      runs: { type: 'string', default: '5' },
      without: { type: 'string', default: '' },
      json: { type: 'string' },
      svg: { type: 'string' },
      profile: { type: 'string' },
    },
  }).values;
}

interface Contestant {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  /** Nothing is kept of what it was asked before. */
  readonly isFirstRun?: boolean;
}

interface Row {
  readonly tree: string;
  readonly files: number | undefined;
  readonly registrations: number | undefined;
  readonly name: string;
  /** Medians; the ratio is to ripgrep in the same rounds, or to the first. */
  readonly seconds: number;
  readonly ratio: number;
  readonly processor: number;
  readonly peak: number;
  readonly runs: readonly Run[];
}

const index = resolve(__dirname, '../../server/bin/tw-index.js');
const reader = resolve(__dirname, 'read-all.cjs');
const scratch = mkdtempSync(join(tmpdir(), 'bench-out-'));
/** Files of the trees with different numbers of watchers. */
const spreadOver = 10_000;
const without = new Set(values.without.split(','));
const rounds = Number(values.runs);
/** Seconds: what takes longer is measured once. */
const longestRepeated = 40;
const numbers = (list: string): readonly number[] =>
  list
    .split(',')
    .filter((word) => word !== '' && word !== 'none')
    .map(Number);

function isInstalled(command: string): boolean {
  try {
    execFileSync('which', [command], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function contestants(root: string, config: string | undefined): readonly Contestant[] {
  const configured = config === undefined ? [] : ['--config', resolve(config)];
  const tables = (name: string, ...more: readonly string[]): Contestant => ({
    name,
    command: process.execPath,
    arguments: [index, 'table', '--root', root, '--format', 'json', '--quiet', ...configured, ...more],
  });
  const others: readonly Contestant[] = [
    {
      name: 'rg',
      command: 'rg',
      arguments: [
        '--no-ignore',
        '-g',
        '*.[chS]',
        '-l',
        'task_watcher_func|\\.task_watchers|notify_task_watchers',
        root,
      ],
    },
    {
      name: 'ctags',
      command: 'ctags',
      arguments: ['-R', '--languages=C', '-f', join(scratch, 'tags'), root],
    },
    {
      name: 'cscope',
      command: 'cscope',
      // -q: an index to ask, as `make cscope` of the kernel has it made. -u: from nothing each time.
      arguments: ['-b', '-k', '-q', '-u', '-R', '-f', join(scratch, 'cscope.out')],
    },
  ];
  return [
    ...others.filter(({ name, command }) => !without.has(name) && isInstalled(command)),
    { name: 'reading in node', command: process.execPath, arguments: [reader, root] },
    tables('table, whole tree', '--all', '--no-cache'),
    // Generated trees have a configuration of their own.
    ...(config === undefined && values.tree !== undefined ? [] : [tables('table, linked', '--no-cache')]),
    // As users have it, who do not ask for no cache: until all is kept. The table is there before.
    { ...tables('table, first run', '--all'), isFirstRun: true },
    tables('table, kept answer', '--all'),
  ];
}

/** Those that start from nothing, each once. */
function printProfiles(tree: string, root: string): void {
  if (values.profile === undefined) return;
  for (const { name, arguments: given } of contestants(root, values.config))
    if (given.includes('--no-cache'))
      process.stdout.write(`\n${profiled(`${tree}, ${name}`, given, resolve(values.profile))}`);
}

function measuredRun(
  { command, arguments: given, isFirstRun = false }: Contestant,
  root: string,
): Promise<Run> {
  const variables = isFirstRun ? { XDG_CACHE_HOME: mkdtempSync(join(scratch, 'first-')) } : {};
  return measure(command, given, root, variables);
}

async function measured(
  tree: string,
  root: string,
  files: number | undefined,
  registrations: number | undefined,
): Promise<readonly Row[]> {
  const all: Contestant[] = [];
  const runs = new Map<string, Run[]>();
  // This round fills the page cache (and keeps the answer), and does not count but for who takes too long for another.
  for (const one of contestants(root, values.config))
    try {
      const first = await measuredRun(one, root);
      runs.set(one.name, first.seconds > longestRepeated ? [first] : []);
      all.push(one);
    } catch (error) {
      process.stderr.write(
        `${one.name} left out: ${error instanceof Error ? error.message : String(error)}\n`,
      );
    }
  const repeated = all.filter(({ name }) => runs.get(name)?.length === 0);
  for (let round = 0; round < rounds; round++)
    for (const one of repeated) runs.get(one.name)?.push(await measuredRun(one, root));
  const seconds = (name: string): number => median((runs.get(name) ?? []).map((run) => run.seconds));
  const base = seconds(runs.has('rg') ? 'rg' : (all[0]?.name ?? ''));
  return all.map(({ name }) => ({
    tree,
    files,
    registrations,
    name,
    seconds: seconds(name),
    ratio: seconds(name) / base,
    processor: median((runs.get(name) ?? []).map((run) => run.processor)),
    peak: median((runs.get(name) ?? []).map((run) => run.peak)),
    runs: runs.get(name) ?? [],
  }));
}

function printed(rows: readonly Row[]): string {
  const lines = rows.map(({ tree, name, seconds, ratio, processor, peak }) =>
    [
      tree.padEnd(34),
      name.padEnd(20),
      `${seconds.toFixed(2)} s`.padStart(10),
      `${ratio.toFixed(2)} x`.padStart(9),
      `${processor.toFixed(2)} s cpu`.padStart(12),
      `${peak.toFixed(0)} MB`.padStart(8),
    ].join(' '),
  );
  return `${lines.join('\n')}\n`;
}

async function main(): Promise<void> {
  // Answers are kept in a folder of our own, so that a person's are left alone.
  process.env.XDG_CACHE_HOME = join(scratch, 'cache');
  const rows: Row[] = [];
  const add = (more: readonly Row[]): void => {
    rows.push(...more);
    process.stdout.write(printed(more));
  };
  try {
    if (values.tree !== undefined) {
      add(await measured(values.tree, resolve(values.tree), undefined, undefined));
      printProfiles(basename(resolve(values.tree)), resolve(values.tree));
    } else {
      const sizes = numbers(values.sizes).map((files) => [files, 100] as const);
      const spread = numbers(values.registrations).map(
        (registrations) => [spreadOver, registrations] as const,
      );
      for (const [files, registrations] of [...sizes, ...spread]) {
        const root = generateTree(files, registrations);
        try {
          // Nothing is kept of files that changed in the last two seconds.
          await setTimeout(2200);
          const name = `${files} files, ${registrations} watchers`;
          add(await measured(name, root, files, registrations));
          printProfiles(name, root);
        } finally {
          rmSync(root, { recursive: true, force: true });
        }
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  if (values.svg !== undefined) writeFileSync(values.svg, plot(charts(rows)));
}

/** Time over files, and time and memory over watchers. */
function charts(rows: readonly Row[]): readonly Chart[] {
  const ofSizes = rows.filter(({ registrations }) => registrations === 100);
  const ofWatchers = rows.filter(({ files, name }) => files === spreadOver && name.startsWith('table'));
  return [
    { along: 'files in the tree', unit: 's', lines: lines(ofSizes, 'files', 'seconds') },
    { along: 'watchers', unit: 's', lines: lines(ofWatchers, 'registrations', 'seconds') },
    { along: 'watchers', unit: 'MB', lines: lines(ofWatchers, 'registrations', 'peak') },
  ];
}

function lines(
  rows: readonly Row[],
  along: 'files' | 'registrations',
  up: 'seconds' | 'peak',
): readonly Line[] {
  return [...new Set(rows.map(({ name }) => name))].map((name) => ({
    name,
    points: [
      ...new Map(rows.flatMap((row) => (row.name === name ? [[row[along] ?? 0, row[up]] as const] : []))),
    ].sort(([a], [b]) => a - b),
  }));
}

void main();
