import { callsWithin, controlFlow, evaluatedBy, reachable } from '../syntax/c/flow/control-flow';
import type { FunctionFact } from '../syntax/c/tree/functions';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import type { CheckContext } from './check-context';
import { macrosWith } from './jumping-macros';
import type { TextEdit } from './rule';

/** Some way through some `#if` branches reaches the closing brace. False where the body could not be read. */
export function endsWithoutReturn(context: CheckContext, path: string, fact: FunctionFact): boolean {
  const file = context.source(path);
  const returning = file && macrosWith(file, ['return']);
  return context.bodies(path, fact).some((body) => {
    const graph = controlFlow(body);
    const reached = reachable(graph, graph.entry);
    const kinds = [...reached].map((at) => graph.nodes[at]);
    if (kinds.some((node) => node?.kind === 'unknown' && /\b(?:return|goto)\b/.test(node.text))) return false;
    // A macro that returns may do so wherever it stands.
    const mayReturn = kinds.some(
      (node) =>
        node &&
        evaluatedBy(node).some((one) =>
          [...callsWithin(one)].some(({ name }) => returning?.has(name) === true),
        ),
    );
    return !mayReturn && kinds.some((node) => node?.kind === 'end');
  });
}

/** `return 0;` in front of a body's closing brace, on a line of its own. */
export function returnInsertion(file: SourceFile, body: Range): TextEdit {
  const brace = body.end - 1;
  const lineStart = file.text.lastIndexOf('\n', brace - 1) + 1;
  const alone = file.text.slice(lineStart, brace).trim() === '' && lineStart > body.start;
  const at = alone ? lineStart : brace;
  return {
    file: file.path,
    range: { start: at, end: at },
    text: alone ? '\treturn 0;\n' : '\n\treturn 0;\n',
  };
}
