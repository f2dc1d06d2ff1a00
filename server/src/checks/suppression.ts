import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';

/** A comment `tw-ignore: rule-name, other-rule` or `tw-ignore-file: rule-name` in C or linker-script code. */
export interface Suppression {
  /** 1-based line whose findings it suppresses: its own, or the next where it stands alone. `undefined`: all of the file. */
  readonly line: number | undefined;
  readonly rules: readonly { readonly name: string; readonly range: Range }[];
}

const comment = /\/\*\s*tw-ignore(-file)?:((?:[^*]|\*(?!\/))*)\*\/|\/\/\s*tw-ignore(-file)?:([^\n]*)/g;

const known = new WeakMap<SourceFile, readonly Suppression[]>();

/** Every suppression of a file. */
export function suppressionsOf(file: SourceFile): readonly Suppression[] {
  let found = known.get(file);
  if (!found) known.set(file, (found = suppressionsIn(file.text)));
  return found;
}

/**
 * Every suppression in a text, in order. Of comments that stand alone one below the other, each means the line below all
 * of them. Text after the names (`tw-ignore: rule -- reason`) is for people.
 */
export function suppressionsIn(text: string): readonly Suppression[] {
  if (!text.includes('tw-ignore')) return [];
  let below: { readonly first: number; readonly line: number } | undefined;
  const found = [...text.matchAll(comment)].reverse().map((match): Suppression => {
    const end = match.index + match[0].length;
    const lineStart = text.lastIndexOf('\n', match.index) + 1;
    const lineEnd = text.indexOf('\n', end);
    const before = text.slice(lineStart, match.index);
    const after = text.slice(end, lineEnd < 0 ? text.length : lineEnd);
    const alone = before.trim() === '' && after.replace(/\\/, '').trim() === '';
    const listed = match[2] ?? match[4] ?? '';
    const isOfFile = (match[1] ?? match[3]) !== undefined;
    const names = listed.split('--')[0] ?? '';
    const from = match.index + match[0].indexOf(':') + 1;
    const last = text.slice(0, end).split('\n').length;
    const line = !alone ? last : below?.first === last + 1 ? below.line : last + 1;
    if (alone) below = { first: text.slice(0, match.index).split('\n').length, line };
    return {
      line: isOfFile ? undefined : line,
      rules: [...names.matchAll(/[A-Za-z][\w-]*/g)].map(({ 0: name, index }) => ({
        name,
        range: { start: from + index, end: from + index + name.length },
      })),
    };
  });
  return found.reverse();
}
