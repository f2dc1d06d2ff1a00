import {
  afterWhite,
  closing,
  hasHash,
  isBlank,
  isOpener,
  isWhite,
  joinedText,
  lineCursor,
  moveToNextLine,
  nextAt,
  passContinuation,
  withoutComment,
  type LineCursor,
} from './lines';
import { readRule, ruleColon, type RuleStatement } from './rules';

/**
 * A makefile as its statements, after GNU make 4.3 (where it differs from the manual, the program was asked: see
 * test/syntax/make-against-make.test.ts). Recipes are passed over: what make would run is no business of ours.
 */
export type MakeStatement =
  | AssignStatement
  | TargetAssignStatement
  | ConditionalStatement
  | IncludeStatement
  | { readonly kind: 'export'; readonly line: number; readonly names: string; readonly on: boolean }
  | UndefineStatement
  | RuleStatement
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
  /** Later assignments count only if they say `override` as well. */
  readonly isOverride?: true;
}

/** `targets: NAME op value`: counts only while those targets are made. */
export interface TargetAssignStatement {
  readonly kind: 'target-assign';
  readonly line: number;
  readonly targets: string;
  readonly assign: AssignStatement;
}

export interface IncludeStatement {
  readonly kind: 'include';
  readonly line: number;
  readonly files: string;
  readonly optional: boolean;
}

export interface UndefineStatement {
  readonly kind: 'undefine';
  readonly line: number;
  readonly name: string;
  readonly isOverride: boolean;
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

/** A part of a text. */
interface Range {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

interface OpenConditional {
  readonly line: number;
  readonly branches: { test: MakeTest | undefined; body: MakeStatement[] }[];
  readonly outer: MakeStatement[];
}

/** Never throws: what cannot be read is a problem, and reading goes on behind it. */
export function parseMakefile(source: string): Makefile {
  const problems: MakeProblem[] = [];
  const top: MakeStatement[] = [];
  let body = top;
  const open: OpenConditional[] = [];
  const cursor = lineCursor(source);
  let afterRule = false;
  let awaitsRecipe: RuleStatement | undefined;
  while (moveToNextLine(cursor)) {
    const isRecipe = afterRule && source.charCodeAt(cursor.from) === 9;
    const first = isRecipe ? cursor.from : afterWhite(source, cursor.from, cursor.to);
    if (isRecipe && awaitsRecipe) {
      body.push(awaitsRecipe);
      awaitsRecipe = undefined;
    }
    if (isRecipe || source.charCodeAt(first) === 35) {
      passContinuation(cursor);
      continue;
    }
    if (first === cursor.to) continue;
    const { line } = cursor;
    const { text, from, to } = statementRange(cursor, first);
    if (from === to) continue;
    const word = firstWord(text, from, to);
    const plain = word === '' ? readAssignment(text, from, to, line, false) : undefined;
    if (plain) {
      body.push(plain);
      afterRule = false;
      continue;
    }
    const stripped = text.slice(from, to);
    const rest = stripped.slice(word.length).trim();
    const isDirective = keywords.has(word) && !/^(?:[:+?!]|::)?=/.test(rest);
    if (isDirective && tests.has(word)) {
      const test = readTest(word, rest);
      if (!test) problems.push({ line, message: `${word} cannot be read: ${rest.slice(0, 60)}` });
      const branch = { test: test ?? never, body: [] };
      open.push({ line, branches: [branch], outer: body });
      body = branch.body;
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
    const define = beforeDefine.has(word)
      ? /^(?:(?:override|export|private)\s+)*define\s+([^\s=:+?!]+)\s*(=|:=|:::?=|\+=|\?=|!=)?\s*$/.exec(
          stripped,
        )
      : null;
    if (define) {
      const { value, isEnded } = definedText(cursor);
      if (!isEnded) problems.push({ line, message: `define ${define[1] ?? ''} without endef` });
      const [, name = ''] = define;
      body.push({
        kind: 'assign',
        line,
        // Unlike with other assignments, white space around goes.
        name: name.includes('$') ? `$(strip ${name})` : name,
        operator: operatorOf(define[2] ?? '='),
        value,
        isExported: /\bexport\b/.test(stripped.slice(0, stripped.indexOf('define'))),
        ...(/^(?:\w+\s+)*override\s/.test(stripped.slice(0, stripped.indexOf('define')))
          ? { isOverride: true }
          : {}),
      });
      afterRule = false;
      continue;
    }
    if (isDirective && (word === 'include' || word === '-include' || word === 'sinclude')) {
      body.push({ kind: 'include', line, files: rest, optional: word !== 'include' });
      afterRule = false;
      continue;
    }
    const statement =
      (word === '' ? undefined : readModified(stripped, line)) ??
      (isDirective ? readKeyword(stripped, line) : undefined);
    if (statement) {
      body.push(statement);
      afterRule = false;
      continue;
    }
    const colon = ruleColon(stripped);
    if (colon >= 0) {
      afterRule = true;
      const behind = stripped.slice(colon).replace(/^:+/, '');
      const assign = behind.includes('=') ? readModified(behind.trimStart(), line) : undefined;
      if (assign) body.push({ kind: 'target-assign', line, targets: stripped.slice(0, colon), assign });
      else if (/\$[({]eval\b/.test(stripped)) body.push({ kind: 'expression', line, text: stripped });
      const read = assign ? undefined : readRule(stripped, colon, line);
      if (read?.hasRecipe) body.push(read.rule);
      awaitsRecipe = read?.hasRecipe === false ? read.rule : undefined;
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

/** The line without its comment and the white space before it; most stand in the makefile as they are. */
function statementRange(cursor: LineCursor, first: number): Range {
  if (!cursor.isContinued && !hasHash(cursor)) return { text: cursor.source, from: first, to: cursor.to };
  const text = withoutComment(joinedText(cursor));
  const from = afterWhite(text, 0, text.length);
  return { text, from, to: text.length };
}

const tests: ReadonlySet<string> = new Set(['ifeq', 'ifneq', 'ifdef', 'ifndef']);

const keywords: ReadonlySet<string> = new Set(
  'ifeq ifneq ifdef ifndef else endif include -include sinclude export unexport undefine override private vpath load'.split(
    ' ',
  ),
);

/** A condition that could not be read is never true. */
const never: MakeTest = { kind: 'equal', negated: false, left: 'cannot', right: 'be read' };

const beforeDefine: ReadonlySet<string> = new Set(['define', 'override', 'export', 'private']);

/** The word with which a line begins, if it may mean more than a name; else ''. */
function firstWord(text: string, from: number, to: number): string {
  let at = text.charCodeAt(from) === 45 ? from + 1 : from;
  while (at < to && isLetter(text.charCodeAt(at))) at++;
  if (at < to) {
    const next = text.charCodeAt(at);
    if (next !== 40 && next !== 34 && next !== 39 && !isWhite(next)) return '';
  }
  const word = text.slice(from, at);
  return keywords.has(word) || word === 'define' ? word : '';
}

const isLetter = (code: number): boolean => code >= 97 && code <= 122;

/** What stands between the line and its `endef`, or the end of the makefile. */
function definedText(cursor: LineCursor): { readonly value: string; readonly isEnded: boolean } {
  const inside: string[] = [];
  let depth = 0;
  while (moveToNextLine(cursor)) {
    const isRecipe = cursor.source.charCodeAt(cursor.from) === 9;
    const joined = joinedText(cursor);
    const text = isRecipe ? '' : joined.trim();
    if (/^(?:(?:override|export|private)\s+)*define\s/.test(text)) depth++;
    else if (/^endef(?:\s|#|$)/.test(text) && depth-- === 0)
      return { value: inside.join('\n'), isEnded: true };
    inside.push(joined);
  }
  return { value: inside.join('\n'), isEnded: false };
}

function readTest(word: string, rest: string): MakeTest | undefined {
  const negated = word === 'ifneq' || word === 'ifndef';
  if (word === 'ifdef' || word === 'ifndef')
    return rest === '' ? undefined : { kind: 'defined', negated, left: rest, right: '' };
  if (rest.startsWith('(')) {
    const comma = nextAt(rest, 1, rest.length, 44, 40, 41);
    if (comma < 0) return undefined;
    const close = nextAt(rest, comma + 1, rest.length, 41, 40, 41);
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

const operatorOf = (written: string): AssignOperator =>
  written === '+=' || written === '?=' || written === '!=' ? written : written === '=' ? '=' : ':=';

/** An assignment with what may stand before it: `export NAME op value`. */
function readModified(text: string, line: number): AssignStatement | undefined {
  if (!text.includes('=')) return undefined;
  let from = 0;
  let isExported = false;
  let isOverride = false;
  for (;;) {
    const modifier = /^(override|export|private|unexport)\s+(?![:+?!]?=)/.exec(text.slice(from));
    if (!modifier) {
      const read = readAssignment(text, from, text.length, line, isExported);
      return read && isOverride ? { ...read, isOverride } : read;
    }
    if (modifier[1] === 'export') isExported = true;
    if (modifier[1] === 'override') isOverride = true;
    from += modifier[0].length;
  }
}

/** `NAME op value`; blanks in a name are only allowed inside references. */
function readAssignment(
  text: string,
  from: number,
  to: number,
  line: number,
  isExported: boolean,
): AssignStatement | undefined {
  let nameEnd = -1;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    // Most characters of names are letters.
    if (code > 63 && nameEnd < 0) continue;
    const length = operatorLength(text, at, to);
    if (length > 0) {
      const name = text.slice(from, nameEnd < 0 ? at : nameEnd);
      if (name === '') return undefined;
      let start = at + length;
      while (start < to && isBlank(text.charCodeAt(start))) start++;
      const operator = operatorOf(text.slice(at, at + length));
      return { kind: 'assign', line, name, operator, value: text.slice(start, to), isExported };
    }
    if (isBlank(code)) {
      if (nameEnd < 0) nameEnd = at;
      continue;
    }
    // A colon or a comment.
    if (nameEnd >= 0 || code === 58 || code === 35) return undefined;
    if (code === 36 && isOpener(text.charCodeAt(at + 1))) {
      const end = closing(text, at + 1, to);
      if (end < 0) return undefined;
      at = end;
    }
  }
  return undefined;
}

/** Of the operator at `at`: `=`, `+=`, `?=`, `!=`, `:=`, `::=` or `:::=`; 0: there is none. */
function operatorLength(text: string, at: number, to: number): number {
  switch (text.charCodeAt(at)) {
    case 61:
      return 1;
    case 43:
    case 63:
    case 33:
      return at + 1 < to && text.charCodeAt(at + 1) === 61 ? 2 : 0;
    case 58: {
      let end = at + 1;
      while (end < to && end < at + 3 && text.charCodeAt(end) === 58) end++;
      return end < to && text.charCodeAt(end) === 61 ? end - at + 1 : 0;
    }
    default:
      return 0;
  }
}

function readKeyword(text: string, line: number): MakeStatement | undefined {
  const match = /^(export|unexport|undefine|override\s+undefine)(?:\s+(.*))?$/s.exec(text.trimEnd());
  if (!match) return undefined;
  const [, word = '', names = ''] = match;
  if (word.endsWith('undefine'))
    return { kind: 'undefine', line, name: names, isOverride: word !== 'undefine' };
  return { kind: 'export', line, names, on: word === 'export' };
}
