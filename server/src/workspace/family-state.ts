import { setImmediate as turn } from 'node:timers/promises';
import type { UnitFiles } from '../syntax/c/unit';
import type { Family } from '../watchers/family';
import type { Snapshot } from '../watchers/snapshot';
import type { Candidates } from './find-candidates';
import { baseName } from './linked-files';
import type { Scope } from './first-look';
import { mayChangeMembers, type LoadedMembers } from './needed-members';
import type { Kernel } from './open-kernel';
import { rememberedWalks } from './remembered-walks';
import { reviseCandidates, type FileChange } from './revise-candidates';
import type { ReadScript } from './lay-tables';
import { snapshotOf, type SnapshotWork } from './take-snapshot';

/** Others want to be served first: the work goes on later, from where it was. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Milliseconds that may go by before others get their turn. */
const longestTurn = 12;

/** What a session keeps of one family between snapshots. */
export interface FamilyState {
  readonly family: Family;
  candidates(): Candidates | undefined;
  /** How far the present candidates look. */
  scope(): Scope | undefined;
  adopt(candidates: Candidates, scope: Scope): void;
  /** Works changes in, and says what they mean. `unknown`: only a new scan of the tree can tell. */
  revise(
    kernel: Kernel,
    files: UnitFiles,
    changes: readonly FileChange[],
  ): 'nothing' | 'another-snapshot' | 'unknown';
  /** Forgets what depends on the configuration, the makefiles, or on which files there are. */
  forgetUnits(): void;
  /** Rejects with {@link Interrupted} once `interrupted` says so. */
  snapshot(kernel: Kernel, files: UnitFiles, interrupted: () => boolean): Promise<Snapshot | undefined>;
}

export function familyState(family: Family): FamilyState {
  const walks = rememberedWalks();
  let candidates: Candidates | undefined;
  let scope: Scope | undefined;
  let script: ReadScript | undefined;
  let needs: { readonly symbols: ReadonlyMap<string, string>; readonly found: LoadedMembers } | undefined;

  const work = (interrupted: () => boolean): SnapshotWork => {
    let since = performance.now();
    return {
      walker: walks.walker,
      script: (read) => (script ??= read()),
      async needs(symbols, find) {
        if (!needs || !sameSymbols(needs.symbols, symbols)) needs = { symbols, found: await find() };
        return needs.found;
      },
      written: (_, read) => read(),
      pause() {
        if (performance.now() - since < longestTurn) return undefined;
        return turn().then(() => {
          since = performance.now();
          if (interrupted()) throw new Interrupted();
        });
      },
    };
  };

  return {
    family,
    candidates: () => candidates,
    scope: () => scope,
    adopt(found, foundIn) {
      candidates = found;
      scope = foundIn;
    },
    forgetUnits() {
      walks.clear();
      script = undefined;
      needs = undefined;
    },
    revise(kernel, files, changes) {
      let concerned = changes.some(({ path }) => script?.files.has(path));
      if (concerned) script = undefined;
      const known = needs?.found;
      if (known && changes.some(({ before, after }) => mayChangeMembers(kernel, known, before, after))) {
        needs = undefined;
        concerned = true;
      }
      if (!candidates) return 'nothing';
      const { includedSources, hits } = candidates;
      const mayBeIncluded = (path: string): boolean =>
        !path.endsWith('.c') || includedSources.has(baseName(path));
      if (walks.changed(changes, mayBeIncluded)) concerned = true;
      const revised = reviseCandidates(candidates, kernel, family, files, changes);
      if (!revised) return 'unknown';
      if (revised !== candidates || changes.some(({ path }) => hits.includes(path))) concerned = true;
      candidates = revised;
      return concerned ? 'another-snapshot' : 'nothing';
    },
    async snapshot(kernel, files, interrupted) {
      return candidates && snapshotOf(kernel, family, files, candidates, work(interrupted));
    },
  };
}

function sameSymbols(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([symbol, member]) => other.get(symbol) === member);
}
