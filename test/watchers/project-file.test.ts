import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allRules } from '../../server/src/checks/all-rules';
import {
  projectFileJsonSchema,
  readProjectFile,
  type ProjectFileFailure,
} from '../../server/src/watchers/project-file';

const root = join(__dirname, '../..');
const failed = (text: string): ProjectFileFailure => {
  const read = readProjectFile(text);
  assert.ok('failure' in read, 'accepted');
  return read;
};
/** Every problem, and the part of the text that is meant. */
const problems = (text: string): readonly (readonly [message: string, meant: string])[] =>
  failed(text).problems.map(({ message, range }) => [message, text.slice(range.start, range.end)]);
const family = (more: string): string =>
  `{"families": [{"name": "x", "events": [{"name": "e", "section": ".x"}], "macros": ["m"]${more}}]}`;

describe('.task-watchers.json', () => {
  it('accepts the example of docs/families.md', () => {
    const example = /```json\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/families.md'), 'utf8'))?.[1];
    const read = readProjectFile(example ?? '');
    assert.ok(!('failure' in read));
    assert.deepEqual(
      read.families.map(({ name }) => name),
      ['task-watchers', 'initcalls', 'setup'],
    );
  });

  it('says in one line what is wrong, where, and how much more there is', () => {
    const text = '{\n  "families": [],\n  "exclud": [],\n  "rules": { "orphan-section": "warnin" }\n}';
    assert.equal(
      failed(text).failure,
      '.task-watchers.json:3:3: unknown key "exclud"; did you mean exclude? (and 1 more problem in it)',
    );
    assert.deepEqual(problems(text), [
      ['unknown key "exclud"; did you mean exclude?', '"exclud"'],
      [
        'rules.orphan-section: "warnin" is none of error, warning, info, hint, off; did you mean warning?',
        '"warnin"',
      ],
    ]);
    assert.equal(
      failed('{\n  "rules": {},\n}').failure,
      '.task-watchers.json:2:14: not JSON: JSON allows no comma before }: take it out',
    );
  });

  it('says it in words of the file, not of what reads it', () => {
    const cases: readonly (readonly [text: string, message: string, meant: string])[] = [
      ['[]', 'must be an object', '[]'],
      ['{"exclude": "drivers"}', 'exclude: must be a list', '"drivers"'],
      ['{"exclude": [4]}', 'exclude[0]: must be a string', '4'],
      ['{"rules": []}', 'rules: must be an object', '[]'],
      ['{"exclude": [""]}', 'exclude[0]: must have at least 1 character', '""'],
      [
        '{"exclude": ["a/../b"]}',
        'exclude[0]: must be a folder of the tree, relative to its root',
        '"a/../b"',
      ],
      ['{"exclude": ["/usr"]}', 'exclude[0]: must be a folder of the tree, relative to its root', '"/usr"'],
      ['{"families": [{"name": "x", "macros": ["m"]}]}', 'families[0].events: is missing', '{'],
      [family(', "needles": ["abc"]'), 'families[0].needles[0]: must have at least 4 characters', '"abc"'],
      [family(', "noun": ["one"]'), 'families[0].noun: must hold at least 2 values', '["one"]'],
      [
        family(', "functionField": {"index": -1}'),
        'families[0].functionField.index: must be at least 0',
        '-1',
      ],
      [
        family(', "functionField": {"index": 1.5}'),
        'families[0].functionField.index: must be a whole number',
        '1.5',
      ],
      [family(', "modulesTakePart": 1'), 'families[0].modulesTakePart: must be true or false', '1'],
      [
        family(', "sections": [{"template": ".x"}]'),
        'families[0].sections[0].template: must hold {event} once',
        '".x"',
      ],
      [
        family('').replace('"x"', '"X"'),
        'families[0].name: must be lower case letters, digits and dashes',
        '"X"',
      ],
      [
        family('').replace('"section"', '"sections"'),
        'unknown key "sections"; did you mean section?',
        '"sections"',
      ],
      [
        family('').replace(', "section": ".x"', ''),
        'families[0]: needs `sections`, or a `section` on every event',
        '{"name": "x", "events": [{"name": "e"}], "macros": ["m"]}',
      ],
      [
        family('').replace('"x"', '"initcalls"'),
        'families[0].name: initcalls is the name of a family built in: take another',
        '"initcalls"',
      ],
      [
        family('').replace(/\[\{.*\}\]/, (all) => `[${all.slice(1, -1)}, ${all.slice(1, -1)}]`),
        'families[1].name: x is the name of a family above: take another',
        '"x"',
      ],
    ];
    for (const [text, message, meant] of cases) assert.deepEqual(problems(text), [[message, meant]], text);
  });

  it('names folders as the rest of the tree does', () => {
    const read = readProjectFile('{"exclude": ["./drivers/gpu//", "sound/"]}');
    assert.ok(!('failure' in read));
    assert.deepEqual(read.exclude, ['drivers/gpu', 'sound']);
  });

  it('has a published schema that is that of the code (npm run schema writes it)', () => {
    const published: unknown = JSON.parse(
      readFileSync(join(root, 'server/task-watchers.schema.json'), 'utf8'),
    );
    assert.deepEqual(published, JSON.parse(JSON.stringify(projectFileJsonSchema(allRules))));
  });
});
