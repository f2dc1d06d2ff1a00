import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleCopy, type Copy } from './example-copy';
import { needVsCode } from './need-vs-code';
import { startVsCode, type OtherExtension, type VsCode } from './vs-code';
import { openWorkbench, type WindowOptions, type Workbench } from './workbench';

/** A workbench with a copy of the example kernel open in it; there while the tests of a suite run. */
export interface OpenedKernel {
  readonly copy: Copy;
  readonly vscode: VsCode;
  readonly bench: Workbench;
}

export interface OpenOptions extends WindowOptions {
  /** User settings beside those of all tests. */
  readonly settings?: object;
  readonly other?: OtherExtension;
}

/** Pictures of the window after a failed test. */
const pictures = join(tmpdir(), 'tw-vscode-failures');

/** Opens the workbench before the tests of the suite it is called in, and closes it after them. */
export function openedKernel(options: OpenOptions = {}): () => OpenedKernel {
  let opened: OpenedKernel | undefined;
  const closers: (() => Promise<void> | void)[] = [];
  before(async function () {
    needVsCode(this);
    const copy = exampleCopy();
    closers.unshift(() => copy.remove());
    const vscode = await startVsCode(copy.folder, options.settings, options.other);
    closers.unshift(() => vscode.stop());
    const bench = await openWorkbench(vscode, options);
    closers.unshift(() => bench.close());
    opened = { copy, vscode, bench };
  });
  after(async () => {
    for (const closer of closers) await closer();
  });
  afterEach(async function () {
    if (!opened || this.currentTest?.state !== 'failed') return;
    mkdirSync(pictures, { recursive: true });
    const file = join(pictures, `${this.currentTest.title.replace(/\W+/g, '-')}.png`);
    await opened.bench.screenshot(file);
    console.log(`      seen then: ${file}`);
  });
  return () => {
    if (!opened) throw new Error('not open');
    return opened;
  };
}
