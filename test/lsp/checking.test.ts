import { strict as assert } from 'node:assert';
import { readFile, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freeBeforeInit } from '../../server/src/checks/rules/free-before-init';
import { notLinked } from '../../server/src/checks/rules/not-linked';
import type { Rule } from '../../server/src/checks/rule';
import { checking, type Checking } from '../../server/src/lsp/checking';
import { openSession, type Session } from '../../server/src/workspace/session';
import { copyOfExample } from '../cli/kernel-under-test';

/** What never gives others their turn must fail, not hang. */
const mostSteps = 50_000_000;

describe('checking while others want to be served', () => {
  let folder = '';
  let session: Session;
  const settings = {};
  before(async () => {
    folder = copyOfExample();
    session = openSession(folder, {}, ['task-watchers'], {
      state: () => undefined,
      changed: () => undefined,
    });
    await session.settledView('task-watchers');
  });
  after(() => {
    session.close();
    rmSync(folder, { recursive: true });
  });
  const checkingWith = (rule: Pick<Rule, 'prepare' | 'find'>): Checking =>
    checking(session, {
      families: () => ['task-watchers'],
      settings: () => settings,
      outdated: () => undefined,
      quiet: () => Infinity,
      log: (message) => {
        assert.fail(message);
      },
      rules: [{ ...freeBeforeInit, ...rule }],
    });

  it('lets what comes in be answered between the steps of a rule', async () => {
    const order: string[] = [];
    const asked = checkingWith({
      // As long as nobody else was served: it can end only if others are.
      *prepare() {
        readFile(__filename, () => order.push('request'));
        for (let steps = 0; order.length === 0 && steps < mostSteps; steps++) yield;
      },
      find() {
        order.push('rule');
        return [];
      },
    });
    await asked.current();
    assert.deepEqual(order, ['request', 'rule']);
  });

  it('gives up what an edit has made void', async () => {
    const file = 'kernel/fork.c';
    const old = session.peek('task-watchers')?.snapshot;
    let asked = 0;
    const found = await checkingWith({
      *prepare({ snapshot }) {
        if (snapshot !== old) return;
        session.edit(
          file,
          `${readFileSync(join(folder, file), 'utf8')}task_watcher_func(exit, fork_init);\n`,
        );
        for (let steps = 0; steps < mostSteps; steps++) yield;
      },
      find({ snapshot }) {
        asked++;
        assert.notEqual(snapshot, old);
        return [];
      },
    }).current();
    assert.equal(asked, 1);
    assert.equal(found?.views[0], session.peek('task-watchers'));
  });

  it('asks the rules that wait, also when the tree was searched for a name meanwhile', async () => {
    const texts: string[] = [];
    let outdated: () => void = () => undefined;
    const isTold = (): Promise<void> =>
      new Promise((resolve) => {
        outdated = resolve;
      });
    /** Every name was searched for. */
    class Searched extends Map<string, readonly string[]> {
      override has(): boolean {
        return true;
      }
    }
    let mentions = new Searched();
    const asked = checking(
      { ...session, knownMentions: () => mentions },
      {
        families: () => ['task-watchers'],
        settings: () => settings,
        outdated: () => {
          outdated();
        },
        quiet: () => Infinity,
        log: (message) => {
          assert.fail(message);
        },
        rules: [
          {
            ...freeBeforeInit,
            find({ source }) {
              texts.push(source('kernel/exit.c')?.text ?? '');
              return [];
            },
          },
        ],
      },
    );
    await asked.current();
    const text = `${readFileSync(join(folder, 'kernel/exit.c'), 'utf8')}task_watcher_func(exit, do_exit);\n`;
    session.edit('kernel/exit.c', text);
    await session.settledView('task-watchers');
    await asked.current();
    assert.equal(texts.includes(text), false);
    let told = isTold();
    // What a client's request for references does.
    mentions = new Searched();
    while (!texts.includes(text)) {
      await told;
      told = isTold();
      await asked.current();
    }
  });

  describe('of several families', () => {
    const families = ['task-watchers', 'initcalls'];
    const inFamilies = async (changed: Partial<Session>): Promise<readonly [string[], string[]]> => {
      const asked: string[] = [];
      const found = await checking(
        { ...session, ...changed },
        {
          families: () => families,
          settings: () => settings,
          outdated: () => undefined,
          quiet: () => Infinity,
          log: (message) => {
            assert.fail(message);
          },
          rules: [
            {
              ...notLinked,
              find({ snapshot }) {
                asked.push(snapshot.family.name);
                return [];
              },
            },
          ],
        },
      ).current();
      return [(found?.views ?? []).map(({ snapshot }) => snapshot.family.name), asked];
    };
    before(async () => {
      await session.settledView('initcalls');
    });

    it('checks all that are known', async () => {
      assert.deepEqual(await inFamilies({}), [families, families]);
    });
    it('does not wait for one that is not looked at as a whole yet', async () => {
      const peek: Session['peek'] = (family) => {
        const view = session.peek(family);
        return view && family === 'initcalls' ? { ...view, complete: false } : view;
      };
      assert.deepEqual(await inFamilies({ peek }), [['task-watchers'], ['task-watchers']]);
    });
    it('does not wait for one that is still at work on an edit, and asks no rule about it', async () => {
      const isCurrent: Session['isCurrent'] = (family) => family !== 'initcalls' && session.isCurrent(family);
      assert.deepEqual(await inFamilies({ isCurrent }), [families, ['task-watchers']]);
    });
  });
});
