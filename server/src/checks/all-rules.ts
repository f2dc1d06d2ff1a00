import type { Rule } from './rule';
import { callerLeftBehind } from './rules/caller-left-behind';
import { duplicateRegistration } from './rules/duplicate-registration';
import { eventNeverNotified } from './rules/event-never-notified';
import { eventWithoutWatchers } from './rules/event-without-watchers';
import { freeBeforeInit } from './rules/free-before-init';
import { initErrorIgnored } from './rules/init-error-ignored';
import { initErrorPathSkipsFree } from './rules/init-error-path-skips-free';
import { initErrorUnhandled } from './rules/init-error-unhandled';
import { notLinked } from './rules/not-linked';
import { orphanSection } from './rules/orphan-section';
import { placementMismatch } from './rules/placement-mismatch';
import { registrationHasNoEffect } from './rules/registration-has-no-effect';
import { registrationInModule } from './rules/registration-in-module';
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
  duplicateRegistration,
  eventNeverNotified,
  eventWithoutWatchers,
  freeBeforeInit,
  initErrorIgnored,
  initErrorPathSkipsFree,
  initErrorUnhandled,
  notLinked,
  orphanSection,
  placementMismatch,
  registrationHasNoEffect,
  registrationInModule,
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
