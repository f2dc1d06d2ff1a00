/** Attributes of an element; `undefined` leaves one out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

// Control characters and lone surrogates are not allowed in XML at all, not even escaped (XML 1.0, production 2).
const forbidden =
  // eslint-disable-next-line no-control-regex -- these are the characters to be kept out
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand between tags or in a quoted attribute, in HTML as in XML. */
export function escaped(text: string): string {
  return text.replace(forbidden, '\ufffd').replace(/[&<>"']/g, (character) => escapes[character] ?? '');
}

/** An element; `children` are markup already. Values of attributes are escaped here. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escaped(String(value))}"`]))
    .join('');
  const inside = children.join('');
  return inside === '' && !contentExpected.has(name)
    ? `<${name}${written}/>`
    : `<${name}${written}>${inside}</${name}>`;
}

/** HTML reads `<p/>` as an opening tag; shapes of SVG may close themselves. */
const contentExpected = new Set(
  'a p div span section h1 h2 h3 table thead tbody tr td th ul ol li code g text title desc svg'.split(' '),
);

/** Coordinates: two decimals are finer than any screen. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;
