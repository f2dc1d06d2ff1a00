import type { Place } from '../syntax/positions';

/** What a notification does, as far as the source tells. Plain data: what renderers, editors and JSON show. */
export interface DispatchResult {
  readonly family: string;
  readonly event: string;
  /** Number of the event, as call sites pass it. */
  readonly eventIndex: number;
  readonly val: ValShown;
  /** The function that walks the table, and what its body was seen to do; `undefined`: not found in the tree. */
  readonly dispatcher: DispatcherShown | undefined;
  /** In slot order, all watchers of the event, those that are not reached too. */
  readonly steps: readonly DispatchStep[];
  /** What the dispatcher may return to its caller; one where it is certain. */
  readonly result: readonly PossibleReturn[];
  /** Nothing had to be guessed: these calls, this result. */
  readonly certain: boolean;
  /** Every way the caller may go on from the call; empty where no call site was asked for. */
  readonly caller: readonly CallerRun[];
  /** What was assumed or could not be known, one sentence each. */
  readonly notes: readonly string[];
}

export interface ValShown {
  /** As asked for or as the call site has it: `CLONE_VM|CLONE_SYSVSEM`, `clone_flags`. */
  readonly text: string;
  /** Decimal; `undefined`: not known. */
  readonly value: string | undefined;
  /** Flags of the tree that it may be put together from, for check boxes: name and decimal value. */
  readonly flags: readonly { readonly name: string; readonly value: string }[];
}

export interface DispatcherShown extends Place {
  readonly function: string;
  /** For a reader: `calls every watcher, returns the first negative result`. */
  readonly semantics: string;
  /** A negative return of some watcher can reach the caller. */
  readonly keepsErrors: boolean;
  /** It calls the last slot first. */
  readonly backwards?: true;
}

export interface DispatchStep extends Place {
  readonly slot: number | undefined;
  readonly function: string;
  /** `kernel/auditsc.o`. */
  readonly object: string | undefined;
  readonly called: 'yes' | 'no' | 'maybe';
  /** What it may return for this `val`, without the failure that was asked for. */
  readonly returns: readonly PossibleReturn[];
  /** What it was taken to return in this run; `undefined`: it is not called. */
  readonly chosen: PossibleReturn | undefined;
  /** The failure was asked for, whether or not the source shows how it could happen. */
  readonly injected: boolean;
}

export interface PossibleReturn extends Place {
  /** As a person writes it: `0`, `-ENOMEM`, `what get_undo_list() returns`, `unknown`. */
  readonly text: string;
  readonly kind: 'zero' | 'error' | 'positive' | 'propagated' | 'none' | 'unknown';
  /** Decimal, where it is one number. */
  readonly value: number | undefined;
  /** The function whose result is handed on. */
  readonly callee: string | undefined;
  /** Why: `kmalloc() gives NULL (line 31)`, `val has no CLONE_SYSVSEM`. Empty where the line says it all. */
  readonly reason: string;
}

/** One way on from a call site, in order of execution. Lines are 1-based, in the caller's file. */
export interface CallerRun extends Place {
  readonly function: string;
  readonly steps: readonly CallerStep[];
  /** What the caller returns on this way; `undefined`: it does not return (exit), or nobody knows. */
  readonly returns: PossibleReturn | undefined;
  /** This is the only way; no test on it had to be guessed. */
  readonly certain: boolean;
  /** Something on this way may give back what watchers took: a call that is not followed. */
  readonly mayGiveBack: boolean;
}

export type CallerStep =
  | {
      readonly kind: 'test';
      readonly line: number;
      readonly text: string;
      readonly holds: boolean;
      readonly decided: boolean;
    }
  | { readonly kind: 'goto'; readonly line: number; readonly label: string }
  | { readonly kind: 'label'; readonly line: number; readonly name: string }
  /** A further notification: its watchers in slot order. */
  | {
      readonly kind: 'notify';
      readonly line: number;
      readonly event: string;
      readonly val: string;
      /** What the task has seen of INIT before: all of it, a part up to the one that failed, or nothing. */
      readonly afterInit: 'complete' | 'failed' | 'never' | 'unknown';
      readonly watchers: readonly LaterWatcher[];
    }
  | { readonly kind: 'call'; readonly line: number; readonly function: string }
  | { readonly kind: 'return'; readonly line: number; readonly text: string }
  | { readonly kind: 'unknown'; readonly line: number; readonly reason: string };

/** A watcher that a later notification calls. */
export interface LaterWatcher {
  readonly slot: number | undefined;
  readonly function: string;
  /** Where it is registered. */
  readonly place?: Place;
  /**
   * What became of the watchers that the same file has for the event that was simulated: all were called and none
   * failed, one failed, one was not called, or nobody knows. `undefined`: the file has none, or it was not looked at.
   */
  readonly meets?: 'done' | 'failed' | 'not-called' | 'unknown';
}

/** One row of the table of failures: this watcher of INIT fails, and then? */
export interface FailureRow {
  readonly failed: { readonly slot: number | undefined; readonly function: string };
  readonly error: string;
  /** The watcher's source does not show how it could fail: the failure is only asked for. */
  readonly injected: boolean;
  readonly ranBefore: readonly string[];
  readonly ranAfter: readonly string[];
  readonly dispatcherReturns: string;
  readonly callerReturns: string;
  /** FREE watchers that run on the way out. */
  readonly freed: readonly string[];
  /** INIT watchers that ran and took something, and nothing on the way out gives back. */
  readonly notGivenBack: readonly string[];
  /** As those, but something that is not followed may give back what they took. */
  readonly maybeNotGivenBack: readonly string[];
  readonly certain: boolean;
}
