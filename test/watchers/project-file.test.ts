import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFileJsonSchema, readProjectFile } from '../../server/src/watchers/project-file';

const root = join(__dirname, '../..');
const failure = (text: string): string => {
  const read = readProjectFile(text);
  assert.ok('failure' in read, 'accepted');
  return read.failure;
};

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

  it('says in one line where it is wrong', () => {
    assert.match(failure('{'), /^\.task-watchers\.json: .*JSON/);
    assert.match(failure('{"family": []}'), /^\.task-watchers\.json: .*family/);
    assert.match(
      failure('{"families": [{"name": "X", "events": [{"name": "e", "section": ".x"}], "macros": ["m"]}]}'),
      /families\.0\.name: must be lower case/,
    );
    assert.match(
      failure('{"families": [{"name": "x", "events": [{"name": "e"}], "macros": ["m"]}]}'),
      /families\.0: needs `sections`/,
    );
    assert.match(
      failure(
        '{"families": [{"name": "initcalls", "events": [{"name": "e", "section": ".x"}], "macros": ["m"]}]}',
      ),
      /the name initcalls is taken/,
    );
  });

  it('has a published schema that is that of the code (npm run schema writes it)', () => {
    const published: unknown = JSON.parse(
      readFileSync(join(root, 'server/task-watchers.schema.json'), 'utf8'),
    );
    assert.deepEqual(published, JSON.parse(JSON.stringify(projectFileJsonSchema())));
  });
});
