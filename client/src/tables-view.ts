import { commands, EventEmitter, type ExtensionContext, type TreeView, window, workspace } from 'vscode';
import { findingBadges, findingsIn } from './finding-badges';
import type { Tables } from './protocol';
import type { ServerSession } from './session';
import { treeItem } from './tree-items';
import { childNodes, type TreeNode, topNodes } from './tables-tree';

/** Milliseconds in which several changes become one look at the tables. */
const quietTime = 150;

/** The Task Watchers view: events, their slots, call sites, and what is not linked. */
export function registerTablesView(context: ExtensionContext, session: ServerSession): void {
  const changed = new EventEmitter<TreeNode | undefined>();
  let shown: readonly Tables[] = [];
  let filter = '';
  let family: string | undefined;
  const badges = findingBadges(() => shown);

  const view: TreeView<TreeNode> = window.createTreeView('taskWatchers.tables', {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: (node) => treeItem(node, filter !== ''),
      getChildren: (node) => [...(node ? childNodes(node, filter) : topNodes(shown, filter))],
    },
  });

  const describe = (): void => {
    const [first] = shown;
    const words = [
      first && first.family !== 'task-watchers' ? (first.title ?? first.family) : '',
      filter === '' ? '' : `filter: ${filter}`,
      shown.some(({ complete }) => !complete) ? 'indexing…' : '',
    ];
    view.description = words.filter((word) => word !== '').join(' · ');
    const nothing = filter !== '' && shown.length > 0 && topNodes(shown, filter).length === 0;
    view.message = nothing ? `Nothing matches “${filter}”.` : isEmpty(shown) ? emptyMessage(shown) : '';
    const count = shown.reduce((sum, tables) => sum + findingsIn(tables), 0);
    view.badge =
      count === 0
        ? undefined
        : { value: count, tooltip: `${count} finding${count === 1 ? '' : 's'} about the tables` };
  };
  const redraw = (): void => {
    describe();
    changed.fire(undefined);
    badges.refresh();
  };

  let asked = 0;
  const load = async (): Promise<void> => {
    const mine = ++asked;
    // While the server starts again, what was shown stays.
    if (session.state() === 'starting' || (session.state() === 'running' && session.kernels.size === 0))
      return;
    const roots = session.state() === 'running' ? [...session.kernels.keys()] : [];
    const answers = await Promise.all(
      roots.map((root) =>
        session.requests.tables({ root, ...(family === undefined ? {} : { family }) }).catch(() => undefined),
      ),
    );
    if (mine !== asked) return;
    shown = answers.filter((tables) => tables !== undefined);
    redraw();
  };
  let timer: NodeJS.Timeout | undefined;
  const loadSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void load(), quietTime);
  };

  const setFilter = (text: string): void => {
    filter = text.trim();
    void commands.executeCommand('setContext', 'taskWatchers.filtered', filter !== '');
    redraw();
  };

  context.subscriptions.push(
    view,
    changed,
    badges,
    session.onTables(loadSoon),
    badges.onChange(describe),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('taskWatchers.families')) loadSoon();
    }),
    commands.registerCommand('taskWatchers.filterTables', () => {
      const input = window.createInputBox();
      input.title = 'Filter the Task Watchers view';
      input.placeholder = 'function, file, object, guard or status';
      input.value = filter;
      input.onDidChangeValue(setFilter);
      input.onDidAccept(() => {
        input.hide();
      });
      input.onDidHide(() => {
        input.dispose();
      });
      input.show();
    }),
    commands.registerCommand('taskWatchers.clearFilter', () => {
      setFilter('');
    }),
    commands.registerCommand('taskWatchers.chooseFamily', async () => {
      const families = [...new Set(shown.flatMap((tables) => tables.families))];
      const current = shown[0]?.family;
      const picked = await window.showQuickPick(
        families.map((name) => ({ label: name, ...(name === current ? { description: 'shown now' } : {}) })),
        { title: 'Which tables shall the view show?' },
      );
      if (!picked) return;
      family = picked.label;
      await load();
    }),
  );
}

const isEmpty = (shown: readonly Tables[]): boolean =>
  shown.length > 0 &&
  shown.every(
    ({ events, unknown, complete }) =>
      complete && unknown.length === 0 && events.every(({ entries }) => entries.length === 0),
  );

function emptyMessage([first]: readonly Tables[]): string {
  const what = first?.title ?? first?.family ?? 'tables';
  return `Nothing registers here: ${what}. “Choose Tables to View…” in the menu above shows other tables, such as initcalls.`;
}
