import type { EventTable, TableEntry } from '../link/entry';
import type { CallSite, ShownSnapshot } from '../watchers/snapshot';
import { reason } from '../features/reason';
import { shownEntries } from '../features/table-json';
import { columns, placeText, type Styles } from './terminal';

/** The tables as a person reads them: per event a heading, its slots, who notifies it, and with `all` what is left out. */
export function tableText(
  snapshot: ShownSnapshot,
  tables: readonly EventTable[],
  all: boolean,
  styles: Styles,
): string {
  return tables.map((table) => eventText(snapshot, table, all, styles)).join('\n');
}

function eventText(snapshot: ShownSnapshot, table: EventTable, all: boolean, styles: Styles): string {
  const shown = shownEntries(table, all);
  const inTable = shown.filter(({ status }) => status === 'linked' || status === 'conditional');
  const left = shown.filter((entry) => !inTable.includes(entry));
  const hidden = table.entries.length - shown.length;
  const lines = [heading(snapshot, table, inTable, styles)];
  lines.push(...columns(inTable.map((entry) => entryRow(entry, styles))).map((line) => `  ${line}`));
  if (left.length > 0) {
    lines.push(styles.dim('  not in the table:'));
    lines.push(...columns(left.map((entry) => leftRow(entry, styles))).map((line) => `    ${line}`));
  }
  const sites = snapshot.callSites.filter(({ event }) => event === table.event);
  lines.push(...columns(sites.map((site) => siteRow(site, styles))).map((line) => `  ${line}`));
  if (hidden > 0) lines.push(styles.dim('  more registered, not linked (--all shows which, and why)'));
  return `${lines.join('\n')}\n`;
}

function heading(
  snapshot: ShownSnapshot,
  table: EventTable,
  inTable: readonly TableEntry[],
  styles: Styles,
): string {
  const conditional = inTable.some(({ status }) => status === 'conditional');
  const noun = snapshot.family.noun[inTable.length === 1 ? 0 : 1];
  const isConfigured = snapshot.configFile !== undefined;
  const condition = isConfigured ? ', not all of them certain' : ', each if its guards hold';
  const count = `${inTable.length} ${noun}${conditional ? condition : ''}`;
  const order = conditional && !isConfigured ? styles.yellow('  order unknown without a configuration') : '';
  const range = table.start === undefined ? '' : `  [${table.start}, ${table.stop ?? '?'})`;
  return `${styles.bold(table.event)}  ${count}${order}  ${styles.dim(`${table.section}${range}`)}`;
}

function entryRow(entry: TableEntry, styles: Styles): readonly string[] {
  return [
    entry.slot === undefined ? styles.yellow('?') : styles.cyan(String(entry.slot).padStart(2)),
    styles.bold(entry.function),
    placeText(entry.place),
    entry.object ?? '',
    [
      styles.dim(entry.allGuards.join(' ')),
      ...entry.assumptions.map((text) => styles.yellow(`assumed: ${text}`)),
    ]
      .filter((part) => part !== '')
      .join('  '),
  ];
}

function leftRow(entry: TableEntry, styles: Styles): readonly string[] {
  return [styles.yellow(entry.status), entry.function, placeText(entry.place), styles.dim(reason(entry))];
}

function siteRow(site: CallSite, styles: Styles): readonly string[] {
  return [
    styles.green('<-'),
    `${site.caller ?? '?'}()`,
    placeText(site),
    styles.dim(
      [
        site.val === undefined ? '' : `val ${site.val}`,
        `result ${site.result}`,
        site.status === 'linked' ? '' : site.status,
      ]
        .filter((part) => part !== '')
        .join(', '),
    ),
  ];
}
