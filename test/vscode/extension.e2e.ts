import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { openedKernel } from './opened-kernel';
import { languageServers } from './processes';

describe('extension in VS Code', function () {
  this.timeout(120000);
  const opened = openedKernel();
  const lens = (text: RegExp): Locator =>
    opened().bench.page.locator('.codelens-decoration', { hasText: text }).first();
  const statusItem = (text: RegExp): Locator =>
    opened().bench.page.locator('.statusbar-item', { hasText: text });

  it('says in the status bar how much it found', async () => {
    await statusItem(/\d+ registrations/).waitFor();
  });

  it('shows the slot above a registration', async () => {
    await opened().bench.open('kernel/auditsc.c');
    await lens(/INIT · slot \d+ of \d+/).waitFor();
  });

  it('explains a registration on hover', async () => {
    const { bench } = opened();
    await bench.word('task_watcher_func(init, audit_alloc)', 'audit_alloc').hover();
    const hover = bench.page.locator('.monaco-hover:visible', { hasText: 'INIT' }).first();
    await hover.waitFor();
    assert.match(await hover.innerText(), /slot/);
  });

  it('finds an event that does not exist as one types, and mends it', async () => {
    const { bench, copy } = opened();
    const { row, column } = copy.find('kernel/auditsc.c', 'init, audit_alloc');
    const error = bench.page.locator('.squiggly-error').first();
    const badge = bench.page.locator(
      '.activitybar a[aria-label="Task Watchers - 1 finding about the tables"]',
    );
    await bench.replaceLine(row, 'task_watcher_func(inti, audit_alloc);');
    await error.waitFor();
    await badge.waitFor();
    await bench.goTo(row, column + 1);
    await bench.page.keyboard.press('Control+.');
    await bench.page
      .locator('.action-widget .monaco-list-row.focused', { hasText: 'Change inti to init' })
      .waitFor();
    await bench.page.keyboard.press('Enter');
    await bench.line('task_watcher_func(init, audit_alloc)').waitFor();
    await error.waitFor({ state: 'detached' });
    await badge.waitFor({ state: 'detached' });
  });

  it('goes from a notification to its watchers', async () => {
    const { bench, copy } = opened();
    await bench.open('kernel/fork.c');
    const { row, column } = copy.find('kernel/fork.c', 'notify_task_watchers(WATCH_TASK_INIT');
    await bench.goTo(row, column + 3);
    await bench.command('Go to Implementations');
    await closePeek(/auditsc\.c/);
  });

  it('shows who is notified when the lens is clicked', async () => {
    await lens(/dispatches \d+ watchers/)
      .locator('a')
      .first()
      .click();
    await closePeek(/sem\.c/);
  });

  const closePeek = async (file: RegExp): Promise<void> => {
    const { page } = opened().bench;
    const peek = page.locator('.peekview-widget');
    await peek.locator('.ref-tree .monaco-list-row', { hasText: file }).first().waitFor();
    await page.keyboard.press('Escape');
    await peek.waitFor({ state: 'detached' });
  };

  it('lists events, slots, call sites and what is not linked, and goes there', async () => {
    const { bench } = opened();
    await bench.showView();
    await bench.unfold(/^INIT/);
    await bench.row(/^0\s+/).waitFor();
    await bench.row(/^Call sites/).waitFor();
    await bench.unfold(/^Not linked/);
    await bench.row('cpuset_fork').click();
    await bench.page.locator('.tab.active', { hasText: 'cpuset.c' }).waitFor();
    await bench.line('task_watcher_func(init, cpuset_fork)').waitFor();
  });

  it('filters the view', async () => {
    const { bench } = opened();
    await bench.command('Task Watchers: Filter View…');
    await bench.page.locator('.quick-input-widget:visible input').fill('semundo');
    await bench.row('copy_semundo').waitFor();
    await bench.row('audit_alloc').waitFor({ state: 'detached' });
    await bench.page.keyboard.press('Enter');
    await bench.command('Task Watchers: Clear Filter of View');
    await bench.row(/^EXIT/).waitFor();
  });

  it('follows the code as one types', async () => {
    const { bench, copy } = opened();
    await bench.open('ipc/sem.c');
    const { row } = copy.find('ipc/sem.c', 'task_watcher_func(init, copy_semundo);');
    await bench.replaceLine(row, 'task_watcher_func(exit, copy_semundo);');
    await bench.unfold(/^EXIT/);
    await bench.row(/^\d+\s+copy_semundo/).waitFor();
    await bench.command('File: Revert File');
    await bench.line('task_watcher_func(init, copy_semundo)').waitFor();
  });

  it('shows the tables as a document', async () => {
    const { bench } = opened();
    await bench.command('Task Watchers: Show Table');
    await bench.line('INIT: 7 watchers').waitFor();
    await bench.line('| `audit_alloc`').waitFor();
    await bench.command('View: Close Editor');
  });

  it('says why an object is linked, and goes to the line that says so', async () => {
    const { bench } = opened();
    await bench.open('kernel/auditsc.c');
    await bench.command('Task Watchers: Show Why Linked or Not');
    await bench.line('CONFIG_AUDITSYSCALL').waitFor();
    await bench
      .line('- kernel/Makefile:2')
      .locator('.detected-link')
      .click({ modifiers: ['Control'] });
    await bench.page.locator('.tab.active', { hasText: 'Makefile' }).waitFor();
    await bench.page.locator('.statusbar-item', { hasText: 'Ln 2,' }).waitFor();
    await bench.command('View: Close Editor');
  });

  it('takes another configuration', async () => {
    const { bench } = opened();
    await bench.command('Task Watchers: Select Kernel Config…');
    await bench.pick('build-cpusets');
    await bench.unfold(/^INIT/);
    await bench.row(/^\d+\s+cpuset_fork/).waitFor();
  });

  it('goes on when the server dies, with the same configuration', async () => {
    const { bench, vscode } = opened();
    const [killed, ...others] = languageServers(vscode.extensions);
    assert.ok(killed !== undefined && others.length === 0);
    process.kill(killed, 'SIGKILL');
    await statusItem(/registrations/).waitFor({ state: 'detached' });
    await statusItem(/\d+ registrations/).waitFor();
    const [next] = languageServers(vscode.extensions);
    assert.ok(next !== undefined && next !== killed);
    await bench.unfold(/^INIT/);
    await bench.row(/^\d+\s+cpuset_fork/).waitFor();
    await bench.open('ipc/sem.c');
    await lens(/INIT · slot \d+ of \d+/).waitFor();
  });
});
