import { eventOfSection } from '../../watchers/family';
import type { CheckContext } from '../check-context';
import {
  atEnd,
  boundarySymbols,
  dispatcherTables,
  type DispatcherTable,
  type TableElement,
} from '../../watchers/dispatcher-table';
import { constantPrefix } from '../event-names';
import { eventNumbers, type EventNumber } from '../../watchers/event-numbers';
import type { Fix, Problem, Rule } from '../rule';

export const tableOrderMismatch: Rule = {
  name: 'table-order-mismatch',
  severity: 'error',
  title: 'Event numbers, array and linker script disagree',
  finds:
    'The event numbers, the dispatcher’s array of boundary symbols and the linker script are not in one order.',
  why: `The dispatcher takes what lies between elements \`ev\` and \`ev + 1\` of its array for the functions of event \`ev\`. So
three orders must be one: the numbers of the events, the elements of the array, and the symbols in the linker script.
Where they are not, notifying one event calls the functions of another, or of several.`,
  bad: {
    code: `static const task_watcher_fn *const twtable[NUM_WATCH_TASK_EVENTS + 1] = {
	__start_task_watchers_init,
	__start_task_watchers_clone,
	__start_task_watchers_exec,
	__start_task_watchers_gid,
	__start_task_watchers_uid,
	__start_task_watchers_exit,
	__start_task_watchers_free,
	__stop_task_watchers_free,
};
`,
    edits: [
      {
        file: 'kernel/task_watchers.c',
        from: '\t__start_task_watchers_uid,\n\t__start_task_watchers_gid,\n',
        to: '\t__start_task_watchers_gid,\n\t__start_task_watchers_uid,\n',
      },
    ],
  },
  good: {
    code: `static const task_watcher_fn *const twtable[NUM_WATCH_TASK_EVENTS + 1] = {
	__start_task_watchers_init,
	__start_task_watchers_clone,
	__start_task_watchers_exec,
	__start_task_watchers_uid,
	__start_task_watchers_gid,
	__start_task_watchers_exit,
	__start_task_watchers_free,
	__stop_task_watchers_free,
};
`,
    edits: [],
  },
  find: (context) => {
    // Initcalls are not notified by number, and `rootfs` is meant to run with level 5.
    if (context.snapshot.family.dispatchers.every(({ eventArgument }) => eventArgument === undefined))
      return [];
    const numbers = eventNumbers(context);
    const byConstant = new Map([...numbers.values()].map(({ constant, value }) => [constant, value]));
    const counted = tooFewCounted(context, numbers);
    const tables = dispatcherTables(context, (constant) => byConstant.get(constant));
    return [
      ...counted,
      ...tables.flatMap((table) => [
        ...againstNumbers(context, table, numbers),
        ...againstScript(context, table),
        ...withoutEnd(context, table),
      ]),
    ];
  },
};

/** `NUM_WATCH_TASK_EVENTS`: a dispatcher turns away events whose number is not below it. */
function tooFewCounted(context: CheckContext, numbers: ReadonlyMap<string, EventNumber>): readonly Problem[] {
  const prefix = constantPrefix(context.snapshot.family.events);
  if (prefix === undefined) return [];
  return context.snapshot.candidates.flatMap((path): readonly Problem[] => {
    const file = context.source(path);
    return (file?.facts.directives ?? []).flatMap((directive): readonly Problem[] => {
      if (!file || directive.kind !== 'define' || !directive.name.startsWith(`NUM_${prefix}`)) return [];
      const count = /^\(?(\d+)\)?$/.exec(directive.body.trim())?.[1];
      const over = [...numbers.values()].filter(({ value }) => count !== undefined && value >= Number(count));
      const [first] = over;
      if (!first) return [];
      const start = file.text.indexOf(directive.name, directive.offset);
      return [
        {
          file: path,
          range: { start, end: start + directive.name.length },
          message: `${directive.name} is ${count ?? ''}, but ${over.map(({ constant, value }) => `${constant} is ${String(value)}`).join(' and ')}: it does not count every event`,
          related: [
            {
              file: first.file,
              range: first.range,
              message: `${first.constant} is ${String(first.value)} here`,
            },
          ],
        },
      ];
    });
  });
}

/** Where the dispatcher reads up to the element after an event's, the last event needs one too. */
function withoutEnd(context: CheckContext, table: DispatcherTable): readonly Problem[] {
  const symbols = boundarySymbols(context.snapshot);
  const last = table.elements.reduce<TableElement | undefined>(
    (most, one) => ((one.index ?? -1) > (most?.index ?? -1) ? one : most),
    undefined,
  );
  const event = last && symbols.get(last.symbol);
  const file = context.source(table.file);
  if (!last || !file || event === undefined || event === atEnd) return [];
  if (table.elements.some(({ index }) => index === undefined)) return [];
  if (!new RegExp(`\\b${table.name}\\s*\\[\\s*\\w+\\s*\\+\\s*1\\s*\\]`).test(file.text)) return [];
  return [
    {
      file: table.file,
      range: last.range,
      message: `${table.name} ends with ${last.symbol}: nothing says where the ${context.snapshot.family.noun[1]} of ${event} end`,
    },
  ];
}

function againstNumbers(
  context: CheckContext,
  table: DispatcherTable,
  numbers: ReadonlyMap<string, EventNumber>,
): readonly Problem[] {
  const { family } = context.snapshot;
  const symbols = boundarySymbols(context.snapshot);
  const wrong = table.elements.flatMap(({ index, symbol, range }): readonly Problem[] => {
    const event = symbols.get(symbol);
    const number = event === undefined ? undefined : numbers.get(event);
    if (index === undefined || !number || number.value === index) return [];
    const notified = [...numbers.values()].find(({ value }) => value === index);
    const effect =
      notified === undefined
        ? `no event has the number ${index}`
        : `notifying ${notified.event} calls the ${family.noun[1]} of ${number.event}`;
    return [
      {
        file: table.file,
        range,
        message: `${symbol} is element ${index} of ${table.name}, but ${number.constant} is ${number.value}: ${effect}`,
        related: [
          { file: number.file, range: number.range, message: `${number.constant} is ${number.value} here` },
        ],
      },
    ];
  });
  const [first, ...others] = wrong;
  if (!first) return [];
  // One slip moves several elements: one finding, at the first.
  const related = [
    ...(first.related ?? []),
    ...others.map(({ file, range, message }) => ({ file, range, message })),
  ];
  return [{ ...first, related, fixes: reordering(table, numbers, symbols) }];
}

/** The same elements in the order of the numbers, each where an element stood. */
function reordering(
  table: DispatcherTable,
  numbers: ReadonlyMap<string, EventNumber>,
  symbols: ReadonlyMap<string, string>,
): readonly Fix[] {
  const { elements } = table;
  const place = (symbol: string): number => numbers.get(symbols.get(symbol) ?? '')?.value ?? Infinity;
  const sorted = elements.toSorted((a, b) => place(a.symbol) - place(b.symbol));
  const fits = sorted.every(({ symbol }, index) => place(symbol) === index || place(symbol) === Infinity);
  const inOrder = elements.every(({ index }, at) => index === at);
  if (!fits || !inOrder) return [];
  const edits = elements.flatMap(({ range, symbol }, at) => {
    const text = sorted[at]?.symbol ?? symbol;
    return text === symbol ? [] : [{ file: table.file, range, text }];
  });
  return [{ title: `Put ${table.name} in the order of the event numbers`, edits, isPreferred: true }];
}

/** What the linker script has in a row: boundary symbols, and the events whose sections stand between them. */
type ScriptItem = { readonly symbol: string } | { readonly event: string };

function scriptItems({ snapshot }: CheckContext): readonly ScriptItem[] {
  return (snapshot.script?.statements ?? []).flatMap((statement): readonly ScriptItem[] => {
    if (statement.kind === 'assign') return [{ symbol: statement.symbol }];
    if (statement.kind !== 'output' || statement.name === '/DISCARD/') return [];
    return statement.contents.flatMap((content): readonly ScriptItem[] => {
      if (content.kind === 'assign') return [{ symbol: content.symbol }];
      if (content.kind !== 'input') return [];
      return content.sections.flatMap(({ glob }) => {
        const event = eventOfSection(snapshot.family, glob);
        return event === undefined ? [] : [{ event }];
      });
    });
  });
}

function againstScript(context: CheckContext, table: DispatcherTable): readonly Problem[] {
  const items = scriptItems(context);
  const { family } = context.snapshot;
  const symbols = boundarySymbols(context.snapshot);
  const at = new Map(items.flatMap((item, index) => ('symbol' in item ? [[item.symbol, index]] : [])));
  const byIndex = new Map(table.elements.map((element) => [element.index, element]));
  for (const element of table.elements) {
    const { index, symbol, range } = element;
    const event = symbols.get(symbol);
    const next = index === undefined ? undefined : byIndex.get(index + 1);
    if (event === undefined || event === atEnd || !next || items.length === 0) continue;
    const [from, to] = [at.get(symbol), at.get(next.symbol)];
    // A symbol that the script does not define fails to link: that needs no word from us.
    if (from === undefined || to === undefined) continue;
    const between = items
      .slice(from, Math.max(from, to))
      .flatMap((item) => ('event' in item ? [item.event] : []));
    const foreign = between.filter((name) => name !== event);
    const noun = family.noun[1];
    const message =
      to < from
        ? `the linker script has ${next.symbol} before ${symbol}: notifying ${event} calls nothing`
        : foreign.length > 0
          ? `in the linker script ${foreign.join(' and ')} lies between ${symbol} and ${next.symbol}: notifying ${event} calls the ${noun} of ${foreign.join(' and ')} too`
          : between.length === 0
            ? `in the linker script no section of ${event} lies between ${symbol} and ${next.symbol}: notifying ${event} calls nothing`
            : undefined;
    if (message !== undefined) return [{ file: table.file, range, message }];
  }
  return [];
}
