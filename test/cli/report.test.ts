import { equal, match } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleKernel, twIndex } from './kernel-under-test';

describe('tw-index report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tw-report-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('writes one page with tables, a dispatch for every call site, failures and findings', () => {
    const file = join(folder, 'page.html');
    const { status, out, err } = twIndex(['report', file, '--root', exampleKernel]);
    equal(out, '');
    match(err, /page\.html written/);
    equal(status, 0);
    const page = readFileSync(file, 'utf8');
    match(page, /<h3>INIT: 7 watchers<\/h3>/);
    match(page, /debug_new_task[\s\S]*#if CONFIG_TASK_DEBUG is false/);
    match(page, /<a class="code" href="file:\/\/\/.*\/ipc\/sem\.c">ipc\/sem\.c:30<\/a>/);
    const { callSites } = JSON.parse(twIndex(['table', '--root', exampleKernel, '--format', 'json']).out) as {
      callSites: readonly { status: string }[];
    };
    equal(page.match(/<figure /g)?.length, callSites.filter((site) => site.status === 'linked').length);
    match(page, /not-linked/);
  });

  it('writes to standard output for -', () => {
    const { out, status } = twIndex(['report', '-', '--root', exampleKernel, '--link', 'none']);
    equal(status, 0);
    match(out, /^<!DOCTYPE html>/);
  });

  it('says in one line what it could not write', () => {
    const { status, err } = twIndex(['report', join(folder, 'no/where.html'), '--root', exampleKernel]);
    equal(status, 2);
    match(err, /where\.html: not written: .*no such file/);
  });
});
