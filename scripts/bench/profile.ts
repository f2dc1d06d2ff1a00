/** Where the time of a command goes, as V8's profiler samples it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const everyMicroseconds = '200';
const shownFunctions = 25;
const shownFolders = 15;
const project = resolve(__dirname, '../..');

/** https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({
        functionName: z.string(),
        url: z.string(),
        lineNumber: z.number(),
        columnNumber: z.number(),
      }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

type CallFrame = z.infer<typeof profileSchema>['nodes'][number]['callFrame'];

/**
 * Runs a script once under the profiler, its output thrown away, and says for each thread where its time went. The
 * profiles stay in `folder`, one for each thread, for the tools that show such.
 */
export function profiled(name: string, words: readonly string[], folder: string): string {
  const target = join(folder, name.replace(/\W+/g, '-'));
  mkdirSync(target, { recursive: true });
  const before = new Set(readdirSync(target));
  const flags = ['--cpu-prof', '--cpu-prof-interval', everyMicroseconds, '--cpu-prof-dir', target];
  execFileSync(process.execPath, [...flags, ...words], { stdio: 'ignore' });
  return readdirSync(target)
    .filter((file) => file.endsWith('.cpuprofile') && !before.has(file))
    .map((file) => ({ file, thread: Number(/\.(\d+)\.\d+\.cpuprofile$/.exec(file)?.[1]) }))
    .sort((a, b) => a.thread - b.thread)
    .map(({ file, thread }) => {
      const who = thread === 0 ? 'main thread' : `thread ${thread}`;
      return `${name}, ${who}: ${join(target, file)}\n${threadText(join(target, file))}`;
    })
    .join('\n');
}

function threadText(file: string): string {
  const { nodes, samples, timeDeltas } = profileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const folders = new Map<string, number>();
  samples.forEach((id, at) => {
    const frame = frames.get(id);
    if (!frame || frame.functionName === '(idle)') return;
    const source = sourceOf(frame);
    const time = (timeDeltas[at] ?? 0) / 1000;
    const builtIn = frame.functionName.startsWith('(') ? frame.functionName : 'built into Node';
    const folder = source === '' ? builtIn : source.replace(/\/[^/]*$/, '');
    const label = `${frame.functionName || '(without a name)'}  ${source}`;
    functions.set(label, (functions.get(label) ?? 0) + time);
    folders.set(folder, (folders.get(folder) ?? 0) + time);
  });
  return [
    ...sumsText('function', functions, shownFunctions),
    ...sumsText('folder', folders, shownFolders),
  ].join('');
}

function sumsText(what: string, sums: ReadonlyMap<string, number>, most: number): readonly string[] {
  const all = [...sums.values()].reduce((sum, one) => sum + one, 0);
  const sorted = [...sums].sort(([, a], [, b]) => b - a).slice(0, most);
  const row = (time: string, share: string, label: string): string =>
    `${time.padStart(8)} ${share.padStart(6)}  ${label}\n`;
  return [
    row('ms', '', `by ${what} (${all.toFixed(0)} ms)`),
    ...sorted.map(([label, time]) =>
      row(time.toFixed(1), `${((100 * time) / all).toFixed(1)}%`, label.trimEnd()),
    ),
  ];
}

const maps = new Map<string, SourceMap | undefined>();
const mapSchema = z.object({
  version: z.number(),
  file: z.string().default(''),
  sources: z.array(z.string()),
  sourcesContent: z.array(z.string()).default([]),
  names: z.array(z.string()),
  mappings: z.string(),
  sourceRoot: z.string().default(''),
});

/** The file that a function was written in, relative to the project; empty: V8 itself. */
function sourceOf({ url, lineNumber, columnNumber }: CallFrame): string {
  if (url === '' || url.startsWith('node:') || url.startsWith('wasm:')) return url;
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  if (!maps.has(path)) maps.set(path, mapOf(path));
  const entry = maps.get(path)?.findEntry(lineNumber, columnNumber);
  const source = entry && 'originalSource' in entry ? resolve(path, '..', entry.originalSource) : path;
  return relative(project, source);
}

function mapOf(path: string): SourceMap | undefined {
  if (!existsSync(`${path}.map`)) return undefined;
  return new SourceMap(mapSchema.parse(JSON.parse(readFileSync(`${path}.map`, 'utf8'))));
}
