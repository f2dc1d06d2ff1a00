import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfExample, twIndex } from './kernel-under-test';

const own = (name: string, ...events: readonly (readonly [name: string, section: string])[]): object => ({
  name,
  events: events.map(([event, section]) => ({ name: event, section })),
  macros: ['task_watcher_func'],
});

describe('a family that the tree has no table of', () => {
  let root = '';
  beforeEach(() => {
    root = copyOfExample();
    const families = [
      own('setup', ['setup', '.init.setup']),
      own('some', ['init', '.task_watchers.init'], ['later', '.init.later'], ['wild', '.data.mine']),
    ];
    writeFileSync(join(root, '.task-watchers.json'), JSON.stringify({ families }));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });
  /** Whether the linker script, as it stands, says anything about a section. */
  const isInScript = (section: string): boolean => {
    try {
      execFileSync('grep', ['-rqF', section, 'include', 'arch'], { cwd: root });
      return true;
    } catch {
      return false;
    }
  };

  it('says so in one line, and which families there are, whatever is asked', () => {
    assert.equal(isInScript('.init.setup'), false);
    const note =
      'note: this tree has no table of setup: no pattern of its linker script takes .init.setup; other families: task-watchers, initcalls, some';
    for (const words of [['table'], ['table', '--all'], ['list'], ['check'], ['dispatch', 'setup']]) {
      const { status, err } = twIndex([...words, '--family', 'setup', '--root', root]);
      assert.equal(status, 0, words.join(' '));
      assert.equal(err.split('\n')[0], note, words.join(' '));
    }
    assert.equal(
      twIndex(['table', '--family', 'setup', '--root', root]).out,
      'setup  0 entries  .init.setup\n',
    );
    const verify = twIndex(['verify', process.execPath, '--family', 'setup', '--root', root]);
    assert.equal(verify.status, 2);
    assert.match(verify.err, /no table of setup in it/);
  });

  it('says so of one event', () => {
    const { out, err } = twIndex(['table', '--family', 'some', '--root', root]);
    assert.match(out, /^init {2}7 entries .*\n/);
    assert.match(out, /^later {2}0 entries {2}\.init\.later$/m);
    // `*(.data .data.*)` takes it.
    assert.match(out, /^wild {2}0 entries /m);
    assert.equal(
      err,
      'note: this tree has no table of later: no pattern of its linker script takes .init.later\n',
    );
  });

  it('claims nothing of sections that another family takes', () => {
    const families = [
      {
        ...own('part', ['init', '.task_watchers.init']),
        sections: [{ template: '.task_watchers.{event}' }],
      },
    ];
    writeFileSync(join(root, '.task-watchers.json'), JSON.stringify({ families }));
    // The linker script has a table of them, which the dispatcher walks.
    assert.equal(isInScript('.task_watchers.'), true);
    const { out } = twIndex(['list', '--family', 'part', '--root', root]);
    assert.match(
      out,
      /exec \(no such event\) .*\.task_watchers\.exec belongs to no event: in none of these tables$/m,
    );
    assert.doesNotMatch(out, /never called/);
  });

  it('says so where there is no configuration either', () => {
    rmSync(join(root, '.config'));
    const families = [{ ...own('nothing', ['e', '.init.e']), macros: ['nowhere_to_be_found'] }];
    writeFileSync(join(root, '.task-watchers.json'), JSON.stringify({ families }));
    const { status, err } = twIndex(['table', '--family', 'nothing', '--root', root]);
    assert.equal(status, 0);
    assert.match(
      err,
      /^note: nothing of nothing was found in this tree: no source holds nowhere_to_be_found; other families: task-watchers, initcalls$/m,
    );
  });
});
