/**
 * fnmatch(3) with flags 0, as ld matches files and sections: `*` takes `/` and a leading `.` too. Time at worst
 * pattern × text: the last `*` is the only one worth going back to.
 */
export function globMatches(glob: string, text: string): boolean {
  let inGlob = 0;
  let inText = 0;
  let starGlob = -1;
  let starText = 0;
  while (inText < text.length) {
    const char = glob.charAt(inGlob);
    if (char === '*' && inGlob < glob.length) {
      starGlob = ++inGlob;
      starText = inText;
      continue;
    }
    const after = inGlob < glob.length ? oneMatches(glob, inGlob, text.charAt(inText)) : undefined;
    if (after !== undefined) {
      inGlob = after;
      inText++;
    } else if (starGlob >= 0) {
      inGlob = starGlob;
      inText = ++starText;
    } else return false;
  }
  while (glob.charAt(inGlob) === '*') inGlob++;
  return inGlob >= glob.length;
}

/** True where {@link globMatches} may match more than the text itself. */
export const isGlob = (text: string): boolean => /[*?[]/.test(text);

/** Where the glob goes on after taking one character at `at`; `undefined`: it does not take it. */
function oneMatches(glob: string, at: number, char: string): number | undefined {
  const first = glob.charAt(at);
  if (first === '?') return at + 1;
  if (first === '[') {
    const set = bracketSet(glob, at);
    if (set) return set.takes(char) ? set.end : undefined;
  }
  if (first === '\\' && at + 1 < glob.length) return glob.charAt(at + 1) === char ? at + 2 : undefined;
  return first === char ? at + 1 : undefined;
}

interface BracketSet {
  readonly end: number;
  takes(char: string): boolean;
}

const classes: Readonly<Record<string, RegExp>> = {
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  alnum: /[A-Za-z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  xdigit: /[0-9A-Fa-f]/,
  space: /\s/,
  punct: /[!-/:-@[-`{-~]/,
};

/** `[a-z]`, `[!0-9]`, `[^…]`, `[]x]`, `[[:alpha:]]`; `undefined` where no `]` closes it: then `[` stands for itself. */
function bracketSet(glob: string, open: number): BracketSet | undefined {
  let at = open + 1;
  const negated = glob.charAt(at) === '!' || glob.charAt(at) === '^';
  if (negated) at++;
  const tests: ((char: string) => boolean)[] = [];
  for (let first = true; ; first = false) {
    if (at >= glob.length) return undefined;
    const char = glob.charAt(at);
    if (char === ']' && !first) break;
    const close = char === '[' && glob.charAt(at + 1) === ':' ? glob.indexOf(':]', at + 2) : -1;
    const named = close < 0 ? undefined : classes[glob.slice(at + 2, close)];
    if (named) {
      tests.push((one) => named.test(one));
      at = close + 2;
    } else if (glob.charAt(at + 1) === '-' && at + 2 < glob.length && glob.charAt(at + 2) !== ']') {
      const last = glob.charAt(at + 2);
      tests.push((one) => one >= char && one <= last);
      at += 3;
    } else {
      tests.push((one) => one === char);
      at++;
    }
  }
  return { end: at + 1, takes: (char) => tests.some((test) => test(char)) !== negated };
}
