import type { Finding } from '../checks/rule';
import type { DispatchResult, FailureRow } from '../dispatch/dispatch-result';
import type { EventTable, TableEntry } from '../link/entry';
import type { ShownSnapshot } from '../watchers/snapshot';
import { dispatchFigure } from './dispatch-page';
import { failuresHtml } from './failures-shown';
import { page } from './page';
import type { Href } from './picture/flow-text';
import { element, escaped } from './picture/markup';
import { reason } from './reason';
import { shownEntries } from './table-json';

/** Everything that one page tells about a kernel. */
export interface Report {
  readonly snapshot: ShownSnapshot;
  readonly findings: readonly Finding[];
  /** One for each linked call site. */
  readonly dispatches: readonly DispatchResult[];
  /** What was to be simulated and could not be, one sentence each. */
  readonly problems: readonly string[];
  /** By event. */
  readonly failures: ReadonlyMap<string, readonly FailureRow[]>;
  /** Of the tool. */
  readonly version: string;
}

/** A report as one HTML page that opens from disk: no script, no network, everything escaped. */
export function reportPage(report: Report, href: Href): string {
  const { snapshot, findings, dispatches, failures, problems } = report;
  const title = `${snapshot.family.title}: ${snapshot.root}`;
  const failing = [...failures].filter(([, rows]) => rows.length > 0);
  const sections = [
    { id: 'findings', title: 'Findings', body: findingsHtml(findings, href) },
    {
      id: 'tables',
      title: 'Tables',
      body: snapshot.tables.map((table) => tableHtml(snapshot, table, href)).join(''),
    },
    ...(dispatches.length > 0 || problems.length > 0
      ? [
          {
            id: 'dispatches',
            title: 'Dispatches',
            body:
              dispatches
                .map((one, index) => dispatchFigure(one, `dispatch-${String(index)}`, href))
                .join('') +
              problems.map((problem) => element('p', { class: 'doubt' }, escaped(problem))).join(''),
          },
        ]
      : []),
    ...(failing.length > 0
      ? [
          {
            id: 'failures',
            title: 'Each failure in turn',
            body: failing
              .map(([event, rows]) => element('h3', {}, escaped(event)) + failuresHtml(rows))
              .join(''),
          },
        ]
      : []),
    ...(snapshot.notes.length > 0
      ? [{ id: 'notes', title: 'Notes', body: notesHtml(snapshot.notes, href) }]
      : []),
  ];
  return page(
    title,
    [
      element(
        'header',
        {},
        element('h1', {}, escaped(snapshot.family.title)),
        element('p', { class: 'lead' }, ...leadHtml(report)),
        element(
          'nav',
          { 'aria-label': 'contents' },
          element(
            'ul',
            {},
            ...sections.map(({ id, title: name }) =>
              element('li', {}, element('a', { href: `#${id}` }, escaped(name))),
            ),
          ),
        ),
      ),
      ...sections.map(({ id, title: name, body }) =>
        element('section', { 'aria-labelledby': id }, element('h2', { id }, escaped(name)), body),
      ),
    ].join('\n'),
  );
}

const codeHtml = (text: string): string => element('code', {}, escaped(text));

const leadHtml = ({ snapshot, version }: Report): readonly string[] => [
  codeHtml(snapshot.root),
  snapshot.configFile === undefined
    ? ', without a configuration: nothing has an order'
    : `, configuration ${codeHtml(snapshot.configFile)}, architecture ${escaped(snapshot.plan.arch)}`,
  `. Made by tw-index ${escaped(version)} from source alone; nothing was built or run.`,
];

function placeHtml(file: string, line: number, href: Href): string {
  const shown = `${file}:${String(line)}`;
  const address = href(file, line);
  return address === undefined
    ? element('span', { class: 'code' }, escaped(shown))
    : element('a', { class: 'code', href: address }, escaped(shown));
}

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[], label: string): string =>
  element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...head.map((word) => element('th', {}, escaped(word))))),
      element(
        'tbody',
        {},
        ...rows.map((row) => element('tr', {}, ...row.map((cell) => element('td', {}, cell)))),
      ),
    ),
  );

function tableHtml(snapshot: ShownSnapshot, table: EventTable, href: Href): string {
  const inTable = shownEntries(table, false);
  const left = table.entries.filter((entry) => !inTable.includes(entry));
  const meaning = snapshot.family.events.find(({ name }) => name === table.event)?.meaning;
  const sites = snapshot.callSites.filter(({ event }) => event === table.event);
  const [one, many] = snapshot.family.noun;
  const range = table.start === undefined ? '' : `, ${codeHtml(`[${table.start}, ${table.stop ?? '?'})`)}`;
  return [
    element(
      'h3',
      {},
      escaped(`${table.event}: ${String(inTable.length)} ${inTable.length === 1 ? one : many}`),
    ),
    element(
      'p',
      { class: 'quiet' },
      meaning === undefined ? '' : `${escaped(meaning)} `,
      `Section ${codeHtml(table.section)}${range}.`,
      sites.length === 0
        ? ''
        : ` Notified by ${sites
            .map((site) => `${codeHtml(`${site.caller ?? '?'}()`)} ${placeHtml(site.file, site.line, href)}`)
            .join(', ')}.`,
    ),
    inTable.length === 0
      ? ''
      : tableOf(
          ['slot', one, 'registered', 'object', 'under'],
          inTable.map((entry) => [
            entry.slot === undefined ? '?' : String(entry.slot),
            element('span', { class: 'code' }, escaped(entry.function)),
            placeHtml(entry.place.file, entry.place.line, href),
            element('span', { class: 'code' }, escaped(entry.object ?? '?')),
            guardsHtml(entry),
          ]),
          `table of ${table.event}`,
        ),
    left.length === 0
      ? ''
      : tableOf(
          ['not in the table', 'registered', 'status', 'why'],
          left.map((entry) => [
            element('span', { class: 'code' }, escaped(entry.function)),
            placeHtml(entry.place.file, entry.place.line, href),
            escaped(entry.status),
            escaped(reason(entry)),
          ]),
          `not in the table of ${table.event}`,
        ),
  ].join('');
}

const guardsHtml = (entry: TableEntry): string =>
  [
    ...entry.allGuards.map(codeHtml),
    ...entry.assumptions.map((text) => element('span', { class: 'doubt' }, escaped(`assumed: ${text}`))),
  ].join(' ');

function findingsHtml(findings: readonly Finding[], href: Href): string {
  if (findings.length === 0) return element('p', { class: 'quiet' }, 'None.');
  const tone = (severity: Finding['severity']): string | undefined =>
    severity === 'error' ? 'error' : severity === 'warning' ? 'doubt' : 'quiet';
  return tableOf(
    ['severity', 'place', 'finding', 'rule'],
    findings.map((finding) => [
      element('span', { class: tone(finding.severity) }, escaped(finding.severity)),
      placeHtml(finding.file, finding.line, href),
      escaped(finding.message),
      element('span', { class: 'code quiet' }, escaped(finding.rule)),
    ]),
    'findings',
  );
}

const notesHtml = (notes: ShownSnapshot['notes'], href: Href): string =>
  element(
    'ul',
    {},
    ...notes.map(({ file, line, message }) =>
      element('li', {}, file === undefined ? '' : `${placeHtml(file, line ?? 1, href)}: `, escaped(message)),
    ),
  );
