import type { LinkPlan, PlannedObject, UnlinkedObject, WhyStep } from '../kbuild/link-plan';
import { code } from './markdown';
import { place, type LinkTo } from './table-markdown';

/** The answer to `--why OBJECT`. */
export type Why =
  | { readonly linked: PlannedObject; readonly index: number }
  | { readonly unlinked: UnlinkedObject }
  | { readonly conditional: readonly WhyStep[]; readonly path: string };

/** Takes `kernel/fork.o`, `kernel/fork.c` or `kernel/fork`. */
export function whyObject(plan: LinkPlan, asked: string): Why {
  const stem = asked.replace(/^\.\//, '').replace(/\.(o|c|S|s)$/, '');
  const index = plan.objects.findIndex(
    ({ path, source }) => path === `${stem}.o` || (source !== undefined && source === asked),
  );
  const linked = plan.objects[index];
  if (linked !== undefined) return { linked, index };
  const source = /\.(c|S)$/.test(asked) ? asked.replace(/^\.\//, '') : `${stem}.c`;
  if (plan.source === 'none') return { conditional: plan.conditions(source), path: `${stem}.o` };
  return { unlinked: plan.unlinked(source) };
}

export function whyJson(why: Why): unknown {
  if ('linked' in why)
    return {
      schema: 1,
      object: why.linked.path,
      status: why.linked.membership === 'archive-member' ? 'archive-member' : 'linked',
      index: why.index,
      source: why.linked.source ?? null,
      why: why.linked.why.map(stepJson),
    };
  if ('unlinked' in why)
    return {
      schema: 1,
      object: why.unlinked.path,
      status: why.unlinked.status,
      index: null,
      why: why.unlinked.why.map(stepJson),
    };
  return {
    schema: 1,
    object: why.path,
    status: 'conditional',
    index: null,
    why: why.conditional.map(stepJson),
  };
}

export function stepJson(step: WhyStep): unknown {
  return { file: step.file, line: step.line, text: step.text, guards: step.guards };
}

/** The same for a person. */
export function whyMarkdown(why: Why, linkTo: LinkTo): string {
  const steps = (lines: readonly WhyStep[]): string =>
    lines.length === 0
      ? 'No makefile names it.'
      : lines
          .map((step) => {
            const guards = step.guards.length === 0 ? '' : ` if ${step.guards.map(code).join(', ')}`;
            return `- ${place(step, linkTo)} ${code(step.text)}${guards}`;
          })
          .join('\n');
  if ('linked' in why) {
    const { linked, index } = why;
    const where =
      linked.membership === 'archive-member'
        ? `is in ${code(linked.archive ?? 'an archive')}: linked only when something needs it.`
        : `is linked, number ${index}.`;
    return [`# ${code(linked.path)}`, `It ${where}`, steps(linked.why), ''].join('\n\n');
  }
  if ('unlinked' in why) {
    const { path, status, why: lines } = why.unlinked;
    const what = {
      module: 'It is built as a module: not in vmlinux.',
      'not-built': 'It is not built.',
      conditional: 'A makefile that may name it cannot be read: whether it is built is not known.',
    }[status];
    return [`# ${code(path)}`, what, steps(lines), ''].join('\n\n');
  }
  return [
    `# ${code(why.path)}`,
    'It is linked if (no configuration to tell):',
    steps(why.conditional),
    '',
  ].join('\n\n');
}
