import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { languageServers } from './processes';
import { needVsCode } from './need-vs-code';
import { startVsCode, type VsCode } from './vs-code';
import { openWorkbench, type Workbench } from './workbench';

/** What a folder that is no kernel sees of the extension. */
describe('extension in a folder that is no kernel', function () {
  this.timeout(120000);
  let folder: string;
  const closers: (() => Promise<void> | void)[] = [];

  beforeEach(function () {
    needVsCode(this);
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'tw-elsewhere-'));
    closers.unshift(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'hello.c'), 'int main(void)\n{\n\treturn 0;\n}\n');
  });
  afterEach(async () => {
    for (const closer of closers.splice(0)) await closer();
  });
  const open = async (): Promise<{ vscode: VsCode; bench: Workbench }> => {
    const vscode = await startVsCode(folder);
    closers.unshift(() => vscode.stop());
    const bench = await openWorkbench(vscode);
    closers.unshift(() => bench.close());
    await bench.open('hello.c');
    // A C file that is open and coloured: whatever starts with a folder or a language has started.
    await bench.page.locator('.statusbar-item', { hasText: /^C$/ }).waitFor();
    return { vscode, bench };
  };
  const logOf = (vscode: VsCode): readonly string[] =>
    logFiles(vscode.home).flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(Boolean));

  it('is not even loaded', async () => {
    const { vscode, bench } = await open();
    assert.deepEqual(languageServers(vscode.extensions), []);
    assert.equal(await bench.page.locator('.statusbar-item', { hasText: 'Task Watchers' }).count(), 0);
    assert.equal(await bench.page.locator('.activitybar a[aria-label^="Task Watchers"]').count(), 0);
    assert.deepEqual(logOf(vscode), []);
  });

  it('says one line in the log where a file is called as in a kernel', async () => {
    mkdirSync(join(folder, 'init'));
    writeFileSync(join(folder, 'init/main.c'), 'int main(void) { return 0; }\n');
    const { vscode, bench } = await open();
    await bench.command('Task Watchers: Show Log');
    await bench.page.locator('.part.panel .view-line', { hasText: /No\skernel\stree/ }).waitFor();
    assert.equal(await bench.page.locator('.part.panel .view-line', { hasText: /\S/ }).count(), 1);
    assert.deepEqual(languageServers(vscode.extensions), []);
    assert.equal(await bench.page.locator('.statusbar-item', { hasText: 'Task Watchers' }).count(), 0);
    assert.equal(await bench.page.locator('.activitybar a[aria-label^="Task Watchers"]').count(), 0);
  });
});

const logFiles = (home: string): readonly string[] =>
  readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('/Task Watchers.log'))
    .map((path) => join(home, path));
