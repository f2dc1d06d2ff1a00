// Measures simulated dispatches of INIT on a kernel tree: npm run bench:dispatch -- TREE [--config FILE] [--runs N]
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkContext } from '../server/src/checks/check-context';
import { simulateDispatch, type DispatchRequest } from '../server/src/dispatch/simulate';
import { cParser } from '../server/src/workspace/c-parser-files';
import { openKernel } from '../server/src/workspace/open-kernel';
import { kernelFiles, takeSnapshotOf } from '../server/src/workspace/take-snapshot';

const usage = `usage: npm run bench:dispatch -- TREE [--config FILE] [--runs N]
TREE: Linux 6.1 with task watchers (scripts/graft-kernel.ts TREE --more 39 makes one with 61 for INIT).
`;

const { values, positionals } = readOptions();

function readOptions(): ReturnType<typeof parsed> {
  try {
    const options = parsed();
    if (options.values.help === true) {
      process.stdout.write(usage);
      process.exit(0);
    }
    return options;
  } catch (error) {
    process.stderr.write(
      `bench:dispatch: ${error instanceof Error ? error.message : String(error)}\n${usage}`,
    );
    process.exit(2);
  }
}

function parsed() {
  return parseArgs({
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      runs: { type: 'string', default: '100' },
      help: { type: 'boolean' },
    },
  });
}

async function main(tree: string): Promise<void> {
  const kernel = openKernel({
    root: resolve(tree),
    ...(values.config === undefined ? {} : { config: resolve(values.config) }),
  });
  if ('failure' in kernel) throw new Error(kernel.failure);
  const [family] = kernel.project.families;
  if (!family) throw new Error('no family of tables');
  const files = kernelFiles(kernel);
  const { snapshot } = await takeSnapshotOf(kernel, family, files, {
    scope: 'linked',
    report: () => undefined,
  });
  const context = checkContext(snapshot, { source: (path) => files.source(path), parser: await cParser() });
  const names = snapshot.tables
    .filter(({ event }) => event === 'INIT')
    .flatMap(({ entries }) => entries.filter(({ status }) => status === 'linked'))
    .map((entry) => entry.function);
  console.log(`${String(names.length)} watchers of INIT`);

  const middle = names[Math.floor(names.length / 2)] ?? '';
  const requests: Readonly<Record<string, (run: number) => DispatchRequest>> = {
    'val not known': () => ({ event: 'INIT' }),
    'one val': () => ({ event: 'INIT', val: 'CLONE_SYSVSEM|CLONE_VM' }),
    'one watcher fails': () => ({ event: 'INIT', fail: [{ function: middle }] }),
    'another val each time': (run) => ({ event: 'INIT', val: String(0x100 * run + 17) }),
    'another failure each time': (run) => ({
      event: 'INIT',
      val: 'CLONE_VM',
      fail: [{ function: names[run % names.length] ?? '', errno: String(1 + run) }],
    }),
  };
  const cost = (request: DispatchRequest): number => {
    const before = process.cpuUsage();
    const result = simulateDispatch(context, request);
    if ('problem' in result) throw new Error(result.problem);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  for (const [what, request] of Object.entries(requests)) {
    const first = cost(request(0));
    const later = Array.from({ length: Number(values.runs) }, (_, run) => cost(request(run + 1)));
    const sorted = later.slice(later.length >> 2).sort((a, b) => a - b);
    const [least, middle, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((time) =>
      (time ?? NaN).toFixed(1),
    );
    console.log(
      `${what}: first ${first.toFixed(0)} ms; then ${least ?? ''} to ${most ?? ''} ms, ${middle ?? ''} ms in the middle`,
    );
  }
}

const [given] = positionals;
if (given === undefined) {
  process.stderr.write(usage);
  process.exit(2);
}
void main(given);
