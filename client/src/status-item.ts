import { type ExtensionContext, MarkdownString, StatusBarAlignment, ThemeColor, Uri, window } from 'vscode';
import type { Status } from './protocol';
import type { ServerSession } from './session';

/** The item in the status bar: what the index is doing, how much it found, and in the tooltip what is uncertain. */
export function registerStatusItem(context: ExtensionContext, session: ServerSession): void {
  const item = window.createStatusBarItem('taskWatchers.status', StatusBarAlignment.Left, 0);
  item.name = 'Task Watchers';
  item.command = 'taskWatchers.showActions';
  const show = (): void => {
    const kernels = [...session.kernels.values()];
    const state = session.state();
    if (state === 'stopped' && !wasStarted) return;
    wasStarted = true;
    const text = itemText(state, kernels);
    item.text = text;
    item.accessibilityInformation = { label: `Task Watchers: ${text.replace(/\$\([^)]*\)\s*/g, '')}` };
    item.tooltip = tooltip(state, kernels);
    const bad = state === 'stopped' || kernels.some((kernel) => kernel.state === 'failed');
    item.backgroundColor = bad ? new ThemeColor('statusBarItem.errorBackground') : undefined;
    item.show();
  };
  let wasStarted = false;
  context.subscriptions.push(item, session.onStatus(show));
}

function itemText(state: string, kernels: readonly Status[]): string {
  if (state === 'stopped') return '$(error) Task Watchers: stopped';
  const failed = kernels.find((kernel) => kernel.state === 'failed');
  if (failed) return '$(error) Task Watchers';
  const busy = kernels.find((kernel) => kernel.state === 'indexing');
  if (busy || state === 'starting') {
    const done = busy?.fraction === undefined ? '' : ` ${Math.round(busy.fraction * 100)}%`;
    return `$(sync~spin) Task Watchers${done}`;
  }
  const count = kernels.reduce((sum, { registrations = 0 }) => sum + registrations, 0);
  const withoutConfig = kernels.some(({ config }) => config === null);
  return `$(list-ordered) ${count} registration${count === 1 ? '' : 's'}${withoutConfig ? ' · no .config' : ''}`;
}

function tooltip(state: string, kernels: readonly Status[]): MarkdownString {
  const text = new MarkdownString();
  if (state === 'stopped')
    return text.appendText('The Task Watchers server is stopped. Click to restart it.');
  for (const kernel of kernels) {
    text.appendText(`${Uri.parse(kernel.root).fsPath}: ${kernel.message}\n`);
    if (kernel.state === 'ready')
      text.appendText(
        kernel.config ? `Configuration: ${kernel.config}\n` : 'No .config: nothing has an order.\n',
      );
    for (const note of (kernel.notes ?? []).slice(0, 5)) text.appendText(`Note: ${note}\n`);
  }
  return text;
}
