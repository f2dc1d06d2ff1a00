import { callsWithin, evaluatedBy } from '../../syntax/c/flow/control-flow';
import type { Expression } from '../../syntax/c/function-body';
import type { CheckContext } from '../check-context';
import { codeOf, type Code } from './code';
import { failsWith, followFailures, type Exit } from './failures';
import { givesNullOnFailure } from './known-functions';
import { negative, positive, zero } from './signs';
import { baseOf } from './variables';
import type { WatcherFunction } from '../watcher-functions';

/** What a watcher does with one member of its task: `->mempolicy`, `->sysvsem.undo_list`. */
export interface SetMember {
  readonly member: string;
  /** It holds something that has to be given back: by what call. */
  readonly takenBy: string | undefined;
}

/** What is in a member where the watcher failed: what was there before, NULL, or an error pointer. */
export interface LeftMember {
  readonly member: string;
  readonly exit: Exit;
  readonly leaves: 'untouched' | 'null' | 'error';
}

export interface TaskMembers {
  /** Set to something on a way on which the watcher succeeds. */
  readonly set: readonly SetMember[];
  /** What a failing way leaves behind in them, with that way's end. */
  readonly leftOnFailure: readonly LeftMember[];
  readonly canFail: boolean;
}

/** Functions that take a reference to what they are given. */
const takesReference = (name: string): boolean =>
  /^(?:atomic(?:64|_long)?_inc|refcount_inc|kref_get|get_(?:task_struct|pid|cred|group_info|io_context|user_ns|nsproxy|mm))$|_get$/.test(
    name,
  );

/** Functions that give something new, or one more reference. */
const givesSomething = (name: string): boolean =>
  givesNullOnFailure(name) || /(?:^|_)(?:get|dup|copy|clone|alloc|create|grab)(?:_|$)|alloc$/.test(name);

/** The parameter that is the task. */
export function taskParameter(context: CheckContext, { fact }: WatcherFunction): string | undefined {
  const at = context.snapshot.family.prototype?.parameters.findIndex(({ type }) => type.includes('*')) ?? -1;
  return at < 0 ? undefined : fact.parameters[at]?.name;
}

/** What a watcher sets in its task, on all the ways through it. */
export function taskMembers(context: CheckContext, watcher: WatcherFunction): TaskMembers | undefined {
  const task = taskParameter(context, watcher);
  if (task === undefined) return undefined;
  const set = new Map<string, SetMember>();
  const left: LeftMember[] = [];
  let canFail = false;
  for (const code of codeOf(context, watcher.file.path, watcher.fact)) {
    const exits = followFailures(context, code, true);
    if (!exits) return undefined;
    const failed = exits.filter(({ signs }) => signs === negative);
    canFail ||= failed.length > 0;
    for (const exit of exits)
      if (exit.signs !== negative)
        for (const [key, value] of exit.variables) {
          if (!key.startsWith(`${task}->`) || (exit.signsOf(value) & positive) === 0) continue;
          if (value.kind !== 'symbol' || value.id === `${key}#`) continue;
          const member = key.slice(task.length);
          const by = /^(\w+)\(\)@/.exec(value.id)?.[1];
          const takenBy = by !== undefined && givesSomething(by) ? by : set.get(member)?.takenBy;
          set.set(member, { member, takenBy });
        }
    for (const { member, by } of references(code, task)) set.set(member, { member, takenBy: by });
    for (const exit of failed)
      for (const member of set.keys()) {
        const value = exit.variables.get(`${task}${member}`);
        const isUntouched =
          value === undefined || (value.kind === 'symbol' && value.id === `${task}${member}#`);
        const signs = isUntouched ? 0 : exit.signsOf(value);
        if ((signs & negative) !== 0) left.push({ member, exit, leaves: 'error' });
        else if (
          (signs & zero) !== 0 ||
          (isUntouched && isNullInParent(context, watcher.file.path, exit, member))
        )
          left.push({ member, exit, leaves: 'null' });
        else if (isUntouched) left.push({ member, exit, leaves: 'untouched' });
      }
  }
  return { set: [...set.values()], leftOnFailure: left, canFail };
}

/** Wherever this way is taken, the parent's own member is NULL: so is the new task's, its copy. */
function isNullInParent(
  context: CheckContext,
  file: string,
  { known, failure }: Exit,
  member: string,
): boolean {
  if (known.get(`current${member}#`) === zero) return true;
  return failure !== undefined && failsWith(context, file, failure.name)?.nullThen.has(member) === true;
}

/** References that are taken to what a member of the task points to. */
function references(
  { graph, variables }: Code,
  task: string,
): readonly { readonly member: string; readonly by: string }[] {
  const stored = new Map<string, string>();
  const found: { member: string; by: string }[] = [];
  const keyOf = (expression: Expression): string | undefined =>
    variables.keyOf(expression.kind === 'address' ? expression.operand : expression);
  for (const node of graph.nodes)
    for (const expression of evaluatedBy(node)) {
      if (expression.kind !== 'assign' || expression.value.kind !== 'identifier') continue;
      const key = variables.keyOf(expression.target);
      const value = variables.keyOf(expression.value);
      if (key?.startsWith(`${task}->`) === true && value !== undefined)
        stored.set(value, key.slice(task.length));
    }
  for (const node of graph.nodes)
    for (const expression of evaluatedBy(node))
      for (const call of callsWithin(expression)) {
        const [first] = call.arguments;
        const key = first && takesReference(call.name) ? keyOf(first) : undefined;
        if (key === undefined) continue;
        const member = key.startsWith(`${task}->`)
          ? /^->[\w.]+/.exec(key.slice(task.length))?.[0]
          : stored.get(baseOf(key));
        if (member !== undefined) found.push({ member, by: call.name });
      }
  return found;
}
