import picocolors from 'picocolors';

export type ColourChoice = 'auto' | 'always' | 'never';

/** Styles for text output; every one is the identity when colours are off. */
export interface Styles {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly magenta: (text: string) => string;
}

/** `auto`: on a terminal, unless NO_COLOR is set or TERM is dumb; FORCE_COLOR turns them on (https://no-color.org). */
export function stylesFor(choice: ColourChoice, stream: { readonly isTTY?: boolean }): Styles {
  const { NO_COLOR: none, FORCE_COLOR: forced, TERM: term } = process.env;
  const wanted = forced !== undefined && forced !== '' && forced !== '0';
  const refused = none !== undefined && none !== '';
  const on =
    choice === 'always' ||
    (choice === 'auto' && !refused && (wanted || (stream.isTTY === true && term !== 'dumb')));
  const { bold, dim, red, green, yellow, cyan, magenta } = picocolors.createColors(on);
  // Codes around nothing are no text either.
  const unlessEmpty =
    (style: (text: string) => string) =>
    (text: string): string =>
      text === '' ? '' : style(text);
  return {
    bold: unlessEmpty(bold),
    dim: unlessEmpty(dim),
    red: unlessEmpty(red),
    green: unlessEmpty(green),
    yellow: unlessEmpty(yellow),
    cyan: unlessEmpty(cyan),
    magenta: unlessEmpty(magenta),
  };
}

/** Writes results; a reader that goes away (`| head`) ends the program quietly, as it does other Unix tools. */
export function survivePipeEnd(): void {
  const quietly = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  };
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    quietly(error);
    process.stderr.write(`tw-index: the output cannot be written: ${error.message}\n`, () => process.exit(2));
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    quietly(error);
    process.exit(2);
  });
}

/** UTF-16 code units that are written at once: a table of twenty megabytes need not be there a second time, as bytes. */
const largestPiece = 1024 * 1024;

/**
 * Names in a tree, and its lines, may hold anything: what would steer the terminal is escaped. Colours, new lines and
 * tabs stay as they are.
 */
export const harmless = (text: string): string =>
  text.replace(control, (found) => (found.length > 1 ? found : escapedUnit(found)));

/** The same for a message, which is one line. */
export const oneLine = (text: string): string => harmless(text).replaceAll('\n', '\\n');

const escapedUnit = (unit: string): string =>
  unit === '\r' ? '\\r' : `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`;

// eslint-disable-next-line no-control-regex -- these are what is looked for
const control = /\u001b\[[\d;]*m|[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Writes to stdout and resolves when the text has been taken, so that an exit afterwards loses nothing. */
export function print(raw: string): Promise<void> {
  const text = harmless(raw);
  return new Promise((resolve) => {
    let at = 0;
    while (text.length - at > largestPiece) {
      const isHalf = /[\ud800-\udbff]/.test(text.charAt(at + largestPiece - 1));
      const end = at + largestPiece + (isHalf ? 1 : 0);
      process.stdout.write(text.slice(at, end));
      at = end;
    }
    process.stdout.write(text.slice(at), () => {
      resolve();
    });
  });
}

/** A place in a form that terminals make clickable. */
export function placeText(place: { readonly file: string; readonly line: number }): string {
  return `${oneLine(place.file)}:${place.line}`;
}

/** Columns padded to their widest cell; the last one is left ragged. `width` counts what a terminal shows. */
export function columns(rows: readonly (readonly string[])[], gap = 2): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, visibleWidth(cell));
    });
  return rows.map((row) =>
    row
      .map((cell, index) =>
        index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - visibleWidth(cell) + gap),
      )
      .join('')
      .trimEnd(),
  );
}

// eslint-disable-next-line no-control-regex -- the escape character is what terminals' colour codes start with
const colourCode = /\u001b\[[\d;]*m/g;

function visibleWidth(cell: string): number {
  return cell.replace(colourCode, '').length;
}
