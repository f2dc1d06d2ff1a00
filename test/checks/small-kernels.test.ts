import { strict as assert } from 'node:assert';
import { readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { copyOfExample } from '../cli/kernel-under-test';
import { toDialectB } from '../cli/dialect-b';
import { change, findingsIn, setConfig, write } from './kernel-under-check';
import { smallKernels, type SmallKernel } from './small-kernels';
import { slipsOf2006 } from './slips-of-2006';

function lay(root: string, { edits = [], files = {}, config = [], isDecember = false }: SmallKernel): void {
  if (isDecember) toDialectB(root);
  setConfig(root, config);
  for (const { file, from, to } of edits) change(root, file, (text) => text.replace(from, to));
  for (const [file, text] of Object.entries(files)) {
    write(root, file, text);
    if (file.endsWith('.c'))
      change(
        root,
        join(dirname(file), 'Makefile'),
        (lines) => `${lines}\nobj-y += ${basename(file, '.c')}.o\n`,
      );
  }
}

describe('whole kernels, each with one slip or its right twin', () => {
  for (const kernel of [...smallKernels, ...slipsOf2006])
    it(kernel.name, async () => {
      const root = copyOfExample();
      try {
        lay(root, kernel);
        const found = (await findingsIn(root)).filter(({ severity }) => severity !== 'hint');
        const left = [...kernel.finds];
        const others = found.filter(({ file, line, rule }) => {
          const text = readFileSync(join(root, file), 'utf8').split('\n')[line - 1] ?? '';
          const at = left.findIndex((wanted) => {
            const [, head = '', part = ''] = /^(.*?): (.*)$/.exec(wanted) ?? [];
            return head === `${file} ${rule}` && text.includes(part);
          });
          if (at >= 0) left.splice(at, 1);
          return at < 0;
        });
        assert.deepEqual(left, [], 'missed');
        assert.deepEqual(
          others.map(({ file, line, rule, message }) => `${file}:${String(line)} ${rule} ${message}`),
          [],
          'false alarms',
        );
      } finally {
        rmSync(root, { recursive: true });
      }
    });
});
