import { setImmediate as turn } from 'node:timers/promises';
import { allRules } from '../checks/all-rules';
import { carryOver } from '../checks/carry-over';
import type { CheckContext } from '../checks/check-context';
import { checkSnapshot } from '../checks/check-snapshot';
import { namesToFind } from '../checks/names-to-find';
import type { Finding, Rule } from '../checks/rule';
import type { Steps } from '../syntax/steps';
import type { SourceFile } from '../syntax/c/unit';
import type { RuleSetting } from '../watchers/project-file';
import type { FamilyView, Session } from '../workspace/session';
import { checkReader, isPresent } from './check-reader';

/** What the rules find in one kernel, all families that are shown taken together. */
export interface Findings {
  /** By file, relative to the root; files without any are not in it. */
  readonly byFile: ReadonlyMap<string, readonly Finding[]>;
  /** The views that it was found in: ranges are of their texts. */
  readonly views: readonly FamilyView[];
}

export interface Checking {
  /**
   * What the rules find in the present views; `undefined`: the tree was not looked at as a whole for any family yet.
   * Rules that take long are asked again only when it is quiet, and those of a family that an edit keeps busy when it is
   * done: until then theirs is what they found before, moved along with edits.
   */
  current(): Promise<Findings | undefined>;
}

export const noFindings: Findings = { byFile: new Map(), views: [] };

/** Milliseconds of checking after which others get their turn. */
const longestTurn = 25;
/** The same for the rules that wait until it is quiet. */
const shortTurn = 5;
/** A rule that took more milliseconds three times in a row, its first time apart, waits until it is quiet. */
const quickly = 8;
const slowInARow = 3;
/** Rules that follow every way through functions such as copy_process(): they wait from the beginning. */
const slowRules: ReadonlySet<string> = new Set([
  'free-before-init',
  'free-ignores-failed-init',
  'init-error-ignored',
  'init-error-path-skips-free',
  'init-error-unhandled',
  'sleeps-in-atomic',
]);
/** Milliseconds without a change or a request after which the slow rules are asked again. */
const quietTime = 300;
/** A client that never stops asking has them asked after so many milliseconds. */
const longestWait = 3000;

/** What one rule found in one family's view. */
interface RuleRun {
  readonly findings: readonly Finding[];
  /** The files that the findings name, as they were. */
  readonly files: ReadonlyMap<string, SourceFile>;
  /** How often in a row it took long. */
  readonly slow: number;
  /** The round whose facts it is of. */
  readonly round: object;
}

/** Everything that findings depend on, of one moment. */
interface Round {
  readonly key: readonly unknown[];
  /** Of the families that were looked at as a whole. */
  readonly views: readonly FamilyView[];
  /** Those of them that have every edit in them: the others have what was found before, until they do. */
  readonly current: readonly FamilyView[];
}

export interface CheckingOptions {
  readonly families: () => readonly string[];
  readonly settings: () => Readonly<Record<string, RuleSetting>>;
  /** Findings are others now, though no view is. */
  readonly outdated: () => void;
  /** Milliseconds since the client asked for something. */
  readonly quiet: () => number;
  readonly log: (message: string) => void;
  readonly rules?: readonly Rule[];
}

/** Checks one kernel whenever somebody wants to know; what was found is kept until something changes. */
export function checking(
  session: Session,
  { families, settings, outdated, quiet, log, rules = allRules }: CheckingOptions,
): Checking {
  /** By family and rule. */
  const runs = new Map<string, RuleRun>();
  let latest: (Findings & { readonly round: Round }) | undefined;
  let running: Promise<Findings | undefined> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isSearching = false;

  const presentRound = (): Round => {
    // Of a family that was not looked at everywhere, or is too common for it, rules would take what is not known for
    // missing: nobody notifies what is notified elsewhere.
    const views = families()
      .flatMap((family) => session.peek(family) ?? [])
      .filter(({ complete, isPartial }) => complete && !isPartial);
    return {
      views,
      current: views.filter((view) => isPresent(session, view)),
      key: [...views, session.knownMentions(), session.kernel()?.project, settings()],
    };
  };
  const severities = (): Readonly<Record<string, RuleSetting>> => ({
    ...session.kernel()?.project.rules,
    ...settings(),
  });
  const nameOf = (view: FamilyView, rule: Rule): string => `${view.snapshot.family.name} ${rule.name}`;

  /** What a rule does beforehand, if it does; what fails there fails again when it is asked. */
  const preparation = (rule: Rule, reader: CheckContext): Steps<unknown> | undefined => {
    if (severities()[rule.name] === 'off') return undefined;
    const steps = rule.prepare?.(reader);
    return steps && quietly(steps);
  };

  /** One rule that fails must not silence the others. */
  const findingsOf = (reader: CheckContext, rule: Rule): readonly Finding[] => {
    try {
      return checkSnapshot(reader, [rule], { rules: severities() });
    } catch (error) {
      log(`rule ${rule.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return [];
    }
  };

  const ask = (view: FamilyView, reader: CheckContext, rule: Rule, round: object): RuleRun => {
    const before = runs.get(nameOf(view, rule));
    const start = performance.now();
    const findings = findingsOf(reader, rule);
    const took = performance.now() - start;
    const files = new Map(
      findings
        .flatMap(({ file, related, fixes }) => [
          file,
          ...related.map((one) => one.file),
          ...fixes.flatMap(({ edits }) => edits.map((one) => one.file)),
        ])
        .flatMap((path): [string, SourceFile][] => {
          const source = view.source(path);
          return source ? [[path, source]] : [];
        }),
    );
    // The first time, code is parsed that is then kept.
    const slow = before === undefined || took <= quickly ? 0 : before.slow + 1;
    const run: RuleRun = { findings, files, slow, round };
    runs.set(nameOf(view, rule), run);
    return run;
  };

  /** Asks the rules that `isDue` says, with others' turns in between. False: the views changed on the way. */
  const askAll = async (
    round: Round,
    isDue: (run: RuleRun | undefined, rule: Rule) => boolean,
    breathe: number,
  ): Promise<boolean> => {
    let since = performance.now();
    /** False: the views are others now. */
    const pause = async (): Promise<boolean> => {
      if (performance.now() - since < breathe) return true;
      await turn();
      since = performance.now();
      return (
        sameKey(presentRound().key, round.key) && round.current.every((view) => isPresent(session, view))
      );
    };
    for (const view of round.current) {
      const reader = await checkReader(session, view);
      for (const rule of rules) {
        if (!isDue(runs.get(nameOf(view, rule)), rule)) continue;
        const steps = preparation(rule, reader);
        while (steps?.next().done === false) if (!(await pause())) return false;
        ask(view, reader, rule, round);
        if (!(await pause())) return false;
      }
    }
    return true;
  };

  const put = (round: Round): Findings => {
    const found = new Map<string, Finding>();
    for (const view of round.views)
      for (const rule of rules) {
        const run = runs.get(nameOf(view, rule));
        if (!run) continue;
        const findings = run.round === round ? run.findings : carryOver(run.findings, run.files, view.source);
        for (const finding of findings)
          found.set(`${finding.file}:${finding.range.start}:${finding.rule}:${finding.message}`, finding);
      }
    latest = { byFile: byFile([...found.values()]), views: round.views, round };
    return latest;
  };

  const find = async (): Promise<Findings | undefined> => {
    for (;;) {
      const round = presentRound();
      const [first] = round.views;
      if (!first) return undefined;
      if (round.current.length === 0) {
        // What was found would be of other texts than those that are there now.
        if (await session.currentView(first.snapshot.family.name, longestWait)) continue;
        return undefined;
      }
      if (latest && isSame(round, latest.round)) return latest;
      const done = await askAll(round, (run, rule) => run === undefined || !isSlow(run, rule), longestTurn);
      if (!done) continue;
      const found = put(round);
      await searchNames(round);
      if ([...runs.values()].some((run) => run.round !== round)) askSlowSoon();
      return found;
    }
  };

  const searchNames = async (round: Round): Promise<void> => {
    const known = session.knownMentions();
    for (const view of round.current) {
      const names = namesToFind(await checkReader(session, view));
      // Rules that ask who else uses a name have kept silent; they speak once the tree was searched.
      if (isSearching || !names.some((name) => !known.has(name))) continue;
      isSearching = true;
      void session
        .mentions(names)
        .catch(() => undefined)
        .then(() => {
          isSearching = false;
          outdated();
        });
    }
  };

  const askSlowSoon = (since = performance.now()): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const round = latest?.round;
      if (!round) return;
      const tell = (): void => {
        // Another view is told of. What else is new (the tree was searched for a name) nobody else tells.
        if (presentRound().views.every((view, at) => view === round.views[at])) outdated();
      };
      if (!isSame(presentRound(), round)) {
        tell();
        return;
      }
      if (quiet() < quietTime && performance.now() - since < longestWait) {
        askSlowSoon(since);
        return;
      }
      askAll(round, (run) => run?.round !== round, shortTurn)
        .then((done) => {
          if (done) put(round);
          tell();
        })
        .catch((error: unknown) => {
          log(`diagnostics: ${String(error)}`);
        });
    }, quietTime);
    timer.unref();
  };

  return {
    current() {
      running ??= find().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

function* quietly(steps: Steps<unknown>): Steps<unknown> {
  try {
    return yield* steps;
  } catch {
    return undefined;
  }
}

const isSlow = ({ slow }: RuleRun, { name }: Rule): boolean => slow >= slowInARow || slowRules.has(name);

/** Nothing changed since `before` but, perhaps, that a family is busy. */
const isSame = (now: Round, before: Round): boolean =>
  sameKey(now.key, before.key) && now.current.every((view) => before.current.includes(view));

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
