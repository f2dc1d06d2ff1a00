/** Make's notion of words and `%` patterns. */

/** Words between white space. */
export function wordsOf(text: string): readonly string[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  return hasWideGaps.test(trimmed) ? trimmed.split(/\s+/) : trimmed.split(' ');
}

/** There is more between words than one space each. */
const hasWideGaps = /[^\S ]| {2}/;

export interface Pattern {
  readonly before: string;
  /** `undefined`: there is no `%`, and `before` is the whole word. */
  readonly after: string | undefined;
}

/** A pattern as written: the first `%` that no backslash precedes; a backslash before `%` goes away. */
export function readPattern(text: string): Pattern {
  if (!text.includes('\\')) {
    const percent = text.indexOf('%');
    return percent < 0
      ? { before: text, after: undefined }
      : { before: text.slice(0, percent), after: text.slice(percent + 1) };
  }
  let before = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char !== '%') {
      before += char;
      continue;
    }
    let backslashes = 0;
    while (before.charCodeAt(before.length - 1 - backslashes) === 92) backslashes++;
    before = before.slice(0, before.length - ((backslashes + 1) >> 1));
    if (backslashes % 2 === 0) return { before, after: text.slice(at + 1) };
    before += '%';
  }
  return { before, after: undefined };
}

/** What `%` stands for in `word`; '' where a pattern without `%` is the word; `undefined`: no match. */
export function stemOf(word: string, { before, after }: Pattern): string | undefined {
  if (after === undefined) return word === before ? '' : undefined;
  if (word.length < before.length + after.length || !word.startsWith(before) || !word.endsWith(after))
    return undefined;
  return word.slice(before.length, word.length - after.length);
}

/** `$(patsubst from,to,text)`. */
export function substitutePattern(text: string, from: string, to: string): string {
  const pattern = readPattern(from);
  if (pattern.after === undefined) return substituteWords(text, pattern.before, to);
  const target = readPattern(to);
  const result: string[] = [];
  for (const word of wordsOf(text)) {
    const stem = stemOf(word, pattern);
    if (stem === undefined) result.push(word);
    else {
      // A word replaced by nothing goes, but one of which `%` leaves nothing leaves its space behind.
      if (target.after !== undefined) result.push(target.before + stem + target.after);
      else if (target.before !== '') result.push(target.before);
    }
  }
  return result.join(' ');
}

/** Whole words; unlike with `%`, the white space between words stays. */
function substituteWords(text: string, from: string, to: string): string {
  if (from === '') return text + to;
  return text
    .split(/(\s+)/)
    .map((part) => (part === from ? to : part))
    .join('');
}

/** A test whether a word matches one of the patterns. */
export function matcherOf(patterns: readonly string[]): (word: string) => boolean {
  const read = patterns.map(readPattern);
  const exact = new Set(read.filter(({ after }) => after === undefined).map(({ before }) => before));
  const wild = read.filter(({ after }) => after !== undefined);
  return (word) => exact.has(word) || wild.some((pattern) => stemOf(word, pattern) !== undefined);
}
