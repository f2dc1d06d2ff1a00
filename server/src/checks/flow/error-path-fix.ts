import type { FlowNode } from '../../syntax/c/flow/control-flow';
import { callsWithin, evaluatedBy, expressionsWithin } from '../../syntax/c/flow/control-flow';
import type { CallExpression } from '../../syntax/c/function-body';
import type { Range } from '../../syntax/positions';
import type { SourceFile } from '../../syntax/c/unit';
import type { CheckContext } from '../check-context';
import type { Fix, TextEdit } from '../rule';
import { includeInsertion } from '../texts';
import { isSigned } from '../c-types';
import { standsBeforeComma } from './call-places';
import type { Code } from './code';
import { givingBack, givingBackLabel, isReturnedFrom, lineOf } from './giving-back';
import type { Lost } from './init-walk';

/** What hangs on the result of a taking call is put right: an error goes to the label that gives back. */
export function errorPathFixes(
  context: CheckContext,
  code: Code,
  call: CallExpression,
  how: Lost['how'],
): readonly Fix[] {
  // A test is there, and somebody meant what it does.
  if (how === 'goes-on' || how === 'made-positive' || how === 'no-error') return [];
  const source = context.source(code.file);
  const at = code.graph.nodes.findIndex(
    (node) =>
      (node.kind === 'expression' || node.kind === 'declaration') && startsWith(node.range, call, node),
  );
  const node = code.graph.nodes[at];
  const holder = node && !standsBeforeComma(node, call) ? holderOf(code, at, call) : undefined;
  if (!source || !node || !holder || !isSigned(code.variables.locals.get(holder.variable)?.type ?? ''))
    return [];
  const { variable, key } = holder;
  const tests = how === 'left' && holder.isSet ? testsOf(code, key) : [];
  if (tests.length > 0) return tests.length === 1 ? comparisonFixes(source, code, variable, tests[0]) : [];
  const way = wayOut(context, code, call, holder);
  const own = lineOf(source, node.range);
  // A lone statement of an `if` or a loop has no room for another.
  if (!isInBlock(source.text, node.range.start)) return [];
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
  const needsHeader = way.text.some((one) => one.includes('ERR_PTR(')) && !/\bERR_PTR\b/.test(source.text);
  if (needsHeader && !source.text.includes('<linux/err.h>'))
    edits.unshift(includeInsertion(source, 'linux/err.h'));
  return [{ title: way.title, edits, isPreferred: true }];
}

/** What stands before a statement ends another one, opens a block, or is a label. */
const isInBlock = (text: string, start: number): boolean =>
  /[;{}:]$/.test(
    text.slice(Math.max(0, start - 2000), start).replace(/(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/)+$/, ''),
  );

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
  if (isSigned(fact.returnType)) return variable;
  return fact.returnType.includes('*') ? `ERR_PTR(${variable})` : undefined;
};
