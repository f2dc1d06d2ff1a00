import type { EventTable, TableEntry } from '../link/entry';
import type { CallSite, Snapshot } from '../watchers/snapshot';
import { code, linkTarget, markdownTable, plain } from './markdown';
import { reason } from './reason';
import { shownEntries } from './table-json';

/** Makes a place a link where the reader can follow one; else plain text. */
export type LinkTo = (file: string, line: number) => string | undefined;

/** Tables as Markdown: per event a heading, its slots, who notifies it, and with `all` what is left out and why. */
export function tableMarkdown(
  snapshot: Snapshot,
  tables: readonly EventTable[],
  all: boolean,
  linkTo: LinkTo = () => undefined,
): string {
  const heading = `# ${plain(snapshot.family.title)}\n\n${plain(snapshot.root)}, ${
    snapshot.configFile === undefined
      ? 'no .config: nothing has an order'
      : `configuration ${code(snapshot.configFile)}`
  }`;
  const notes =
    snapshot.notes.length === 0
      ? []
      : [
          '## Notes',
          snapshot.notes
            .map(({ file, line, message }) =>
              file === undefined
                ? `- ${plain(message)}`
                : `- ${place({ file, line: line ?? 1 }, linkTo)}: ${plain(message)}`,
            )
            .join('\n'),
        ];
  return [heading, ...tables.map((table) => eventMarkdown(snapshot, table, all, linkTo)), ...notes, ''].join(
    '\n\n',
  );
}

export function place(
  { file, line }: { readonly file: string; readonly line: number },
  linkTo: LinkTo,
): string {
  const link = linkTo(file, line);
  return link === undefined ? code(`${file}:${line}`) : `[${plain(`${file}:${line}`)}](${linkTarget(link)})`;
}

function eventMarkdown(snapshot: Snapshot, table: EventTable, all: boolean, linkTo: LinkTo): string {
  const shown = shownEntries(table, all);
  const inTable = shown.filter(({ status }) => status === 'linked' || status === 'conditional');
  const left = shown.filter((entry) => !inTable.includes(entry));
  const sites = snapshot.callSites.filter(({ event }) => event === table.event);
  const event = snapshot.family.events.find(({ name }) => name === table.event);
  const noun = snapshot.family.noun[inTable.length === 1 ? 0 : 1];
  const range = table.start === undefined ? '' : `, ${code(`[${table.start}, ${table.stop ?? '?'})`)}`;
  const parts = [
    `## ${plain(table.event)}: ${inTable.length} ${noun}`,
    [event?.meaning, `Section ${code(table.section)}${range}.`].filter(Boolean).join(' '),
  ];
  if (inTable.length > 0)
    parts.push(
      markdownTable(
        ['slot', snapshot.family.noun[0], 'registered', 'object', 'guards'],
        inTable.map((entry) => [
          entry.slot === undefined ? '?' : String(entry.slot),
          code(entry.function),
          place(entry.place, linkTo),
          code(entry.object ?? '?'),
          guards(entry),
        ]),
      ),
    );
  if (left.length > 0)
    parts.push(
      'Not in the table:',
      left
        .map(
          (entry) =>
            `- ${code(entry.function)}, ${place(entry.place, linkTo)}: ${entry.status}, ${plain(reason(entry))}`,
        )
        .join('\n'),
    );
  if (sites.length > 0)
    parts.push('Notified by:', sites.map((site) => siteMarkdown(site, linkTo)).join('\n'));
  return parts.join('\n\n');
}

function guards(entry: TableEntry): string {
  return [...entry.allGuards.map(code), ...entry.assumptions.map((text) => `assumed: ${plain(text)}`)].join(
    ' ',
  );
}

export function siteMarkdown(site: CallSite, linkTo: LinkTo): string {
  const facts = [
    site.val === undefined ? '' : `val ${code(site.val)}`,
    `result ${site.result}`,
    site.status === 'linked' ? '' : site.status,
  ].filter((fact) => fact !== '');
  return `- ${code(`${site.caller ?? '?'}()`)}, ${place(site, linkTo)} (${facts.join(', ')})`;
}
