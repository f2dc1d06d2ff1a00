import { callsWithin, evaluatedBy } from '../../syntax/c/flow/control-flow';
import type { CheckContext } from '../check-context';
import { failingEvents } from '../entries';
import { codeOf } from './code';
import { notifyingFunctions, taskOf } from './notifications';

/** What a member of a new task holds before any watcher has seen it. */
export type Content = 'null' | 'parents' | 'unknown';

/** Functions that make a task as a copy of its parent. */
const copiesTask = (name: string): boolean => /dup_task|copy_task|clone_task/.test(name);
const clears = (name: string): boolean => /zalloc|calloc/.test(name);

/**
 * What the functions that notify INIT put into a member (`->mempolicy`) of the new task before: `undefined` where they
 * do not say how the task is made, or do not agree.
 */
export function contentOf(context: CheckContext, member: string): Content {
  const taking = new Set(failingEvents(context.snapshot).map(({ name }) => name));
  const found = new Set<Content>();
  for (const { file, fact, sites } of notifyingFunctions(context))
    for (const site of sites) {
      const task = taskOf(context, site);
      if (site.event === undefined || !taking.has(site.event) || task === undefined) continue;
      for (const code of codeOf(context, file, fact)) {
        let content: Content = 'unknown';
        const before = code.graph.nodes
          .filter(({ range }) => range.end <= site.range.start)
          .sort((one, other) => one.range.start - other.range.start);
        for (const node of before) {
          const names = evaluatedBy(node).flatMap((expression) => [...callsWithin(expression)]);
          const makes =
            node.kind === 'declaration'
              ? node.statement.declarators.some(({ name }) => name === task)
              : node.kind === 'expression' &&
                node.expression.kind === 'assign' &&
                code.variables.keyOf(node.expression.target) === task;
          if (makes && names.some(({ name }) => copiesTask(name))) content = 'parents';
          else if (makes && names.some(({ name }) => clears(name))) content = 'null';
          if (node.kind !== 'expression') continue;
          const { expression } = node;
          const target = expression.kind === 'assign' ? code.variables.keyOf(expression.target) : undefined;
          if (expression.kind === 'assign' && target === `*${task}`) content = 'parents';
          else if (expression.kind === 'assign' && target === `${task}${member}`) {
            const { value } = expression;
            const isNull =
              (value.kind === 'identifier' && value.name === 'NULL') ||
              (value.kind === 'number' && value.value === 0);
            content = isNull ? 'null' : 'unknown';
          }
        }
        found.add(content);
      }
    }
  const [only = 'unknown'] = found;
  return found.size === 1 ? only : 'unknown';
}
