import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { failuresHtml, failuresMarkdown } from '../../server/src/features/failures-shown';
import { page } from '../../server/src/features/page';
import { reportPage, type Report } from '../../server/src/features/report-page';
import { sourceLink } from '../../server/src/features/source-link';
import { taskWatchersFamily } from '../../server/src/watchers/task-watchers-family';
import type { FailureRow } from '../../server/src/dispatch/dispatch-result';
import type { TableEntry } from '../../server/src/link/entry';
import { anyText, failureRows } from './any-dispatch';
import { madeDispatches } from './made-dispatch';

const bad = '<script>alert("1")</script>';

const entry = (given: Partial<TableEntry>): TableEntry =>
  ({
    event: 'INIT',
    function: bad,
    variable: 'v',
    section: '.task_watchers.init',
    macro: undefined,
    place: { file: `kernel/${bad}.c`, line: 3 },
    range: { start: 0, end: 1 },
    object: bad,
    status: 'linked',
    slot: 0,
    guards: [bad],
    allGuards: [bad],
    assumptions: [bad],
    why: [],
    ...given,
  }) as TableEntry;

/** Every text in it is hostile. */
const hostile: Report = {
  snapshot: {
    root: `/tree/${bad}`,
    family: taskWatchersFamily,
    configFile: bad,
    tables: [
      {
        event: 'INIT',
        index: 0,
        section: bad,
        start: bad,
        stop: bad,
        entries: [entry({}), entry({ status: 'orphan', slot: undefined, section: bad })],
      },
    ],
    callSites: [],
    unknownEvents: [],
    unseenMacros: [],
    notifiers: [],
    dialect: undefined,
    notes: [{ message: bad, file: bad, line: 1 }],
    plan: { source: 'kbuild', arch: bad },
  },
  findings: [
    {
      rule: bad,
      severity: 'error',
      file: bad,
      range: { start: 0, end: 1 },
      line: 1,
      column: 1,
      message: bad,
      related: [],
      fixes: [],
    },
  ],
  dispatches: [...Object.values(madeDispatches)],
  problems: [bad],
  failures: new Map([[bad, [hostileRow(bad)]]]),
  version: bad,
};

function hostileRow(text: string): FailureRow {
  return {
    failed: { slot: 0, function: text },
    error: text,
    injected: true,
    ranBefore: [text],
    ranAfter: [],
    dispatcherReturns: text,
    callerReturns: text,
    freed: [text],
    notGivenBack: [text],
    maybeNotGivenBack: [],
    certain: false,
  };
}

describe('the report page', () => {
  const text = reportPage(hostile, (file, line) => `file:///${file}#${String(line)}`);

  it('escapes whatever the tree holds', () => {
    doesNotMatch(text, /<script/i);
    // All of them are there, as text.
    ok((text.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;/g)?.length ?? 0) > 20);
  });

  it('has no script, no address of its own to load, and a policy that refuses both', () => {
    doesNotMatch(text, /<(link|img|iframe|object|embed|base|form)\b|\bon\w+=|@import|url\(|\bsrc=/i);
    match(
      text,
      /content="default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'"/,
    );
  });

  it('uses no id twice, and names only ids that exist', () => {
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id ?? '');
    equal(new Set(ids).size, ids.length);
    const wanted = [...text.matchAll(/(?:aria-labelledby|aria-describedby)="([^"]*)"|href="#([^"]*)"/g)];
    ok(wanted.length > 10);
    for (const [, one, other] of wanted) ok(ids.includes(one ?? other ?? ''), one ?? other);
  });

  it('tells what is in the tables, what is not and why, dispatches, failures, findings and notes', () => {
    for (const [, title] of text.matchAll(/<h2 id="\w+">([^<]*)</g)) ok(title);
    deepEqual(
      [...text.matchAll(/<h2 id="(\w+)">/g)].map(([, id]) => id),
      ['findings', 'tables', 'dispatches', 'failures', 'notes'],
    );
    match(text, /orphan/);
    equal(text.match(/<figure /g)?.length, hostile.dispatches.length);
  });

  it('says what is missing instead of showing nothing', () => {
    const empty = { ...hostile, findings: [], dispatches: [], problems: [], failures: new Map() };
    const shown = reportPage(
      { ...empty, snapshot: { ...hostile.snapshot, configFile: undefined } },
      () => undefined,
    );
    match(shown, /<p class="quiet">None\.<\/p>/);
    match(shown, /without a configuration: nothing has an order/);
    doesNotMatch(shown, /href="(?!#)/);
  });
});

describe('tables of failures', () => {
  it('show any rows, escaped, one line each', () => {
    fc.assert(
      fc.property(failureRows, (rows) => {
        const html = failuresHtml(rows);
        equal(html.match(/<tr>/g)?.length ?? 0, rows.length === 0 ? 0 : rows.length + 1);
        doesNotMatch(html, /<script|<b>/);
        const markdown = failuresMarkdown(rows);
        if (rows.length > 0) {
          const lines = markdown.split('\n\n')[0]?.split('\n') ?? [];
          equal(lines.length, rows.length + 2);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('count who ran and name what is not given back', () => {
    const row: FailureRow = {
      ...hostileRow('x'),
      failed: { slot: 5, function: 'copy_semundo' },
      error: '-ENOMEM',
      ranBefore: ['a', 'b'],
      freed: [],
      notGivenBack: ['audit_alloc'],
      maybeNotGivenBack: ['copy_keys'],
      certain: true,
    };
    const html = failuresHtml([row]);
    match(html, /<td class="number" title="a, b">2<\/td>/);
    match(html, /<td class="quiet">\(-ENOMEM\)<\/td>/);
    match(
      html,
      /<td class="doubt">nobody<\/td><td><span class="error">audit_alloc<\/span> perhaps <span class="doubt">copy_keys<\/span><\/td>/,
    );
    doesNotMatch(html, /not certain/);
    match(
      failuresMarkdown([row]),
      /^\| 5 \| `copy_semundo` \| \(-ENOMEM\) \| `a` `b` \| {2}\| x \| x \| nobody \| `audit_alloc` perhaps `copy_keys` \|$/m,
    );
    equal(failuresMarkdown([]), 'Nobody is in this table.');
  });
});

describe('addresses of source lines', () => {
  it('are files, an editor’s, or a template’s, with each part of the path spelled safely', () => {
    equal(sourceLink('/k', 'file')?.('a b/c#.c', 3), 'file:///k/a%20b/c%23.c');
    equal(sourceLink('/k', 'vscode')?.('kernel/fork.c', 3), 'vscode://file/k/kernel/fork.c:3');
    equal(
      sourceLink('/k', 'https://x.org/{file}#L{line}')?.('kernel/fork.c', 3),
      'https://x.org/kernel/fork.c#L3',
    );
    equal(sourceLink('/k', 'none')?.('kernel/fork.c', 3), undefined);
    for (const wrong of ['javascript:alert(1)//{file}', 'https://x.org/', '', 'data:{file}'])
      equal(sourceLink('/k', wrong), undefined);
  });

  it('never end an attribute', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        fc.pre(!/[\ud800-\udfff]/.test(name));
        const text = page('t', sourceLink('/k', 'file')?.(name, 1) ?? '');
        doesNotMatch(text, /k\/[^<\n]*["<>]\n/);
      }),
    );
  });
});
