import type { Node } from 'web-tree-sitter';
import { lineAt, lineStarts, type Range } from '../../positions';
import { finish, type Steps } from '../../steps';
import type { FunctionBody } from '../function-body';
import { scanC, type CFileFacts } from '../scan';
import { branchChoices, type BranchChoice, type Decide, type IsQuiet } from './branch-choices';
import type { CParser } from './c-parser';
import { isClosed, type Generations } from './code-memory';
import type { Annotation } from './function-head';
import { rangeOf, typeText, type Lowering } from './lower-expression';
import { declaredName, lowerBlock } from './lower-statement';
import { parsableText, type ParsableText } from './parsable-text';
import { endOf, foldedText, splitAtCommas } from './token-groups';

/** A function's definition or prototype at the top level of a file. Offsets: 0-based UTF-16, half-open. */
export interface FunctionFact {
  /** As the linker knows it: `SYSCALL_DEFINE2(kill, …)` is `sys_kill`. */
  readonly name: string;
  /** Of the name as written: `kill` in `SYSCALL_DEFINE2(kill, …)`. */
  readonly nameRange: Range;
  /** 1-based line of the name. */
  readonly line: number;
  /** From its first token to its `}` or `;`. */
  readonly range: Range;
  /** `{ … }`; `undefined` for a prototype. */
  readonly body: Range | undefined;
  /** Without storage class and annotations, white space folded: `struct task_struct *`. */
  readonly returnType: string;
  readonly returnRange: Range;
  readonly parameters: readonly Parameter[];
  /** From `(` to `)`. */
  readonly parametersRange: Range;
  readonly isStatic: boolean;
  readonly isInline: boolean;
  /** `__init`, `noinline`, `__section(".x")`, `__attribute__((…))`, in order. */
  readonly annotations: readonly Annotation[];
  /** The macro that makes it, if one does: `SYSCALL_DEFINE2`. */
  readonly macro: string | undefined;
}

export interface Parameter {
  readonly range: Range;
  /** White space folded, without name and annotations: `unsigned long`, `struct task_struct *`. */
  readonly type: string;
  readonly name: string | undefined;
}

/**
 * Definitions and prototypes at the top level of `text`, in order, whatever `#if` they stand in. Where branches give one
 * body several heads, each name is there once. `facts`: of the same text, if at hand. `memory`: of its last version.
 */
export function functionsOf(
  parser: CParser,
  text: string,
  facts: CFileFacts = scanC(text),
  memory?: Generations<readonly FunctionFact[]>,
): readonly FunctionFact[] {
  const { statements, directives } = facts;
  const starts = lineStarts(text);
  const found: FunctionFact[] = [];
  for (let at = 0; at + 2 < statements.length; at += 3) {
    const [first = 0, body = 0, end = 0] = statements.slice(at, at + 3);
    const start = first === body ? headStart(text, statements, at) : first;
    const paren = text.indexOf('(', start);
    if (paren < 0 || paren >= (body < end ? body : end)) continue;
    const key =
      memory && isClosed(facts, start, end) ? `${body - start} ${text.slice(start, end)}` : undefined;
    const known = key === undefined ? undefined : memory?.recall(key, start);
    if (known) {
      found.push(...known.map((fact) => onLine(fact, lineAt(starts, fact.nameRange.start))));
      continue;
    }
    const own: FunctionFact[] = [];
    const names = new Set<string>();
    for (const { hidden } of branchChoices(directives, start, Math.min(body + 1, end))) {
      const head = parsableText(text, start, body < end ? body + 1 : end, hidden);
      const fact = factOf(parser, text, head, { start, end });
      if (!fact || names.has(fact.name)) continue;
      names.add(fact.name);
      own.push({ ...fact, line: lineAt(starts, fact.nameRange.start) });
    }
    found.push(...(memory && key !== undefined ? memory.keep(key, start, own) : own));
  }
  return found;
}

const onLine = (fact: FunctionFact, line: number): FunctionFact =>
  fact.line === line ? fact : { ...fact, line };

/** Where `#if` gives a body several heads, they stand as statements of their own before its brace, without an end. */
function headStart(text: string, statements: Int32Array, body: number): number {
  let start = statements[body] ?? 0;
  for (let at = body - 3; at >= 0; at -= 3) {
    const last = text[(statements[at + 2] ?? 0) - 1];
    if (last === ';' || last === '}') break;
    start = statements[at] ?? 0;
  }
  return start;
}

/** Branches inside a body that need not be told apart; equal names, equal answers for equal text. */
export interface Quiet {
  readonly name: string;
  readonly isQuiet: IsQuiet;
}

/**
 * The bodies of a definition, one for each way that `#if`s inside it may go; `decide` knows some conditions. Empty for a
 * prototype. `memory`: of the text's last version, for the same `decide` only. `quiet`: branches that need not be told
 * apart, and a name of what decides that.
 */
export const bodiesOf = (...given: Parameters<typeof bodySteps>): readonly FunctionBody[] =>
  finish(bodySteps(...given));

/** The same in steps of one body each: reading that of copy_process() takes 20 ms. */
export function* bodySteps(
  parser: CParser,
  text: string,
  fact: FunctionFact,
  facts: CFileFacts,
  decide?: Decide,
  memory?: Generations<readonly FunctionBody[]>,
  quiet?: Quiet,
): Steps<readonly FunctionBody[]> {
  const { body, range } = fact;
  if (!body) return [];
  const key =
    memory && isClosed(facts, body.start, body.end)
      ? `${fact.name} ${range.end - body.start} ${quiet?.name ?? ''} ${text.slice(body.start, body.end)}`
      : undefined;
  const known = key === undefined ? undefined : memory?.recall(key, body.start);
  if (known) return known;
  const found: FunctionBody[] = [];
  for (const choice of branchChoices(facts.directives, body.start, body.end, decide, quiet?.isQuiet)) {
    if (found.length > 0) yield;
    found.push(readBody(parser, text, fact, body, choice));
  }
  return memory && key !== undefined
    ? memory.keep(key, body.start, found, `${fact.name} ${quiet?.name ?? ''}`)
    : found;
}

function readBody(
  parser: CParser,
  text: string,
  fact: FunctionFact,
  body: Range,
  { hidden, assumed }: BranchChoice,
): FunctionBody {
  const source = parsableText(text, body.start, body.end, hidden);
  // The body is parsed behind a head of our own; offsets in the tree are larger by its length.
  const shifted = shift(source, standInHead.length);
  return parser.withTree(`${standInHead}${source.text}`, (tree): FunctionBody => {
    const block = tree.rootNode.descendantsOfType('compound_statement')[0];
    if (block?.startIndex !== standInHead.length) return unreadBody(fact, text, assumed);
    const lowering: Lowering = {
      source: shifted,
      file: text,
      block: lowerBlock,
      depth: 0,
    };
    const lowered = lowerBlock(lowering, block);
    // An error may swallow the end of the function.
    if (lowered.range.end < fact.range.end) return unreadBody(fact, text, assumed);
    return { name: fact.name, block: lowered, assumed };
  });
}

const standInHead = 'int f()';

/** The maps of a parsable text whose tree has `length` characters more in front. */
function shift(source: ParsableText, length: number): ParsableText {
  const moved = <T>(map: ReadonlyMap<number, T>, move: (value: T) => T): ReadonlyMap<number, T> =>
    new Map([...map].map(([offset, value]) => [offset + length, move(value)]));
  return {
    ...source,
    base: source.base - length,
    types: moved(source.types, (stand) => ({ ...stand, end: stand.end + length })),
    loops: moved(source.loops, (stand) => ({ ...stand, end: stand.end + length })),
    assembler: moved(source.assembler, (stand) => stand),
    ranges: new Set([...source.ranges].map((offset) => offset + length)),
  };
}

function unreadBody(fact: FunctionFact, text: string, assumed: FunctionBody['assumed']): FunctionBody {
  const range = fact.body ?? fact.range;
  const inner: FunctionBody['block']['statements'][number] = {
    kind: 'unknown',
    range,
    text: text.slice(range.start, range.end),
  };
  return { name: fact.name, block: { kind: 'block', range, statements: [inner] }, assumed };
}

type HeadFact = Omit<FunctionFact, 'line'>;

function factOf(parser: CParser, text: string, source: ParsableText, whole: Range): HeadFact | undefined {
  const { head, tokens, base } = source;
  const name = head && tokens[head.name];
  if (!head || !name) return undefined;
  const isDefinition = tokens[source.body]?.text === '{';
  if (!isDefinition && tokens.at(-1)?.text !== ';') return undefined;
  const at = (start: number, end: number): Range => ({ start: base + start, end: base + end });
  const start = base + (tokens[0]?.offset ?? 0);
  const shared = {
    range: { start, end: whole.end },
    body: isDefinition ? { start: base + (tokens[source.body]?.offset ?? 0), end: whole.end } : undefined,
    parametersRange: at(tokens[head.open]?.offset ?? 0, endOf(tokens[head.close])),
    annotations: head.annotations.map((annotation) => ({
      ...annotation,
      range: at(annotation.range.start, annotation.range.end),
    })),
  };
  if (head.byMacro) {
    // A macro that stands alone before a `;` is no prototype.
    if (!isDefinition) return undefined;
    return { ...shared, ...macroMade(source, head.name, head.open, head.close) };
  }
  const closed = isDefinition ? `${source.text}}` : source.text;
  return parser.withTree(closed, (tree) => {
    const lowering: Lowering = { source, file: text, block: lowerBlock, depth: 0 };
    const made = tree.rootNode.namedChildren.find(
      ({ type }) => type === 'function_definition' || type === 'declaration',
    );
    const declarator = made && functionDeclarator(made);
    const declared = declarator && declaredName(declarator);
    if (!made || !declarator || declared?.startIndex !== name.offset) return undefined;
    const specifiers = made.namedChildren.filter(({ type }) => type === 'storage_class_specifier');
    const returns = returnOf(lowering, made, declarator);
    return {
      ...shared,
      name: name.text,
      nameRange: at(name.offset, endOf(name)),
      returnType: returns.type,
      returnRange: returns.range,
      parameters: parametersOf(lowering, declarator),
      isStatic: specifiers.some((specifier) => specifier.text === 'static'),
      isInline: specifiers.some((specifier) => specifier.text.includes('inline')),
      macro: undefined,
    };
  });
}

function functionDeclarator(node: Node): Node | undefined {
  const inner = node.childForFieldName('declarator');
  if (!inner) return undefined;
  if (inner.type !== 'function_declarator') return functionDeclarator(inner);
  // `void (*choose(int))(void)`: the innermost declares the function.
  return functionDeclarator(inner) ?? inner;
}

function returnOf(
  lowering: Lowering,
  made: Node,
  declarator: Node,
): { readonly type: string; readonly range: Range } {
  const type = made.childForFieldName('type');
  const qualifiers = made.namedChildren.filter(
    (child) => child.type === 'type_qualifier' && child.startIndex < declarator.startIndex,
  );
  let stars = '';
  for (
    let node = made.childForFieldName('declarator');
    node && node.id !== declarator.id;
    node = node.childForFieldName('declarator')
  )
    if (node.type === 'pointer_declarator') stars += '*';
  const text = [...qualifiers.map((child) => child.text), typeText(lowering, type)].join(' ');
  const first = [...qualifiers, ...(type ? [type] : [])].sort((a, b) => a.startIndex - b.startIndex)[0];
  return {
    type: stars === '' ? text : `${text} ${stars}`,
    range: { start: rangeOf(lowering, first ?? made).start, end: rangeOf(lowering, type ?? made).end },
  };
}

function parametersOf(lowering: Lowering, declarator: Node): readonly Parameter[] {
  const list = declarator.childForFieldName('parameters');
  const parameters = (list?.namedChildren ?? []).flatMap((node): readonly Parameter[] => {
    const range = rangeOf(lowering, node);
    if (node.type === 'variadic_parameter') return [{ range, type: '...', name: undefined }];
    if (node.type !== 'parameter_declaration') return [];
    const inner = node.childForFieldName('declarator');
    const name = inner ? declaredName(inner) : undefined;
    const whole = typeText(lowering, node);
    const type = name ? withoutName(lowering, node, name) : whole;
    return [{ range, type, name: name?.text }];
  });
  const [only] = parameters;
  return parameters.length === 1 && only?.type === 'void' && only.name === undefined ? [] : parameters;
}

/** `int (*fn)(void)` is of type `int (*)(void)`. */
function withoutName(lowering: Lowering, node: Node, name: Node): string {
  const { start, end } = rangeOf(lowering, node);
  const { base, text } = lowering.source;
  const before = text.slice(start - base, name.startIndex);
  const after = text.slice(name.endIndex, end - base);
  const stand = lowering.source.types.get(start - base);
  return `${stand ? before.replace(/^T\s*/, `${stand.text} `) : before}${after}`.trim().replace(/\s+/g, ' ');
}

function macroMade(
  source: ParsableText,
  nameAt: number,
  open: number,
  close: number,
): Pick<
  FunctionFact,
  'name' | 'nameRange' | 'returnType' | 'returnRange' | 'parameters' | 'isStatic' | 'isInline' | 'macro'
> {
  const { tokens, base } = source;
  const macro = tokens[nameAt];
  const given = splitAtCommas(tokens, open, close);
  const first = given[0]?.[0];
  const syscall = /^(COMPAT_)?SYSCALL(?:32)?_DEFINE\d$/.exec(macro?.text ?? '');
  const named = first?.kind === 'name' ? first : macro;
  const place: Range = { start: base + (named?.offset ?? 0), end: base + endOf(named) };
  const types = given.slice(1);
  const parameters = syscall
    ? types.flatMap((type, index): readonly Parameter[] => {
        const name = types[index + 1];
        if (index % 2 !== 0) return [];
        return [
          {
            range: {
              start: base + (type[0]?.offset ?? 0),
              end: base + endOf(name?.at(-1) ?? type.at(-1)),
            },
            type: foldedText(type),
            name: name?.[0]?.text,
          },
        ];
      })
    : [];
  const prefix = syscall ? `${syscall[1] === undefined ? '' : 'compat_'}sys_` : '';
  return {
    name: `${prefix}${named?.text ?? ''}`,
    nameRange: place,
    returnType: syscall ? 'long' : '',
    returnRange: place,
    parameters,
    isStatic: tokens.slice(0, nameAt).some(({ text }) => text === 'static'),
    isInline: false,
    macro: macro?.text,
  };
}
