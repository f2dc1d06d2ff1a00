/** Makes the pictures of the README: `npm run screenshots`. Needs what the end-to-end tests need (CONTRIBUTING.md). */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { exampleCopy } from '../test/vscode/example-copy';
import { missingPieces, startVsCode } from '../test/vscode/vs-code';
import { openWorkbench, type Workbench } from '../test/vscode/workbench';

const images = join(__dirname, '../docs/images');

async function main(): Promise<void> {
  const missing = missingPieces();
  if (missing.length > 0) throw new Error(`missing: ${missing.join('; ')}`);
  mkdirSync(images, { recursive: true });
  const copy = exampleCopy();
  const vscode = await startVsCode(copy.folder, { 'breadcrumbs.enabled': false, 'editor.fontSize': 13 });
  const bench = await openWorkbench(vscode, { width: 1160, height: 700 });
  try {
    await view(bench);
    await diagnostic(bench, copy.find('kernel/auditsc.c', 'init, audit_alloc'));
    await preview(bench, copy.find('kernel/fork.c', 'WATCH_TASK_INIT').row);
  } finally {
    await bench.close();
    await vscode.stop();
    copy.remove();
  }
}

async function view(bench: Workbench): Promise<void> {
  await bench.open('kernel/auditsc.c');
  await bench.showView();
  await bench.unfold(/^INIT/);
  await bench.unfold(/^Call sites/);
  await bench.unfold(/^Not linked/);
  await bench.page.locator('.codelens-decoration', { hasText: 'slot' }).first().waitFor();
  await bench.word('task_watcher_func(init, audit_alloc)', 'audit_alloc').hover();
  await bench.page.locator('.monaco-hover:visible', { hasText: 'slot' }).first().waitFor();
  // The hover fades in.
  await bench.page.waitForTimeout(800);
  await bench.screenshot(join(images, 'view.png'));
}

async function diagnostic(
  bench: Workbench,
  at: { readonly row: number; readonly column: number },
): Promise<void> {
  await bench.goTo(at.row);
  await bench.replaceLine(at.row, 'task_watcher_func(inti, audit_alloc);');
  await bench.page.locator('.squiggly-error').first().waitFor();
  await bench.row(/^Registered for no event/).waitFor();
  await bench.goTo(at.row, at.column + 1);
  await bench.page.keyboard.press('Control+.');
  await bench.page.locator('.action-widget .monaco-list-row.focused', { hasText: 'Change inti' }).waitFor();
  await bench.screenshot(join(images, 'diagnostic.png'));
  await bench.page.keyboard.press('Escape');
  await bench.command('File: Revert File');
}

async function preview(bench: Workbench, row: number): Promise<void> {
  await bench.command('View: Close All Editors');
  await bench.command('View: Toggle Primary Side Bar Visibility');
  await bench.page.setViewportSize({ width: 1500, height: 1000 });
  await bench.open('kernel/fork.c');
  await bench.goTo(row);
  await bench.page.locator('.codelens-decoration a', { hasText: 'preview' }).first().click();
  const page = bench.webview();
  await page.locator('.slot', { hasText: 'audit_alloc' }).locator('button.watcher').click();
  await page.locator('.step.notify', { hasText: 'FREE' }).waitFor();
  await bench.screenshot(join(images, 'preview.png'));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
