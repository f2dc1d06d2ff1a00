import { strict as assert } from 'node:assert';
import { exampleKernel, twIndex } from './kernel-under-test';

describe('command line', () => {
  it('takes options before and after the name of a command', () => {
    const after = twIndex(['table', 'FREE', '--root', exampleKernel, '--quiet']);
    assert.equal(after.status, 0);
    assert.match(after.out, /audit_free/);
    for (const words of [
      ['--root', exampleKernel, '--quiet', 'table', 'FREE'],
      [`--root=${exampleKernel}`, 'table', '--quiet', 'FREE'],
      ['--quiet', '--root', exampleKernel, 'FREE'],
    ])
      assert.deepEqual(twIndex(words), after, words.join(' '));
    assert.match(twIndex(['--root', exampleKernel, 'list', '--quiet']).out, /Call sites/);
  });

  it('does not take the value of an option for a command', () => {
    const { status, err } = twIndex(['--root', 'list', 'FREE']);
    assert.equal(status, 2);
    assert.equal(err, 'tw-index: --root list: no such folder\n');
  });
});
