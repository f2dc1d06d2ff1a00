import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newScope, newWork, type MakeWorld } from '../../server/src/syntax/make/expand';
import { parseMakefile } from '../../server/src/syntax/make/parse';
import { runMakefile, runText, type MakeFiles } from '../../server/src/syntax/make/run';

/** What `$(info)` prints when our evaluator runs a makefile; `$(shell)` knows only `echo`. */
export function ours(text: string): {
  readonly said: readonly string[];
  readonly problems: readonly string[];
} {
  const said: string[] = [];
  const files: MakeFiles = {
    makefile: () => undefined,
    provided: () => false,
    missing: () => undefined,
    exported: () => undefined,
    forTargets: () => undefined,
    rule: () => undefined,
    unknown: () => undefined,
  };
  const world: MakeWorld = {
    wildcard: () => [],
    absolute: (name) => name,
    exists: () => false,
    shell: (command) => /^echo (.*)$/.exec(command)?.[1] ?? undefined,
    evaluate: (evaluated, scope) => {
      runText(evaluated, '', scope, files);
    },
    say: (kind, what) => {
      if (kind === 'info') said.push(what);
    },
    unknownShell: () => undefined,
    work: { ...newWork(), left: 300_000 },
  };
  const scope = newScope(world, undefined);
  const makefile = parseMakefile(text);
  runMakefile('Makefile', makefile, scope, files);
  return {
    said: said.flatMap((text) => text.split('\n')),
    problems: makefile.problems.map(({ message }) => message),
  };
}

/** What GNU make's `$(info)` prints for the same text; `failed` where make refuses it. */
export function theirs(text: string): {
  readonly said: readonly string[];
  readonly failed: string | undefined;
} {
  const folder = mkdtempSync(join(tmpdir(), 'make-'));
  try {
    writeFileSync(join(folder, 'Makefile'), text);
    const run = spawnSync('make', ['-rR', '-s', '--no-print-directory', '-C', folder, 'all'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
      timeout: 10_000,
    });
    const lines = run.stdout.split('\n');
    lines.pop();
    return { said: lines, failed: run.status === 0 ? undefined : run.stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
