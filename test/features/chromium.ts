import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const paths = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

// Tests of what happens without a browser name none.
const path =
  process.env.CHROMIUM === ''
    ? undefined
    : paths.find((one): one is string => one !== undefined && existsSync(one));
const { TW_CI } = process.env;

/**
 * A suite that needs a browser. Without one it says so in its place (not as a pending test: our runs forbid those), and
 * fails where `TW_CI` is set, as in .ci/run.
 */
export function inChromium(title: string, suite: (this: Mocha.Suite) => void): void {
  if (path !== undefined) {
    describe(title, suite);
    return;
  }
  const missing = 'missing: Chromium (apt-get install chromium, or set CHROMIUM to the path of one)';
  describe(title, () => {
    if (TW_CI) it(missing, () => Promise.reject(new Error(missing)));
    else it(`NOT TESTED, ${missing}`, () => undefined);
  });
}

export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    ...(path === undefined ? {} : { executablePath: path }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  });
