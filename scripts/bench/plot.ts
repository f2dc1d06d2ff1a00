/** A line of the plot: its points as (files, seconds). */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [files: number, seconds: number])[];
}

const width = 720;
const height = 420;
const margin = { left: 64, right: 170, top: 24, bottom: 48 };
const colours = ['#0b6e4f', '#c8553d', '#3d5a80', '#8d6a9f', '#b08900', '#555555'];

/** Seconds over files, both logarithmic, as SVG. */
export function plot(lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const decades = (values: readonly number[]): readonly [number, number] => [
    Math.floor(Math.log10(Math.min(...values))),
    Math.ceil(Math.log10(Math.max(...values))),
  ];
  const [left, right] = decades(all.map(([files]) => files));
  const [low, high] = decades(all.map(([, seconds]) => seconds));
  const x = (files: number): number =>
    margin.left +
    ((Math.log10(files) - left) / Math.max(right - left, 1)) * (width - margin.left - margin.right);
  const y = (seconds: number): number =>
    height -
    margin.bottom -
    ((Math.log10(seconds) - low) / Math.max(high - low, 1)) * (height - margin.top - margin.bottom);
  const text = (at: readonly [number, number], words: string, anchor = 'start', colour = '#333'): string =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${words}</text>`;
  const rule = (from: readonly [number, number], to: readonly [number, number]): string =>
    `<path d="M${from.join(' ')}L${to.join(' ')}" stroke="#ddd"/>`;
  const parts: string[] = [];
  for (let power = left; power <= right; power++) {
    parts.push(rule([x(10 ** power), margin.top], [x(10 ** power), height - margin.bottom]));
    parts.push(
      text([x(10 ** power), height - margin.bottom + 18], (10 ** power).toLocaleString('en'), 'middle'),
    );
  }
  for (let power = low; power <= high; power++) {
    parts.push(rule([margin.left, y(10 ** power)], [width - margin.right, y(10 ** power)]));
    parts.push(text([margin.left - 8, y(10 ** power) + 4], `${10 ** power} s`, 'end'));
  }
  parts.push(text([(margin.left + width - margin.right) / 2, height - 10], 'files in the tree', 'middle'));
  lines.forEach(({ name, points }, index) => {
    const colour = colours[index % colours.length] ?? '#000';
    const path = points
      .map(([files, seconds]) => `${x(files).toFixed(1)} ${y(seconds).toFixed(1)}`)
      .join('L');
    parts.push(`<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    const last = points.at(-1);
    if (last) parts.push(text([x(last[0]) + 8, y(last[1]) + 4], name, 'start', colour));
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>\n`;
}
