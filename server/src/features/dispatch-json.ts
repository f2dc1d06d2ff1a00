import type { DispatchResult, FailureRow } from '../dispatch/dispatch-result';
import type { ShownSnapshot } from '../watchers/snapshot';

const about = ({ root, configFile }: ShownSnapshot): { schema: 1; root: string; config: string | null } => ({
  schema: 1,
  root,
  config: configFile ?? null,
});

/** `dispatch --format json`, schema 1: the result as it is. Files are relative to the root, lines 1-based. */
export const dispatchJson = (snapshot: ShownSnapshot, result: DispatchResult): unknown => ({
  ...about(snapshot),
  ...result,
});

/** `dispatch --each-failure --format json`, schema 1. */
export const failuresJson = (snapshot: ShownSnapshot, failures: readonly FailureRow[]): unknown => ({
  ...about(snapshot),
  failures,
  notes: snapshot.notes,
});
