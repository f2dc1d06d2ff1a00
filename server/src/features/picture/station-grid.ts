import { drawLines, heightOf, type Href, type Line } from './flow-text';
import { element, escaped, rounded, type Attributes } from './markup';

/** One stop of the line: a watcher in its slot, or the end. */
export interface Station {
  /** In the circle; empty for the end, which is a square. */
  readonly number: string;
  readonly state: 'fine' | 'failed' | 'open' | 'skipped' | 'end' | 'end-failed';
  /** How the line goes on from here: as usual, carrying an error, losing one here, or not taken. */
  readonly onward: Onward;
  /** Below the circle; no wider than `cellWidth` minus `cellGap`. */
  readonly lines: readonly Line[];
  /** The whole story in a few words, for tooltips and for who listens instead of looking. */
  readonly label: string;
  readonly attributes: Attributes;
}

/** `error-off`: an error goes past a station that is not reached. */
export type Onward = 'plain' | 'error' | 'error-off' | 'lost' | 'off';

/** Markup from its own origin (0, 0) downward. */
export interface Drawn {
  readonly markup: string;
  readonly height: number;
}

export interface Grid extends Drawn {
  /** Centre of the first station, whose circle is at the top. */
  readonly entryX: number;
}

export interface GridShape {
  readonly width: number;
  readonly cellWidth: number;
  readonly radius: number;
  /** Names the list, for who listens. */
  readonly label: string;
  readonly href: Href;
}

/** Between the texts of two neighbours. */
export const cellGap = 16;
/** Where the first circle starts; left of it the line comes back from the row above. */
const inset = 18;
const rowGap = 30;
const columnGap = 14;
const bend = 8;
/** From a circle to the text below it. */
const textGap = 8;

/** The text width a cell offers. */
export const textSpace = ({ cellWidth }: { readonly cellWidth: number }): number => cellWidth - cellGap;

/** Cells of one width, so that rows line up: as wide as asked, widened to fill the row. */
export function cellWidthFor(wanted: number, width: number): number {
  const space = width - inset;
  const columns = Math.max(1, Math.floor(space / Math.min(wanted, space)));
  return columns === 1 ? space : Math.min(space / columns, wanted * 1.35);
}

/** How the line goes on after the last station, to `x` below the drawing. */
export interface Leave {
  readonly x: number;
  readonly onward: Onward;
}

/**
 * Stations from left to right in rows that wrap, on one line that runs through all of them; below each other where only
 * one fits into a row.
 */
export function stationGrid(stations: readonly Station[], shape: GridShape, leave?: Leave): Grid {
  const columns = Math.max(1, Math.floor((shape.width - inset + 0.01) / shape.cellWidth));
  const { rail, items, height } =
    columns === 1 ? inColumn(stations, shape, leave) : inRows(stations, shape, columns, leave);
  const list = element('g', { role: 'list', 'aria-label': shape.label }, ...items);
  const entryX = columns === 1 ? shape.radius : inset + shape.radius;
  return { markup: element('g', { 'aria-hidden': 'true' }, ...rail) + list, height, entryX };
}

interface Placed {
  readonly rail: readonly string[];
  readonly items: readonly string[];
  readonly height: number;
}

function inRows(
  stations: readonly Station[],
  shape: GridShape,
  columns: number,
  leave: Leave | undefined,
): Placed {
  const { width, cellWidth, radius } = shape;
  const rows: (readonly Station[])[] = [];
  for (let first = 0; first < stations.length; first += columns)
    rows.push(stations.slice(first, first + columns));
  const rail: string[] = [];
  const items: string[] = [];
  const centre = (column: number): number => inset + column * cellWidth + radius;
  let top = 0;
  rows.forEach((row, index) => {
    const y = top + radius;
    const height = 2 * radius + textGap + Math.max(0, ...row.map(({ lines }) => heightOf(lines)));
    row.forEach((station, column) => {
      if (column + 1 < row.length) {
        rail.push(railPath(`M${pair(centre(column), y)} H${number(centre(column + 1))}`, station.onward));
        if (station.onward === 'lost') rail.push(...lostMark(centre(column) + radius, y, false));
      }
      items.push(
        stationMarkup(station, shape, {
          ...{ x: centre(column), y, textX: centre(column) - radius, textY: y + radius + textGap },
          halo: { x: centre(column) - radius - 6, width: cellWidth - 4, height: height + 10 },
        }),
      );
    });
    const isEnd = index === rows.length - 1;
    const last = row.at(-1);
    if (last && (!isEnd || leave)) {
      const from = centre(row.length - 1);
      const onward = isEnd && leave ? leave.onward : last.onward;
      const turn = top + height + rowGap / 2;
      const around = [
        `M${pair(from, y)} H${number(width - 1 - bend)}`,
        `q${pair(bend, 0)} ${pair(bend, bend)} V${number(turn - bend)}`,
        `q${pair(0, bend)} ${pair(-bend, bend)}`,
      ];
      const home =
        isEnd && leave
          ? [
              `H${number(leave.x + bend)} q${pair(-bend, 0)} ${pair(-bend, bend)}`,
              `V${number(top + height + rowGap)}`,
            ]
          : [
              `H${number(bend)} q${pair(-bend, 0)} ${pair(-bend, bend)}`,
              `V${number(top + height + rowGap + radius - bend)}`,
              `q${pair(0, bend)} ${pair(bend, bend)} H${number(centre(0))}`,
            ];
      rail.push(railPath([...around, ...home].join(' '), onward));
      if (onward === 'lost') rail.push(...lostMark(from + radius, y, false));
    }
    top += height + (!isEnd || leave ? rowGap : 0);
  });
  return { rail, items, height: top };
}

function inColumn(stations: readonly Station[], shape: GridShape, leave: Leave | undefined): Placed {
  const { width, radius } = shape;
  const rail: string[] = [];
  const items: string[] = [];
  const [x, textX] = [radius, 2 * radius + 12];
  let top = 0;
  stations.forEach((station, index) => {
    const y = top + radius;
    const height = Math.max(2 * radius, heightOf(station.lines) + 3);
    const below = top + height + columnGap;
    const isEnd = index === stations.length - 1;
    if (!isEnd) {
      rail.push(railPath(`M${pair(x, y)} V${number(below + radius)}`, station.onward));
      if (station.onward === 'lost') rail.push(...lostMark(x, y + radius, true));
    } else if (leave) {
      const turn = top + height + rowGap / 2;
      const path =
        `M${pair(x, y)} V${number(turn - bend)} q${pair(0, bend)} ${pair(bend, bend)} ` +
        `H${number(leave.x - bend)} q${pair(bend, 0)} ${pair(bend, bend)} V${number(top + height + rowGap)}`;
      rail.push(railPath(path, leave.onward));
    }
    items.push(
      stationMarkup(station, shape, {
        ...{ x, y, textX, textY: top + (station.number === '' ? 0 : radius - 9) },
        halo: { x: x - radius - 6, width: width + 8, height: height + 10 },
      }),
    );
    top = isEnd ? top + height + (leave ? rowGap : 0) : below;
  });
  return { rail, items, height: top };
}

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly textX: number;
  readonly textY: number;
  readonly halo: { readonly x: number; readonly width: number; readonly height: number };
}

function stationMarkup(station: Station, { radius, href }: GridShape, spot: Spot): string {
  const { number: slot, state, lines, attributes, label } = station;
  const { x, y, halo } = spot;
  const half = radius * 0.6;
  const mark =
    slot === ''
      ? element('rect', {
          ...{
            x: rounded(x - half),
            y: rounded(y - half),
            width: rounded(2 * half),
            height: rounded(2 * half),
          },
          rx: 3,
          class: `tw-mark tw-is-${state}`,
        })
      : element('circle', { cx: rounded(x), cy: rounded(y), r: radius, class: `tw-mark tw-is-${state}` }) +
        element(
          'text',
          {
            x: rounded(x),
            y: rounded(y + 4),
            'text-anchor': 'middle',
            class: `tw-${slot.length > 2 ? 'tiny' : 'number'} tw-in-${state}`,
          },
          escaped(slot),
        );
  return element(
    'g',
    { ...attributes, role: 'listitem', tabindex: 0, class: `tw-station tw-of-${state}`, 'aria-label': label },
    element('title', {}, escaped(label)),
    element('rect', {
      ...{
        x: rounded(halo.x),
        y: rounded(y - radius - 5),
        width: rounded(halo.width),
        height: rounded(halo.height),
      },
      rx: 6,
      class: 'tw-halo',
    }),
    mark,
    drawLines(lines, spot.textX, spot.textY, href),
  );
}

const number = (value: number): string => String(rounded(value));
const pair = (x: number, y: number): string => `${number(x)} ${number(y)}`;

const railPath = (d: string, onward: Onward): string =>
  element('path', { d, class: railClass(onward === 'lost' ? 'plain' : onward) });

/** A short piece of the error's colour and a bar across: so far and no further. */
function lostMark(x: number, y: number, down: boolean): readonly string[] {
  const length = 14;
  const [piece, bar] = down
    ? [`M${pair(x, y)} V${number(y + length)}`, `M${pair(x - 6, y + length)} H${number(x + 6)}`]
    : [`M${pair(x, y)} H${number(x + length)}`, `M${pair(x + length, y - 6)} V${number(y + 6)}`];
  return [piece, bar].map((d) => element('path', { d, class: railClass('error') }));
}

export const railClass = (onward: Onward): string =>
  onward === 'error-off' ? 'tw-rail tw-rail-error tw-rail-off' : `tw-rail tw-rail-${onward}`;
