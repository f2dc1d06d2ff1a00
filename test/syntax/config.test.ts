import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseConfig } from '../../server/src/syntax/config';

describe('.config', () => {
  it('is read as Kconfig writes it', () => {
    const config = parseConfig(
      [
        '#',
        '# Automatically generated file; DO NOT EDIT.',
        '# Linux/x86 6.1.192 Kernel Configuration',
        '#',
        'CONFIG_CC_VERSION_TEXT="gcc-12 (Debian \\"12\\") 12.2.0"',
        'CONFIG_SMP=y',
        'CONFIG_EXT4_FS=m',
        '# CONFIG_AUDIT is not set',
        'CONFIG_HZ=250',
        'CONFIG_BASE=0xffffffff81000000',
        'CONFIG_EMPTY=""',
        'CONFIG_OFF=n',
        '',
      ].join('\n'),
    );
    assert.equal(config.arch, 'x86');
    assert.equal(config.version, '6.1.192');
    assert.deepEqual(
      [...config.values],
      [
        ['CONFIG_CC_VERSION_TEXT', 'gcc-12 (Debian "12") 12.2.0'],
        ['CONFIG_SMP', 'y'],
        ['CONFIG_EXT4_FS', 'm'],
        ['CONFIG_HZ', '250'],
        ['CONFIG_BASE', '0xffffffff81000000'],
        ['CONFIG_EMPTY', ''],
      ],
    );
    assert.deepEqual(config.problems, []);
  });

  it('of 2.6 names a version and no architecture', () => {
    const config = parseConfig(
      "#\n# Automatically generated make config: don't edit\n# Linux kernel version: 2.6.20\n# Sun Feb  4\n#\r\nCONFIG_X86_32=y\r\n",
    );
    assert.equal(config.version, '2.6.20');
    assert.equal(config.arch, undefined);
    assert.equal(config.values.get('CONFIG_X86_32'), 'y');
  });

  it('the last of two settings counts', () => {
    assert.equal(parseConfig('CONFIG_A=y\nCONFIG_A=m\n').values.get('CONFIG_A'), 'm');
    assert.equal(parseConfig('CONFIG_A=y\n# CONFIG_A is not set\n').values.get('CONFIG_A'), undefined);
    assert.equal(parseConfig('CONFIG_A=y\nCONFIG_A=n\n').values.get('CONFIG_A'), undefined);
  });

  it('broken lines are problems, and reading goes on', () => {
    const config = parseConfig('CONFIG_A=y\n<<<<<<< HEAD\nCONFIG_B\nCONFIG_C=y');
    assert.deepEqual([...config.values.keys()], ['CONFIG_A', 'CONFIG_C']);
    assert.deepEqual(
      config.problems.map(({ line }) => line),
      [2, 3],
    );
  });

  it('any text is read without throwing, and settings come back', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseConfig(text);
      }),
    );
    const name = fc.stringMatching(/^CONFIG_[A-Z0-9_]{1,12}$/);
    const text = fc.string().filter((value) => !/[\r\n\u2028\u2029]/.test(value));
    fc.assert(
      fc.property(fc.dictionary(name, text), (settings) => {
        const written = Object.entries(settings)
          .map(([key, value]) => `${key}="${value.replace(/["\\]/g, '\\$&')}"\n`)
          .join('');
        assert.deepEqual(Object.fromEntries(parseConfig(written).values), { ...settings });
      }),
    );
  });
});
