import { ExplainedObject, withoutWhy, type WithoutWhy } from './explained-object';
import type { CompileFlags, LinkPlan, PlannedObject, UnlinkedObject, WhyStep } from './link-plan';
import { questionKeys, remember } from './remember-plan';

/** A link plan as plain data: what it says at once, and the answers to what it was asked. */
export interface KeptPlan {
  readonly plan: Pick<LinkPlan, 'source' | 'arch' | 'srcarch' | 'compiler' | 'linkerScript' | 'notes'>;
  readonly objects: readonly WithoutWhy[];
  readonly why: ReadonlyMap<string, readonly WhyStep[]>;
  readonly flags: ReadonlyMap<string, CompileFlags>;
  readonly unlinked: ReadonlyMap<string, UnlinkedObject>;
  readonly conditions: ReadonlyMap<string, readonly WhyStep[]>;
}

/** A plan that notes down what it answers. */
export interface RecordedPlan {
  readonly plan: LinkPlan;
  /** It with what it was asked so far. */
  readonly kept: () => KeptPlan;
}

export function recordedPlan(plan: LinkPlan, before?: KeptPlan): RecordedPlan {
  const why = new Map(before?.why);
  const flags = new Map(before?.flags);
  const unlinked = new Map(before?.unlinked);
  const conditions = new Map(before?.conditions);
  const { source, arch, srcarch, compiler, linkerScript, notes } = plan;
  const fixed = { source, arch, srcarch, compiler, linkerScript, notes: [...notes] };
  return {
    plan: {
      ...fixed,
      objects: plan.objects.map(
        (object) =>
          new ExplainedObject(object, (path) => {
            let steps = why.get(path);
            if (steps === undefined) why.set(path, (steps = object.why));
            return steps;
          }),
      ),
      flags: remember(plan.flags, questionKeys.flags, flags),
      unlinked: remember(plan.unlinked, questionKeys.unlinked, unlinked),
      conditions: remember(plan.conditions, questionKeys.conditions, conditions),
    },
    kept: () => ({ plan: fixed, objects: plan.objects.map(withoutWhy), why, flags, unlinked, conditions }),
  };
}

/** A kept plan as a plan again; `make`: makes the real one, to ask it what nobody asked before. */
export function restoredPlan(kept: KeptPlan, make: () => LinkPlan): RecordedPlan {
  let made: LinkPlan | undefined;
  let byPath: ReadonlyMap<string, PlannedObject> | undefined;
  const real = (): LinkPlan => (made ??= make());
  const whyOf = (path: string): readonly WhyStep[] => {
    byPath ??= new Map(real().objects.map((object) => [object.path, object]));
    return byPath.get(path)?.why ?? [];
  };
  const plan: LinkPlan = {
    ...kept.plan,
    objects: kept.objects.map((object) => new ExplainedObject(object, whyOf)),
    flags: (object) => real().flags(object),
    unlinked: (source) => real().unlinked(source),
    conditions: (source) => real().conditions(source),
  };
  return recordedPlan(plan, kept);
}
