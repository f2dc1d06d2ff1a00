/** A line of a chart: its points as (along, up). */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

/** Both axes are logarithmic. */
export interface Chart {
  /** What is counted along the lower edge. */
  readonly along: string;
  /** The unit of what goes up: `s`, `MB`. */
  readonly unit: string;
  readonly lines: readonly Line[];
}

const width = 720;
const height = 380;
const margin = { left: 64, right: 170, top: 24, bottom: 48 };
const colours = ['#0b6e4f', '#c8553d', '#3d5a80', '#8d6a9f', '#b08900', '#555555', '#2a9d8f'];

/** The charts, one below the other, as SVG; those without a line are left out. A name has the same colour in all. */
export function plot(charts: readonly Chart[]): string {
  const shown = charts.filter(({ lines }) => lines.some(({ points }) => points.length > 1));
  const names = [...new Set(shown.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const colour = (name: string): string => colours[names.indexOf(name) % colours.length] ?? '#000';
  const parts = shown.map(
    (chart, index) => `<g transform="translate(0 ${index * height})">${drawn(chart, colour)}</g>`,
  );
  const size = `0 0 ${width} ${height * shown.length}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${size}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>\n`;
}

function drawn({ along, unit, lines }: Chart, colour: (name: string) => string): string {
  const all = lines.flatMap(({ points }) => points);
  const [left, right] = decades(all.map(([x]) => x));
  const [low, high] = decades(all.map(([, y]) => y));
  const x = (value: number): number =>
    margin.left +
    ((Math.log10(value) - left) / Math.max(right - left, 1)) * (width - margin.left - margin.right);
  const y = (value: number): number =>
    height -
    margin.bottom -
    ((Math.log10(value) - low) / Math.max(high - low, 1)) * (height - margin.top - margin.bottom);
  const parts: string[] = [];
  for (let power = left; power <= right; power++) {
    const at = x(10 ** power);
    parts.push(rule([at, margin.top], [at, height - margin.bottom]));
    parts.push(words([at, height - margin.bottom + 18], (10 ** power).toLocaleString('en'), 'middle'));
  }
  for (let power = low; power <= high; power++) {
    const at = y(10 ** power);
    parts.push(rule([margin.left, at], [width - margin.right, at]));
    parts.push(words([margin.left - 8, at + 4], `${Number((10 ** power).toPrecision(1))} ${unit}`, 'end'));
  }
  parts.push(words([(margin.left + width - margin.right) / 2, height - 10], along, 'middle'));
  const ends: number[] = [];
  // From above: a name that has to make room goes down.
  const fromAbove = [...lines].sort(
    (one, other) => (other.points.at(-1)?.[1] ?? 0) - (one.points.at(-1)?.[1] ?? 0),
  );
  for (const { name, points } of fromAbove) {
    const path = points.map((point) => `${x(point[0]).toFixed(1)} ${y(point[1]).toFixed(1)}`).join('L');
    parts.push(`<path d="M${path}" fill="none" stroke="${colour(name)}" stroke-width="2"/>`);
    const last = points.at(-1);
    if (last) parts.push(words([x(last[0]) + 8, free(y(last[1]) + 4, ends)], name, 'start', colour(name)));
  }
  return parts.join('');
}

/** Names of lines that end close together stand below each other. */
function free(wanted: number, taken: number[]): number {
  let at = wanted;
  while (taken.some((other) => Math.abs(other - at) < 13)) at += 1;
  taken.push(at);
  return at;
}

const decades = (values: readonly number[]): readonly [number, number] => [
  Math.floor(Math.log10(Math.min(...values))),
  Math.ceil(Math.log10(Math.max(...values))),
];

const words = (at: readonly [number, number], text: string, anchor = 'start', colour = '#333'): string =>
  `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${text}</text>`;

const rule = (from: readonly [number, number], to: readonly [number, number]): string =>
  `<path d="M${from.join(' ')}L${to.join(' ')}" stroke="#ddd"/>`;
