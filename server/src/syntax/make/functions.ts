import { matcherOf, substitutePattern, wordsOf } from './words';

/** Functions of make that only look at their expanded arguments: name, most arguments, what it does. */
export const textFunctions: Readonly<
  Record<string, readonly [number, (parts: readonly string[]) => string]>
> = {
  subst: [3, ([from = '', to = '', text = '']) => (from === '' ? text + to : text.split(from).join(to))],
  patsubst: [3, ([pattern = '', to = '', text = '']) => substitutePattern(text, pattern, to)],
  strip: [1, ([text = '']) => wordsOf(text).join(' ')],
  findstring: [2, ([find = '', text = '']) => (text.includes(find) ? find : '')],
  filter: [
    2,
    ([patterns = '', text = '']) =>
      wordsOf(text)
        .filter(matcherOf(wordsOf(patterns)))
        .join(' '),
  ],
  'filter-out': [
    2,
    ([patterns = '', text = '']) => {
      const matches = matcherOf(wordsOf(patterns));
      return wordsOf(text)
        .filter((word) => !matches(word))
        .join(' ');
    },
  ],
  sort: [1, ([text = '']) => [...new Set(wordsOf(text))].sort(byBytes).join(' ')],
  word: [2, ([index = '', text = '']) => wordsOf(text)[Number(index) - 1] ?? ''],
  wordlist: [
    3,
    ([from = '', to = '', text = '']) =>
      wordsOf(text)
        .slice(Math.max(0, Number(from) - 1), Number(to))
        .join(' '),
  ],
  words: [1, ([text = '']) => String(wordsOf(text).length)],
  firstword: [1, ([text = '']) => wordsOf(text)[0] ?? ''],
  lastword: [1, ([text = '']) => wordsOf(text).at(-1) ?? ''],
  dir: [1, ofWords((word) => (word.includes('/') ? word.slice(0, word.lastIndexOf('/') + 1) : './'))],
  notdir: [1, ofWords((word) => word.slice(word.lastIndexOf('/') + 1))],
  suffix: [
    1,
    ([text = '']) =>
      wordsOf(text)
        .filter((word) => dotIn(word) >= 0)
        .map((word) => word.slice(dotIn(word)))
        .join(' '),
  ],
  basename: [1, ofWords((word) => (dotIn(word) < 0 ? word : word.slice(0, dotIn(word))))],
  addsuffix: [
    2,
    ([suffix = '', text = '']) =>
      wordsOf(text)
        .map((word) => word + suffix)
        .join(' '),
  ],
  addprefix: [
    2,
    ([prefix = '', text = '']) =>
      wordsOf(text)
        .map((word) => prefix + word)
        .join(' '),
  ],
  join: [
    2,
    ([left = '', right = '']) => {
      const [a, b] = [wordsOf(left), wordsOf(right)];
      return Array.from(
        { length: Math.max(a.length, b.length) },
        (_, at) => (a[at] ?? '') + (b[at] ?? ''),
      ).join(' ');
    },
  ],
  // Of make 4.4.
  intcmp: [
    5,
    (parts) => {
      const [left = '', right = '', less, equal, greater] = parts;
      const order = Math.sign(Number(left) - Number(right));
      if (less === undefined) return order === 0 ? left.trim() : '';
      if (order < 0) return less;
      if (order === 0) return equal ?? '';
      return greater ?? equal ?? '';
    },
  ],
};

/** As strcmp orders UTF-8: by code point, which is not quite JavaScript's order by code unit. */
function byBytes(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at === shorter ? a.length - b.length : rankOf(a.charCodeAt(at)) - rankOf(b.charCodeAt(at));
}

/** The halves of surrogate pairs come after all else. */
const rankOf = (code: number): number => (code >= 0xd800 && code < 0xe000 ? code + 0x10000 : code);

function ofWords(run: (word: string) => string): (parts: readonly string[]) => string {
  return ([text = '']) => wordsOf(text).map(run).join(' ');
}

function dotIn(word: string): number {
  const at = word.lastIndexOf('.');
  return at > word.lastIndexOf('/') ? at : -1;
}
