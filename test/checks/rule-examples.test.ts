import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { allRules } from '../../server/src/checks/all-rules';
import { applyEdits, preferredEdits } from '../../server/src/checks/apply-fixes';
import type { Finding, RuleExample } from '../../server/src/checks/rule';
import { copyOfExample, exampleKernel } from '../cli/kernel-under-test';
import { findingsIn, layExample, marksIn, shown, write } from './kernel-under-check';

/** Does every file still compile? gcc decides; a registration in a module is no valid C in the example kernel. */
function compiles(root: string, files: readonly string[]): void {
  spawnSync('make', ['-s', '-C', root, 'include/config/auto.conf']);
  for (const file of files.filter((path) => path.endsWith('.c'))) {
    const words = `-std=gnu89 -fsyntax-only -ffreestanding -D__KERNEL__ -Iarch/x86/include -Iinclude -include include/linux/kconfig.h ${file}`;
    const { status, stderr } = spawnSync('gcc', words.split(' '), { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
}

describe('every rule, on its own examples', () => {
  it('nothing is found on the clean example kernel', async () => {
    const findings = await findingsIn(exampleKernel);
    assert.deepEqual(
      findings.filter(({ severity }) => severity !== 'hint').map(({ message }) => message),
      [],
    );
  });

  for (const rule of allRules) {
    const inCopy = async (
      example: RuleExample,
      check: (root: string, file: string | undefined, findings: readonly Finding[]) => Promise<void> | void,
    ): Promise<void> => {
      const root = copyOfExample();
      try {
        const file = layExample(root, example);
        await check(root, file, await findingsIn(root));
      } finally {
        rmSync(root, { recursive: true });
      }
    };

    it(`${rule.name}: finds it in the bad code, where it is marked`, () =>
      inCopy(rule.bad, (_, file, findings) => {
        const mine = findings.filter((finding) => finding.rule === rule.name);
        assert.ok(mine.length > 0, 'nothing found');
        if (file === undefined) return;
        const marked = marksIn(file, rule.bad.code).filter((mark) => mark.endsWith(` ${rule.name}`));
        if (marked.length > 0)
          assert.deepEqual(shown(mine.filter((finding) => finding.file === file)), [...marked].sort());
        const others = findings.filter(
          (finding) => finding.file === file && finding.severity !== 'hint' && finding.rule !== rule.name,
        );
        assert.deepEqual(
          shown(others),
          marksIn(file, rule.bad.code).filter((mark) => !marked.includes(mark)),
        );
      }));

    it(`${rule.name}: finds nothing in the good code`, () =>
      inCopy(rule.good, (_, file, findings) => {
        const own = new Set(
          rule.severity === 'hint' ? [] : findings.filter(({ severity }) => severity === 'hint'),
        );
        const left = findings.filter(
          (finding) =>
            !own.has(finding) &&
            (finding.rule === rule.name
              ? file === undefined || finding.file === file
              : finding.severity !== 'hint'),
        );
        assert.deepEqual(
          left.map(({ message, rule: name }) => `${name}: ${message}`),
          [],
        );
      }));

    it(`${rule.name}: its fixes mend it, add nothing, and can be taken again`, () =>
      inCopy(rule.bad, async (root, _, before) => {
        const mine = before.filter((finding) => finding.rule === rule.name);
        const edits = preferredEdits(mine);
        if (edits.size === 0) return;
        for (const [file, list] of edits)
          write(root, file, applyEdits(readFileSync(join(root, file), 'utf8'), list));
        const after = await findingsIn(root);
        assert.deepEqual(
          shown(after.filter((finding) => finding.rule === rule.name && finding.fixes.length > 0)),
          [],
        );
        const known = new Set(before.map(({ rule: name, message }) => `${name}: ${message}`));
        assert.deepEqual(
          after.filter(
            ({ severity, rule: name, message }) => severity !== 'hint' && !known.has(`${name}: ${message}`),
          ),
          [],
        );
        assert.equal(preferredEdits(after.filter((finding) => finding.rule === rule.name)).size, 0);
        compiles(root, [...edits.keys()]);
      }));
  }
});
