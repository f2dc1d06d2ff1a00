import { stepJson, type Why } from '../features/why';
import type { LinkPlan, WhyStep } from '../kbuild/link-plan';
import { columns, placeText, type Styles } from './terminal';

/** `link-order`: every object of vmlinux, in link order, numbered from 0. */
export function linkOrderText(plan: LinkPlan, styles: Styles): string {
  const rows = plan.objects.map((object, index) => [
    styles.dim(String(index).padStart(5)),
    object.path,
    object.membership === 'archive-member'
      ? styles.yellow(`member of ${object.archive ?? 'an archive'}`)
      : '',
    styles.dim(object.source ?? 'generated'),
  ]);
  return columns(rows)
    .map((row) => `${row}\n`)
    .join('');
}

export function linkOrderJson(plan: LinkPlan): unknown {
  return {
    schema: 1,
    source: plan.source,
    arch: plan.arch,
    objects: plan.objects.map((object, index) => ({
      index,
      object: object.path,
      source: object.source ?? null,
      membership: object.membership,
      archive: object.archive ?? null,
      why: object.why.map(stepJson),
    })),
    notes: plan.notes,
  };
}

export function whyText(why: Why, styles: Styles): string {
  if ('linked' in why) {
    const { linked, index } = why;
    const where =
      linked.membership === 'archive-member'
        ? `is in ${linked.archive ?? 'an archive'}: linked only when something needs it`
        : `is linked, number ${index}`;
    return [`${styles.bold(linked.path)} ${where}`, ...steps(linked.why, styles), ''].join('\n');
  }
  if ('unlinked' in why) {
    const { path, status, why: lines } = why.unlinked;
    const what = {
      module: 'is built as a module: not in vmlinux',
      'not-built': 'is not built',
      conditional: 'may be built: a makefile that may name it cannot be read',
    }[status];
    const reason = lines.length === 0 ? ['  no makefile names it'] : steps(lines, styles);
    return [`${styles.bold(path)} ${what}`, ...reason, ''].join('\n');
  }
  const reason = why.conditional.length === 0 ? ['  no makefile names it'] : steps(why.conditional, styles);
  return [`${styles.bold(why.path)} is linked if (no configuration to tell):`, ...reason, ''].join('\n');
}

function steps(why: readonly WhyStep[], styles: Styles): readonly string[] {
  return columns(why.map((step) => [`  ${placeText(step)}`, step.text, styles.dim(step.guards.join(' '))]));
}
