import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    for (const [file, why] of [
      ['no/where.html', 'no such folder'],
      ['.', 'a folder, not a file'],
    ] as const)
      deepEqual(twIndex(['report', file, '--root', exampleKernel], folder), {
        status: 2,
        out: '',
        err: `tw-index: ${file}: cannot be written: ${why}\n`,
      });
  });

  it('writes over its own pages and empty files, and over nothing else', () => {
    const report = (file: string): ReturnType<typeof twIndex> =>
      twIndex(['report', file, '--root', exampleKernel, '--quiet'], folder);
    writeFileSync(join(folder, 'again.html'), '');
    equal(report('again.html').status, 0);
    equal(report('again.html').status, 0);
    for (const [name, text] of [
      ['fork.c', 'int fork;\n'],
      ['other.html', '<!DOCTYPE html>\n<html>\n'],
    ] as const) {
      writeFileSync(join(folder, name), text);
      deepEqual(report(name), {
        status: 2,
        out: '',
        err: `tw-index: ${name}: is there and is no page of ours: not written over; name another file\n`,
      });
      equal(readFileSync(join(folder, name), 'utf8'), text);
    }
  });
});
