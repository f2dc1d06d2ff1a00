import type { Place } from '../../syntax/positions';
import { escaped, element, rounded } from './markup';
import { textWidth, typeSizes, type TypeName } from './type-sizes';

/** Colour by meaning; the style sheet decides which. */
export type Tone = 'quiet' | 'error' | 'doubt' | 'jump';

export interface Span {
  readonly text: string;
  readonly type: TypeName;
  readonly tone?: Tone;
}

/** A line of text as it will stand; `height` is that of its tallest span. */
export interface Line {
  readonly spans: readonly Span[];
  readonly height: number;
  /** Where the line leads, if anywhere. */
  readonly place: Place | undefined;
}

/**
 * Breaks spans into lines no wider than `width`: at blanks, where a word is too long after `_`, `/`, `|` and the like, at
 * last anywhere. What does not fit into `most` lines ends in an ellipsis.
 */
export function flowText(spans: readonly Span[], width: number, most = 3, place?: Place): readonly Line[] {
  const lines: Span[][] = [[]];
  let left = width;
  let isCut = false;
  for (const span of spans) {
    for (const piece of unbroken(span.text)
      .split(/(?<=[ \t\n])(?=\S)/)
      .flatMap((word) => fitting(word, span.type, width))) {
      const needed = textWidth(piece.trimEnd(), span.type);
      if (needed > left && lines.at(-1)?.length) {
        if (lines.length === most) {
          isCut = true;
          break;
        }
        lines.push([]);
        left = width;
      }
      lines.at(-1)?.push({ ...span, text: piece });
      left -= textWidth(piece, span.type);
    }
    if (isCut) break;
  }
  if (isCut) lines[lines.length - 1] = withEllipsis(lines.at(-1) ?? [], width);
  return lines
    .filter((line) => line.some(({ text }) => text.trim() !== ''))
    .map((line) => ({
      spans: joined(line),
      height: Math.max(...line.map(({ type }) => typeSizes[type].line)),
      place,
    }));
}

/** `line 22` stays together. */
const unbroken = (text: string): string => text.replace(/\bline (?=\d)/g, 'line\u00a0');

/** A word in pieces of which each fits. */
function fitting(word: string, type: TypeName, width: number): readonly string[] {
  if (textWidth(word.trimEnd(), type) <= width) return [word];
  return word.split(/(?<=[_/|,&.(=-])(?=[^\s)])/).flatMap((part) => {
    if (textWidth(part.trimEnd(), type) <= width) return [part];
    const pieces = [''];
    for (const character of part) {
      const longer = `${pieces.at(-1) ?? ''}${character}`;
      if (textWidth(longer, type) > width && pieces.at(-1) !== '') pieces.push(character);
      else pieces[pieces.length - 1] = longer;
    }
    return pieces;
  });
}

function withEllipsis(line: readonly Span[], width: number): Span[] {
  const kept = [...line];
  for (;;) {
    const last = kept.at(-1);
    if (!last) return [];
    const used = kept.slice(0, -1).reduce((sum, { text, type }) => sum + textWidth(text, type), 0);
    const letters = Array.from(last.text.trimEnd());
    while (letters.length > 0 && used + textWidth(`${letters.join('')}…`, last.type) > width) letters.pop();
    kept.pop();
    if (letters.length > 0 || kept.length === 0) return [...kept, { ...last, text: `${letters.join('')}…` }];
  }
}

/** Neighbours that look alike become one. */
function joined(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans) {
    const before = result.at(-1);
    if (before?.type === span.type && before.tone === span.tone)
      result[result.length - 1] = { ...before, text: before.text + span.text };
    else result.push(span);
  }
  const last = result.pop();
  return last ? [...result, { ...last, text: last.text.trimEnd() }] : [];
}

export const heightOf = (lines: readonly Line[]): number =>
  lines.reduce((sum, { height }) => sum + height, 0);

/** Makes a place a link where the reader can follow one. */
export type Href = (file: string, line: number) => string | undefined;

/** Lines of text from `y` (top) downward, as markup. */
export function drawLines(lines: readonly Line[], x: number, y: number, href: Href, end = false): string {
  let top = y;
  return lines
    .map(({ spans, height, place }) => {
      const size = Math.max(...spans.map(({ type }) => typeSizes[type].size));
      const base = top + (height + size * 0.72) / 2;
      top += height;
      const drawn = element(
        'text',
        { x: rounded(x), y: rounded(base), 'text-anchor': end ? 'end' : undefined },
        ...spans.map(({ text, type, tone }) =>
          element('tspan', { class: `tw-${type}${tone ? ` tw-${tone}` : ''}` }, escaped(text)),
        ),
      );
      return place ? linked(drawn, place, href) : drawn;
    })
    .join('');
}

/** Markup that leads to a place: a real link where there is an address, else only the data for a script. */
export function linked(drawn: string, { file, line }: Place, href: Href): string {
  const address = href(file, line);
  const data = { 'data-file': file, 'data-line': line };
  return address === undefined
    ? element('g', { class: 'tw-place-of', ...data }, drawn)
    : element('a', { href: address, class: 'tw-link', ...data }, drawn);
}
