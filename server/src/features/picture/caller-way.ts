import type { CallerRun, CallerStep, DispatchResult } from '../../dispatch/dispatch-result';
import { drawLines, flowText, heightOf, linked, type Href, type Line, type Span } from './flow-text';
import { element, escaped, rounded } from './markup';
import { cellWidthFor, railClass, stationGrid, type Drawn, type Grid } from './station-grid';
import { cleanupStations, cleanupCellWidth } from './watcher-stations';

/** Where the caller's line runs; left of it stand line numbers. */
export const wayX = 62;
const textX = wayX + 28;
const belowX = textX - 18;
const rowGap = 4;
/** Room for the arrow of a jump. */
const jumpGap = 16;
const cleanupRadius = 9;

interface Row {
  readonly line: number;
  readonly lines: readonly Line[];
  readonly kind: CallerStep['kind'] | 'start';
  /** Below the text, from `textX`. */
  readonly below: Grid | undefined;
}

/** One way on in the caller: a line downward, with a row for each step. */
export function callerWay(
  run: CallerRun,
  result: DispatchResult,
  { width, href, which }: { readonly width: number; readonly href: Href; readonly which: string },
): Drawn {
  const room = width - textX;
  const isError = run.returns?.kind === 'error';
  const rows: readonly Row[] = [
    { line: run.line, lines: headLines(run, which, room), kind: 'start', below: undefined },
    ...run.steps.map((step) => ({
      line: step.line,
      lines: flowText(stepSpans(step, result), room),
      kind: step.kind,
      below: step.kind === 'notify' ? cleanup(step, run, result, room, href) : undefined,
    })),
  ];
  const parts: string[] = [];
  const rail: string[] = [];
  const colour = isError ? 'error' : 'plain';
  let y = 0;
  let nodeBefore: { readonly y: number; readonly kind: Row['kind'] } | undefined;
  for (const row of rows) {
    const first = row.lines[0]?.height ?? 20;
    const node = y + first / 2;
    if (nodeBefore) {
      const jumps = nodeBefore.kind === 'goto';
      rail.push(
        element('path', {
          d: `M${String(wayX)} ${String(rounded(nodeBefore.y))} V${String(rounded(node - (jumps ? 11 : 0)))}`,
          class: `${railClass(colour)}${jumps ? ' tw-rail-jump' : ''}`,
        }),
      );
      if (jumps) rail.push(arrowDown(wayX, node - 6, isError));
    }
    parts.push(nodeMark(row, node, isError));
    parts.push(lineNumber(run, row.line, node, href), drawLines(row.lines, textX, y, href));
    y += Math.max(first, heightOf(row.lines));
    if (row.below) {
      y += 8;
      rail.unshift(branch(node, y + cleanupRadius, belowX + row.below.entryX));
      parts.push(at(belowX, y, row.below.markup));
      y += row.below.height + 12;
    }
    nodeBefore = { y: node, kind: row.kind };
    y += row.kind === 'goto' ? jumpGap : rowGap;
  }
  const end = endLines(run, room);
  if (nodeBefore)
    rail.push(
      element('path', {
        d: `M${String(wayX)} ${String(rounded(nodeBefore.y))} V${String(rounded(y + 10))}`,
        class: railClass(colour),
      }),
    );
  const square = element('rect', {
    x: wayX - 7,
    y: rounded(y + 10 - 7),
    width: 14,
    height: 14,
    rx: 3,
    class: `tw-mark tw-is-end${isError ? '-failed' : ''}`,
  });
  const drawnEnd = drawLines(end, textX, y, href);
  return {
    markup: element('g', { 'aria-hidden': 'true' }, ...rail) + parts.join('') + square + drawnEnd,
    height: y + Math.max(20, heightOf(end)),
  };
}

export const at = (x: number, y: number, markup: string): string =>
  element('g', { transform: `translate(${String(rounded(x))} ${String(rounded(y))})` }, markup);

function headLines(run: CallerRun, which: string, room: number): readonly Line[] {
  const spans: readonly Span[] = [
    { text: `${run.function}() `, type: 'strong' },
    { text: `in ${run.file}${which}`, type: 'small', tone: 'quiet' },
    ...(run.certain ? [] : [{ text: '  as far as it can be told', type: 'small', tone: 'doubt' } as const]),
  ];
  return flowText(spans, room);
}

function endLines({ returns, function: name }: CallerRun, room: number): readonly Line[] {
  if (!returns)
    return flowText(
      [{ text: `${name}() does not return from here, or it is not known`, type: 'body', tone: 'quiet' }],
      room,
    );
  const tone = returns.kind === 'error' ? ({ tone: 'error' } as const) : doubtOf(returns.kind);
  const reason: readonly Span[] =
    returns.reason === '' ? [] : [{ text: `  ${returns.reason}`, type: 'small', tone: 'quiet' }];
  return flowText(
    [
      { text: `${name}() returns `, type: 'body' },
      { text: returns.text, type: 'strong', ...tone },
      ...reason,
    ],
    room,
    3,
    returns,
  );
}

const doubtOf = (kind: string): { readonly tone?: 'doubt' } =>
  kind === 'unknown' || kind === 'propagated' ? { tone: 'doubt' } : {};

function stepSpans(step: CallerStep, { event }: DispatchResult): readonly Span[] {
  switch (step.kind) {
    case 'test':
      return [
        { text: step.text, type: 'value' },
        { text: step.holds ? '  holds' : '  does not hold', type: 'body', tone: 'quiet' },
        ...(step.decided ? [] : [{ text: '  (assumed)', type: 'body', tone: 'doubt' } as const]),
      ];
    case 'goto':
      return [
        { text: 'goto ', type: 'body', tone: 'quiet' },
        { text: step.label, type: 'value' },
      ];
    case 'label':
      return [{ text: `${step.name}:`, type: 'strong' }];
    case 'call':
      return [{ text: `${step.function}()`, type: 'value' }];
    case 'return':
      return [{ text: step.text, type: 'value' }];
    case 'unknown':
      return [{ text: `not followed: ${step.reason}`, type: 'body', tone: 'doubt' }];
    case 'notify':
      return [
        { text: 'notifies ', type: 'body' },
        { text: step.event, type: 'strong' },
        { text: `  val ${step.val}`, type: 'small', tone: 'quiet' },
        ...afterText(step.afterInit, event),
        ...(step.watchers.length === 0
          ? [{ text: '  nobody is called', type: 'body', tone: 'quiet' } as const]
          : []),
      ];
  }
}

function afterText(
  after: Extract<CallerStep, { kind: 'notify' }>['afterInit'],
  event: string,
): readonly Span[] {
  switch (after) {
    case 'failed':
      return [{ text: `  after ${event} failed`, type: 'small', tone: 'error' }];
    case 'never':
      return [{ text: `  though the task has never seen ${event}`, type: 'small', tone: 'error' }];
    case 'complete':
      return [{ text: `  after ${event}`, type: 'small', tone: 'quiet' }];
    case 'unknown':
      return [];
  }
}

function cleanup(
  step: Extract<CallerStep, { kind: 'notify' }>,
  run: CallerRun,
  result: DispatchResult,
  room: number,
  href: Href,
): Grid | undefined {
  if (step.watchers.length === 0) return undefined;
  const width = room + 18;
  const cellWidth = cellWidthFor(cleanupCellWidth(step.watchers), width);
  return stationGrid(cleanupStations(step.watchers, result.event, cellWidth), {
    width,
    cellWidth,
    radius: cleanupRadius,
    label: `watchers of ${step.event}, called by ${run.function}()`,
    href,
  });
}

function lineNumber(run: CallerRun, line: number, y: number, href: Href): string {
  const drawn = element(
    'text',
    { x: wayX - 16, y: rounded(y + 4), 'text-anchor': 'end', class: 'tw-place tw-quiet' },
    escaped(String(line)),
  );
  return linked(drawn, { file: run.file, line }, href);
}

function nodeMark({ kind }: Row, y: number, isError: boolean): string {
  const state = isError ? 'node-failed' : 'node';
  switch (kind) {
    case 'label':
      return element('circle', { cx: wayX, cy: rounded(y), r: 5, class: `tw-mark tw-is-${state}` });
    case 'notify':
      return element('circle', { cx: wayX, cy: rounded(y), r: 6, class: `tw-mark tw-is-${state}` });
    case 'start':
      return element('circle', { cx: wayX, cy: rounded(y), r: 5, class: `tw-mark tw-is-${state}` });
    default:
      return element('circle', { cx: wayX, cy: rounded(y), r: 2.5, class: `tw-dot tw-dot-${state}` });
  }
}

/** From the caller's line to the first watcher of a later notification. */
const branch = (from: number, to: number, x: number): string =>
  element('path', {
    d: `M${String(wayX)} ${String(rounded(from))} V${String(rounded(to - 8))} q0 8 8 8 H${String(rounded(x))}`,
    class: railClass('plain'),
  });

const arrowDown = (x: number, y: number, isError: boolean): string =>
  element('path', {
    d: `M${String(x - 5)} ${String(rounded(y - 8))} h10 l-5 8 z`,
    class: isError ? 'tw-arrow-error' : 'tw-arrow',
  });
