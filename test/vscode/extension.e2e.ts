import assert from 'node:assert/strict';
import { exampleCopy, type Copy } from './example-copy';
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

  it('says in the status bar how much it found', async () => {
    await bench.page.locator('.statusbar-item', { hasText: /\d+ registrations/ }).waitFor();
  });

  it('shows the slot above a registration', async () => {
    await bench.open('kernel/auditsc.c');
    await bench.page
      .locator('.codelens-decoration', { hasText: /INIT · slot \d+ of \d+/ })
      .first()
      .waitFor();
  });

  it('explains a registration on hover', async () => {
    await bench.word('task_watcher_func(init, audit_alloc)', 'audit_alloc').hover();
    const hover = bench.page.locator('.monaco-hover:visible', { hasText: 'INIT' }).first();
    await hover.waitFor();
    assert.match(await hover.innerText(), /slot/);
  });
});
