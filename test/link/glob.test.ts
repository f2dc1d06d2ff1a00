import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { globMatches } from '../../server/src/link/glob';

const piece = fc.constantFrom(
  'a',
  'b',
  '.',
  '_',
  '/',
  '*',
  '?',
  '[ab]',
  '[!a]',
  '[a-c]',
  '[]x]',
  '[[:digit:]]',
  '1',
);
const globs = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
const texts = fc
  .array(fc.constantFrom('a', 'b', 'c', '.', '_', '/', '1', ']'), { maxLength: 4 })
  .map((all) => all.join(''));

describe('patterns of sections and files', () => {
  it('match as the shell’s case does, which is fnmatch(3) without flags', () => {
    const pairs = fc.sample(fc.tuple(globs, texts), { numRuns: 4000, seed: 42 });
    const script = pairs.map(
      ([glob, text]) => `case '${text}' in ${glob === '' ? "''" : glob}) echo y;; *) echo n;; esac`,
    );
    const shell = spawnSync('bash', ['-s'], {
      input: script.join('\n'),
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    });
    const expected = shell.stdout.trim().split('\n');
    assert.equal(expected.length, pairs.length, shell.stderr);
    pairs.forEach(([glob, text], index) =>
      assert.equal(globMatches(glob, text) ? 'y' : 'n', expected[index], `${glob} on ${text}`),
    );
    assert.ok(expected.filter((one) => one === 'y').length > 100);
  });

  it('take time in proportion, however many stars', () => {
    const began = performance.now();
    assert.equal(globMatches('*a'.repeat(200) + 'b', 'a'.repeat(20000)), false);
    assert.ok(performance.now() - began < 2000);
  });
});
