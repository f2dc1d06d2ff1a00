import assert from 'node:assert/strict';
import { tablesSchema, type Tables } from '../../client/src/protocol';
import { childNodes, topNodes, type TreeNode } from '../../client/src/tables-tree';

const entry = (name: string, more: object = {}): object => ({
  slot: 0,
  function: name,
  file: `kernel/${name}.c`,
  line: 3,
  column: 1,
  object: `kernel/${name}.o`,
  status: 'linked',
  guards: [],
  ...more,
});

const tables: Tables = tablesSchema.parse({
  root: '/k',
  family: 'task-watchers',
  noun: ['watcher', 'watchers'],
  config: '.config',
  events: [
    {
      name: 'INIT',
      index: 0,
      entries: [
        entry('alloc', { guards: ['CONFIG_A'] }),
        entry('left', { slot: null, status: 'not-built', reason: 'kernel/Makefile:3: obj-$(CONFIG_LEFT)' }),
      ],
    },
    { name: 'FREE', index: 1, entries: [entry('free')] },
    { name: 'EXEC', index: 2, entries: [] },
  ],
  callSites: [
    {
      event: 'FREE',
      file: 'kernel/exit.c',
      line: 9,
      column: 2,
      caller: 'do_exit',
      val: 'code',
      status: 'linked',
    },
  ],
  notes: [{ message: 'something was assumed' }],
});

const title = (node: TreeNode): string => {
  switch (node.kind) {
    case 'kernel':
      return node.tables.root;
    case 'event':
      return node.event.name;
    case 'entry':
      return node.entry.function;
    case 'callSite':
      return `${node.site.caller ?? '?'}()`;
    case 'group':
      return `${node.group.title} ${node.group.size}`;
    case 'step':
      return node.step.text;
    case 'note':
      return node.note.message;
  }
};

const shown = (nodes: readonly TreeNode[], filter = ''): readonly unknown[] =>
  nodes.map((node) => {
    const children = childNodes(node, filter);
    return children.length === 0 ? title(node) : [title(node), shown(children, filter)];
  });

describe('Task Watchers view', () => {
  it('has slots first, then call sites, then what is not linked', () => {
    assert.deepEqual(shown(topNodes([tables], '')), [
      [
        'INIT',
        [
          ['alloc', ['under CONFIG_A']],
          ['Not linked 1', [['left', ['kernel/Makefile:3: obj-$(CONFIG_LEFT)']]]],
        ],
      ],
      ['FREE', ['free', ['Call sites 1', ['do_exit()']]]],
      'EXEC',
      ['Notes 1', ['something was assumed']],
    ]);
  });

  it('keeps what has every word of the filter, whatever the case', () => {
    const filtered = (filter: string): readonly unknown[] => shown(topNodes([tables], filter), filter);
    assert.deepEqual(filtered('Config_a'), [['INIT', [['alloc', ['under CONFIG_A']]]]]);
    assert.deepEqual(filtered('left not-built'), [
      ['INIT', [['Not linked 1', [['left', ['kernel/Makefile:3: obj-$(CONFIG_LEFT)']]]]]],
    ]);
    assert.deepEqual(filtered('do_exit'), [['FREE', [['Call sites 1', ['do_exit()']]]]]);
    assert.deepEqual(filtered('no such thing'), []);
  });

  it('puts several kernels side by side', () => {
    assert.deepEqual(topNodes([tables, { ...tables, root: '/other' }], '').map(title), ['/k', '/other']);
  });
});
