import type { FlowNode } from '../../syntax/c/flow/control-flow';
import { callsWithin, evaluatedBy, expressionsWithin } from '../../syntax/c/flow/control-flow';
import type { CallExpression, Statement } from '../../syntax/c/function-body';
import type { Range } from '../../syntax/positions';
import type { SourceFile } from '../../syntax/c/unit';
import type { CheckContext } from '../check-context';
import { failingEvents, undoingEvents } from '../entries';
import type { Fix, TextEdit } from '../rule';
import { plainType } from '../c-types';
import { standsBeforeComma } from './call-places';
import type { Code } from './code';
import type { Lost, Skipped } from './init-walk';
import { notifyingCallee, siteAt, taskOf } from './notifications';

/** What hangs on the result of a taking call is put right: an error goes to the label that gives back. */
export function errorPathFixes(
  context: CheckContext,
  code: Code,
  call: CallExpression,
  how: Lost['how'],
): readonly Fix[] {
  // A test is there, and somebody meant what it does.
  if (how === 'goes-on' || how === 'made-positive') return [];
  const source = context.source(code.file);
  const at = code.graph.nodes.findIndex(
    (node) =>
      (node.kind === 'expression' || node.kind === 'declaration') && startsWith(node.range, call, node),
  );
  const node = code.graph.nodes[at];
  const holder = node && !standsBeforeComma(node, call) ? holderOf(code, at, call) : undefined;
  if (!source || !node || !holder || !isSigned(code, holder.variable)) return [];
  const { variable, key } = holder;
  const tests = how === 'left' && holder.isSet ? testsOf(code, key) : [];
  if (tests.length > 0) return tests.length === 1 ? comparisonFixes(source, code, variable, tests[0]) : [];
  const way = wayOut(context, code, call, holder);
  const own = lineOf(source, node.range);
  const last = node.kind === 'declaration' ? lastDeclaration(code, at) : undefined;
  const line = last ? lineOf(source, last) : own;
  if (!way || !own || !line) return [];
  const blank = node.kind === 'declaration' ? '\n' : '';
  const edits: TextEdit[] = [
    {
      file: code.file,
      range: { start: line.end, end: line.end },
      text: `\n${blank}${own.indent}if (${variable} < 0)${way.text.length > 1 ? ' {' : ''}${way.text
        .map((one) => `\n${own.indent}${one}`)
        .join('')}${way.text.length > 1 ? `\n${own.indent}}` : ''}`,
    },
  ];
  if (!holder.isSet)
    edits.unshift({
      file: code.file,
      range: { start: node.range.start, end: call.range.start },
      text: `${variable} = `,
    });
  return [{ title: way.title, edits, isPreferred: true }];
}

interface Holder {
  readonly variable: string;
  readonly key: string | undefined;
  /** It is set already. */
  readonly isSet: boolean;
}

type BranchNode = Extract<FlowNode, { kind: 'branch' }>;

const testsOf = ({ graph, variables }: Code, key: string | undefined): readonly BranchNode[] =>
  graph.nodes.flatMap((node) =>
    node.kind === 'branch' &&
    [...expressionsWithin(node.condition)].some(
      (one) => one.kind === 'identifier' && variables.keyOf(one) === key,
    )
      ? [node]
      : [],
  );

/** `retval > 0` becomes `retval < 0`. */
function comparisonFixes(
  source: SourceFile,
  code: Code,
  variable: string,
  test: BranchNode | undefined,
): readonly Fix[] {
  const condition = test?.condition;
  if (
    condition?.kind !== 'binary' ||
    condition.left.kind !== 'identifier' ||
    condition.left.name !== variable
  )
    return [];
  const { operator, right, range } = condition;
  if (!/^(?:>=?|==)$/.test(operator) || (operator === '==' && right.kind === 'number' && right.value === 0))
    return [];
  const written = source.text.slice(range.start, range.end);
  return [
    {
      title: `Test for an error: ${variable} < 0 instead of ${written}`,
      edits: [{ file: code.file, range, text: `${variable} < 0` }],
      isPreferred: true,
    },
  ];
}

/** The variable that holds a call's result, or one that may. */
function holderOf(code: Code, at: number, call: CallExpression): Holder | undefined {
  const { variables } = code;
  const node = code.graph.nodes[at];
  if (node?.kind === 'declaration') {
    const own = node.statement.declarators.find(
      ({ initialiser }) => initialiser?.kind === 'call' && initialiser.range.start === call.range.start,
    );
    return (
      own && {
        variable: own.name,
        key: variables.keyOf({ kind: 'identifier', range: own.nameRange, name: own.name }),
        isSet: true,
      }
    );
  }
  if (node?.kind !== 'expression') return undefined;
  const bare = node.expression.kind === 'cast' ? node.expression.operand : node.expression;
  if (
    bare.kind === 'assign' &&
    bare.operator === '=' &&
    bare.target.kind === 'identifier' &&
    bare.value.range.start === call.range.start
  )
    return { variable: bare.target.name, key: variables.keyOf(bare.target), isSet: true };
  const variable =
    bare.kind === 'call' && bare.range.start === call.range.start ? freeVariable(code, at) : undefined;
  return variable === undefined ? undefined : { variable, key: variable, isSet: false };
}

/** Statements come after declarations in the kernel: where those of a block end. */
function lastDeclaration({ graph }: Code, at: number): Range | undefined {
  let last: Range | undefined;
  for (let here = at; ;) {
    const node = graph.nodes[here];
    if (node?.kind !== 'declaration') return last;
    last = node.range;
    const next = graph.next[here]?.[0]?.to;
    if (next === undefined) return last;
    here = next;
  }
}

const startsWith = (range: Range, call: CallExpression, node: FlowNode): boolean =>
  range.start <= call.range.start &&
  call.range.end <= range.end &&
  evaluatedBy(node).some((expression) =>
    [...callsWithin(expression)].some((one) => one.range.start === call.range.start),
  );

/** A local variable for results that nothing needs at this node. */
function freeVariable({ graph, live, variables }: Code, at: number): string | undefined {
  const after = graph.next[at]?.[0]?.to;
  const needed = after === undefined ? undefined : live[after];
  return ['retval', 'ret', 'error', 'err', 'rc', 'result'].find(
    (name) => variables.locals.has(name) && needed?.has(name) === false,
  );
}

const isSigned = ({ variables }: Code, name: string): boolean => {
  const type = plainType(variables.locals.get(name)?.type ?? '');
  return type === 'int' || type === 'long';
};

interface WayOut {
  readonly title: string;
  /** Lines under the `if`. */
  readonly text: readonly string[];
}

function wayOut(
  context: CheckContext,
  code: Code,
  call: CallExpression,
  { variable, key }: Holder,
): WayOut | undefined {
  const label = givingBackLabel(context, code, call.range.end);
  if (label !== undefined) {
    return isReturnedFrom(code, label, key)
      ? { title: `Go to ${label} on an error`, text: [`\tgoto ${label};`] }
      : undefined;
  }
  // A function with labels of its own has more to undo than can be seen.
  if (code.graph.nodes.some(({ kind }) => kind === 'label' || kind === 'unknown')) return undefined;
  const back = givingBack(context, code, call);
  const result = resultOf(code, variable);
  if (back === undefined || result === undefined) return undefined;
  return {
    title: 'Give back and return on an error',
    text: [`\t${back}`, `\treturn ${result};`],
  };
}

const resultOf = ({ fact }: Code, variable: string): string | undefined => {
  const type = plainType(fact.returnType);
  if (type === 'int' || type === 'long') return variable;
  return fact.returnType.includes('*') ? `ERR_PTR(${variable})` : undefined;
};

/** `notify_task_watchers(WATCH_TASK_FREE, 0, p);` for the task of a call. */
function givingBack(context: CheckContext, code: Code, call: CallExpression): string | undefined {
  const { family } = context.snapshot;
  const site = siteAt(context, code.file, call);
  if (!site) return undefined;
  const dispatcher = family.dispatchers.find((one) => one.function === site.dispatcher);
  const task = taskOf(context, site);
  const undoing = [...undoingEvents(family)].find(([, from]) => from === site.event)?.[0];
  const constant = family.events.find(({ name }) => name === undoing)?.constant;
  if (dispatcher?.valArgument !== 1 || dispatcher.taskArgument !== 2 || constant === undefined)
    return undefined;
  return task === undefined ? undefined : `${site.dispatcher}(${constant}, 0, ${task});`;
}

/** The label behind `from` from which straight on something gives back, nearest to it. */
function givingBackLabel(context: CheckContext, code: Code, from: number): string | undefined {
  const taking = new Set(failingEvents(context.snapshot).map(({ name }) => name));
  const undoing = undoingEvents(context.snapshot.family);
  let best: { readonly name: string; readonly steps: number } | undefined;
  code.graph.nodes.forEach((node, index) => {
    if (node.kind !== 'label' || node.range.start < from) return;
    let at: number | undefined = index;
    for (let steps = 0; at !== undefined && steps < 200; steps++) {
      const here = code.graph.nodes[at];
      if (here?.kind === 'expression')
        for (const call of callsWithin(here.expression)) {
          const sites = siteAt(context, code.file, call)
            ? [siteAt(context, code.file, call)]
            : (notifyingCallee(context, code.file, call.name)?.sites ?? []);
          if (sites.some((site) => taking.has(undoing.get(site?.event ?? '') ?? ''))) {
            if (!best || steps < best.steps) best = { name: node.name, steps };
            return;
          }
        }
      const edges: readonly { readonly to: number }[] = code.graph.next[at] ?? [];
      at = edges.length === 1 ? edges[0]?.to : undefined;
    }
  });
  return best?.name;
}

/** What lies behind the label returns the variable, or an error pointer of it. */
function isReturnedFrom({ graph, variables }: Code, label: string, key: string | undefined): boolean {
  const start = graph.nodes.findIndex((node) => node.kind === 'label' && node.name === label);
  const seen = new Set<number>([start]);
  const open = [start];
  const returns: boolean[] = [];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const node = graph.nodes[at];
    if (node?.kind === 'return') {
      const value = node.value?.kind === 'call' ? node.value.arguments[0] : node.value;
      returns.push(value !== undefined && variables.keyOf(value) === key);
    }
    for (const { to } of graph.next[at] ?? [])
      if (!seen.has(to)) {
        seen.add(to);
        open.push(to);
      }
  }
  return returns.length > 0 && returns.every((one) => one);
}

interface Line {
  readonly indent: string;
  /** Behind the last character that is not white space. */
  readonly end: number;
}

/** The lines that a statement stands on alone. */
function lineOf({ text }: SourceFile, range: Range): Line | undefined {
  const start = text.lastIndexOf('\n', range.start - 1) + 1;
  const newline = text.indexOf('\n', range.end);
  const end = newline < 0 ? text.length : newline;
  const indent = text.slice(start, range.start);
  const rest = text.slice(range.end, end).replace(/\/\*.*?\*\/|\/\/.*/g, '');
  return indent.trim() === '' && /^\s*;?\s*$/.test(rest) ? { indent, end: end } : undefined;
}

/** A way out that gives nothing back is led by where something does, or does it itself. */
export function giveBackFixes(
  context: CheckContext,
  code: Code,
  { call, after, at, trail }: Skipped,
): readonly Fix[] {
  const source = context.source(code.file);
  if (!source) return [];
  // The first goto behind the taking call decides which way out is taken.
  let jump: Extract<FlowNode, { kind: 'goto' }> | undefined;
  for (let one: typeof trail | undefined = trail; one; one = one.before) {
    if (one.node.range.start <= call.range.start && call.range.end <= one.node.range.end) break;
    if (one.node.kind === 'goto') jump = one.node;
  }
  const label = givingBackLabel(context, code, call.range.end);
  if (jump && label !== undefined && label !== jump.label)
    return [
      {
        title: `Go to ${label} instead`,
        edits: [{ file: code.file, range: labelIn(source, jump), text: label }],
        isPreferred: true,
      },
    ];
  const back = givingBack(context, code, call);
  if (back === undefined || label !== undefined) return [];
  if (jump) return belowLabel(code, source, call, jump.label, back);
  if (
    after === 'success' ||
    !code.graph.nodes.some((node) => node.kind === 'return' && node.range.start === at.start)
  )
    return [];
  return beforeReturn(code, source, at, back);
}

function labelIn({ text }: SourceFile, jump: Extract<FlowNode, { kind: 'goto' }>): Range {
  const start = text.indexOf(jump.label, jump.range.start + 'goto'.length);
  return { start, end: start + jump.label.length };
}

/** Right below a label that only what comes after the taking call goes to, and nothing falls into. */
function belowLabel(
  code: Code,
  source: SourceFile,
  call: CallExpression,
  name: string,
  back: string,
): readonly Fix[] {
  const { graph } = code;
  const at = graph.nodes.findIndex((node) => node.kind === 'label' && node.name === name);
  const label = graph.nodes[at];
  if (label?.kind !== 'label') return [];
  const into = graph.nodes.filter((_, from) => (graph.next[from] ?? []).some(({ to }) => to === at));
  if (into.some((node) => node.kind !== 'goto' || node.range.start < call.range.end)) return [];
  const colon = source.text.indexOf(':', label.range.start);
  const newline = source.text.indexOf('\n', colon);
  if (colon < 0 || newline < 0 || source.text.slice(colon + 1, newline).trim() !== '') return [];
  return [
    {
      title: `Give back at ${name}`,
      edits: [{ file: code.file, range: { start: newline, end: newline }, text: `\n\t${back}` }],
      isPreferred: true,
    },
  ];
}

function beforeReturn(code: Code, source: SourceFile, at: Range, back: string): readonly Fix[] {
  const line = lineOf(source, at);
  if (!line) return [];
  const parent = ifAround(code.body.block.statements, at);
  if (!parent) return [];
  const isBlock = parent.kind === 'block';
  if (isBlock)
    return [
      {
        title: 'Give back before the return',
        edits: [
          { file: code.file, range: { start: at.start, end: at.start }, text: `${back}\n${line.indent}` },
        ],
        isPreferred: true,
      },
    ];
  const before = source.text.slice(0, at.start).trimEnd().length;
  if (source.text[before - 1] !== ')') return [];
  const outer = line.indent.replace(/\t$/, '');
  return [
    {
      title: 'Give back before the return',
      edits: [
        { file: code.file, range: { start: before, end: before }, text: ' {' },
        { file: code.file, range: { start: at.start, end: at.start }, text: `${back}\n${line.indent}` },
        { file: code.file, range: { start: line.end, end: line.end }, text: `\n${outer}}` },
      ],
      isPreferred: true,
    },
  ];
}

/** What a `return` stands in directly: the `if` it is the only statement of, or a block that is an `if`'s. */
function ifAround(statements: readonly Statement[], at: Range): Statement | undefined {
  for (const statement of statements) {
    if (at.start < statement.range.start || at.end > statement.range.end) continue;
    if (statement.kind === 'block') return ifAround(statement.statements, at);
    if (statement.kind !== 'if') return undefined;
    for (const branch of [statement.then, ...(statement.else ? [statement.else] : [])]) {
      if (branch.range.start === at.start)
        return branch.kind === 'return' && !statement.else ? statement : undefined;
      if (branch.kind !== 'block' || at.start < branch.range.start || at.end > branch.range.end) continue;
      if (branch.statements.some((one) => one.range.start === at.start)) return branch;
      return ifAround(branch.statements, at);
    }
  }
  return undefined;
}

/** A label of its own below a giving-back call, for those who come from before. */
export function newLabelFixes(
  context: CheckContext,
  code: Code,
  call: CallExpression,
  jumps: readonly Range[],
): readonly Fix[] {
  const source = context.source(code.file);
  const { graph } = code;
  const at = graph.nodes.findIndex(
    (node) => node.kind === 'expression' && node.range.start === call.range.start,
  );
  const node = graph.nodes[at];
  const line = node && source && lineOf(source, node.range);
  if (!source || !line || jumps.length === 0) return [];
  // Only labels with nothing between them and the call can be passed by.
  const above = new Set<string>();
  for (let here = at; ;) {
    const before = graph.nodes.flatMap((one, from) =>
      one.kind === 'label' && (graph.next[from] ?? []).some(({ to }) => to === here)
        ? [{ from, name: one.name }]
        : [],
    );
    const [label] = before;
    if (!label || above.has(label.name)) break;
    above.add(label.name);
    here = label.from;
  }
  const gotos = graph.nodes.flatMap((one) =>
    one.kind === 'goto' && jumps.some(({ start }) => start === one.range.start) ? [one] : [],
  );
  if (gotos.length !== jumps.length || gotos.some(({ label }) => !above.has(label))) return [];
  const below = graph.next[at]?.[0]?.to;
  const next = below === undefined ? undefined : graph.nodes[below];
  const existing = next?.kind === 'label' ? next.name : undefined;
  const name = existing ?? newLabel(code);
  const edits: TextEdit[] = gotos.map((jump) => ({
    file: code.file,
    range: labelIn(source, jump),
    text: name,
  }));
  if (existing === undefined)
    edits.push({ file: code.file, range: { start: line.end, end: line.end }, text: `\n${name}:` });
  return [{ title: `Go to ${name}, below the notification`, edits, isPreferred: true }];
}

/** In the function's own convention: what most of its labels begin with. */
function newLabel({ graph }: Code): string {
  const names = graph.nodes.flatMap((node) => (node.kind === 'label' ? [node.name] : []));
  const counts = new Map<string, number>();
  for (const name of names)
    for (let at = name.indexOf('_'); at > 0; at = name.indexOf('_', at + 1)) {
      const prefix = name.slice(0, at + 1);
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  const [prefix] = [...counts].sort(
    ([one, many], [other, more]) => more - many || other.length - one.length,
  )[0] ?? [''];
  const wanted = [`${prefix || 'out_'}no_watchers`, `${prefix || 'out_'}before_watchers`];
  return wanted.find((name) => !names.includes(name)) ?? 'out_before_watchers_ran';
}
