import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { jsonAt, parseJson } from '../../server/src/syntax/json';

/** What is said, and the part of the text that is meant. */
function problem(text: string): readonly [message: string, meant: string] {
  const read = parseJson(text);
  assert.ok('problem' in read, `accepted: ${text}`);
  const { range, message } = read.problem;
  return [message, text.slice(range.start, range.end)];
}

describe('JSON with places', () => {
  it('reads what JSON.parse reads, as it does', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (compact, indent) => {
        const text = JSON.stringify(JSON.parse(compact), null, indent);
        const read = parseJson(text);
        assert.ok('node' in read);
        assert.deepEqual(read.node.value, JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses, and never throws', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      "'",
      '1',
      '-',
      '0',
      '.5',
      'e3',
      'true',
      'nul',
      ' ',
      '\n',
      '\\',
      '//',
      '\u0001',
    ];
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 9 }).map((parts) => parts.join(''));
    const expected = (text: string): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(texts, (text) => {
        const read = parseJson(text);
        const value = expected(text);
        if (value === undefined) assert.ok('problem' in read, 'accepted');
        // JSON.parse takes the last of two equal keys.
        else if ('problem' in read) assert.match(read.problem.message, /a second time/);
        else assert.deepEqual(read.node.value, value);
      }),
      { numRuns: 3000 },
    );
  });

  it('knows where every part stands', () => {
    const text = '{ "a": [1, {"b c": "x"}],\n  "d": null }';
    const read = parseJson(text);
    assert.ok('node' in read);
    const { node } = read;
    const textAt = (path: readonly PropertyKey[]): string | undefined => {
      const found = jsonAt(node, path);
      return found && text.slice(found.range.start, found.range.end);
    };
    assert.equal(textAt([]), text);
    assert.equal(textAt(['a', 1]), '{"b c": "x"}');
    assert.equal(textAt(['a', 1, 'b c']), '"x"');
    assert.equal(textAt(['d']), 'null');
    assert.equal(textAt(['d', 'e']), undefined);
    assert.equal(textAt(['a', 2]), undefined);
    const key = node.members.get('d')?.key;
    assert.equal(key && text.slice(key.start, key.end), '"d"');
  });

  it('says what is not JSON so that it can be mended', () => {
    assert.deepEqual(problem('{"a": 1,}'), ['JSON allows no comma before }: take it out', ',']);
    assert.deepEqual(problem('[1 2]'), ['a comma or ] should stand here', '2']);
    assert.deepEqual(problem('{"a": 1\n "b": 2}'), ['a comma or } should stand here', '"']);
    assert.deepEqual(problem('// x\n{}'), ['JSON has no comments: take this one out', '/']);
    assert.deepEqual(problem('{"a": 1 /* x */}'), ['JSON has no comments: take this one out', '/']);
    assert.deepEqual(problem('{rules: {}}'), ['a key in double quotes should stand here', 'rules']);
    assert.match(problem('{"a": off}')[0], /^strings stand in double quotes/);
    assert.match(problem("{'a': 1}")[0], /^a key in double quotes/);
    assert.deepEqual(problem('{"a" 1}'), ['a colon should stand behind "a"', '1']);
    assert.deepEqual(problem('{"a": 1, "a": 2}'), ['"a" stands here a second time: only one counts', '"a"']);
    assert.deepEqual(problem('{"a": "b}\n'), ['a string without its closing "', '"b}']);
    assert.deepEqual(problem('{"a": "\\q"}'), [
      'a string with a \\ or a character that JSON does not know',
      '"\\q"}',
    ]);
    assert.deepEqual(problem(''), ['the file ends where a value should stand', '']);
    assert.deepEqual(problem('{"a": ['), ['the file ends where a value should stand', '']);
    assert.deepEqual(problem('{"a": 1'), ['the file ends before the closing }', '']);
    assert.deepEqual(problem('{} {}'), ['nothing may stand behind the end of the value', '{']);
    assert.deepEqual(problem('['.repeat(5000)), ['nested too deep', '[']);
  });

  it('takes a byte order mark for none', () => {
    assert.deepEqual('node' in parseJson('\ufeff{}'), true);
  });
});
