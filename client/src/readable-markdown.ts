/** A place in the text that leads somewhere. Lines and characters are 0-based, in UTF-16 units. */
export interface TextLink {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly target: string;
}

export interface ReadableText {
  readonly text: string;
  readonly links: readonly TextLink[];
}

/**
 * Markdown of the server as a person reads it in a text editor: links without their targets, nothing escaped, the
 * columns of tables below each other. It is Markdown still, to be coloured as such.
 */
export function readableMarkdown(markdown: string): ReadableText {
  const lines = aligned(markdown.split('\n').map(readableLine));
  return {
    text: lines.map(({ text }) => text).join('\n'),
    links: lines.flatMap(({ links }, line) => links.map((link) => ({ line, ...link }))),
  };
}

interface Line {
  readonly text: string;
  readonly links: readonly Omit<TextLink, 'line'>[];
}

/** Code, escaped characters and links, the first that begins counts; bars stay escaped, they would end a cell. */
const pieces = /(`+)(?:(?!\1).)+?\1|\\([\\`*_{}[\]<>#~])|\[((?:\\.|[^\]\\])+)\]\(([^)\s]+)\)/g;

function readableLine(markdown: string): Line {
  const links: Omit<TextLink, 'line'>[] = [];
  let text = '';
  let from = 0;
  for (const match of markdown.matchAll(pieces)) {
    const [whole, , escaped, label, target] = match;
    text += markdown.slice(from, match.index);
    from = match.index + whole.length;
    if (label === undefined || target === undefined) {
      text += escaped ?? whole;
      continue;
    }
    const shown = label.replace(/\\([^|])/g, '$1');
    links.push({ start: text.length, end: text.length + shown.length, target });
    text += shown;
  }
  return { text: text + markdown.slice(from), links };
}

interface Cell {
  readonly text: string;
  /** Where it begins in its line. */
  readonly start: number;
}

const isRow = ({ text }: Line): boolean => text.startsWith('|');

/** The same lines with every table's cells filled up to the widest of their column. */
function aligned(lines: readonly Line[]): readonly Line[] {
  const made: Line[] = [];
  for (let at = 0; at < lines.length;) {
    let end = at;
    while (end < lines.length && isRow(lines[end] ?? noLine)) end++;
    if (end === at) made.push(lines[at++] ?? noLine);
    else {
      made.push(...alignedTable(lines.slice(at, end)));
      at = end;
    }
  }
  return made;
}

const noLine: Line = { text: '', links: [] };

function alignedTable(rows: readonly Line[]): readonly Line[] {
  const cells = rows.map(({ text }) => cellsOf(text));
  const widths: number[] = [];
  for (const row of cells)
    row.forEach(({ text }, column) => {
      if (!isRule(text)) widths[column] = Math.max(widths[column] ?? 3, text.length);
    });
  return rows.map(({ links }, index) => {
    let text = '|';
    const moved: Omit<TextLink, 'line'>[] = [];
    (cells[index] ?? []).forEach((cell, column) => {
      const start = text.length + 1;
      for (const link of links)
        if (link.start >= cell.start && link.end <= cell.start + cell.text.length)
          moved.push({ ...link, start: link.start - cell.start + start, end: link.end - cell.start + start });
      const width = widths[column] ?? 3;
      text += ` ${isRule(cell.text) ? '-'.repeat(width) : cell.text.padEnd(width)} |`;
    });
    return { text, links: moved };
  });
}

const isRule = (text: string): boolean => /^-+$/.test(text);

/** The cells of a table's row, without the blanks around them. */
function cellsOf(row: string): readonly Cell[] {
  const found: Cell[] = [];
  for (const match of row.matchAll(/\|((?:\\.|[^|\\])*)(?=\|)/g)) {
    const inside = match[1] ?? '';
    const text = inside.trim();
    found.push({ text, start: match.index + 1 + inside.indexOf(text) });
  }
  return found;
}
