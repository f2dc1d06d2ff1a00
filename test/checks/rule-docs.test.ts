import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { allRules } from '../../server/src/checks/all-rules';
import { severities } from '../../server/src/checks/rule';
import { docsFolder, ruleDocs } from '../../scripts/rule-docs';

describe('documentation of the rules', () => {
  it('is what the rules say: npm run docs:rules', async () => {
    const pages = await ruleDocs();
    assert.deepEqual([...readdirSync(docsFolder)].sort(), [...pages.keys()].sort());
    for (const [name, text] of pages) assert.equal(readFileSync(join(docsFolder, name), 'utf8'), text, name);
  });

  it('every rule of the design is there, with its severity', () => {
    const designed: Readonly<Record<string, string>> = {
      'init-error-ignored': 'error',
      'init-error-unhandled': 'error',
      'init-error-path-skips-free': 'warning',
      'init-watcher-swallows-error': 'warning',
      'init-without-free': 'info',
      'dispatcher-drops-error': 'error',
      'watcher-signature': 'error',
      'watcher-missing-return': 'error',
      'watcher-in-init-section': 'error',
      'registration-has-no-effect': 'error',
      'free-before-init': 'error',
      'unknown-event': 'error',
      'unknown-function': 'error',
      'orphan-section': 'error',
      'duplicate-registration': 'warning',
      'registration-in-module': 'error',
      'not-linked': 'hint',
      'event-never-notified': 'warning',
      'event-without-watchers': 'hint',
      'table-order-mismatch': 'error',
      'table-writable': 'hint',
      'table-executable': 'warning',
      'placement-mismatch': 'hint',
      'caller-left-behind': 'error',
      'free-ignores-failed-init': 'warning',
      'error-not-checked': 'hint',
      'sleeps-in-atomic': 'warning',
    };
    const found = Object.fromEntries(allRules.map(({ name, severity }) => [name, severity]));
    for (const [name, severity] of Object.entries(designed)) assert.equal(found[name], severity, name);
    assert.ok(allRules.every(({ severity }) => severities.includes(severity)));
  });
});
