import assert from 'node:assert/strict';
import { exampleCopy, type Copy } from './example-copy';
import { languageServers } from './processes';
import { needVsCode, startVsCode, type VsCode } from './vs-code';
import { openWorkbench, type Workbench } from './workbench';

describe('extension in VS Code', function () {
  this.timeout(120000);
  let copy: Copy;
  let vscode: VsCode;
  let bench: Workbench;
  let close: (() => Promise<void>) | undefined;

  before(async function () {
    needVsCode(this);
    copy = exampleCopy();
    vscode = await startVsCode(copy.folder);
    close = async () => {
      await vscode.stop();
      copy.remove();
    };
    bench = await openWorkbench(vscode);
    close = async () => {
      await bench.close();
      await vscode.stop();
      copy.remove();
    };
  });
  after(async () => {
    await close?.();
  });
  afterEach(async function () {
    if (close && this.currentTest?.state === 'failed')
      await bench.screenshot(`/tmp/tw-${this.currentTest.title.replace(/\W+/g, '-')}.png`);
  });
  const lens = (text: RegExp) => bench.page.locator('.codelens-decoration', { hasText: text }).first();

  it('says in the status bar how much it found', async () => {
    await bench.page.locator('.statusbar-item', { hasText: /\d+ registrations/ }).waitFor();
  });

  it('shows the slot above a registration', async () => {
    await bench.open('kernel/auditsc.c');
    await lens(/INIT · slot \d+ of \d+/).waitFor();
  });

  it('explains a registration on hover', async () => {
    await bench.word('task_watcher_func(init, audit_alloc)', 'audit_alloc').hover();
    const hover = bench.page.locator('.monaco-hover:visible', { hasText: 'INIT' }).first();
    await hover.waitFor();
    assert.match(await hover.innerText(), /slot/);
  });

  it('finds an event that does not exist as one types, and mends it', async () => {
    const { row, column } = copy.find('kernel/auditsc.c', 'init, audit_alloc');
    await bench.replaceLine(row, 'task_watcher_func(inti, audit_alloc);');
    await bench.page.locator('.squiggly-error').first().waitFor();
    await bench.goTo(row, column + 1);
    await bench.page.keyboard.press('Control+.');
    await bench.page
      .locator('.action-widget .monaco-list-row', { hasText: 'Change inti to init' })
      .and(bench.page.locator('.focused'))
      .waitFor();
    await bench.page.keyboard.press('Enter');
    await bench.line('task_watcher_func(init, audit_alloc)').waitFor();
    await bench.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
  });

  it('goes from a notification to its watchers', async () => {
    await bench.open('kernel/fork.c');
    const { row, column } = copy.find('kernel/fork.c', 'notify_task_watchers(WATCH_TASK_INIT');
    await bench.goTo(row, column + 3);
    await bench.command('Go to Implementations');
    const peek = bench.page.locator('.peekview-widget');
    await peek.waitFor();
    const found = peek.locator('.ref-tree .monaco-list-row');
    await found.filter({ hasText: 'auditsc.c' }).first().waitFor();
    await bench.page.keyboard.press('Escape');
    await peek.waitFor({ state: 'detached' });
  });

  it('shows who is notified when the lens is clicked', async () => {
    await lens(/dispatches \d+ watchers/)
      .locator('a')
      .first()
      .click();
    const peek = bench.page.locator('.peekview-widget');
    await peek.locator('.ref-tree .monaco-list-row', { hasText: 'sem.c' }).first().waitFor();
    await bench.page.keyboard.press('Escape');
    await peek.waitFor({ state: 'detached' });
  });

  it('lists events, slots, call sites and what is not linked, and goes there', async () => {
    await bench.page
      .locator('.activitybar .action-item a[aria-label^="Task Watchers"]')
      .click({ force: true });
    await bench.unfold(/^INIT/);
    await bench.row(/^0\s+/).waitFor();
    await bench.row(/^Call sites/).waitFor();
    await bench.unfold(/^Not linked/);
    await bench.row('cpuset_fork').click();
    await bench.page.locator('.tab.active', { hasText: 'cpuset.c' }).waitFor();
    await bench.line('task_watcher_func(init, cpuset_fork)').waitFor();
  });

  it('filters the view', async () => {
    await bench.command('Task Watchers: Filter View…');
    await bench.page.locator('.quick-input-widget:visible input').fill('semundo');
    await bench.row('copy_semundo').waitFor();
    await bench.row('audit_alloc').waitFor({ state: 'detached' });
    await bench.page.keyboard.press('Enter');
    await bench.command('Task Watchers: Clear Filter of View');
    await bench.row(/^EXIT/).waitFor();
  });

  it('follows the code as one types', async () => {
    await bench.open('ipc/sem.c');
    const { row } = copy.find('ipc/sem.c', 'task_watcher_func(init, copy_semundo);');
    await bench.replaceLine(row, 'task_watcher_func(exit, copy_semundo);');
    await bench.unfold(/^EXIT/);
    await bench.row(/^\d+\s+copy_semundo/).waitFor();
    await bench.page.keyboard.press('Control+Home');
    await bench.command('File: Revert File');
    await bench.line('task_watcher_func(init, copy_semundo)').waitFor();
  });

  it('shows the tables as a document', async () => {
    await bench.command('Task Watchers: Show Table');
    const page = bench.webview();
    await page.locator('table', { hasText: 'audit_alloc' }).first().waitFor();
    await page.locator('h2', { hasText: 'INIT' }).first().waitFor();
    await bench.command('View: Close Editor');
  });

  it('takes another configuration', async () => {
    await bench.command('Task Watchers: Select Kernel Config…');
    await bench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'build-cpusets' }).click();
    await bench.unfold(/^INIT/);
    await bench.row(/^\d+\s+cpuset_fork/).waitFor();
  });

  it('goes on when the server dies', async () => {
    await bench.open('kernel/auditsc.c');
    await lens(/INIT · slot \d+ of \d+/).waitFor();
    const [killed, ...others] = languageServers(vscode.extensions);
    assert.ok(killed !== undefined && others.length === 0);
    process.kill(killed, 'SIGKILL');
    await bench.page.locator('.statusbar-item', { hasText: /registrations/ }).waitFor({ state: 'detached' });
    await bench.page.locator('.statusbar-item', { hasText: /\d+ registrations/ }).waitFor();
    const [next] = languageServers(vscode.extensions);
    assert.ok(next !== undefined && next !== killed);
    await bench.open('ipc/sem.c');
    await lens(/INIT · slot \d+ of \d+/).waitFor();
  });
});
