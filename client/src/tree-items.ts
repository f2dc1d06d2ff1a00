import { MarkdownString, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { badgeUri } from './finding-badges';
import type { CallSite, Entry, EventTable, Place, Tables } from './protocol';
import { entryId, isInTable, type TreeNode } from './tables-tree';

const { Collapsed, Expanded, None } = TreeItemCollapsibleState;

/** How a node looks. While filtering, everything that matches is open. */
export function treeItem(node: TreeNode, filtering: boolean): TreeItem {
  const item = itemOf(node, filtering ? Expanded : Collapsed);
  item.contextValue = contextValue(node);
  // The view remembers what was folded by id: what a filter shows is not to be folded.
  if (filtering && item.id !== undefined) item.id += '/filtered';
  return item;
}

function itemOf(node: TreeNode, open: TreeItemCollapsibleState): TreeItem {
  const { root } = node.tables;
  switch (node.kind) {
    case 'kernel': {
      const item = new TreeItem(root.slice(root.lastIndexOf('/') + 1), Expanded);
      item.id = root;
      item.description = node.tables.config ?? 'no .config';
      item.iconPath = new ThemeIcon('root-folder');
      return item;
    }
    case 'event':
      return eventItem(node.tables, node.event, open);
    case 'entry':
      return entryItem(node.tables, node.event, node.entry);
    case 'callSite':
      return siteItem(node.tables, node.site);
    case 'group': {
      const item = new TreeItem(node.group.title, open);
      item.id = `${root}/${node.event}/${node.group.name}`;
      item.description = String(node.group.size);
      const icons = { callSites: 'megaphone', notLinked: 'circle-slash', unknown: 'question', notes: 'note' };
      item.iconPath = new ThemeIcon(icons[node.group.name]);
      return item;
    }
    case 'step': {
      const { text, file, line } = node.step;
      const item = new TreeItem(text, None);
      item.id = `${root}/${node.id}`;
      item.tooltip = file === undefined ? text : `${file}:${line ?? 1}: ${text}`;
      item.iconPath = new ThemeIcon(file === undefined ? 'info' : 'arrow-small-right');
      if (file !== undefined) {
        item.description = `${file}:${line ?? 1}`;
        item.command = openCommand(root, { file, line: line ?? 1, column: 1 });
      }
      return item;
    }
    case 'note': {
      const { file, line, message } = node.note;
      const item = new TreeItem(message, None);
      item.id = `${root}/note/${node.index}`;
      item.tooltip = message;
      item.iconPath = new ThemeIcon('info');
      if (file !== undefined) item.command = openCommand(root, { file, line: line ?? 1, column: 1 });
      return item;
    }
  }
}

function eventItem(tables: Tables, event: EventTable, open: TreeItemCollapsibleState): TreeItem {
  const item = new TreeItem(event.name, event.entries.length === 0 ? Collapsed : open);
  item.id = `${tables.root}/${event.name}`;
  const inTable = event.entries.filter(isInTable).length;
  const left = event.entries.length - inTable;
  item.description = `${inTable} ${tables.noun[inTable === 1 ? 0 : 1]}${left === 0 ? '' : ` · ${left} not linked`}`;
  item.iconPath = new ThemeIcon('symbol-event');
  const text = new MarkdownString();
  text.appendMarkdown(`**${event.name}**`);
  if (event.constant) text.appendText(` ${event.constant} = ${event.index}`);
  if (event.meaning) text.appendMarkdown('\n\n').appendText(event.meaning);
  if (event.val) text.appendMarkdown('\n\n').appendText(`val: ${event.val}`);
  text.appendMarkdown('\n\n').appendText(`section ${event.section}`);
  item.tooltip = text;
  return item;
}

function entryItem(tables: Tables, event: string, entry: Entry): TreeItem {
  const hasMore =
    entry.reason !== '' || entry.why.length + entry.guards.length + entry.assumptions.length > 0;
  const slot = entry.slot === null ? '' : `${entry.slot}  `;
  const item = new TreeItem(`${slot}${entry.function}`, hasMore ? Collapsed : None);
  item.id = `${tables.root}/${entryId(event, entry)}`;
  const where = `${entry.file}:${entry.line}`;
  item.description = entry.reason === '' ? where : `${entry.status}: ${entry.reason}`;
  item.iconPath = new ThemeIcon(isInTable(entry) ? 'symbol-function' : 'circle-slash');
  item.resourceUri = badgeUri(tables.root, entry);
  item.tooltip = new MarkdownString()
    .appendText(`${entry.function}() on ${event}\n`)
    .appendText(`registered at ${where}\n`)
    .appendText(entry.object === null ? '' : `object ${entry.object}\n`)
    .appendText(entry.reason === '' ? `slot ${entry.slot ?? 'unknown'}` : `${entry.status}: ${entry.reason}`);
  item.command = openCommand(tables.root, entry);
  const status =
    entry.reason === '' ? `slot ${entry.slot ?? 'unknown'} of ${event}` : `not linked, ${entry.reason}`;
  item.accessibilityInformation = { label: `${entry.function}, ${status}, ${where}` };
  return item;
}

function siteItem(tables: Tables, site: CallSite): TreeItem {
  const item = new TreeItem(`${site.caller ?? '?'}()`, None);
  item.id = `${tables.root}/${site.event ?? ''}/site/${site.file}/${site.line}/${site.column}`;
  item.description = `${site.file}:${site.line}${site.status === 'linked' ? '' : ` · ${site.status}`}`;
  item.tooltip = [
    `${site.file}:${site.line}`,
    site.val === null ? '' : `val ${site.val}`,
    `result ${site.result}`,
  ]
    .filter((fact) => fact !== '')
    .join('\n');
  item.iconPath = new ThemeIcon('megaphone');
  item.command = openCommand(tables.root, site);
  return item;
}

const openCommand = (root: string, place: Place): NonNullable<TreeItem['command']> => ({
  command: 'taskWatchers.openPlace',
  title: 'Open',
  arguments: [root, { file: place.file, line: place.line, column: place.column }],
});

function contextValue(node: TreeNode): string {
  if (node.kind !== 'entry') return node.kind;
  const definition = node.entry.definition ? ' hasDefinition' : '';
  return `entry ${isInTable(node.entry) ? 'inTable' : 'notLinked'}${definition}`;
}
