import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { carryOver } from '../../server/src/checks/carry-over';
import type { Finding } from '../../server/src/checks/rule';
import { scanC } from '../../server/src/syntax/c/scan';
import type { SourceFile } from '../../server/src/syntax/c/unit';
import { lineStarts } from '../../server/src/syntax/positions';

const fileOf = (text: string): SourceFile => ({
  path: 'a.c',
  text,
  facts: scanC(text),
  lineStarts: lineStarts(text),
});

describe('findings carried over an edit', () => {
  // A marked word that stands once in a text: wherever the edit is, the finding must still cover it, or be gone.
  it('cover the same text, or are left out where the edit touches them', () => {
    const line = fc.constantFrom('int a;', '', '/* é€😀 */', 'f(x);', '\tg();');
    const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.map((one) => `${one}\n`).join(''));
    fc.assert(
      fc.property(text, text, fc.nat(), fc.nat(40), text, (before, after, at, length, inserted) => {
        const old = `${before}MARK${after}`;
        const start = at % (old.length + 1);
        const end = Math.min(start + length, old.length);
        const now = fileOf(old.slice(0, start) + inserted + old.slice(end));
        const place = old.indexOf('MARK');
        const range = { start: place, end: place + 4 };
        const finding: Finding = {
          rule: 'r',
          severity: 'hint',
          file: 'a.c',
          range,
          line: 1,
          column: 1,
          message: 'm',
          related: [{ file: 'a.c', range, message: 'here' }],
          fixes: [{ title: 't', isPreferred: true, edits: [{ file: 'a.c', range, text: '' }] }],
        };
        const moved = carryOver([finding], new Map([['a.c', fileOf(old)]]), () => now);
        const untouched = end <= range.start || start >= range.end;
        if (untouched) assert.equal(moved.length, 1);
        for (const one of moved) {
          const rows = now.text.slice(0, one.range.start).split('\n');
          assert.equal(one.line, rows.length);
          assert.equal(one.column, (rows.at(-1)?.length ?? 0) + 1);
          for (const part of [one.range, one.related[0]?.range, one.fixes[0]?.edits[0]?.range])
            assert.equal(now.text.slice(part?.start, part?.end), 'MARK');
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('go with their file', () => {
    const finding: Finding = {
      rule: 'r',
      severity: 'hint',
      file: 'a.c',
      range: { start: 0, end: 1 },
      line: 1,
      column: 1,
      message: 'm',
      related: [],
      fixes: [],
    };
    assert.deepEqual(
      carryOver([finding], new Map([['a.c', fileOf('x')]]), () => undefined),
      [],
    );
  });
});
