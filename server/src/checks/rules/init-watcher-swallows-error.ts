import { callsWithin, evaluatedBy } from '../../syntax/c/flow/control-flow';
import type { SourceFile } from '../../syntax/c/unit';
import type { CheckContext } from '../check-context';
import { failingEvents } from '../entries';
import { codeOf, type Code } from '../flow/code';
import { followFailures, type Exit, type Failure } from '../flow/failures';
import { negative, zero } from '../flow/signs';
import { dependsOn } from '../flow/values';
import { isPath } from '../flow/variables';
import type { Fix, Problem, Rule, TextEdit } from '../rule';
import { includeInsertion } from '../texts';
import { eventsOf, watcherFunctions, type WatcherFunction } from '../watcher-functions';

export const initWatcherSwallowsError: Rule = {
  name: 'init-watcher-swallows-error',
  severity: 'warning',
  title: 'The INIT watcher keeps a failure to itself',
  finds:
    'An INIT watcher calls something that fails (an allocation, an error pointer, a negative number) and returns 0 all the same.',
  why: `What an INIT watcher returns decides whether the task comes to life. One that could not get what it needs and
returns 0 lets fork succeed: the task then runs without, and whoever relies on it later meets a NULL pointer, or the
parent’s. The rule follows the watcher, and the functions of its file that it calls, as if each thing that can fail had
failed, and looks at what is returned then. Nothing is reported where something else stands in for what
failed, where it is tried again until it works, where one error number is picked out (\`err == -ESRCH\`), where the error is
noted in the task or handed to a function, and where \`return -1\` may mean no more than "none".`,
  bad: {
    code: `#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	tsk->thread_keyring = kzalloc(16);
	if (!tsk->thread_keyring)
		return 0;
	/*      ^ init-watcher-swallows-error */
	return 0;
}
task_watcher_func(init, sample_start);

static int sample_stop(unsigned long val, struct task_struct *tsk)
{
	kfree(tsk->thread_keyring);
	return 0;
}
task_watcher_func(free, sample_stop);
`,
  },
  good: {
    code: `#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	tsk->thread_keyring = kzalloc(16);
	if (!tsk->thread_keyring)
		return -ENOMEM;
	return 0;
}
task_watcher_func(init, sample_start);

static int sample_stop(unsigned long val, struct task_struct *tsk)
{
	kfree(tsk->thread_keyring);
	return 0;
}
task_watcher_func(free, sample_stop);
`,
  },
  find: (context) => {
    const failing = new Set(failingEvents(context.snapshot).map(({ name }) => name));
    return watcherFunctions(context)
      .filter((watcher) => eventsOf(context, watcher).some((event) => failing.has(event)))
      .flatMap((watcher) => swallowed(context, watcher));
  },
};

function swallowed(context: CheckContext, watcher: WatcherFunction): readonly Problem[] {
  const { file, fact } = watcher;
  if (fact.returnType === 'void') return [];
  return codeOf(context, file.path, fact).flatMap((code) => {
    const exits = followFailures(context, code, true) ?? [];
    const worked = exits.filter(({ failure }) => !failure);
    const fine = new Set(worked.map(({ node }) => node));
    return exits.flatMap((exit): readonly Problem[] => {
      const { failure, node, signs } = exit;
      if (!failure || signs === 0 || isMeant(code, failure)) return [];
      // What is returned may be an error; but if nobody looked at this one, it is not this one.
      if ((signs & negative) !== 0 && (exit.isTested || exit.tellsOf || (signs & zero) === 0)) return [];
      const isOwnWay = node.kind === 'return' && !fine.has(node);
      // What only helps on the way, and is looked at, may be missing.
      if (!isOwnWay && exit.isTested && failure.as === 'null' && !isKept(worked, failure)) return [];
      const how = failure.as === 'null' ? 'gives NULL' : 'fails';
      return [
        {
          file: file.path,
          range: isOwnWay ? node.range : failure.call.range,
          message: isOwnWay
            ? `${fact.name}() returns no error here, though ${failure.name}() ${failure.as === 'null' ? 'gave NULL' : 'failed'}: fork succeeds without it`
            : `where ${failure.name}() ${how}, ${fact.name}() returns no error all the same: fork succeeds without it`,
          related: isOwnWay
            ? [{ file: file.path, range: failure.call.range, message: 'this can fail' }]
            : [{ file: file.path, range: node.range, message: 'it ends here' }],
          fixes: isOwnWay ? returnFixes(context, file, code, exit, failure) : [],
        },
      ];
    });
  });
}

/** What the call gave is in the task, or elsewhere, where all went well. */
const isKept = (worked: readonly Exit[], { name, call }: Failure): boolean =>
  worked.some(({ variables }) =>
    [...variables].some(
      ([key, value]) => isPath(key) && dependsOn(value, `${name}()@${String(call.range.start)};`),
    ),
  );

/** `(void)f();` says that it may fail. */
function isMeant({ graph }: Code, { call }: Failure): boolean {
  return graph.nodes.some(
    (node) =>
      node.kind === 'expression' &&
      node.expression.kind === 'cast' &&
      node.expression.type === 'void' &&
      node.expression.operand.range.start === call.range.start,
  );
}

/** The error itself is returned. */
function returnFixes(
  context: CheckContext,
  file: SourceFile,
  code: Code,
  { node }: Exit,
  failure: Failure,
): readonly Fix[] {
  if (node.kind !== 'return' || node.value?.kind !== 'number') return [];
  const error = failure.as === 'null' ? '-ENOMEM' : errorOf(context, file, code, failure);
  if (error === undefined) return [];
  const edits: TextEdit[] = [{ file: file.path, range: node.value.range, text: error }];
  const header = 'linux/errno.h';
  if (
    failure.as === 'null' &&
    !/\bE(?:NOMEM|INVAL|AGAIN|PERM|FAULT|BUSY)\b|<linux\/(?:errno|err)\.h>/.test(file.text) &&
    context.source(`include/${header}`)
  )
    edits.push(includeInsertion(file, header));
  return [{ title: `Return ${error}`, edits, isPreferred: true }];
}

/** `err`, or `PTR_ERR(copy)`: what holds the result of a call. */
function errorOf(
  context: CheckContext,
  { text }: SourceFile,
  { graph, file, variables }: Code,
  { call, name }: Failure,
): string | undefined {
  for (const node of graph.nodes) {
    const holders: { readonly text: string; readonly type: string | undefined }[] = [];
    if (node.kind === 'declaration')
      for (const one of node.statement.declarators)
        if (one.initialiser?.range.start === call.range.start)
          holders.push({ text: one.name, type: `${node.statement.type} ${one.text.replace(one.name, '')}` });
    for (const expression of evaluatedBy(node)) {
      if (expression.kind !== 'assign' || expression.value.range.start !== call.range.start) continue;
      const { target } = expression;
      const key = variables.keyOf(target);
      holders.push({
        text: text.slice(target.range.start, target.range.end),
        type: key === undefined ? undefined : variables.locals.get(key)?.type,
      });
    }
    const [holder] = holders;
    if (!holder) continue;
    const type = holder.type ?? context.functions(file).find((fact) => fact.name === name)?.returnType;
    const isPointer = type?.includes('*') ?? isTestedAsPointer(graph.nodes, text, holder.text);
    return isPointer ? `PTR_ERR(${holder.text})` : holder.text;
  }
  return undefined;
}

const isTestedAsPointer = (nodes: Code['graph']['nodes'], text: string, holder: string): boolean =>
  nodes.some((node) =>
    evaluatedBy(node).some((expression) =>
      [...callsWithin(expression)].some((call) => {
        const [first] = call.arguments;
        return call.name === 'IS_ERR' && first && text.slice(first.range.start, first.range.end) === holder;
      }),
    ),
  );
