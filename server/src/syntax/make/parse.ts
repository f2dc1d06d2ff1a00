/**
 * A makefile as its statements, after GNU make 4.3 (where it differs from the manual, the program was asked: see
 * test/syntax/make-against-make.test.ts). Recipes are passed over: what make would run is no business of ours.
 */
export type MakeStatement =
  | AssignStatement
  | TargetAssignStatement
  | ConditionalStatement
  | { readonly kind: 'include'; readonly line: number; readonly files: string; readonly optional: boolean }
  | { readonly kind: 'export'; readonly line: number; readonly names: string; readonly on: boolean }
  | { readonly kind: 'undefine'; readonly line: number; readonly name: string }
  /** A line that is only expanded: `$(eval …)`, `$(error …)`, or a rule, for what its expansion does. */
  | { readonly kind: 'expression'; readonly line: number; readonly text: string };

export type AssignOperator = '=' | ':=' | '?=' | '+=' | '!=';

export interface AssignStatement {
  readonly kind: 'assign';
  /** 1-based line on which it starts. */
  readonly line: number;
  /** As written: `obj-$(CONFIG_X)`. */
  readonly name: string;
  readonly operator: AssignOperator;
  /** As written, without leading white space; white space at the end belongs to the value. */
  readonly value: string;
  readonly isExported: boolean;
}

/** `targets: NAME op value`: counts only while those targets are made. */
export interface TargetAssignStatement {
  readonly kind: 'target-assign';
  readonly line: number;
  readonly targets: string;
  readonly assign: AssignStatement;
}

export interface ConditionalStatement {
  readonly kind: 'conditional';
  readonly line: number;
  /** The first whose test holds counts; `undefined` is `else`. */
  readonly branches: readonly MakeBranch[];
}

export interface MakeBranch {
  readonly test: MakeTest | undefined;
  readonly body: readonly MakeStatement[];
}

export interface MakeTest {
  readonly kind: 'equal' | 'defined';
  readonly negated: boolean;
  /** Two texts to compare, or the name that is tested (in `left`). */
  readonly left: string;
  readonly right: string;
}

export interface MakeProblem {
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

export interface Makefile {
  readonly statements: readonly MakeStatement[];
  readonly problems: readonly MakeProblem[];
}

interface Line {
  readonly text: string;
  readonly line: number;
  readonly startsWithTab: boolean;
}

interface OpenConditional {
  readonly line: number;
  readonly branches: { test: MakeTest | undefined; body: MakeStatement[] }[];
  readonly outer: MakeStatement[];
}

/** Never throws: what cannot be read is a problem, and reading goes on behind it. */
export function parseMakefile(text: string): Makefile {
  const problems: MakeProblem[] = [];
  const top: MakeStatement[] = [];
  let body = top;
  const open: OpenConditional[] = [];
  const lines = logicalLines(text);
  let afterRule = false;
  for (let at = 0; at < lines.length; at++) {
    const current = lines[at];
    if (!current) break;
    const { line } = current;
    if (current.startsWithTab && afterRule) continue;
    const stripped = withoutComment(current.text).trimStart();
    if (stripped.trimEnd() === '') continue;
    const word = /^-?[a-z]+(?=[\s("']|$)/.exec(stripped)?.[0] ?? '';
    const rest = stripped.slice(word.length).trim();
    const isDirective = keywords.has(word) && !/^(?:[:+?!]|::)?=/.test(rest);
    if (isDirective && /^ifn?(?:eq|def)$/.test(word)) {
      const test = readTest(word, rest);
      if (!test) problems.push({ line, message: `${word} cannot be read: ${rest.slice(0, 60)}` });
      const first = { test: test ?? never, body: [] };
      open.push({ line, branches: [first], outer: body });
      body = first.body;
      continue;
    }
    if (isDirective && word === 'else') {
      const conditional = open.at(-1);
      if (!conditional) {
        problems.push({ line, message: 'else without ifeq or ifdef' });
        continue;
      }
      const next = /^(ifeq|ifneq|ifdef|ifndef)\b(.*)$/s.exec(rest);
      const test = next ? (readTest(next[1] ?? '', (next[2] ?? '').trim()) ?? never) : undefined;
      const branch = { test, body: [] };
      conditional.branches.push(branch);
      body = branch.body;
      continue;
    }
    if (isDirective && word === 'endif') {
      const conditional = open.pop();
      if (!conditional) {
        problems.push({ line, message: 'endif without ifeq or ifdef' });
        continue;
      }
      body = conditional.outer;
      body.push({ kind: 'conditional', line: conditional.line, branches: conditional.branches });
      continue;
    }
    const define =
      /^(?:(?:override|export|private)\s+)*define\s+([^\s=:+?!]+)\s*(=|:=|:::?=|\+=|\?=|!=)?\s*$/.exec(
        stripped,
      );
    if (define) {
      const end = endOfDefine(lines, at);
      if (end === undefined) problems.push({ line, message: `define ${define[1] ?? ''} without endef` });
      body.push({
        kind: 'assign',
        line,
        name: define[1] ?? '',
        operator: operatorOf(define[2] ?? '='),
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
    if (isDirective && (word === 'include' || word === '-include' || word === 'sinclude')) {
      body.push({ kind: 'include', line, files: rest, optional: word !== 'include' });
      afterRule = false;
      continue;
    }
    const statement =
      readAssignment(stripped, line) ?? (isDirective ? readKeyword(stripped, line) : undefined);
    if (statement) {
      body.push(statement);
      afterRule = false;
      continue;
    }
    const colon = ruleColon(stripped);
    if (colon >= 0) {
      afterRule = true;
      const behind = stripped.slice(colon).replace(/^:+/, '');
      const assign = behind.includes('=') ? readAssignment(behind.trimStart(), line) : undefined;
      if (assign) body.push({ kind: 'target-assign', line, targets: stripped.slice(0, colon), assign });
      else if (/\$[({]eval\b/.test(stripped)) body.push({ kind: 'expression', line, text: stripped });
    } else if (stripped.startsWith('$')) {
      body.push({ kind: 'expression', line, text: stripped.trimEnd() });
      afterRule = false;
    } else problems.push({ line, message: `not understood: ${stripped.trimEnd().slice(0, 60)}` });
  }
  for (const { line } of open) problems.push({ line, message: 'no endif for this condition' });
  for (let conditional = open.pop(); conditional; conditional = open.pop())
    conditional.outer.push({ kind: 'conditional', line: conditional.line, branches: conditional.branches });
  return { statements: top, problems };
}

const keywords: ReadonlySet<string> = new Set(
  'ifeq ifneq ifdef ifndef else endif include -include sinclude export unexport undefine override private vpath load'.split(
    ' ',
  ),
);

/** A condition that could not be read is never true. */
const never: MakeTest = { kind: 'equal', negated: false, left: 'cannot', right: 'be read' };

/** Joins continued lines: a backslash at the end and the white space around become one space. */
function logicalLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  const raw = text.split('\n');
  for (let at = 0; at < raw.length; at++) {
    const line = at + 1;
    let next = withoutReturn(raw[at] ?? '');
    const startsWithTab = next.startsWith('\t');
    if (!next.endsWith('\\')) {
      lines.push({ text: next, line, startsWithTab });
      continue;
    }
    let joined = '';
    for (;;) {
      const backslashes = endBackslashes(next);
      // Make halves the backslashes before a newline.
      if (backslashes > 0) next = next.slice(0, next.length - backslashes) + '\\'.repeat(backslashes >> 1);
      if (backslashes % 2 === 0 || at + 1 >= raw.length) {
        joined += next;
        break;
      }
      joined += `${next.trimEnd()} `;
      at++;
      next = withoutReturn(raw[at] ?? '').replace(/^[ \t]+/, '');
    }
    lines.push({ text: joined, line, startsWithTab });
  }
  return lines;
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

function endBackslashes(text: string): number {
  let count = 0;
  while (text.charCodeAt(text.length - 1 - count) === 92) count++;
  return count;
}

/** Without a `#` comment. `\#` is a plain `#`, and so is one inside a reference. */
function withoutComment(text: string): string {
  if (!text.includes('#')) return text;
  let result = '';
  let isBroken = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '$' && !isBroken && (text.charAt(at + 1) === '(' || text.charAt(at + 1) === '{')) {
      const end = closing(text, at + 1);
      // Looked for once a line only: lines may be long.
      isBroken = end < 0;
      if (end >= 0) {
        result += text.slice(at, end + 1);
        at = end;
        continue;
      }
    }
    if (char === '#') {
      const backslashes = endBackslashes(result);
      result = result.slice(0, result.length - ((backslashes + 1) >> 1));
      if (backslashes % 2 === 0) return result;
    }
    result += char;
  }
  return result;
}

function endOfDefine(lines: readonly Line[], start: number): number | undefined {
  let depth = 0;
  for (let at = start + 1; at < lines.length; at++) {
    const current = lines[at];
    if (!current || current.startsWithTab) continue;
    const text = current.text.trim();
    if (/^(?:(?:override|export|private)\s+)*define\s/.test(text)) depth++;
    else if (/^endef(?:\s|#|$)/.test(text) && depth-- === 0) return at;
  }
  return undefined;
}

function readTest(word: string, rest: string): MakeTest | undefined {
  const negated = word === 'ifneq' || word === 'ifndef';
  if (word === 'ifdef' || word === 'ifndef')
    return rest === '' ? undefined : { kind: 'defined', negated, left: rest, right: '' };
  if (rest.startsWith('(')) {
    const comma = nextAt(rest, 1, ',', '(', ')');
    if (comma < 0) return undefined;
    const close = nextAt(rest, comma + 1, ')', '(', ')');
    if (close < 0) return undefined;
    // Make keeps the white space that it does not mean to: before the left side, after the right one.
    return {
      kind: 'equal',
      negated,
      left: rest.slice(1, comma).trimEnd(),
      right: rest.slice(comma + 1, close).trimStart(),
    };
  }
  const quoted = /^(?:"([^"]*)"|'([^']*)')\s*(?:"([^"]*)"|'([^']*)')/.exec(rest);
  if (!quoted) return undefined;
  return {
    kind: 'equal',
    negated,
    left: quoted[1] ?? quoted[2] ?? '',
    right: quoted[3] ?? quoted[4] ?? '',
  };
}

/** The index of `wanted` outside nested `open` … `close`; -1: none. */
export function nextAt(text: string, from: number, wanted: string, open: string, close: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === wanted && depth === 0) return at;
    if (char === open) depth++;
    else if (char === close && --depth < 0) return -1;
  }
  return -1;
}

/** The index of the parenthesis (or brace) that closes the one at `open`; -1: none. */
export function closing(text: string, open: number): number {
  const opener = text.charAt(open);
  return nextAt(text, open + 1, opener === '(' ? ')' : '}', opener, opener === '(' ? ')' : '}');
}

const operatorOf = (written: string): AssignOperator =>
  written === '+=' || written === '?=' || written === '!=' ? written : written === '=' ? '=' : ':=';

/** `NAME op value`; blanks in a name are only allowed inside references. */
function readAssignment(text: string, line: number): AssignStatement | undefined {
  if (!text.includes('=')) return undefined;
  let rest = text;
  let isExported = false;
  for (;;) {
    const modifier = /^(override|export|private|unexport)\s+(?![:+?!]?=)/.exec(rest);
    if (!modifier) break;
    if (modifier[1] === 'export') isExported = true;
    rest = rest.slice(modifier[0].length);
  }
  let nameEnd = -1;
  for (let at = 0; at < rest.length; at++) {
    const char = rest.charAt(at);
    const operator = operatorAt(rest, at);
    if (operator !== undefined) {
      const name = rest.slice(0, nameEnd < 0 ? at : nameEnd);
      if (name === '') return undefined;
      const value = rest.slice(at + operator.length).replace(/^[ \t]+/, '');
      return { kind: 'assign', line, name, operator: operatorOf(operator), value, isExported };
    }
    if (char === ' ' || char === '\t') {
      if (nameEnd < 0) nameEnd = at;
      continue;
    }
    if (nameEnd >= 0 || char === ':' || char === '#') return undefined;
    if (char === '$' && (rest.charAt(at + 1) === '(' || rest.charAt(at + 1) === '{')) {
      const end = closing(rest, at + 1);
      if (end < 0) return undefined;
      at = end;
    }
  }
  return undefined;
}

function operatorAt(text: string, at: number): string | undefined {
  switch (text.charCodeAt(at)) {
    case 61:
      return '=';
    case 43:
    case 63:
    case 33:
      return text.charCodeAt(at + 1) === 61 ? text.slice(at, at + 2) : undefined;
    case 58:
      return ['::=', ':=', ':::='].find((operator) => text.startsWith(operator, at));
    default:
      return undefined;
  }
}

function readKeyword(text: string, line: number): MakeStatement | undefined {
  const match = /^(export|unexport|undefine|override\s+undefine)(?:\s+(.*))?$/s.exec(text.trimEnd());
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
