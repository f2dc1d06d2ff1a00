import { join } from 'node:path';
import { chromium, type Browser, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { chromiumPath, type VsCode } from './vs-code';

/** A workbench window in a headless Chromium, driven as a person would: keys, clicks, and what is to be seen. */
export interface Workbench {
  readonly page: Page;
  /** Runs a command of the palette by its title. */
  command(title: string): Promise<void>;
  /** Chooses in the list that is open. */
  pick(text: string): Promise<void>;
  /** Chooses a file of the folder in the file dialog that is open. */
  choosePath(path: string): Promise<void>;
  /** Shows the Task Watchers view in the side bar. */
  showView(): Promise<void>;
  /** Opens a file of the folder, and waits for its text. */
  open(path: string): Promise<void>;
  /** Puts the cursor in the open editor; both 1-based. */
  goTo(line: number, column?: number): Promise<void>;
  /** The line of the open editor that holds `text`; what is scrolled out of sight is not there. */
  line(text: string): Locator;
  /** The word on such a line, to hover or click. */
  word(line: string, word: string): Locator;
  /** Replaces a line of the open editor; 1-based. */
  replaceLine(row: number, text: string): Promise<void>;
  /** A row of the Task Watchers view. */
  row(text: string | RegExp): Locator;
  /** The contents of the only webview that is to be seen. */
  webview(): FrameLocator;
  /** Unfolds a row of the view. */
  unfold(text: RegExp): Promise<void>;
  screenshot(file: string): Promise<void>;
  close(): Promise<void>;
}

export interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openWorkbench(
  { port, folder }: VsCode,
  { width = 1400, height = 900 }: WindowOptions = {},
): Promise<Workbench> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('no Chromium');
  const browser: Browser = await chromium.launch({ executablePath, headless: true, args: flags });
  const page = await browser.newPage({ viewport: { width, height } });
  page.setDefaultTimeout(20000);
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`, {
    waitUntil: 'domcontentloaded',
  });
  await page.waitForSelector('.monaco-workbench', { timeout: 60000 });
  await page.waitForSelector('.explorer-folders-view .monaco-list-row', { timeout: 60000 });

  const input = page.locator('.quick-input-widget:visible input[type="text"]').first();
  const command = async (title: string): Promise<void> => {
    await page.keyboard.press('F1');
    await input.waitFor();
    await input.fill(`>${title}`);
    await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
  };
  /** In the file dialog: its list follows what is typed. */
  const choosePath = async (inside: string): Promise<void> => {
    const path = join(folder, inside);
    await input.waitFor();
    const name = path.slice(path.lastIndexOf('/') + 1);
    const row = page.locator('.quick-input-list .label-name', { hasText: exactly(name) });
    const dialog = page.locator('.quick-input-widget:visible');
    // The dialog puts its own folder into the input once it has read it, perhaps over what was typed.
    for (let tries = 0; tries < 10 && !(await row.isVisible()); tries++) {
      await input.fill('');
      await input.fill(path);
      await row.waitFor({ timeout: 2000 }).catch(() => undefined);
    }
    await row.click();
    await dialog.waitFor({ state: 'hidden' });
  };
  const goTo = async (row: number, column = 1): Promise<void> => {
    await page.keyboard.press('Control+G');
    await input.waitFor();
    await input.fill(`:${row}:${column}`);
    await page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
  };
  const row = (text: string | RegExp): Locator =>
    page.locator('.part.sidebar .monaco-list-row').filter({ hasText: text }).first();
  const line = (text: string): Locator =>
    page
      .locator('.part.editor .editor-instance .view-line')
      .filter({ hasText: nonBreaking(text) })
      .first();
  return {
    page,
    command,
    async open(path) {
      await page.keyboard.press('Control+O');
      await input.waitFor();
      const name = path.slice(path.lastIndexOf('/') + 1);
      await choosePath(path);
      await page.locator('.tab.active', { hasText: name }).waitFor();
      await page.locator('.part.editor .editor-instance .view-line').first().waitFor();
    },
    goTo,
    choosePath,
    async pick(text) {
      await page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
    },
    async showView() {
      // A badge may lie over it.
      await page.locator('.activitybar .action-item a[aria-label^="Task Watchers"]').click({ force: true });
    },
    line,
    word: (text, word) =>
      line(text)
        .locator('span > span', { hasText: new RegExp(`^\\s*${word}\\s*$`) })
        .first(),
    async replaceLine(row, text) {
      await goTo(row);
      await page.keyboard.press('Home');
      await page.keyboard.press('Shift+End');
      await page.keyboard.insertText(text);
    },
    row,
    webview: () => page.frameLocator('iframe.webview.ready').frameLocator('#active-frame'),
    async unfold(text) {
      await row(text).waitFor();
      if ((await row(text).getAttribute('aria-expanded')) === 'false') await row(text).click();
    },
    async screenshot(file) {
      await page.screenshot({ path: file });
    },
    async close() {
      await browser.close();
    },
  };
}

const exactly = (text: string): RegExp => new RegExp(`^\\s*${quoted(text)}\\s*$`);
const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The editor draws each blank as a no-break space. */
const nonBreaking = (text: string): RegExp => new RegExp(quoted(text).replace(/ /g, '[\\s\\u00a0]'));
