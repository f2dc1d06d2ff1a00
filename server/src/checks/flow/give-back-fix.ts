import type { FlowNode } from '../../syntax/c/flow/control-flow';
import type { CallExpression, Statement } from '../../syntax/c/function-body';
import type { Range } from '../../syntax/positions';
import type { SourceFile } from '../../syntax/c/unit';
import type { CheckContext } from '../check-context';
import type { Fix, TextEdit } from '../rule';
import type { Code } from './code';
import { givingBack, givingBackLabel, lineOf } from './giving-back';
import type { Skipped } from './init-walk';

/** A way out that gives nothing back is led by where something does, or does it itself. */
export function giveBackFixes(
  context: CheckContext,
  code: Code,
  { call, after, at, trail, early }: Skipped,
): readonly Fix[] {
  const source = context.source(code.file);
  if (!source) return [];
  // The first goto behind the taking call decides which way out is taken.
  let jump: Extract<FlowNode, { kind: 'goto' }> | undefined;
  for (let one: typeof trail | undefined = trail; one; one = one.before) {
    if (one.node.range.start <= call.range.start && call.range.end <= one.node.range.end) break;
    if (one.node.kind === 'goto') jump = one.node;
  }
  // Whoever comes that way before anything was taken has nothing to give back.
  if (early.has(jump ?? trail.node)) return [];
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
