import { textFunctions } from './functions';
import { calledMacro, type Held } from './known-macros';
import { closing, nextAt } from './lines';
import { substitutePattern, wordsOf } from './words';

/** What a shell command would print, where that can be told without running it. */
export type ShellAnswer = (command: string) => string | undefined;

/** What expansion needs from outside: everything that is not text. */
export interface MakeWorld {
  /** `$(wildcard pattern)`. */
  wildcard(pattern: string): readonly string[];
  /** `$(abspath …)` of one name. */
  absolute(name: string): string;
  /** There is such a file or directory (`$(realpath …)` is empty where there is not). */
  exists(name: string): boolean;
  shell: ShellAnswer;
  /** Text of `$(eval …)`: it sees `scope`, and assigns in its {@link processScope}. */
  evaluate(text: string, scope: Scope): void;
  /** `$(error …)`, `$(warning …)`, `$(info …)`. */
  say(kind: 'error' | 'warning' | 'info', text: string): void;
  /** A shell command whose output stays unknown was met. */
  unknownShell(command: string): void;
  readonly work: ExpansionWork;
}

/** What expansion keeps in mind while it is at work: makefiles may be written to run for ever. */
export interface ExpansionWork {
  /** References that may still be expanded. */
  left: number;
  /** Variables under expansion: one that refers to itself is an error to make, and empty here. */
  readonly expanding: Set<Variable>;
  /** `$(eval)` within `$(eval)`. */
  evalDepth: number;
}

/** Linux 6.1 with Debian's configuration takes 650,000 references for all its objects and their flags. */
export const newWork = (): ExpansionWork => ({ left: 6_000_000, expanding: new Set(), evalDepth: 0 });

/** No list of a kernel is as long; a variable that doubles itself is. */
export const longestValue = 8_000_000;

export interface Variable {
  readonly flavour: 'simple' | 'recursive';
  readonly value: string;
  readonly origin: 'file' | 'override' | 'environment' | 'default' | 'automatic' | 'undefined';
}

/** Stands in a value for what only a run of make could tell: one character, of which no function takes a part. */
export const unknownWord = '\u0002';

/** Variables of one make process. Lookups go on in the parent, which is never written. */
export interface Scope {
  readonly variables: Map<string, Variable>;
  /** Set once at most, where the configuration is included. */
  parent: Scope | undefined;
  readonly world: MakeWorld;
  /** The arguments of `$(call)` or the variable of `$(foreach)`: nothing is assigned in it. */
  readonly isLocal: boolean;
  /** Where nothing more is set, here or above, each variable is expanded once: the values so far. */
  settled: Map<string, string> | undefined;
}

/** All scopes are made here: what looks up variables then meets one kind of object. */
export const newScope = (
  world: MakeWorld,
  parent: Scope | undefined,
  variables = new Map<string, Variable>(),
  isLocal = false,
): Scope => ({ variables, parent, world, isLocal, settled: undefined });

export function lookup(scope: Scope, name: string): Variable | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const found = at.variables.get(name);
    if (found) return found.origin === 'undefined' ? undefined : found;
  }
  return undefined;
}

const deepestEval = 30;

/** Deeper recursion is a variable that refers to itself. */
const deepest = 200;

export function expandText(text: string, scope: Scope, depth = 0): string {
  if (!text.includes('$')) return text;
  if (depth > deepest || scope.world.work.left < 0) return '';
  let result = '';
  let from = 0;
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', from)) {
    result += text.slice(from, at);
    scope.world.work.left--;
    const next = text.charAt(at + 1);
    const nameEnd = next === '(' ? plainNameEnd(text, at + 2) : -1;
    if (nameEnd >= 0) {
      result += valueOf(text.slice(at + 2, nameEnd), scope, depth + 1);
      from = nameEnd + 1;
    } else if (next === '(' || next === '{') {
      const end = closing(text, at + 1);
      if (end < 0) {
        // Make looks for any closing one then, as for a name with a parenthesis in it.
        const any = text.indexOf(next === '(' ? ')' : '}', at);
        if (any < 0) return result;
        result += valueOf(text.slice(at + 2, any), scope, depth + 1);
        from = any + 1;
        continue;
      }
      result += expandReference(text, at + 2, end, scope, depth + 1);
      from = end + 1;
    } else if (next === '$') {
      result += '$';
      from = at + 2;
    } else {
      if (next !== '') result += valueOf(next, scope, depth + 1);
      from = at + 2;
    }
    if (result.length > longestValue) return result.slice(0, longestValue);
  }
  return result + text.slice(from);
}

/** Where the parenthesis is behind a plain name, as in nearly all references; -1: there is more to it. */
function plainNameEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 41) return at;
    // Below are blanks, `$`, `(`, a comma.
    if (code < 45 || code === 58 || code > 122) return -1;
  }
  return -1;
}

export function valueOf(name: string, scope: Scope, depth = 0): string {
  const variable = lookup(scope, name);
  if (!variable) return name.includes(unknownWord) ? unknownWord : '';
  if (variable.flavour === 'simple') return variable.value;
  if (!variable.value.includes('$')) return variable.value;
  const settled = scope.settled?.get(name);
  if (settled !== undefined) return settled;
  const { expanding } = scope.world.work;
  if (expanding.has(variable)) {
    scope.world.say('error', `Recursive variable '${name}' references itself`);
    return '';
  }
  expanding.add(variable);
  const value = expandText(variable.value, scope, depth + 1);
  expanding.delete(variable);
  scope.settled?.set(name, value);
  return value;
}

function expandReference(text: string, start: number, end: number, scope: Scope, depth: number): string {
  const isRound = text.charCodeAt(start - 1) === 40;
  const open = isRound ? 40 : 123;
  const close = isRound ? 41 : 125;
  const name = functionName(text, start, end);
  if (name !== undefined) {
    let at = start + name.length;
    while (at < end && isBlank(text.charCodeAt(at))) at++;
    const inside = text.slice(at, end);
    const textual = Object.hasOwn(textFunctions, name) ? textFunctions[name] : undefined;
    if (textual) {
      const [most, run] = textual;
      return ofKnown(
        run,
        splitArguments(inside, most, open, close).map((part) => expandText(part, scope, depth)),
      );
    }
    const special = specialFunctions[name];
    if (special) return special.run(splitArguments(inside, special.most, open, close), scope, depth);
  }
  let inside = text.slice(start, end);
  if (inside.includes('$')) inside = expandText(inside, scope, depth);
  else {
    const first = inside.indexOf(isRound ? ')' : '}');
    if (first >= 0) inside = inside.slice(0, first);
  }
  const colon = inside.indexOf(':');
  const equals = colon < 0 ? -1 : inside.indexOf('=', colon + 1);
  if (equals < 0) return valueOf(inside, scope, depth);
  const from = inside.slice(colon + 1, equals);
  const to = inside.slice(equals + 1);
  const value = valueOf(inside.slice(0, colon), scope, depth);
  return /(?:^|[^\\])%/.test(from)
    ? substitutePattern(value, from, to)
    : substitutePattern(value, `%${from}`, `%${to}`);
}

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/** The name of a function at `start`, where white space follows it: else it is a variable's. */
function functionName(text: string, start: number, end: number): string | undefined {
  let at = start;
  for (let code = text.charCodeAt(at); (code >= 97 && code <= 122) || code === 45; code = text.charCodeAt(at))
    at++;
  if (at === start || at >= end || !isBlank(text.charCodeAt(at))) return undefined;
  const name = text.slice(start, at);
  return Object.hasOwn(textFunctions, name) || Object.hasOwn(specialFunctions, name) ? name : undefined;
}

/** At commas outside parentheses (braces, where the call is written with braces). The last part takes the rest. */
function splitArguments(text: string, most: number, open: number, close: number): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  while (parts.length + 1 < most) {
    const comma = nextAt(text, from, text.length, 44, open, close);
    if (comma < 0) break;
    parts.push(text.slice(from, comma));
    from = comma + 1;
  }
  parts.push(text.slice(from));
  return parts;
}

interface SpecialFunction {
  readonly most: number;
  readonly run: (parts: readonly string[], scope: Scope, depth: number) => string;
}

/** A function whose one argument is expanded first. */
const ofText = (run: (text: string, scope: Scope) => string): SpecialFunction => ({
  most: 1,
  run: ([text = ''], scope, depth) => run(expandText(text, scope, depth), scope),
});

const saying = (kind: 'error' | 'warning' | 'info'): SpecialFunction =>
  ofText((text, { world }) => {
    world.say(kind, text);
    return '';
  });

/** Functions that look beyond their arguments, or do not expand all of them. */
const specialFunctions: Readonly<Record<string, SpecialFunction>> = {
  wildcard: ofText((text, { world }) =>
    wordsOf(text)
      .flatMap((word) => (word.includes(unknownWord) ? unknownWord : world.wildcard(word)))
      .join(' '),
  ),
  realpath: ofText((text, { world }) =>
    wordsOf(text)
      .filter((word) => word.includes(unknownWord) || world.exists(word))
      .map((word) => world.absolute(word))
      .join(' '),
  ),
  abspath: ofText((text, { world }) =>
    wordsOf(text)
      .map((word) => world.absolute(word))
      .join(' '),
  ),
  shell: ofText((command, { world }) => {
    const answer = world.shell(command);
    if (answer !== undefined) return answer.replace(/\n+$/, '').replace(/\n/g, ' ');
    world.unknownShell(command);
    return unknownWord;
  }),
  error: saying('error'),
  warning: saying('warning'),
  info: saying('info'),
  file: ofText(() => ''),
  guile: ofText(() => ''),
  origin: ofText((name, scope) => lookup(scope, name)?.origin ?? 'undefined'),
  flavor: ofText((name, scope) => lookup(scope, name)?.flavour ?? 'undefined'),
  value: ofText((name, scope) => lookup(scope, name)?.value ?? ''),
  eval: ofText((text, scope) => {
    const { work } = scope.world;
    if (work.evalDepth >= deepestEval) return '';
    work.evalDepth++;
    scope.world.evaluate(text, scope);
    work.evalDepth--;
    return '';
  }),
  if: {
    most: 3,
    run([test = '', yes = '', no = ''], scope, depth) {
      const tested = expandText(test.trim(), scope, depth);
      const value = expandText(tested === '' ? no : yes, scope, depth);
      return tested.includes(unknownWord) ? orUnknown(value) : value;
    },
  },
  or: {
    most: Infinity,
    run(parts, scope, depth) {
      for (const part of parts) {
        const value = expandText(part.trim(), scope, depth);
        if (value !== '') return value;
      }
      return '';
    },
  },
  and: {
    most: Infinity,
    run(parts, scope, depth) {
      let value = '';
      let isKnown = true;
      for (const part of parts) {
        value = expandText(part.trim(), scope, depth);
        if (value === '') return '';
        isKnown &&= !value.includes(unknownWord);
      }
      return isKnown ? value : orUnknown(value);
    },
  },
  foreach: {
    most: 3,
    run([name = '', list = '', text = ''], scope, depth) {
      const variable = expandText(name, scope, depth).trim();
      const inside = local(scope);
      let length = 0;
      return wordsOf(expandText(list, scope, depth))
        .map((word) => {
          if (length > longestValue) return '';
          setAutomatic(inside, variable, word);
          const value = expandText(text, inside, depth);
          length += value.length;
          return word.includes(unknownWord) ? orUnknown(value) : value;
        })
        .join(' ');
    },
  },
  // Of make 4.4.
  let: {
    most: 3,
    run([names = '', list = '', text = ''], scope, depth) {
      const variables = wordsOf(expandText(names, scope, depth));
      const values = wordsOf(expandText(list, scope, depth));
      const inside = local(scope);
      variables.forEach((name, at) => {
        const rest = at === variables.length - 1;
        setAutomatic(inside, name, rest ? values.slice(at).join(' ') : (values[at] ?? ''));
      });
      return expandText(text, inside, depth);
    },
  },
  call: {
    most: Infinity,
    run(parts, scope, depth) {
      const [written = '', ...values] = parts.map((part) => expandText(part, scope, depth));
      const called = written.trim();
      const textual = Object.hasOwn(textFunctions, called) ? textFunctions[called] : undefined;
      if (textual) return ofKnown(textual[1], values);
      const special = Object.hasOwn(specialFunctions, called) ? specialFunctions[called] : undefined;
      // Their arguments are expanded already; expanding again changes nothing unless a `$` came out of it.
      if (special)
        return special.run(
          values.map((value) => value.replaceAll('$', () => '$$')),
          scope,
          depth,
        );
      const variable = lookup(scope, called);
      if (!variable) return called.includes(unknownWord) ? unknownWord : '';
      if (variable.flavour === 'simple') return variable.value;
      const known = calledMacro(variable.value, values, (name) => held(scope, name));
      if (known !== undefined) return known;
      const inside = local(scope);
      setAutomatic(inside, '0', called);
      values.forEach((value, index) => {
        setAutomatic(inside, String(index + 1), value);
      });
      // Arguments of an outer call must not show through.
      for (let index = parts.length; lookup(scope, String(index)) !== undefined; index++)
        setAutomatic(inside, String(index), '');
      // `$(call)` is the one way in which a variable may refer to itself.
      return expandText(variable.value, inside, depth + 1);
    },
  },
};

function held(scope: Scope, name: string): Held | undefined {
  const found = lookup(scope, name);
  return found && { value: found.value, isPlain: found.flavour === 'simple' || !found.value.includes('$') };
}

/** What may be so, or something else. */
const orUnknown = (value: string): string =>
  value.includes(unknownWord) ? value : `${value} ${unknownWord}`.trimStart();

/** What a function makes of its arguments, which is unknown if they are, even where no mark is left in it. */
function ofKnown(run: (parts: readonly string[]) => string, parts: readonly string[]): string {
  const value = run(parts);
  // Of a list of nothing nothing comes, whatever is looked for in it.
  if (value === '' && parts.at(-1)?.trim() === '') return '';
  return parts.some((part) => part.includes(unknownWord)) ? orUnknown(value) : value;
}

const local = (scope: Scope): Scope => newScope(scope.world, scope, undefined, true);

function setAutomatic(scope: Scope, name: string, value: string): void {
  scope.variables.set(name, { flavour: 'simple', value, origin: 'automatic' });
}

/** The scope in which an assignment made by `$(eval)` counts. */
export function processScope(scope: Scope): Scope {
  let at = scope;
  while (at.isLocal && at.parent) at = at.parent;
  return at;
}
