/** A makefile as its statements. Recipes and rules are passed over: what make would run is no business of ours. */
export type MakeStatement =
  | AssignStatement
  | {
      readonly kind: 'conditional';
      readonly line: number;
      readonly branches: readonly {
        readonly test: MakeTest | undefined;
        readonly body: readonly MakeStatement[];
      }[];
    }
  | { readonly kind: 'include'; readonly line: number; readonly files: string; readonly optional: boolean }
  | { readonly kind: 'export'; readonly line: number; readonly names: string; readonly on: boolean }
  | { readonly kind: 'undefine'; readonly line: number; readonly name: string }
  /** A line that is only expanded: `$(eval …)`, `$(error …)`. */
  | { readonly kind: 'expression'; readonly line: number; readonly text: string };

export interface AssignStatement {
  readonly kind: 'assign';
  /** 1-based line on which it starts. */
  readonly line: number;
  /** As written: `obj-$(CONFIG_X)`. */
  readonly name: string;
  readonly operator: '=' | ':=' | '?=' | '+=' | '!=';
  readonly value: string;
  readonly isExported: boolean;
}

export interface MakeTest {
  readonly kind: 'equal' | 'defined';
  readonly negated: boolean;
  /** Two texts to compare, or the name that is tested (in `left`). */
  readonly left: string;
  readonly right: string;
}

export interface Makefile {
  readonly statements: readonly MakeStatement[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

interface Line {
  readonly text: string;
  readonly line: number;
  readonly isRecipe: boolean;
}

/** Joins continued lines (`\` newline and the white space around become one space). */
function logicalLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  const raw = text.split('\n');
  for (let at = 0; at < raw.length; at++) {
    const line = at + 1;
    let joined = (raw[at] ?? '').replace(/\r$/, '');
    const isRecipe = joined.startsWith('\t');
    while (endsContinued(joined) && at + 1 < raw.length) {
      at++;
      joined = `${joined.slice(0, -1).trimEnd()} ${(raw[at] ?? '').replace(/\r$/, '').trimStart()}`;
    }
    lines.push({ text: joined, line, isRecipe });
  }
  return lines;
}

/** An odd number of backslashes at the end. */
function endsContinued(text: string): boolean {
  let count = 0;
  while (text.charCodeAt(text.length - 1 - count) === 92) count++;
  return count % 2 === 1;
}

/** Without a `#` comment; `\#` is a plain `#`. */
function withoutComment(text: string): string {
  const hash = text.indexOf('#');
  if (hash < 0) return text;
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\' && text.charAt(at + 1) === '#') {
      result += '#';
      at++;
    } else if (char === '#') break;
    else result += char;
  }
  return result;
}

interface OpenConditional {
  readonly line: number;
  readonly branches: { test: MakeTest | undefined; body: MakeStatement[] }[];
  readonly outer: MakeStatement[];
}

export function parseMakefile(text: string): Makefile {
  const problems: { line: number; message: string }[] = [];
  const top: MakeStatement[] = [];
  let body = top;
  const open: OpenConditional[] = [];
  const lines = logicalLines(text);
  let afterRule = false;
  for (let at = 0; at < lines.length; at++) {
    const current = lines[at];
    if (!current) break;
    const { line } = current;
    if (current.isRecipe && afterRule) continue;
    const stripped = withoutComment(current.text).trim();
    if (stripped === '') continue;
    const word = /^-?[a-z]+(?=[\s("']|$)/.exec(stripped)?.[0] ?? '';
    const rest = stripped.slice(word.length).trim();
    if (word === 'ifeq' || word === 'ifneq' || word === 'ifdef' || word === 'ifndef') {
      const test = readTest(word, rest);
      if (!test) problems.push({ line, message: `${word} cannot be read: ${rest.slice(0, 60)}` });
      const conditional: OpenConditional = {
        line,
        branches: [{ test: test ?? never, body: [] }],
        outer: body,
      };
      open.push(conditional);
      body = conditional.branches[0]?.body ?? body;
      continue;
    }
    if (word === 'else' && !/^\s*[:+?]?=/.test(rest)) {
      const conditional = open.at(-1);
      if (!conditional) {
        problems.push({ line, message: 'else without ifeq or ifdef' });
        continue;
      }
      const next = /^(ifeq|ifneq|ifdef|ifndef)\b(.*)$/.exec(rest);
      const test = next ? (readTest(next[1] ?? '', (next[2] ?? '').trim()) ?? never) : undefined;
      const branch = { test, body: [] };
      conditional.branches.push(branch);
      body = branch.body;
      continue;
    }
    if (word === 'endif' && !/^\s*[:+?]?=/.test(rest)) {
      const conditional = open.pop();
      if (!conditional) {
        problems.push({ line, message: 'endif without ifeq or ifdef' });
        continue;
      }
      body = conditional.outer;
      body.push({ kind: 'conditional', line: conditional.line, branches: conditional.branches });
      continue;
    }
    const define = /^(?:override\s+|export\s+)*define\s+(\S+)\s*(=|:=|::=|\+=|\?=)?\s*$/.exec(stripped);
    if (define) {
      const end = endOfDefine(lines, at);
      if (end === undefined) problems.push({ line, message: `define ${define[1] ?? ''} without endef` });
      const operator = define[2] === '::=' ? ':=' : define[2];
      body.push({
        kind: 'assign',
        line,
        name: define[1] ?? '',
        operator: operator === ':=' || operator === '+=' || operator === '?=' ? operator : '=',
        value: lines
          .slice(at + 1, end ?? lines.length)
          .map(({ text: inside }) => inside)
          .join('\n'),
        isExported: /\bexport\b/.test(stripped.slice(0, stripped.indexOf('define'))),
      });
      at = end ?? lines.length;
      afterRule = false;
      continue;
    }
    if (word === 'include' || word === '-include' || word === 'sinclude') {
      body.push({ kind: 'include', line, files: rest, optional: word !== 'include' });
      afterRule = false;
      continue;
    }
    const statement = readAssignment(stripped, line) ?? readKeyword(stripped, line);
    if (statement) {
      body.push(statement);
      afterRule = false;
      continue;
    }
    if (ruleColon(stripped) >= 0) afterRule = true;
    else if (stripped.startsWith('$')) body.push({ kind: 'expression', line, text: stripped });
    else if (!current.isRecipe) problems.push({ line, message: `not understood: ${stripped.slice(0, 60)}` });
  }
  for (const { line } of open) problems.push({ line, message: 'no endif for this condition' });
  for (let conditional = open.pop(); conditional; conditional = open.pop())
    conditional.outer.push({ kind: 'conditional', line: conditional.line, branches: conditional.branches });
  return { statements: top, problems };
}

/** A condition that could not be read is never true. */
const never: MakeTest = { kind: 'equal', negated: false, left: 'cannot', right: 'be read' };

function endOfDefine(lines: readonly Line[], start: number): number | undefined {
  let depth = 0;
  for (let at = start + 1; at < lines.length; at++) {
    const text = lines[at]?.text.trim() ?? '';
    if (/^(?:override\s+|export\s+)*define\s/.test(text)) depth++;
    else if (/^endef\b/.test(text) && depth-- === 0) return at;
  }
  return undefined;
}

function readTest(word: string, rest: string): MakeTest | undefined {
  const negated = word === 'ifneq' || word === 'ifndef';
  if (word === 'ifdef' || word === 'ifndef') {
    return rest === '' ? undefined : { kind: 'defined', negated, left: rest, right: '' };
  }
  if (rest.startsWith('(')) {
    const close = closing(rest, 0);
    const comma = topLevelComma(rest, 1, close);
    if (close < 0 || comma < 0) return undefined;
    return {
      kind: 'equal',
      negated,
      left: rest.slice(1, comma).trim(),
      right: rest.slice(comma + 1, close).trim(),
    };
  }
  const quoted = /^(?:"([^"]*)"|'([^']*)')\s*(?:"([^"]*)"|'([^']*)')$/.exec(rest);
  if (!quoted) return undefined;
  return {
    kind: 'equal',
    negated,
    left: quoted[1] ?? quoted[2] ?? '',
    right: quoted[3] ?? quoted[4] ?? '',
  };
}

/** The index of the parenthesis that closes the one at `open`; -1: none. */
export function closing(text: string, open: number): number {
  const opener = text.charAt(open);
  const closer = opener === '(' ? ')' : '}';
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === opener) depth++;
    else if (char === closer && --depth === 0) return at;
  }
  return -1;
}

export function topLevelComma(text: string, from: number, to: number): number {
  let depth = 0;
  for (let at = from; at < to; at++) {
    const char = text.charAt(at);
    if (char === '(' || char === '{') depth++;
    else if (char === ')' || char === '}') depth--;
    else if (char === ',' && depth === 0) return at;
  }
  return -1;
}

function readAssignment(text: string, line: number): AssignStatement | undefined {
  let rest = text;
  let isExported = false;
  for (;;) {
    const modifier = /^(override|export|private|unexport)\s+(?![:+?!]?=)/.exec(rest);
    if (!modifier) break;
    if (modifier[1] === 'export') isExported = true;
    rest = rest.slice(modifier[0].length);
  }
  let depth = 0;
  for (let at = 0; at < rest.length; at++) {
    const char = rest.charAt(at);
    if (char === '$' && (rest.charAt(at + 1) === '(' || rest.charAt(at + 1) === '{')) {
      const end = closing(rest, at + 1);
      if (end < 0) return undefined;
      at = end;
      continue;
    }
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (depth > 0) continue;
    const found = /^(?::::=|::=|:=|\?=|\+=|!=|=)/.exec(rest.slice(at, at + 4))?.[0];
    if (found !== undefined) {
      const name = rest.slice(0, at).trim();
      if (name === '' || /\s/.test(name.replace(/\$[({].*?[)}]/g, ''))) return undefined;
      const operator = found.endsWith(':=') ? ':=' : found;
      if (
        operator !== '=' &&
        operator !== ':=' &&
        operator !== '?=' &&
        operator !== '+=' &&
        operator !== '!='
      )
        return undefined;
      return {
        kind: 'assign',
        line,
        name,
        operator,
        value: rest.slice(at + found.length).trimStart(),
        isExported,
      };
    }
    if (char === ':') return undefined;
  }
  return undefined;
}

function readKeyword(text: string, line: number): MakeStatement | undefined {
  const match = /^(export|unexport|undefine|override\s+undefine)\b\s*(.*)$/.exec(text);
  if (!match) return undefined;
  const [, word = '', names = ''] = match;
  if (word.endsWith('undefine')) return { kind: 'undefine', line, name: names };
  return { kind: 'export', line, names, on: word === 'export' };
}

function ruleColon(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '$' && (text.charAt(at + 1) === '(' || text.charAt(at + 1) === '{')) {
      const end = closing(text, at + 1);
      if (end < 0) return -1;
      at = end;
    } else if (char === ':') return at;
  }
  return -1;
}
