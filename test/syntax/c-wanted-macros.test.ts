import { strict as assert } from 'node:assert';
import { leadingMacros } from '../../server/src/syntax/c/wanted-macros';
import { scanC } from '../../server/src/syntax/c/scan';

function leading(text: string, known: readonly string[]): readonly string[] {
  return leadingMacros([{ path: 'a.h', facts: scanC(text) }], known, () => false)
    .map(({ name }) => name)
    .sort();
}

describe('macros that lead to a wanted one', () => {
  // 6.1's drivers/staging/board/board.c: the name of a wrapper in a message made every printk() of the tree a wrapper.
  it('are not found through what only stands in a string', () => {
    const text = [
      '#define board_staging(fn) device_initcall(fn)',
      '#define pr_fmt(fmt) "board_staging: " fmt',
      '#define pr_info(fmt) printk(pr_fmt(fmt))',
      String.raw`#define quoted(fn) "\"" board_staging(fn) "\\"`,
    ].join('\n');
    assert.deepEqual(leading(`${text}\n`, ['device_initcall']), ['board_staging', 'quoted']);
  });
});
