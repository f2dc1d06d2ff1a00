import type { Rule } from './rule';
import { duplicateRegistration } from './rules/duplicate-registration';
import { eventNeverNotified } from './rules/event-never-notified';
import { eventWithoutWatchers } from './rules/event-without-watchers';
import { initErrorIgnored } from './rules/init-error-ignored';
import { notLinked } from './rules/not-linked';
import { orphanSection } from './rules/orphan-section';
import { registrationHasNoEffect } from './rules/registration-has-no-effect';
import { registrationInModule } from './rules/registration-in-module';
import { tableOrderMismatch } from './rules/table-order-mismatch';
import { tableWritable } from './rules/table-writable';
import { unknownEvent } from './rules/unknown-event';
import { unknownFunction } from './rules/unknown-function';
import { unknownSuppression } from './rules/unknown-suppression';

const rules: readonly Rule[] = [
  duplicateRegistration,
  eventNeverNotified,
  eventWithoutWatchers,
  initErrorIgnored,
  notLinked,
  orphanSection,
  registrationHasNoEffect,
  registrationInModule,
  tableOrderMismatch,
  tableWritable,
  unknownEvent,
  unknownFunction,
];

/** Every rule there is. */
export const allRules: readonly Rule[] = [...rules, unknownSuppression(rules.map(({ name }) => name))];
