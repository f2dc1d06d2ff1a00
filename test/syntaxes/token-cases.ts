import assert from 'node:assert/strict';
import type { IGrammar } from 'vscode-textmate';
import { tokensOf, type Token } from './tokens';

const registration = 'keyword.other.registration.task-watchers';
const event = 'variable.other.enummember.event.task-watchers';
const watcher = 'entity.name.function.watcher.task-watchers';
const dispatcher = 'entity.name.function.dispatcher.task-watchers';

/** Says what each word of a text must be; the same for every C grammar that ours is injected into. */
export function tokenCases(grammar: () => IGrammar): void {
  const innermost = (text: string): ReadonlyMap<string, string | undefined> =>
    new Map(tokensOf(grammar(), text).map((token: Token) => [token.text, token.own.at(-1)]));
  const expectScopes = (text: string, expected: Readonly<Record<string, string>>): void => {
    const found = innermost(text);
    assert.deepEqual(
      Object.fromEntries(Object.keys(expected).map((word) => [word, found.get(word)])),
      expected,
    );
  };
  const expectNone = (text: string): void => {
    assert.deepEqual(
      tokensOf(grammar(), text).filter(({ own }) => own.length > 0),
      [],
    );
  };

  it('marks macro, event and function of a registration', () => {
    expectScopes('task_watcher_func(init, audit_alloc);', {
      task_watcher_func: registration,
      init: event,
      audit_alloc: watcher,
    });
  });

  it('goes over lines and blanks', () => {
    expectScopes('task_watcher_func ( init ,\n\taudit_alloc\n);\nint later;', {
      task_watcher_func: registration,
      init: event,
      audit_alloc: watcher,
    });
    assert.equal(innermost('task_watcher_func(init,\n\taudit_alloc\n);\nint later;').get('later'), undefined);
  });

  it('ends an unfinished registration with its line', () => {
    assert.equal(innermost('task_watcher_func(init, audit_alloc;\nint later;').get('later'), undefined);
  });

  it('knows the macros that name their event', () => {
    for (const name of ['INIT', 'CLONE', 'EXEC', 'UID', 'GID', 'EXIT', 'FREE'])
      expectScopes(`DEFINE_TASK_${name}CALL(copy_semundo);`, {
        [`DEFINE_TASK_${name}CALL`]: registration,
        copy_semundo: watcher,
      });
    expectNone('DEFINE_TASK_OTHERCALL(x);');
  });

  it('knows wrappers in the same style, and initcalls', () => {
    expectScopes('task_watcher_pair(take, give_back);', {
      task_watcher_pair: registration,
      take: watcher,
      give_back: watcher,
    });
    expectScopes('subsys_initcall_sync(pci_init);', {
      subsys_initcall_sync: registration,
      pci_init: watcher,
    });
    expectScopes('module_init(box_init);', { module_init: registration, box_init: watcher });
  });

  it('marks event constants and the dispatcher in a function', () => {
    expectScopes('int f(void)\n{\n\treturn notify_task_watchers(WATCH_TASK_INIT, flags, p);\n}', {
      notify_task_watchers: dispatcher,
      WATCH_TASK_INIT: event,
    });
    expectScopes('int t[NUM_WATCH_TASK_EVENTS + 1];', { NUM_WATCH_TASK_EVENTS: event });
  });

  it('leaves comments, strings, longer names and the typedef alone', () => {
    expectNone('/* task_watcher_func(init, f); WATCH_TASK_INIT */');
    expectNone('// notify_task_watchers(WATCH_TASK_INIT)');
    expectNone('const char *s = "task_watcher_func(init, f) WATCH_TASK_INIT";');
    expectNone('int my_task_watcher_func; int WATCH_TASK_INITIAL;');
    expectNone('task_watcher_fn *fn;');
    expectNone('static task_watcher_fn (fn);');
  });

  it('takes a comment in a registration for a comment', () => {
    const [comment] = tokensOf(grammar(), 'task_watcher_func(init, /* why */ f);').filter(({ text }) =>
      text.includes('why'),
    );
    assert.ok(comment?.scopes.some((scope) => scope.startsWith('comment')));
  });
}
