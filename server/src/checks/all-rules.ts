import type { Rule } from './rule';
import { callerLeftBehind } from './rules/caller-left-behind';
import { dispatcherDropsError } from './rules/dispatcher-drops-error';
import { duplicateRegistration } from './rules/duplicate-registration';
import { errorNotChecked } from './rules/error-not-checked';
import { eventNeverNotified } from './rules/event-never-notified';
import { eventWithoutWatchers } from './rules/event-without-watchers';
import { freeBeforeInit } from './rules/free-before-init';
import { freeIgnoresFailedInit } from './rules/free-ignores-failed-init';
import { freeNotifiedTwice } from './rules/free-notified-twice';
import { initErrorIgnored } from './rules/init-error-ignored';
import { initErrorPathSkipsFree } from './rules/init-error-path-skips-free';
import { initErrorUnhandled } from './rules/init-error-unhandled';
import { initWatcherSwallowsError } from './rules/init-watcher-swallows-error';
import { initWithoutFree } from './rules/init-without-free';
import { misspeltMacro } from './rules/misspelt-macro';
import { notLinked } from './rules/not-linked';
import { orphanSection } from './rules/orphan-section';
import { placementMismatch } from './rules/placement-mismatch';
import { registrationHasNoEffect } from './rules/registration-has-no-effect';
import { registrationInModule } from './rules/registration-in-module';
import { sleepsInAtomic } from './rules/sleeps-in-atomic';
import { tableExecutable } from './rules/table-executable';
import { tableOrderMismatch } from './rules/table-order-mismatch';
import { tableWritable } from './rules/table-writable';
import { unknownEvent } from './rules/unknown-event';
import { unknownFunction } from './rules/unknown-function';
import { unknownSuppression } from './rules/unknown-suppression';
import { watcherInInitSection } from './rules/watcher-in-init-section';
import { watcherMissingReturn } from './rules/watcher-missing-return';
import { watcherSignature } from './rules/watcher-signature';

const rules: readonly Rule[] = [
  callerLeftBehind,
  dispatcherDropsError,
  duplicateRegistration,
  errorNotChecked,
  eventNeverNotified,
  eventWithoutWatchers,
  freeBeforeInit,
  freeIgnoresFailedInit,
  freeNotifiedTwice,
  initErrorIgnored,
  initErrorPathSkipsFree,
  initErrorUnhandled,
  initWatcherSwallowsError,
  initWithoutFree,
  misspeltMacro,
  notLinked,
  orphanSection,
  placementMismatch,
  registrationHasNoEffect,
  registrationInModule,
  sleepsInAtomic,
  tableExecutable,
  tableOrderMismatch,
  tableWritable,
  unknownEvent,
  unknownFunction,
  watcherInInitSection,
  watcherMissingReturn,
  watcherSignature,
];

/** Every rule there is. */
export const allRules: readonly Rule[] = [...rules, unknownSuppression(rules.map(({ name }) => name))];
