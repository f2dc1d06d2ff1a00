import { type ExtensionContext, Uri, ViewColumn, type WebviewPanel, window, workspace } from 'vscode';
import { dispatchSchema } from './dispatch-schema';
import { goTo } from './places';
import { type Choice, choiceSchema, fromPageSchema, type SiteChoice, type ToPage } from './preview-messages';
import { previewPage } from './preview-page';
import { siteOf, type Target, targetSchema } from './preview-target';
import type { Tables } from './protocol';
import type { ServerSession } from './session';
import { afterChange } from './tracked-position';
import { z } from 'zod';

const viewType = 'taskWatchers.dispatch';
const stateSchema = z.object({ target: targetSchema, choice: choiceSchema });

export interface DispatchPreview {
  show(target: Target): Promise<void>;
}

/** The dispatch preview: one panel beside the editor, that follows the code as it changes. */
export function dispatchPreview(context: ExtensionContext, session: ServerSession): DispatchPreview {
  let panel: WebviewPanel | undefined;
  let target: Target | undefined;
  let choice: Choice = { fail: [] };
  let tables: Tables | undefined;
  let asked = 0;

  const send = (message: ToPage): void => {
    void panel?.webview.postMessage(message);
  };

  const refresh = async (): Promise<void> => {
    if (!panel || !target) return;
    const mine = ++asked;
    const { root, family, event, site } = target;
    try {
      const wanted = { root, ...(family === undefined ? {} : { family }) };
      tables = (await session.requests.tables(wanted)) ?? tables;
      const dispatch = await session.requests.json(
        'taskWatchers.dispatch',
        { ...wanted, event, ...(site ?? {}), ...choice },
        dispatchSchema,
      );
      if (mine !== asked) return;
      if (!dispatch) throw new Error('No kernel is open.');
      panel.title = `${event}: dispatch`;
      const sites = tables ? siteChoices(tables, event) : [];
      send({ kind: 'show', dispatch, choice, sites, site: siteId(site), state: { target, choice } });
    } catch (error) {
      if (mine === asked)
        send({ kind: 'problem', message: error instanceof Error ? error.message : String(error) });
    }
  };

  const answer = async (sent: unknown): Promise<void> => {
    const read = fromPageSchema.safeParse(sent);
    if (!read.success || !target) return;
    const message = read.data;
    if (message.kind === 'open') {
      const root = tables?.root ?? Uri.parse(target.root).fsPath;
      await goTo(root, { file: message.file, line: message.line, column: 1 }, { viewColumn: ViewColumn.One });
      return;
    }
    if (message.kind === 'choose') choice = message.choice;
    if (message.kind === 'site') {
      const { event } = target;
      const site = tables?.callSites.find(
        (one) => one.event === event && tables && siteId(siteOf(tables, one)) === message.id,
      );
      const { root, family } = target;
      const rest = { root, event, ...(family === undefined ? {} : { family }) };
      target = site && tables ? { ...rest, site: siteOf(tables, site) } : rest;
    }
    await refresh();
  };

  const adopt = (opened: WebviewPanel): void => {
    panel = opened;
    const dist = Uri.joinPath(context.extensionUri, 'client', 'dist');
    opened.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    opened.iconPath = Uri.joinPath(context.extensionUri, 'client', 'media', 'preview.svg');
    opened.onDidDispose(() => {
      if (panel === opened) panel = undefined;
    });
    opened.webview.onDidReceiveMessage((sent: unknown) => void answer(sent));
    opened.webview.html = previewPage(opened.webview, context.extensionUri);
  };

  context.subscriptions.push(
    session.onTables(() => void refresh()),
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (target?.site?.uri !== document.uri.toString()) return;
      const { uri, ...position } = target.site;
      target = { ...target, site: { uri, ...contentChanges.reduce(afterChange, position) } };
    }),
    window.registerWebviewPanelSerializer(viewType, {
      deserializeWebviewPanel(restored, state) {
        const read = stateSchema.safeParse(state);
        if (read.success && !panel) {
          ({ target, choice } = read.data);
          adopt(restored);
        } else restored.dispose();
        return Promise.resolve();
      },
    }),
  );

  return {
    async show(next) {
      if (target?.event !== next.event || target.root !== next.root) choice = { fail: [] };
      target = next;
      if (panel) panel.reveal(undefined, true);
      else
        adopt(
          window.createWebviewPanel(
            viewType,
            'Dispatch',
            { viewColumn: ViewColumn.Beside, preserveFocus: true },
            {},
          ),
        );
      await refresh();
    },
  };
}

const siteId = (site: Target['site']): string => (site ? `${site.uri}:${site.line}` : '');

function siteChoices(tables: Tables, event: string): readonly SiteChoice[] {
  return [
    ...tables.callSites
      .filter((site) => site.event === event)
      .map((site) => ({
        id: siteId(siteOf(tables, site)),
        label: `${site.caller ?? '?'}(), ${site.file}:${site.line}`,
      })),
    { id: '', label: 'no call site in particular' },
  ];
}
