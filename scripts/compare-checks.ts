/**
 * Compares `tw-index check` with what a person could use otherwise, on the same planted errors: a semantic patch for
 * Coccinelle (scripts/task-watchers.cocci; Debian's `coccinelle`) and gcc's own warnings. Prints
 * docs/checks-compared.md as it stands: `npm run -s compare:checks -- [PLANTS-A-KIND] [RULE…] | npx prettier --parser markdown`.
 *
 * An error counts as found when the tool says anything that it does not say about the clean kernel: for the two others
 * that is generous, since what they say need not be about the error.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mutations } from '../test/checks/mutations';
import { field } from '../test/checks/plant';

const [count = '4', ...rules] = process.argv.slice(2);

/** Names that planted code uses without a declaration: what gcc says about them is not about the error. */
const undeclared =
  /\b(?:prepare|printk|spin_\w+|some_lock|write_\w+|tasklist_lock|local_irq_\w+|rcu_\w+|mutex_lock|some_mutex|msleep|kmalloc|GFP_KERNEL|EINVAL|EAGAIN|forgotten)\b/;

const cFiles = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.c') && !/sched\/stats|crate|cpuset/.test(path))
    .sort();

/** Lines without their numbers: planting moves them. */
function gcc(root: string): ReadonlySet<string> {
  spawnSync('make', ['-s', '-C', root, 'include/config/auto.conf']);
  const words =
    '-std=gnu11 -O2 -Wall -Wextra -Wunused-result -Wno-unused-parameter -ffreestanding -D__KERNEL__ -Iarch/x86/include -Iinclude -include include/linux/kconfig.h -c -o /dev/null';
  const said = new Set<string>();
  for (const file of cFiles(root)) {
    const { stderr } = spawnSync('gcc', [...words.split(' '), file], { cwd: root, encoding: 'utf8' });
    for (const line of stderr.split('\n'))
      if (/: (?:warning|error): /.test(line) && !undeclared.test(line))
        said.add(line.replace(/:\d+:\d+:/, ':'));
  }
  return said;
}

function coccinelle(root: string): ReadonlySet<string> {
  const { stdout } = spawnSync(
    'spatch',
    [
      '--very-quiet',
      '--no-includes',
      '--include-headers',
      '--sp-file',
      join(__dirname, 'task-watchers.cocci'),
      '--dir',
      '.',
    ],
    { cwd: root, encoding: 'utf8' },
  );
  // In its diff, the lines that match are the ones taken away.
  const said = new Set<string>();
  let file = '';
  for (const line of stdout.split('\n'))
    if (line.startsWith('--- ')) file = line;
    else if (line.startsWith('-')) said.add(`${file.replace(/\s.*$/, '')} ${line}`);
  return said;
}

const introduction = (spatch: string, gcc: string): string => `# \`check\` compared with what else there is

The same errors, planted at random places of the example kernel (\`test/checks/mutations.ts\`), looked for by \`tw-index check\`,
by a semantic patch for Coccinelle ${spatch} and by gcc ${gcc}'s warnings. \`npm run compare:checks\` plants them, runs all three and
prints this page; it needs Debian's \`coccinelle\`.

- **Coccinelle**: \`scripts/task-watchers.cocci\`, seventeen rules that a person who knows the errors could write in an
  afternoon, run with \`--no-includes --include-headers\` over the whole tree.
- **gcc**: \`-O2 -Wall -Wextra -Wunused-result -Wno-unused-parameter\` on every file that is built. A \`warning\` or an \`error\`
  counts, except about names that the planted code itself uses without a declaration.

An error counts as found when the tool says anything that it does not say about the clean kernel. For \`tw-index\` it has to be
the rule that the error is for; for the two others anything counts, which is generous: what gcc says of a missing FREE
registration, for one, is that a function is now unused.

`;

const conclusion = `The seconds are of two cores that were shared with other work: with tw-index the whole check, from makefiles to the last
rule; with gcc every file compiled once. The order between them is worth more than the numbers.

What the others cannot see, and why:

- What lies outside one file: link order, linker script, configuration, the other architectures' callers, the locks that are
  held where an event is notified. (Coccinelle’s hits for sleeping are of its rule that no watcher may sleep at all,
  which a real kernel could not use: most events may sleep.)
- Which paths are possible. A semantic patch matches paths, but knows nothing of values: a flag that remembers whether INIT
  ran, or a condition that stands twice, makes it report what cannot happen.
- What a macro made of a name: a misspelt event is a perfectly good section name to a compiler.

What gcc sees as well or better: a missing \`return\`, a wrong type and a misspelt function. Compile with \`-Wall\`; those rules
are here because a kernel that is not built (another architecture, another configuration) has no compiler looking at it.
`;

interface Tool {
  readonly name: string;
  readonly run: (root: string) => ReadonlySet<string>;
}

const tools: readonly Tool[] = [
  { name: 'Coccinelle', run: coccinelle },
  { name: 'gcc', run: gcc },
];

void (async () => {
  if (!existsSync('/usr/bin/spatch')) throw new Error('spatch is missing: apt install coccinelle');
  const kernel = await field();
  const clean = new Map(tools.map(({ name, run }) => [name, run(kernel.root)]));
  const spent = new Map<string, number>();
  const timed = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    spent.set(name, (spent.get(name) ?? 0) + (performance.now() - start) / 1000);
    return result;
  };
  const rows: string[] = [];
  const totals = new Map<string, number>();
  let runs = 0;
  for (const mutation of mutations) {
    if (rules.length > 0 && !rules.includes(mutation.rule)) continue;
    const found = new Map<string, number>();
    const add = (name: string): void => {
      found.set(name, (found.get(name) ?? 0) + 1);
      totals.set(name, (totals.get(name) ?? 0) + 1);
    };
    let planted = 0;
    for (let seed = 1; seed <= Number(count); seed++) {
      const outcome = await timed('tw-index', () => kernel.tryOut(mutation, seed));
      if (!outcome) continue;
      planted++;
      runs++;
      if (outcome.found.length > 0) add('tw-index');
      kernel.lay(outcome.planted.files);
      for (const { name, run } of tools) {
        const said = await timed(name, () => run(kernel.root));
        if ([...said].some((line) => clean.get(name)?.has(line) !== true)) add(name);
      }
      kernel.restore();
    }
    const cells = ['tw-index', ...tools.map(({ name }) => name)].map((name) => String(found.get(name) ?? 0));
    rows.push(`| ${mutation.name} (\`${mutation.rule}\`) | ${String(planted)} | ${cells.join(' | ')} |`);
  }
  const line = (label: string, value: (name: string) => string): string =>
    `| ${label} | ${['tw-index', ...tools.map(({ name }) => name)].map(value).join(' | ')} |`;
  const falseOnClean = (name: string): string =>
    name === 'tw-index'
      ? String(kernel.clean.filter(({ severity }) => severity !== 'hint').length)
      : String(clean.get(name)?.size ?? 0);
  kernel.remove();
  const seconds = (name: string): string => ((spent.get(name) ?? 0) / Math.max(1, runs)).toFixed(1);
  process.stdout.write(
    [
      introduction(version('spatch', /[\d.]+/), version('gcc', /\d+\.[\d.]+/)),
      '| planted error | planted | tw-index | Coccinelle | gcc |',
      '| --- | ---: | ---: | ---: | ---: |',
      ...rows,
      line(`**all** | ${String(runs)}`, (name) => `**${String(totals.get(name) ?? 0)}**`),
      line('said of the clean kernel | ', falseOnClean),
      line('seconds a run | ', seconds),
      '',
      conclusion,
    ].join('\n'),
  );
})();

/** As a tool names its own version, first. */
function version(tool: string, form: RegExp): string {
  const { stdout } = spawnSync(tool, ['--version'], { encoding: 'utf8' });
  return form.exec(stdout.replace(/\(.*?\)/, ''))?.[0] ?? '?';
}
