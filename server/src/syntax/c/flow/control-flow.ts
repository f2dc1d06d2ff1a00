import type { Range } from '../../positions';
import type {
  CallExpression,
  DeclarationStatement,
  Expression,
  FunctionBody,
  Statement,
  StatementOf,
} from '../function-body';

/**
 * The ways control may take through a body. `&&`, `||`, `!` and `likely()` in a condition are branches of their own, so
 * that each branch tests one thing. Node and edge order is that of the source where it can be.
 */
export interface FlowGraph {
  readonly nodes: readonly FlowNode[];
  /** Where control goes from a node, by node number. */
  readonly next: readonly (readonly FlowEdge[])[];
  readonly entry: number;
  /** A node of kind `exit`, which `return`s and the end of the body lead to. */
  readonly exit: number;
}

export type FlowNode =
  | { readonly kind: 'entry' | 'exit' | 'join'; readonly range: Range }
  | { readonly kind: 'declaration'; readonly range: Range; readonly statement: DeclarationStatement }
  | { readonly kind: 'expression'; readonly range: Range; readonly expression: Expression }
  /** Edges `true` and `false`; only one of them where the condition is a literal. */
  | { readonly kind: 'branch'; readonly range: Range; readonly condition: Expression }
  /** Edges `case` and `default`. */
  | { readonly kind: 'switch'; readonly range: Range; readonly value: Expression }
  /** A loop that a macro makes: edges `again` and `done`; of one that runs once, only `again`. */
  | { readonly kind: 'macro-loop'; readonly range: Range; readonly loop: StatementOf<'macro-loop'> }
  | { readonly kind: 'case'; readonly range: Range }
  | { readonly kind: 'label'; readonly range: Range; readonly name: string }
  | { readonly kind: 'goto'; readonly range: Range; readonly label: string }
  | { readonly kind: 'return'; readonly range: Range; readonly value: Expression | undefined }
  /** The body's closing brace, reached without a `return`. */
  | { readonly kind: 'end'; readonly range: Range }
  | {
      readonly kind: 'asm';
      readonly range: Range;
      readonly names: readonly string[];
      readonly labels: readonly string[];
    }
  | { readonly kind: 'unknown'; readonly range: Range; readonly text: string };

export type FlowEdge =
  | { readonly to: number; readonly when: 'always' | 'true' | 'false' | 'again' | 'done' | 'jump' }
  | { readonly to: number; readonly when: 'default' }
  | {
      readonly to: number;
      readonly when: 'case';
      readonly value: Expression;
      readonly last: Expression | undefined;
    };

/** Functions that never come back, in kernels old and new. */
export const neverReturns: ReadonlySet<string> = new Set([
  ...['panic', 'BUG', 'do_exit', 'do_group_exit', 'make_task_dead', 'unreachable', 'complete_and_exit'],
  ...[
    'do_task_dead',
    'kthread_exit',
    'kthread_complete_and_exit',
    '__builtin_unreachable',
    '__builtin_trap',
    'rewind_stack_and_make_dead',
  ],
]);

/** Wrappers whose value is as true as their first argument. */
const transparent = new Set(['likely', 'unlikely', '__builtin_expect']);

/** `likely(x)` is as true as `x`. */
export function bareCondition(expression: Expression): Expression {
  if (expression.kind !== 'call' || expression.callee.kind !== 'identifier') return expression;
  const [first] = expression.arguments;
  return first && transparent.has(expression.callee.name) ? bareCondition(first) : expression;
}

/** `scoped_guard(mutex, &lock) …`, whose class is none that may fail to take the lock. */
function isOnce({ name, arguments: [kind] }: StatementOf<'macro-loop'>): boolean {
  return (
    name === 'scoped_guard' &&
    kind?.kind === 'identifier' &&
    !/_(?:try|intr|kill|interruptible|killable)$/.test(kind.name)
  );
}

interface Context {
  readonly onBreak: number | undefined;
  readonly onContinue: number | undefined;
  readonly cases: FlowEdge[] | undefined;
}

/** The graph of one body. A `goto` to a label that is not there leads to the exit through an `unknown` node. */
export function controlFlow(body: FunctionBody): FlowGraph {
  let graph = graphs.get(body);
  if (!graph) graphs.set(body, (graph = graphOf(body)));
  return graph;
}

const graphs = new WeakMap<FunctionBody, FlowGraph>();

function graphOf(body: FunctionBody): FlowGraph {
  const nodes: FlowNode[] = [];
  const next: FlowEdge[][] = [];
  const labels = new Map<string, number>();
  const jumps: { readonly from: number; readonly label: string; readonly range: Range }[] = [];

  const add = (node: FlowNode, ...edges: readonly FlowEdge[]): number => {
    nodes.push(node);
    next.push([...edges]);
    return nodes.length - 1;
  };
  const always = (to: number): FlowEdge => ({ to, when: 'always' });

  const { range } = body.block;
  const exit = add({ kind: 'exit', range });
  const closing = { start: Math.max(range.start, range.end - 1), end: range.end };
  const end = add({ kind: 'end', range: closing }, always(exit));

  /** Evaluates `condition` and goes to `yes` or to `no`; gives the first node. */
  function test(condition: Expression, yes: number, no: number): number {
    const bare = bareCondition(condition);
    if (bare.kind === 'binary' && bare.operator === '&&')
      return test(bare.left, test(bare.right, yes, no), no);
    if (bare.kind === 'binary' && bare.operator === '||')
      return test(bare.left, yes, test(bare.right, yes, no));
    if (bare.kind === 'unary' && bare.operator === '!') return test(bare.operand, no, yes);
    if (bare.kind === 'comma') {
      const last = bare.expressions.at(-1);
      if (!last) return yes;
      return bare.expressions
        .slice(0, -1)
        .reduceRight((to, expression) => evaluate(expression, expression.range, to), test(last, yes, no));
    }
    const edges: FlowEdge[] = [];
    const known = bare.kind === 'number' ? bare.value : undefined;
    if (known === undefined || known !== 0) edges.push({ to: yes, when: 'true' });
    if (known === undefined || known === 0) edges.push({ to: no, when: 'false' });
    return add({ kind: 'branch', range: bare.range, condition: bare }, ...edges);
  }

  function evaluate(expression: Expression, at: Range, to: number): number {
    const node: FlowNode = { kind: 'expression', range: at, expression };
    return leaves(expression) ? add(node) : add(node, always(to));
  }

  function build(statement: Statement, to: number, context: Context): number {
    const at = statement.range;
    switch (statement.kind) {
      case 'block':
        return statement.statements.reduceRight((after, inner) => build(inner, after, context), to);
      case 'declaration':
        return add({ kind: 'declaration', range: at, statement }, always(to));
      case 'expression':
        return evaluate(statement.expression, at, to);
      case 'if': {
        const otherwise = statement.else ? build(statement.else, to, context) : to;
        return test(statement.condition, build(statement.then, to, context), otherwise);
      }
      case 'while': {
        const head = add({ kind: 'join', range: at });
        const inside = build(statement.body, head, { ...context, onBreak: to, onContinue: head });
        next[head]?.push(always(test(statement.condition, inside, to)));
        return head;
      }
      case 'do': {
        const again = add({ kind: 'join', range: at });
        const tail = add({ kind: 'join', range: statement.condition.range });
        next[again]?.push(always(build(statement.body, tail, { ...context, onBreak: to, onContinue: tail })));
        next[tail]?.push(always(test(statement.condition, again, to)));
        return again;
      }
      case 'for': {
        const head = add({ kind: 'join', range: at });
        const step = statement.step ? evaluate(statement.step, statement.step.range, head) : head;
        const inside = build(statement.body, step, { ...context, onBreak: to, onContinue: step });
        next[head]?.push(always(statement.condition ? test(statement.condition, inside, to) : inside));
        return statement.initialise ? build(statement.initialise, head, context) : head;
      }
      case 'macro-loop': {
        const head = add({ kind: 'macro-loop', range: at, loop: statement });
        if (isOnce(statement)) {
          const once = build(statement.body, to, { ...context, onBreak: to, onContinue: to });
          next[head]?.push({ to: once, when: 'again' });
          return head;
        }
        const inside = build(statement.body, head, { ...context, onBreak: to, onContinue: head });
        next[head]?.push({ to: inside, when: 'again' }, { to, when: 'done' });
        return head;
      }
      case 'switch': {
        const cases: FlowEdge[] = [];
        build(statement.body, to, { ...context, onBreak: to, cases });
        const hasDefault = cases.some(({ when }) => when === 'default');
        // The body was built from its end.
        const edges = cases.toReversed();
        const rest: readonly FlowEdge[] = hasDefault ? [] : [{ to, when: 'default' }];
        return add(
          { kind: 'switch', range: statement.value.range, value: statement.value },
          ...edges,
          ...rest,
        );
      }
      case 'case': {
        const here = add({ kind: 'case', range: at }, always(to));
        context.cases?.push({ to: here, when: 'case', value: statement.value, last: statement.last });
        return here;
      }
      case 'default': {
        const here = add({ kind: 'case', range: at }, always(to));
        context.cases?.push({ to: here, when: 'default' });
        return here;
      }
      case 'label': {
        const here = add({ kind: 'label', range: at, name: statement.name }, always(to));
        labels.set(statement.name, here);
        return here;
      }
      case 'goto': {
        const here = add({ kind: 'goto', range: at, label: statement.label });
        jumps.push({ from: here, label: statement.label, range: at });
        return here;
      }
      case 'return':
        return add({ kind: 'return', range: at, value: statement.value }, always(exit));
      case 'break':
        return context.onBreak ?? to;
      case 'continue':
        return context.onContinue ?? to;
      case 'asm': {
        const here = add(
          { kind: 'asm', range: at, names: statement.names, labels: statement.labels },
          always(to),
        );
        for (const label of statement.labels) jumps.push({ from: here, label, range: at });
        return here;
      }
      case 'computed-goto':
        return add({ kind: 'unknown', range: at, text: 'a computed goto' }, always(exit));
      case 'unknown':
        return add({ kind: 'unknown', range: at, text: statement.text }, always(to));
      case 'empty':
        return to;
    }
  }

  const first = build(body.block, end, { onBreak: undefined, onContinue: undefined, cases: undefined });
  const opening = { start: range.start, end: Math.min(range.end, range.start + 1) };
  const entry = add({ kind: 'entry', range: opening }, always(first));
  for (const { from, label, range: at } of jumps) {
    const target = labels.get(label);
    const to = target ?? add({ kind: 'unknown', range: at, text: `label ${label}` }, always(exit));
    next[from]?.push({ to, when: 'jump' });
  }
  return { nodes, next, entry, exit };
}

const leaves = (expression: Expression): boolean =>
  expression.kind === 'call' &&
  expression.callee.kind === 'identifier' &&
  (neverReturns.has(expression.callee.name) ||
    (expression.callee.name === 'BUG_ON' && isTrue(expression.arguments[0])));

const isTrue = (condition: Expression | undefined): boolean =>
  condition?.kind === 'number' && condition.value !== undefined && condition.value !== 0;

/** Nodes that control can reach from `from`, itself included. */
export function reachable(graph: FlowGraph, from: number): ReadonlySet<number> {
  const seen = new Set<number>([from]);
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const { to } of graph.next[at] ?? []) {
      if (seen.has(to)) continue;
      seen.add(to);
      open.push(to);
    }
  return seen;
}

/** The expressions that a node evaluates itself, in order. */
export function evaluatedBy(node: FlowNode): readonly Expression[] {
  switch (node.kind) {
    case 'declaration':
      return node.statement.declarators.flatMap(({ initialiser }) => initialiser ?? []);
    case 'expression':
      return [node.expression];
    case 'branch':
      return [node.condition];
    case 'switch':
      return [node.value];
    case 'macro-loop':
      return node.loop.arguments;
    case 'return':
      return node.value ? [node.value] : [];
    default:
      return [];
  }
}

/** Every expression inside one, itself included, outermost first; statement expressions are not entered. */
export function* expressionsWithin(expression: Expression): Generator<Expression> {
  yield expression;
  for (const part of partsOf(expression)) yield* expressionsWithin(part);
}

/** The direct parts of an expression, in order; those of a statement expression are none. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call':
      return [expression.callee, ...expression.arguments];
    case 'unary':
    case 'update':
    case 'address':
    case 'dereference':
    case 'cast':
    case 'sizeof':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'assign':
      return [expression.target, expression.value];
    case 'conditional':
      return [
        expression.condition,
        ...(expression.whenTrue ? [expression.whenTrue] : []),
        expression.whenFalse,
      ];
    case 'comma':
      return expression.expressions;
    case 'member':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'compound-literal':
      return [expression.initialiser];
    case 'initialiser-list':
      return expression.items.map(({ value }) => value);
    default:
      return [];
  }
}

/** The calls inside an expression whose callee is a plain name, outermost first. */
export function* callsWithin(expression: Expression): Generator<CallExpression & { readonly name: string }> {
  for (const inner of expressionsWithin(expression))
    if (inner.kind === 'call' && inner.callee.kind === 'identifier')
      yield { ...inner, name: inner.callee.name };
}
