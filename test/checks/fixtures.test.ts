import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { applyEdits, preferredEdits } from '../../server/src/checks/apply-fixes';
import type { Finding } from '../../server/src/checks/rule';
import { copyOfExample } from '../cli/kernel-under-test';
import { change, findingsIn, marksIn, shown, write } from './kernel-under-check';

const folder = join(__dirname, '../fixtures/checks');
const sample = 'kernel/sample.c';

function withSample(code: string, check: (root: string) => Promise<void>): Promise<void> {
  const root = copyOfExample();
  write(root, sample, code);
  change(root, 'kernel/Makefile', (text) => `${text}\nobj-y += sample.o\n`);
  return check(root).finally(() => {
    rmSync(root, { recursive: true });
  });
}

function compiles(root: string): void {
  spawnSync('make', ['-s', '-C', root, 'include/config/auto.conf']);
  const words = `-std=gnu89 -fsyntax-only -ffreestanding -D__KERNEL__ -Iarch/x86/include -Iinclude -include include/linux/kconfig.h ${sample}`;
  const { status, stderr } = spawnSync('gcc', words.split(' '), { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

const inSample = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ file }) => file === sample);

/** Each fixture is a file of its own in the example kernel; what is marked in it is found, and nothing else is. */
describe('rules, on code of many shapes', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.c'))) {
    const code = readFileSync(join(folder, name), 'utf8');
    const wanted = marksIn(sample, code);
    const marked = new Set(wanted.map((mark) => mark.replace(/^\S+ /, '')));

    it(`${name}: finds what is marked, and nothing else`, () =>
      withSample(code, async (root) => {
        const found = await findingsIn(root);
        assert.deepEqual(
          shown(found.filter(({ severity, rule }) => severity !== 'hint' || marked.has(rule))),
          [...wanted].sort(),
        );
        compiles(root);
      }));

    it(`${name}: all fixes at once mend what they are for, add nothing, and leave nothing to fix`, () =>
      withSample(code, async (root) => {
        const before = inSample(await findingsIn(root));
        const mended = before.filter(({ fixes }) => fixes.some(({ isPreferred }) => isPreferred));
        let found = before;
        // A fix that overlaps with another is taken in a later round.
        for (let round = 0; round < 6; round++) {
          const edits = preferredEdits(found).get(sample);
          if (!edits) break;
          change(root, sample, (text) => applyEdits(text, edits));
          found = inSample(await findingsIn(root));
        }
        assert.equal(preferredEdits(found).size, 0, 'something is fixed for ever');
        const counted = (findings: readonly Finding[]): ReadonlyMap<string, number> =>
          new Map(
            [...marked].map((rule) => [rule, findings.filter((finding) => finding.rule === rule).length]),
          );
        const after = counted(found);
        for (const [rule, count] of counted(before))
          assert.equal(
            after.get(rule),
            count - mended.filter((finding) => finding.rule === rule).length,
            `${rule} after the fixes: ${found.map(({ line, message }) => `${String(line)}: ${message}`).join('; ')}`,
          );
        assert.deepEqual(
          found.filter(({ rule, severity }) => severity !== 'hint' && !marked.has(rule)),
          [],
        );
        compiles(root);
      }));
  }
});
