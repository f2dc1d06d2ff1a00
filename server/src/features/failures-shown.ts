import type { FailureRow } from '../dispatch/dispatch-result';
import { code, markdownTable, plain } from './markdown';
import { element, escaped } from './picture/markup';
import { slotText } from './slot-text';

const head = [
  'slot',
  'fails',
  'with',
  'ran before',
  'ran after',
  'dispatcher returns',
  'caller returns',
  'freed by',
  'not given back',
] as const;

const askedFor = 'In brackets: asked for; the source does not show how it could fail.';
const nobody = 'Nobody is in this table.';

/** What each failure leads to, one row for each watcher, as Markdown. */
export function failuresMarkdown(rows: readonly FailureRow[]): string {
  if (rows.length === 0) return nobody;
  const names = (of: readonly string[]): string => of.map(code).join(' ');
  const table = markdownTable(
    head,
    rows.map((row) => [
      slotText(row.failed.slot),
      code(row.failed.function),
      row.injected ? `(${plain(row.error)})` : plain(row.error),
      names(row.ranBefore),
      names(row.ranAfter),
      plain(row.dispatcherReturns),
      `${plain(callerText(row))}${row.certain ? '' : ' (not certain)'}`,
      row.freed.length === 0 ? 'nobody' : names(row.freed),
      [
        names(row.notGivenBack),
        ...(row.maybeNotGivenBack.length > 0 ? [`perhaps ${names(row.maybeNotGivenBack)}`] : []),
      ].join(' '),
    ]),
  );
  return rows.some(({ injected }) => injected) ? `${table}\n\n${askedFor}` : table;
}

/** The same as an HTML table (markup). Long lists of names are counted; the names are in the cell's tooltip. */
export function failuresHtml(rows: readonly FailureRow[]): string {
  if (rows.length === 0) return element('p', { class: 'quiet' }, nobody);
  const isNumber = (index: number): boolean => index === 0 || index === 3 || index === 4;
  const cell = (text: string, of: { readonly class?: string; readonly title?: string } = {}): string =>
    element('td', of, escaped(text));
  const count = (names: readonly string[]): string =>
    cell(String(names.length), { class: 'number', title: names.join(', ') });
  const some = (names: readonly string[], of: string): string =>
    names.length === 0
      ? ''
      : element(
          'span',
          { class: of, ...(names.length > mostNames ? { title: names.join(', ') } : {}) },
          escaped(someOf(names)),
        );
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      cell(slotText(row.failed.slot), { class: 'number' }),
      element('td', {}, element('span', { class: 'code' }, escaped(row.failed.function))),
      cell(row.injected ? `(${row.error})` : row.error, row.injected ? { class: 'quiet' } : {}),
      count(row.ranBefore),
      count(row.ranAfter),
      cell(row.dispatcherReturns),
      element(
        'td',
        {},
        escaped(callerText(row)),
        row.certain ? '' : element('span', { class: 'doubt' }, ' not certain'),
      ),
      row.freed.length === 0
        ? cell('nobody', { class: 'doubt' })
        : cell(`${String(row.freed.length)} watcher${row.freed.length === 1 ? '' : 's'}`, {
            title: row.freed.join(', '),
          }),
      element(
        'td',
        {},
        some(row.notGivenBack, 'error'),
        row.maybeNotGivenBack.length === 0 ? '' : ' perhaps ',
        some(row.maybeNotGivenBack, 'doubt'),
      ),
    ),
  );
  const heads = head.map((word, index) => element('th', isNumber(index) ? { class: 'number' } : {}, word));
  return [
    element(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'failures, one watcher in turn' },
      element(
        'table',
        { class: 'failures' },
        element('thead', {}, element('tr', {}, ...heads)),
        element('tbody', {}, ...body),
      ),
    ),
    rows.some(({ injected }) => injected) ? element('p', { class: 'quiet' }, askedFor) : '',
  ].join('');
}

const mostNames = 3;

/** The first few names, and how many more there are. */
export const someOf = (names: readonly string[]): string =>
  names.length <= mostNames
    ? names.join(', ')
    : `${names.slice(0, mostNames).join(', ')} and ${String(names.length - mostNames)} more`;

const callerText = ({ callerReturns }: FailureRow): string =>
  callerReturns === '' ? 'no call site' : callerReturns;
