import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const paths = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const path = paths.find((one): one is string => one !== undefined && existsSync(one));
const { CI, TW_CI } = process.env;

/** A suite that needs a browser. Without one it says so in its place, except in CI, where it then fails. */
export function inChromium(title: string, suite: (this: Mocha.Suite) => void): void {
  if (path !== undefined || CI !== undefined || TW_CI !== undefined) describe(title, suite);
  else
    describe(title, () => {
      it('NOT TESTED: there is no Chromium here; set CHROMIUM to its path', () => undefined);
    });
}

export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    ...(path === undefined ? {} : { executablePath: path }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  });
