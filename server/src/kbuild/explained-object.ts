import type { Given, PlannedObject, WhyStep } from './link-plan';

export type WithoutWhy = Omit<PlannedObject, 'why'>;

/**
 * An object whose lines that ask for it are looked up only when somebody asks, once. A class, so that a quarter of a
 * million of them share their accessor.
 */
export class ExplainedObject implements PlannedObject {
  readonly path: string;
  readonly source: string | undefined;
  readonly membership: PlannedObject['membership'];
  declare readonly archive?: string;
  declare readonly behindUnknown?: string;
  declare readonly madeFrom?: readonly string[];
  readonly given: Given;
  readonly moduleName: string;
  readonly #explain: (path: string) => readonly WhyStep[];
  #steps: readonly WhyStep[] | undefined;

  constructor(
    { path, source, membership, archive, behindUnknown, madeFrom, given, moduleName }: WithoutWhy,
    explain: (path: string) => readonly WhyStep[],
  ) {
    this.#explain = explain;
    this.path = path;
    this.source = source;
    this.membership = membership;
    if (archive !== undefined) this.archive = archive;
    if (behindUnknown !== undefined) this.behindUnknown = behindUnknown;
    if (madeFrom !== undefined) this.madeFrom = madeFrom;
    this.given = given;
    this.moduleName = moduleName;
  }

  get why(): readonly WhyStep[] {
    return (this.#steps ??= this.#explain(this.path));
  }

  /** As plain data, whether anybody asked before or not. */
  toJSON(): PlannedObject {
    return { ...withoutWhy(this), why: this.why };
  }
}

/** An object without looking at why it is linked, which would make it be worked out. */
export function withoutWhy(object: WithoutWhy): WithoutWhy {
  const { path, source, membership, archive, behindUnknown, madeFrom, given, moduleName } = object;
  return {
    path,
    source,
    membership,
    ...(archive === undefined ? {} : { archive }),
    ...(behindUnknown === undefined ? {} : { behindUnknown }),
    ...(madeFrom === undefined ? {} : { madeFrom }),
    given,
    moduleName,
  };
}
