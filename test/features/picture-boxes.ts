import { textWidth, typeSizes, type TypeName } from '../../server/src/features/picture/type-sizes';

/** Something that is drawn, in the picture's own coordinates. */
export interface Box {
  readonly kind: 'text' | 'mark' | 'cell';
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly text: string;
  /** Number of the station (`<g role="listitem">`) that it belongs to; -1: of none. */
  readonly station: number;
}

interface Open {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly x: number;
  readonly y: number;
  readonly station: number;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Text as it was before it was escaped for HTML or XML. */
export const unescaped = (text: string): string =>
  text.replace(/&(#?\w+);/g, (all, name: string) => entities[name] ?? all);

const isTypeName = (name: string): name is TypeName => name in typeSizes;

/** Texts, circles and squares, and the cells of stations, as the markup places them; text as wide as it is estimated. */
export function boxesOf(svg: string): {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
} {
  const boxes: Box[] = [];
  const stack: Open[] = [];
  let size = { width: 0, height: 0 };
  let stations = 0;
  let text:
    { readonly open: Open; readonly spans: { readonly type: TypeName; readonly text: string }[] } | undefined;
  const drawing = svg.replace(/<(style|title|desc)[^>]*>[^<]*<\/\1>/g, '');
  for (const [, close, tag = '', written = '', alone, content] of drawing.matchAll(
    /<(\/?)(\w+)((?:\s[\w:-]+="[^"]*")*)\s*(\/?)>|([^<]+)/g,
  )) {
    const top = stack.at(-1);
    if (content !== undefined) {
      const type = /\btw-(\w+)/.exec(top?.attributes.get('class') ?? '')?.[1];
      if (text && type !== undefined && isTypeName(type)) text.spans.push({ type, text: unescaped(content) });
      continue;
    }
    if (close === '/') {
      stack.pop();
      if (tag === 'text' && text) boxes.push(textBox(text.open, text.spans));
      if (tag === 'text') text = undefined;
      continue;
    }
    const attributes = new Map(
      [...written.matchAll(/([\w:-]+)="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, value] as const,
      ),
    );
    const number = (name: string): number => Number(attributes.get(name) ?? 0);
    const [, x = 0, y = 0] = (/^translate\((\S+) (\S+)\)$/.exec(attributes.get('transform') ?? '') ?? []).map(
      Number,
    );
    const open: Open = {
      ...{ tag, attributes, x: (top?.x ?? 0) + x, y: (top?.y ?? 0) + y },
      station: attributes.get('role') === 'listitem' ? stations++ : (top?.station ?? -1),
    };
    const box = (kind: Box['kind'], left: number, above: number, width: number, height: number): void => {
      const [from, over] = [open.x + left, open.y + above];
      boxes.push({
        kind,
        left: from,
        right: from + width,
        top: over,
        bottom: over + height,
        text: kind,
        station: open.station,
      });
    };
    const classes = attributes.get('class') ?? '';
    if (tag === 'svg') size = { width: number('width'), height: number('height') };
    else if (tag === 'text') text = { open, spans: [] };
    else if (tag === 'circle')
      box('mark', number('cx') - number('r'), number('cy') - number('r'), 2 * number('r'), 2 * number('r'));
    else if (tag === 'rect' && /\btw-mark\b/.test(classes))
      box('mark', number('x'), number('y'), number('width'), number('height'));
    else if (tag === 'rect' && /\btw-halo\b/.test(classes))
      box('cell', number('x'), number('y'), number('width'), number('height'));
    if (alone !== '/') stack.push(open);
  }
  return { ...size, boxes };
}

function textBox(
  { attributes, x, y, station }: Open,
  spans: readonly { readonly type: TypeName; readonly text: string }[],
): Box {
  const width = spans.reduce((sum, { text, type }) => sum + textWidth(text, type), 0);
  const size = Math.max(0, ...spans.map(({ type }) => typeSizes[type].size));
  const anchor = attributes.get('text-anchor');
  const share = anchor === 'end' ? 1 : anchor === 'middle' ? 0.5 : 0;
  const left = x + Number(attributes.get('x') ?? 0) - share * width;
  const base = y + Number(attributes.get('y') ?? 0);
  // Capitals and digits reach up to three quarters of the size, tails down to a quarter.
  return {
    ...{ kind: 'text', left, right: left + width, top: base - 0.75 * size, bottom: base + 0.25 * size },
    ...{ text: spans.map(({ text }) => text).join(''), station },
  };
}
