import type { DispatchResult } from '../dispatch/dispatch-result';
import { at, callerWay, wayX } from './picture/caller-way';
import { drawLines, flowText, heightOf, type Href, type Line } from './picture/flow-text';
import { element, escaped, rounded } from './picture/markup';
import { cellWidthFor, stationGrid, type Drawn } from './picture/station-grid';
import { pictureStyle } from './picture/style-sheet';
import { watcherCellWidth, watcherStations } from './picture/watcher-stations';
import { slotText } from './slot-text';

export interface PictureOptions {
  /** In CSS pixels; what does not fit beside each other wraps. Not less than 280; default 960. */
  readonly width?: number;
  /** The address of a line (1-based) of a file; without one, places only carry `data-file` and `data-line`. */
  readonly href?: Href;
  /** Begins every `id`; one for each picture in a page. */
  readonly id?: string;
  /** `false`: the page around it has `pictureStyle` already. */
  readonly withStyle?: boolean;
}

const margin = 24;
const leastWidth = 280;
/** More ways than a person looks at are only counted. */
const mostWays = 8;

/**
 * A dispatch as a picture: one self-contained `<svg>` element, well-formed XML. A line leads from slot to slot, to what
 * the dispatcher returns, and on into the caller. Every watcher can be reached with the keyboard and carries `data-slot`
 * and `data-function`; every place carries `data-file` and `data-line`. Colours follow a VS Code theme where there is
 * one, else day and night.
 */
export function dispatchPicture(result: DispatchResult, options: PictureOptions = {}): string {
  const { href = () => undefined, id = 'dispatch', withStyle = true } = options;
  const width = Math.max(leastWidth, Math.round(options.width ?? 960));
  const room = width - 2 * margin;
  const parts: string[] = [];
  let y = margin - 4;
  const put = ({ markup, height }: Drawn, gap: number): void => {
    parts.push(at(margin, y, markup));
    y += height + gap;
  };
  const lines = (shown: readonly Line[]): Drawn => ({
    markup: drawLines(shown, 0, 0, href),
    height: heightOf(shown),
  });
  const [firstWay] = result.caller;
  put(lines(headLines(result, room)), 26);

  const names = result.steps.map((step) => step.function);
  const cellWidth = cellWidthFor(watcherCellWidth(names), room);
  const stations = watcherStations(result, cellWidth);
  const carriesError = stations.at(-1)?.state === 'end-failed' && firstWay?.returns?.kind === 'error';
  const grid = stationGrid(
    stations,
    { width: room, cellWidth, radius: 12, label: `watchers of ${result.event} in slot order`, href },
    firstWay && { x: wayX, onward: carriesError ? 'error' : 'plain' },
  );
  if (result.steps.length === 0)
    put(lines(flowText([{ text: 'Nobody is in this table.', type: 'body', tone: 'quiet' }], room)), 16);
  put(grid, firstWay ? -10 : 24);

  const ways = result.caller.slice(0, mostWays);
  ways.forEach((run, index) => {
    const which =
      result.caller.length > 1 ? `, way ${String(index + 1)} of ${String(result.caller.length)}` : '';
    put(callerWay(run, result, { width: room, href, which }), 30);
  });
  const rest = result.caller.slice(mostWays);
  if (rest.length > 0) {
    const returns = [...new Set(rest.map((run) => run.returns?.text ?? 'nothing'))].join(', ');
    const text = `${String(rest.length)} more ways are not drawn; they return ${returns}`;
    put(lines(flowText([{ text, type: 'small', tone: 'quiet' }], room, 6)), 20);
  }
  const notes = result.notes.flatMap((note) =>
    flowText([{ text: `Note: ${note}`, type: 'small', tone: 'quiet' }], Math.min(room, 760), 12),
  );
  if (notes.length > 0) put(lines(notes), 4);
  const height = Math.ceil(y + margin - 8);
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'tw-picture',
      width,
      height,
      viewBox: `0 0 ${String(width)} ${String(height)}`,
      role: 'group',
      'aria-labelledby': `${id}-title`,
      'aria-describedby': `${id}-desc`,
    },
    element('title', { id: `${id}-title` }, escaped(`Dispatch of ${result.event}`)),
    element('desc', { id: `${id}-desc` }, escaped(inWords(result))),
    withStyle ? element('style', {}, escaped(pictureStyle).replaceAll('&quot;', '"')) : '',
    element('rect', { width: rounded(width), height, class: 'tw-ground' }),
    ...parts,
  );
}

function headLines(result: DispatchResult, room: number): readonly Line[] {
  const { event, val, dispatcher, caller } = result;
  const [site] = caller;
  const value = val.value === undefined ? 'not known' : hex(val.value);
  return [
    ...flowText([{ text: event, type: 'title' }], room, 2),
    ...(site
      ? flowText(
          [
            { text: 'notified by ', type: 'body', tone: 'quiet' },
            { text: `${site.function}() `, type: 'value' },
            { text: `${site.file}:${String(site.line)}`, type: 'place', tone: 'quiet' },
          ],
          room,
          3,
          site,
        )
      : []),
    ...flowText(
      [
        { text: 'val ', type: 'body', tone: 'quiet' },
        ...(val.text === 'val' ? [] : [{ text: val.text, type: 'value' } as const]),
        ...(val.text === val.value || val.text === value
          ? []
          : [
              {
                text: val.value !== undefined ? ` = ${value}` : val.text === 'val' ? value : `  ${value}`,
                type: 'body',
                tone: 'quiet',
              } as const,
            ]),
      ],
      room,
      6,
    ),
    ...(dispatcher
      ? flowText(
          [
            { text: `${dispatcher.function}() `, type: 'value' },
            { text: dispatcher.semantics, type: 'body', tone: dispatcher.keepsErrors ? 'quiet' : 'error' },
          ],
          room,
          4,
          dispatcher,
        )
      : flowText([{ text: 'the dispatcher was not found in this tree', type: 'body', tone: 'doubt' }], room)),
  ];
}

/** Flags are read in hexadecimal. */
export function hex(decimal: string): string {
  if (!/^\d+$/.test(decimal)) return decimal;
  const value = BigInt(decimal);
  return value < 10n ? decimal : `0x${value.toString(16)}`;
}

/** The picture for who can't see it. */
function inWords(result: DispatchResult): string {
  const { steps, caller, certain } = result;
  const called = steps.filter((step) => step.called !== 'no').length;
  const failed = steps.filter((step) => step.called !== 'no' && step.chosen?.kind === 'error');
  const sentences = [
    `${String(called)} of ${String(steps.length)} watchers are called.`,
    ...failed.map(
      (step) => `${step.function}() in slot ${slotText(step.slot)} returns ${step.chosen?.text ?? ''}.`,
    ),
    `The dispatcher returns ${result.result.map(({ text }) => text).join(' or ') || 'what is not known'}${certain ? '' : ', not certain'}.`,
    ...caller
      .slice(0, mostWays)
      .map((run) =>
        run.returns ? `${run.function}() returns ${run.returns.text}.` : `${run.function}() does not return.`,
      ),
  ];
  return sentences.join(' ');
}
