import { setImmediate as turn } from 'node:timers/promises';
import { allRules } from '../checks/all-rules';
import { checkSnapshot } from '../checks/check-snapshot';
import { namesToFind } from '../checks/names-to-find';
import type { Finding } from '../checks/rule';
import type { RuleSetting } from '../watchers/project-file';
import type { FamilyView, Session } from '../workspace/session';
import { checkReader } from './check-reader';

/** What the rules find in one kernel, all families that are shown taken together. */
export interface Findings {
  /** By file, relative to the root; files without any are not in it. */
  readonly byFile: ReadonlyMap<string, readonly Finding[]>;
  /** The views that it was found in: ranges are of their texts. */
  readonly views: readonly FamilyView[];
}

export interface Checking {
  /** What was found last, which an edit may have outdated. */
  latest(): Findings | undefined;
  /** What the rules find in the present views; `undefined`: the tree was not looked at as a whole yet. */
  current(): Promise<Findings | undefined>;
}

export const noFindings: Findings = { byFile: new Map(), views: [] };

/** Milliseconds of checking after which others get their turn. */
const longestTurn = 25;

/** Checks one kernel whenever somebody wants to know; what was found is kept until something changes. */
export function checking(
  session: Session,
  families: () => readonly string[],
  settings: () => Readonly<Record<string, RuleSetting>>,
  /** Something that findings depend on was found out later. */
  outdated: () => void,
): Checking {
  let latest: (Findings & { readonly key: readonly unknown[] }) | undefined;
  let running: Promise<Findings | undefined> | undefined;

  const present = (): readonly FamilyView[] => families().flatMap((family) => session.peek(family) ?? []);
  const keyOf = (views: readonly FamilyView[]): readonly unknown[] => [
    ...views,
    session.knownMentions(),
    session.kernel()?.project,
    settings(),
  ];

  const find = async (): Promise<Findings | undefined> => {
    for (;;) {
      const views = present();
      // A look at a part of the tree would say that nobody notifies what is notified elsewhere.
      if (views.length === 0 || views.some(({ complete }) => !complete)) return undefined;
      const key = keyOf(views);
      if (latest && sameKey(latest.key, key)) return latest;
      const found = await run(views, key);
      if (!found) continue;
      latest = { byFile: found, views, key };
      return latest;
    }
  };

  /** `undefined`: the views changed on the way. */
  const run = async (
    views: readonly FamilyView[],
    key: readonly unknown[],
  ): Promise<ReadonlyMap<string, readonly Finding[]> | undefined> => {
    const rules = { ...session.kernel()?.project.rules, ...settings() };
    const found = new Map<string, Finding>();
    const names: string[] = [];
    let since = performance.now();
    for (const view of views) {
      const reader = await checkReader(session, view);
      names.push(...namesToFind(reader));
      for (const rule of allRules) {
        for (const finding of checkSnapshot(reader, [rule], { rules }))
          found.set(`${finding.file}:${finding.range.start}:${finding.rule}:${finding.message}`, finding);
        if (performance.now() - since < longestTurn) continue;
        await turn();
        since = performance.now();
        if (!sameKey(keyOf(present()), key)) return undefined;
      }
    }
    const known = session.knownMentions();
    if (names.some((name) => !known.has(name)))
      // Rules that ask who else uses a name have kept silent; they speak once the tree was searched.
      void session.mentions(names).then(outdated, () => undefined);
    return byFile([...found.values()]);
  };

  return {
    latest: () => latest,
    current() {
      running ??= find().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

const sameKey = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((value, index) => value === other[index]);

function byFile(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) {
    const own = files.get(finding.file);
    if (own) own.push(finding);
    else files.set(finding.file, [finding]);
  }
  for (const own of files.values())
    own.sort((a, b) => a.range.start - b.range.start || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
  return files;
}
