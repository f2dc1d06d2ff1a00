import assert from 'node:assert/strict';
import { shellAnswer } from '../../server/src/kbuild/shell-answers';
import { onDisk, run } from './kbuild-tree';

const none = new Map<string, string>();

describe('what a $(shell) prints, without running it', () => {
  it('is what the shell prints, for comparisons of numbers', () => {
    const commands = ['-lt', '-le', '-gt', '-ge', '-eq', '-ne'].flatMap((operator) =>
      ['0402', '1202', '1300'].flatMap((number) => [
        `[ 1202 ${operator} ${number} ] && echo y`,
        `[ 1202 ${operator} ${number} ] && echo y || echo n`,
        `test 1202 ${operator} ${number}; echo $?`,
        `if [ 1202 ${operator} ${number} ]; then echo -O1; fi;`,
        `if [ 1202 ${operator} ${number} ] ; then echo "a b"; else echo "c"; fi ;`,
      ]),
    );
    commands.push('expr 10 \\>= 9', 'expr 10 \\< 9', 'echo x86', 'echo "a b"');
    const real = onDisk({}, '', (folder) =>
      run(folder, 'sh', '-c', commands.map((command) => `printf '%s\\n' "$(${command})"`).join('\n')),
    );
    assert.deepEqual(
      commands.map((command) => shellAnswer(command, none, 'x86')),
      real.split('\n').slice(0, -1),
    );
  });

  it('takes the tools to be able to do what a probe asks', () => {
    const probe =
      'set -e; TMP=.tmp_$$/tmp; trap "rm -rf .tmp_$$" EXIT; mkdir -p .tmp_$$; if (gcc -Werror -mfoo -c -x c /dev/null -o "$TMP") >/dev/null 2>&1; then echo "-mfoo"; else echo "-mbar"; fi';
    assert.equal(shellAnswer(probe, none, 'x86'), '-mfoo');
    const older = [
      'if gcc -Wall -mfoo -S -o /dev/null -xc /dev/null > /dev/null 2>&1; then echo "-mfoo"; else echo ""; fi ;',
      'if echo -e "nop" | /opt/bin/i686-linux-as >/dev/null 2>&1 -W -Z -o astest.out ; then echo "-mfoo"; else echo "-mbar"; fi; rm -f astest.out',
      'if x86_64-linux-gnu-gcc-12 -mfoo -c -x c /dev/null; then echo -mfoo; else echo -mbar; fi',
    ];
    for (const command of older) assert.equal(shellAnswer(command, none, 'x86'), '-mfoo', command);
  });

  it('knows the compiler from the configuration', () => {
    const config = new Map([
      ['CONFIG_CC_VERSION_TEXT', 'clang version 14.0.6'],
      ['CONFIG_GCC_VERSION', '90300'],
    ]);
    assert.equal(
      shellAnswer('LC_ALL=C gcc --version 2>/dev/null | head -n 1', config, 'x86'),
      'clang version 14.0.6',
    );
    assert.equal(shellAnswer('/bin/sh ./scripts/gcc-version.sh gcc', config, 'x86'), '0903');
  });

  it('is not guessed where the text does not tell', () => {
    for (const command of [
      './list',
      'cat objects',
      'find . -name x',
      'ls | wc -l',
      'echo $(ls)',
      'echo `ls`',
      'if [ -d ./drivers ]; then echo y; else echo n; fi',
      'if test -e ./nofile; then echo b.o; else echo c.o; fi',
      'if grep -q as ./file; then echo y; else echo n; fi',
      'if which latexmk >/dev/null 2>&1; then echo 1; else echo 0; fi',
    ])
      assert.equal(shellAnswer(command, none, 'x86'), undefined, command);
  });
});
