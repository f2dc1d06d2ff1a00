import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { openedKernel } from './opened-kernel';

describe('dispatch preview in VS Code', function () {
  this.timeout(120000);
  const opened = openedKernel();
  let page: FrameLocator;
  const refused: string[] = [];
  before(async () => {
    const { bench, copy } = opened();
    bench.page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) refused.push(message.text());
    });
    await opened().bench.open('kernel/fork.c');
    await opened().bench.goTo(copy.find('kernel/fork.c', 'WATCH_TASK_INIT').row);
    page = bench.webview();
  });
  const slot = (name: string): Locator =>
    page.locator('.slots .slot', { has: page.locator('.name', { hasText: name }) });

  it('opens beside the editor from the lens', async () => {
    await opened().bench.page.locator('.codelens-decoration a', { hasText: 'preview' }).first().click();
    await page.locator('h1', { hasText: 'INIT' }).waitFor();
    await slot('audit_alloc').waitFor();
    const numbers = await page.locator('.slots .number').allTextContents();
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => String(index)),
    );
  });

  it('shows what the caller does where nothing fails', async () => {
    await page.locator('section[aria-label="caller"]', { hasText: 'CLONE' }).waitFor();
    assert.equal(await page.locator('.slot.injected').count(), 0);
  });

  it('lets a watcher fail on a click, and follows the error', async () => {
    await slot('audit_alloc').locator('button.watcher').click();
    await page.locator('.slot.injected', { hasText: 'audit_alloc' }).waitFor();
    await page.locator('section[aria-label="dispatch"] > .result', { hasText: '-ENOMEM' }).waitFor();
    const caller = page.locator('section[aria-label="caller"]');
    await caller.locator('.step.goto', { hasText: 'bad_fork_cleanup' }).waitFor();
    await caller
      .locator('.step.notify', { hasText: 'FREE' })
      .locator('.chips', { hasText: 'audit_free' })
      .waitFor();
  });

  it('takes another error', async () => {
    await slot('audit_alloc').locator('select').selectOption('EPERM');
    await page.locator('section[aria-label="dispatch"] > .result', { hasText: '-EPERM' }).waitFor();
  });

  it('is used from the keyboard', async () => {
    const first = page.locator('button.watcher').first();
    await first.focus();
    await opened().bench.page.keyboard.press('End');
    const last = page.locator('button.watcher').last();
    await opened().bench.page.keyboard.press('Enter');
    await last.and(page.locator('[aria-pressed="true"]')).waitFor();
    await opened().bench.page.keyboard.press('Space');
    await last.and(page.locator('[aria-pressed="false"]')).waitFor();
    await opened().bench.page.keyboard.press('Home');
    await opened().bench.page.keyboard.press('ArrowRight');
    await page.locator('button.watcher:focus[data-slot="1"]').waitFor();
  });

  it('takes the flags that are ticked', async () => {
    await page.locator('summary', { hasText: 'Flags' }).click();
    await page.locator('[data-flag="CLONE_SYSVSEM"]').check();
    await page.locator('#val-now', { hasText: 'CLONE_SYSVSEM = 262144' }).waitFor();
    await slot('copy_semundo')
      .locator('.outcome', { hasText: /ENOMEM/ })
      .waitFor();
    await page.locator('[data-flag="CLONE_SYSVSEM"]').uncheck();
    await page.locator('#val-now', { hasText: '0 = 0' }).waitFor();
    // Without the flag it returns before it allocates anything.
    await slot('copy_semundo')
      .locator('.outcome', { hasText: /^returns 0$/ })
      .waitFor();
  });

  it('goes to the line that returns', async () => {
    await slot('copy_semundo').locator('.return').first().click();
    await opened().bench.page.locator('.tab.active', { hasText: 'sem.c' }).waitFor();
  });

  it('follows the code as one types', async () => {
    const { row } = opened().copy.find('ipc/sem.c', 'return 0;');
    await opened().bench.replaceLine(row, '\t\treturn -EINVAL;');
    await slot('copy_semundo').locator('.outcome', { hasText: '-EINVAL' }).waitFor();
    await opened().bench.command('File: Revert File');
    await slot('copy_semundo')
      .locator('.outcome', { hasText: /^returns 0$/ })
      .waitFor();
  });

  it('loads nothing that its policy refuses', () => {
    assert.deepEqual(refused, []);
  });
});
