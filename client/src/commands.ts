import { commands, type ExtensionContext, type LogOutputChannel, window } from 'vscode';
import { z } from 'zod';
import { selectConfig } from './config-picker';
import { showTable, showWhy } from './documents';
import { goTo } from './places';
import type { DispatchPreview } from './preview-panel';
import { pickTarget, rootAround, targetOfNode, type Target } from './preview-target';
import { lensArgumentSchema } from './protocol';
import type { ServerSession } from './session';
import type { TreeNode } from './tables-tree';
import { verifyAgainst } from './verify-command';

const place = z.object({ file: z.string(), line: z.number(), column: z.number().default(1) });

/** Every command of the palette and of the view's menus. A failure is one line for the user. */
export function registerCommands(
  context: ExtensionContext,
  session: ServerSession,
  log: LogOutputChannel,
  preview: DispatchPreview,
): void {
  const register = (name: string, run: (...given: unknown[]) => Promise<unknown>): void => {
    const guarded = async (...given: unknown[]): Promise<void> => {
      try {
        await run(...given);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log.error(`${name}: ${message}`);
        void window.showErrorMessage(`Task Watchers: ${message}`);
      }
    };
    context.subscriptions.push(commands.registerCommand(`taskWatchers.${name}`, guarded));
  };

  register('restart', () => session.restart());
  register('showLog', () => {
    log.show(true);
    return Promise.resolve();
  });
  register('showTable', (node) => showTable(session, treeNode(node)));
  register('showWhy', (node) => showWhy(session, treeNode(node)));
  register('selectKernelConfig', () => selectConfig(session));
  register('verifyAgainstVmlinux', () => verifyAgainst(session));
  register('rebuildIndex', () => session.requests.command('taskWatchers.reindex', {}));
  register('openPlace', (root, where) => goTo(z.string().parse(root), place.parse(where), { preview: true }));
  register('openFunction', (given) => {
    const node = treeNode(given);
    const definition = node?.kind === 'entry' ? node.entry.definition : undefined;
    return node && definition ? goTo(node.tables.root, definition) : Promise.resolve();
  });
  register('previewDispatch', async (given) => {
    const target = await previewTarget(session, given);
    if (target) await preview.show(target);
  });
  register('showActions', () => showActions());
}

/** A lens says where; a node of the view what; the palette nothing. */
function previewTarget(session: ServerSession, given: unknown): Promise<Target | undefined> {
  const node = treeNode(given);
  if (node) return Promise.resolve(targetOfNode(node));
  const lens = lensArgumentSchema.safeParse(given);
  const root = lens.success ? rootAround(session, lens.data.uri) : undefined;
  if (!lens.success || lens.data.event === undefined || root === undefined) return pickTarget(session);
  const { uri, line, character, event } = lens.data;
  return Promise.resolve({ root, event, site: { uri, line, character } });
}

/** Menus of the view hand over the node itself; the palette nothing. */
function treeNode(given: unknown): TreeNode | undefined {
  return isTreeNode(given) ? given : undefined;
}

function isTreeNode(given: unknown): given is TreeNode {
  return typeof given === 'object' && given !== null && 'kind' in given && 'tables' in given;
}

async function showActions(): Promise<void> {
  const actions = [
    { label: '$(list-ordered) Show table', command: 'taskWatchers.showTable' },
    { label: '$(settings) Select kernel config…', command: 'taskWatchers.selectKernelConfig' },
    { label: '$(verified) Verify against vmlinux…', command: 'taskWatchers.verifyAgainstVmlinux' },
    { label: '$(refresh) Rebuild index', command: 'taskWatchers.rebuildIndex' },
    { label: '$(output) Show log', command: 'taskWatchers.showLog' },
    { label: '$(debug-restart) Restart server', command: 'taskWatchers.restart' },
  ];
  const picked = await window.showQuickPick(actions, { title: 'Task Watchers' });
  if (picked) await commands.executeCommand(picked.command);
}
