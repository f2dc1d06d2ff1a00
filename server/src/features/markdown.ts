/** A C name, file or other code in Markdown text. Backquotes inside make the fence longer. */
export function code(written: string): string {
  // A line break could begin a paragraph, a list or a table's row.
  const text = folded(written);
  if (text.trim() === '') return text;
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 || /^ .* $/.test(text) ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}

/** Text that holds no Markdown of its own. */
export function plain(text: string): string {
  return folded(text).replace(/[\\`*_{}[\]<>#|~&]/g, '\\$&');
}

const folded = (text: string): string => text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ');

/** An address as it may stand in a link's round brackets. */
export const linkTarget = (address: string): string =>
  address.replace(/[\s()<>\\]/g, (character) =>
    encodeURIComponent(character).replace('(', '%28').replace(')', '%29'),
  );

export function codeBlock(text: string, language = 'c'): string {
  return `\`\`\`${language}\n${text.replace(/```/g, "'''")}\n\`\`\``;
}

/** A block of code, a piece of code, an escaped character, a link, emphasis, the mark of a heading: what we write. */
const markup =
  /```\w*\n([\s\S]*?)\n```|(`+)( ?)([^\n]+?)\3(?<!`)\2(?!`)|\\([\\`*_{}[\]<>#|~&])|\[((?:\\.|[^\]\\])*)\]\([^)\s]*\)|\*\*([^\n]+?)\*\*|\*([^*\n]+)\*|^#+ /gm;

/** Markdown of ours for those who show text as it stands. */
export function withoutMarkup(markdown: string): string {
  return markdown.replace(markup, (...parts: readonly (string | undefined)[]) => {
    const [, block, , , span, escaped, link, strong, emphasis] = parts;
    const nested = link ?? strong ?? emphasis;
    return nested === undefined ? (block ?? span ?? escaped ?? '') : withoutMarkup(nested);
  });
}

/** A table; cells are Markdown, bars in them are escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|').replace(/[\r\n]+/g, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
