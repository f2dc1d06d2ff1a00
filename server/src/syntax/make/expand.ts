import { closing, topLevelComma } from './parse';

/** What a shell command would print, where that can be told without running it. */
export type ShellAnswer = (command: string) => string | undefined;

/** What expansion needs from outside: everything that is not text. */
export interface MakeWorld {
  /** `$(wildcard pattern)`. */
  wildcard(pattern: string): readonly string[];
  /** `$(realpath …)` / `$(abspath …)` of one name. */
  realpath(name: string): string;
  shell: ShellAnswer;
  /** Text of `$(eval …)`. */
  evaluate(text: string): void;
  /** `$(error …)`, `$(warning …)`, `$(info …)`. */
  say(kind: 'error' | 'warning' | 'info', text: string): void;
  unknownShell(command: string): void;
}

export interface Variable {
  readonly flavour: 'simple' | 'recursive';
  readonly value: string;
  readonly origin: 'file' | 'environment' | 'default' | 'automatic';
}

/** Stands in a value for what only a run of make could tell. */
export const unknownWord = '\u0002unknown';

/** Variables of one make process. Lookups go on in the parent, which is never written. */
export interface Scope {
  readonly variables: Map<string, Variable>;
  readonly parent: Scope | undefined;
  readonly world: MakeWorld;
}

export function lookup(scope: Scope, name: string): Variable | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const found = at.variables.get(name);
    if (found) return found;
  }
  return undefined;
}

/** Deeper recursion is a variable that refers to itself. */
const deepest = 400;

export function expandText(text: string, scope: Scope, depth = 0): string {
  if (!text.includes('$')) return text;
  if (depth > deepest) return '';
  let result = '';
  let from = 0;
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', from)) {
    result += text.slice(from, at);
    const next = text.charAt(at + 1);
    if (next === '(' || next === '{') {
      const end = closing(text, at + 1);
      if (end < 0) return result + text.slice(at);
      result += expandReference(text.slice(at + 2, end), scope, depth + 1);
      from = end + 1;
    } else if (next === '$') {
      result += '$';
      from = at + 2;
    } else {
      result += valueOf(next, scope, depth + 1);
      from = at + 2;
    }
  }
  return result + text.slice(from);
}

export function valueOf(name: string, scope: Scope, depth = 0): string {
  const variable = lookup(scope, name);
  if (!variable) return '';
  return variable.flavour === 'simple' ? variable.value : expandText(variable.value, scope, depth + 1);
}

export const wordsOf = (text: string): readonly string[] => {
  const trimmed = text.trim();
  return trimmed === '' ? [] : trimmed.split(/\s+/);
};

function expandReference(inside: string, scope: Scope, depth: number): string {
  const call = /^([a-z-]+)(?:[\s]+([\s\S]*))?$/.exec(inside);
  const name = call?.[1];
  if (
    name !== undefined &&
    Object.hasOwn(functions, name) &&
    (call?.[2] !== undefined || inside.includes(' '))
  ) {
    const run = functions[name];
    if (run) return run(splitArguments(call?.[2] ?? '', run.limit), scope, depth);
  }
  const colon = substitutionColon(inside);
  if (colon >= 0) {
    const equals = inside.indexOf('=', colon);
    const variable = expandText(inside.slice(0, colon), scope, depth);
    const from = expandText(inside.slice(colon + 1, equals), scope, depth);
    const to = expandText(inside.slice(equals + 1), scope, depth);
    const [pattern, replacement] = from.includes('%') ? [from, to] : [`%${from}`, `%${to}`];
    return wordsOf(valueOf(variable, scope, depth))
      .map((word) => substitute(word, pattern, replacement))
      .join(' ');
  }
  return valueOf(expandText(inside, scope, depth), scope, depth);
}

/** The colon of `$(x:a=b)`, outside nested references. */
function substitutionColon(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '(' || char === '{') depth++;
    else if (char === ')' || char === '}') depth--;
    else if (char === ':' && depth === 0) return text.includes('=', at) ? at : -1;
  }
  return -1;
}

function splitArguments(text: string, limit: number): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  while (parts.length + 1 < limit) {
    const comma = topLevelComma(text, from, text.length);
    if (comma < 0) break;
    parts.push(text.slice(from, comma));
    from = comma + 1;
  }
  parts.push(text.slice(from));
  return parts;
}

/** One word through `%` patterns. */
export function substitute(word: string, pattern: string, replacement: string): string {
  const stem = matchStem(word, pattern);
  return stem === undefined
    ? word
    : replacement.includes('%')
      ? replacement.replace('%', () => stem)
      : replacement;
}

export function matchStem(word: string, pattern: string): string | undefined {
  const percent = pattern.indexOf('%');
  if (percent < 0) return word === pattern ? '' : undefined;
  const before = pattern.slice(0, percent);
  const after = pattern.slice(percent + 1);
  if (word.length < before.length + after.length || !word.startsWith(before) || !word.endsWith(after))
    return undefined;
  return word.slice(before.length, word.length - after.length);
}

type MakeFunction = ((parts: readonly string[], scope: Scope, depth: number) => string) & { limit: number };

const withLimit = (
  limit: number,
  run: (parts: readonly string[], scope: Scope, depth: number) => string,
): MakeFunction => Object.assign(run.bind(undefined), { limit });

/** A function whose arguments are all expanded first. */
const plain = (limit: number, run: (parts: readonly string[], scope: Scope) => string): MakeFunction =>
  withLimit(limit, (parts, scope, depth) =>
    run(
      parts.map((part) => expandText(part, scope, depth)),
      scope,
    ),
  );

/** A function of each word of its one argument. */
const eachWord = (run: (word: string, scope: Scope) => string | undefined): MakeFunction =>
  plain(1, ([text = ''], scope) =>
    wordsOf(text)
      .map((word) => run(word, scope))
      .filter((word) => word !== undefined)
      .join(' '),
  );

const matchesAny = (patterns: readonly string[]): ((word: string) => boolean) => {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('%')));
  const wild = patterns.filter((pattern) => pattern.includes('%'));
  return (word) => exact.has(word) || wild.some((pattern) => matchStem(word, pattern) !== undefined);
};

const folder = (word: string): string =>
  word.includes('/') ? word.slice(0, word.lastIndexOf('/') + 1) : './';
const file = (word: string): string => word.slice(word.lastIndexOf('/') + 1);
const dot = (word: string): number => {
  const at = word.lastIndexOf('.');
  return at > word.lastIndexOf('/') ? at : -1;
};

const functions: Readonly<Record<string, MakeFunction>> = {
  subst: plain(3, ([from = '', to = '', text = '']) => (from === '' ? text + to : text.split(from).join(to))),
  patsubst: plain(3, ([pattern = '', to = '', text = '']) =>
    wordsOf(text)
      .map((word) => substitute(word, pattern.trim(), to.trim()))
      .join(' '),
  ),
  strip: plain(1, ([text = '']) => wordsOf(text).join(' ')),
  findstring: plain(2, ([find = '', text = '']) => (text.includes(find) ? find : '')),
  filter: plain(2, ([patterns = '', text = '']) =>
    wordsOf(text)
      .filter(matchesAny(wordsOf(patterns)))
      .join(' '),
  ),
  'filter-out': plain(2, ([patterns = '', text = '']) => {
    const matches = matchesAny(wordsOf(patterns));
    return wordsOf(text)
      .filter((word) => !matches(word))
      .join(' ');
  }),
  sort: plain(1, ([text = '']) =>
    [...new Set(wordsOf(text))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join(' '),
  ),
  word: plain(2, ([index = '', text = '']) => wordsOf(text)[Number(index) - 1] ?? ''),
  wordlist: plain(3, ([from = '', to = '', text = '']) =>
    wordsOf(text)
      .slice(Number(from) - 1, Number(to))
      .join(' '),
  ),
  words: plain(1, ([text = '']) => String(wordsOf(text).length)),
  firstword: plain(1, ([text = '']) => wordsOf(text)[0] ?? ''),
  lastword: plain(1, ([text = '']) => wordsOf(text).at(-1) ?? ''),
  dir: eachWord(folder),
  notdir: eachWord((word) => file(word) || undefined),
  suffix: eachWord((word) => (dot(word) < 0 ? undefined : word.slice(dot(word)))),
  basename: eachWord((word) => (dot(word) < 0 ? word : word.slice(0, dot(word)))),
  addsuffix: plain(2, ([suffix = '', text = '']) =>
    wordsOf(text)
      .map((word) => word + suffix)
      .join(' '),
  ),
  addprefix: plain(2, ([prefix = '', text = '']) =>
    wordsOf(text)
      .map((word) => prefix + word)
      .join(' '),
  ),
  join: plain(2, ([left = '', right = '']) => {
    const [a, b] = [wordsOf(left), wordsOf(right)];
    return Array.from(
      { length: Math.max(a.length, b.length) },
      (_, at) => (a[at] ?? '') + (b[at] ?? ''),
    ).join(' ');
  }),
  wildcard: plain(1, ([text = ''], scope) =>
    wordsOf(text)
      .flatMap((word) => scope.world.wildcard(word))
      .join(' '),
  ),
  realpath: eachWord((word, scope) => scope.world.realpath(word)),
  abspath: eachWord((word, scope) => scope.world.realpath(word)),
  shell: plain(1, ([command = ''], scope) => {
    const answer = scope.world.shell(command);
    if (answer !== undefined) return answer.replace(/\n+$/, '').replace(/\n/g, ' ');
    scope.world.unknownShell(command);
    return unknownWord;
  }),
  error: plain(1, ([text = ''], scope) => {
    scope.world.say('error', text);
    return '';
  }),
  warning: plain(1, ([text = ''], scope) => {
    scope.world.say('warning', text);
    return '';
  }),
  info: plain(1, ([text = ''], scope) => {
    scope.world.say('info', text);
    return '';
  }),
  origin: plain(1, ([name = ''], scope) => lookup(scope, name)?.origin ?? 'undefined'),
  flavor: plain(1, ([name = ''], scope) => lookup(scope, name)?.flavour ?? 'undefined'),
  value: plain(1, ([name = ''], scope) => lookup(scope, name)?.value ?? ''),
  eval: plain(1, ([text = ''], scope) => {
    scope.world.evaluate(text);
    return '';
  }),
  if: withLimit(3, ([test = '', yes = '', no = ''], scope, depth) =>
    expandText(expandText(test.trim(), scope, depth) === '' ? no : yes, scope, depth),
  ),
  or: withLimit(Infinity, (parts, scope, depth) => {
    for (const part of parts) {
      const value = expandText(part.trim(), scope, depth);
      if (value !== '') return value;
    }
    return '';
  }),
  and: withLimit(Infinity, (parts, scope, depth) => {
    let value = '';
    for (const part of parts) {
      value = expandText(part.trim(), scope, depth);
      if (value === '') return '';
    }
    return value;
  }),
  foreach: withLimit(3, ([name = '', list = '', text = ''], scope, depth) => {
    const variable = expandText(name, scope, depth).trim();
    return wordsOf(expandText(list, scope, depth))
      .map((word) => expandText(text, inner(scope, [[variable, word]]), depth))
      .join(' ');
  }),
  call: withLimit(Infinity, (parts, scope, depth) => {
    const [name = '', ...values] = parts.map((part) => expandText(part, scope, depth));
    const called = name.trim();
    const builtin = Object.hasOwn(functions, called) ? functions[called] : undefined;
    if (builtin && !lookup(scope, called)) return builtin(values, scope, depth);
    const own = [...[called, ...values].entries()].map(([index, value]): [string, string] => [
      String(index),
      value,
    ]);
    // Arguments of an outer call must not show through.
    for (let index = own.length; index < 10; index++) own.push([String(index), '']);
    return valueOf(called, inner(scope, own), depth + 1);
  }),
};

/** A scope for `foreach` and `call`: assignments by `$(eval)` still reach the outer one. */
function inner(scope: Scope, values: readonly (readonly [string, string])[]): Scope {
  return {
    world: scope.world,
    parent: scope,
    variables: new Map(
      values.map(([name, value]) => [name, { flavour: 'simple', value, origin: 'automatic' }]),
    ),
  };
}
