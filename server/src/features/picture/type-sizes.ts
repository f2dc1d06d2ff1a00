/** How a kind of text is set. `code` is a font of even width, `prose` the reader's interface font. */
export interface TypeSize {
  /** In user units of the picture, which are CSS pixels. */
  readonly size: number;
  readonly face: 'code' | 'prose';
  readonly bold: boolean;
  /** From one base line to the next. */
  readonly line: number;
}

/** Every kind of text in a picture. Style sheet and layout are made from this one table. */
export const typeSizes = {
  title: { size: 20, face: 'prose', bold: true, line: 28 },
  value: { size: 13, face: 'code', bold: false, line: 19 },
  strong: { size: 13, face: 'code', bold: true, line: 19 },
  body: { size: 13, face: 'prose', bold: false, line: 20 },
  small: { size: 11.5, face: 'prose', bold: false, line: 16 },
  place: { size: 11, face: 'code', bold: false, line: 16 },
  number: { size: 11, face: 'code', bold: true, line: 16 },
  tiny: { size: 9, face: 'code', bold: true, line: 16 },
} as const satisfies Readonly<Record<string, TypeSize>>;

export type TypeName = keyof typeof typeSizes;

/**
 * Upper estimates of advance widths in em, from DejaVu Sans and DejaVu Sans Mono, the widest fonts in common use; a
 * picture is laid out where no font can be measured.
 */
const evenWidth = 0.615;
const proseWidths: readonly (readonly [RegExp, number])[] = [
  [/[ijl|'.,:;!]/, 0.36],
  [/[ftrI()[\]{}/\\" -]/, 0.46],
  [/[mwMWO@%Q]/, 1],
  [/[A-Z<>=+#~^]/, 0.84],
  [/[\u0020-\u00ff]/, 0.65],
];

const isWide = /[\u1100-\u11ff\u2e80-\uffff]|[\u{10000}-\u{10ffff}]/u;

/** Not less than the text takes, for Latin, Greek, Cyrillic and CJK letters. */
export function textWidth(text: string, type: TypeName): number {
  const { size, face, bold }: TypeSize = typeSizes[type];
  let em = 0;
  for (const character of text) {
    if (isWide.test(character)) em += 1.25;
    else if (face === 'code') em += evenWidth;
    else em += (proseWidths.find(([shape]) => shape.test(character))?.[1] ?? 0.95) * (bold ? 1.1 : 1);
  }
  return em * size;
}
