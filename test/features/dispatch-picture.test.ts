import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import type { DispatchResult } from '../../server/src/dispatch/dispatch-result';
import { dispatchPage } from '../../server/src/features/dispatch-page';
import { dispatchPicture } from '../../server/src/features/dispatch-picture';
import { anyName, dispatches } from './any-dispatch';
import { inChromium, startChromium } from './chromium';
import {
  addImage,
  collisions,
  contrasts,
  fillOf,
  focusedFunction,
  parseErrors,
  shownPictures,
} from './in-page';
import { errorSteps, failure, madeDispatches, result, returned, run, step } from './made-dispatch';

const made = (name: string): DispatchResult => madeDispatches[name] ?? result([]);
const href = (file: string, line: number): string => `vscode://file/tree/${file}:${String(line)}`;

describe('the picture of a dispatch', () => {
  it('has a focusable slot for every watcher, with its number and name', () => {
    const picture = dispatchPicture(made('nine'));
    const slots = [
      ...picture.matchAll(/data-slot="(\d+)" data-function="(\w+)" role="listitem" tabindex="0"/g),
    ];
    deepEqual(
      slots.slice(0, 9).map(([, slot, name]) => `${slot ?? ''} ${name ?? ''}`),
      made('nine').steps.map((one) => `${String(one.slot)} ${one.function}`),
    );
    // The six watchers of FREE below them.
    equal(slots.length, 15);
  });

  it('has a title, and a description that tells the outcome', () => {
    const picture = dispatchPicture(made('nine'), { id: 'p' });
    match(picture, /<title id="p-title">Dispatch of INIT<\/title>/);
    match(
      picture,
      /<desc id="p-desc">6 of 9 watchers are called\. copy_semundo\(\) in slot 5 returns -ENOMEM\. The dispatcher returns -ENOMEM\. copy_process\(\) returns -ENOMEM\.<\/desc>/,
    );
    match(picture, /aria-labelledby="p-title" aria-describedby="p-desc"/);
  });

  it('links places where there is an address, and has their file and line in any case', () => {
    const linked = dispatchPicture(made('nine'), { href });
    match(
      linked,
      /<a href="vscode:\/\/file\/tree\/kernel\/copy_semundo\.c:15" class="tw-link" data-file="kernel\/copy_semundo\.c" data-line="15">/,
    );
    const plain = dispatchPicture(made('nine'));
    doesNotMatch(plain, /<a /);
    match(plain, /data-file="kernel\/copy_semundo\.c" data-line="15"/);
  });

  it('draws the error on from the watcher that gave it, and dotted past those that are not reached', () => {
    const rails = (of: DispatchResult): readonly string[] =>
      [...dispatchPicture(of, { width: 2400 }).matchAll(/class="tw-rail tw-rail-([\w -]+)"/g)].map(
        ([, kind]) => kind ?? '',
      );
    // Slots 0…5 are called, 5 fails; then 6, 7, 8 and the end; then the way into the caller.
    deepEqual(rails(made('nine')).slice(0, 10), [
      ...Array<string>(5).fill('plain'),
      ...Array<string>(4).fill('error tw-rail-off'),
      'error',
    ]);
    // Lost: the line goes on as usual, with a short piece in the error's colour and a bar across it.
    deepEqual(rails(made('swallowed')), ['plain', 'plain', 'error', 'error', 'plain']);
  });

  it('says that an error is lost only where no result could be it', () => {
    match(dispatchPicture(made('swallowed')), /the error is lost here/);
    const kept = { ...made('swallowed'), result: [returned('-ENOMEM')] };
    doesNotMatch(dispatchPicture(kept), /the error is lost here/);
    const unknown = { ...made('swallowed'), result: [returned('unknown')] };
    doesNotMatch(dispatchPicture(unknown), /the error is lost here/);
    // A watcher that may not be called at all has lost nothing for sure.
    const perhaps = result([step(0, 'a', { called: 'maybe', chosen: failure })]);
    doesNotMatch(dispatchPicture(perhaps), /the error is lost here/);
  });

  it('tells of each cleanup watcher what it meets', () => {
    const picture = dispatchPicture(made('nine'));
    for (const [name, text] of [
      ['audit_free', 'its INIT ran'],
      ['exit_sem', 'its INIT failed'],
      ['exit_keys', 'its INIT was not called'],
      ['cpuset_exit', 'whether its INIT ran is not known'],
    ] as const)
      ok(picture.includes(`${name}(), ${text}"`), name);
    ok(picture.includes('aria-label="slot 5, taskstats_exit()"'));
  });

  it('counts what it does not draw', () => {
    const many = result([], { caller: Array.from({ length: 11 }, () => run(errorSteps([]))) });
    match(dispatchPicture(many), /3 more ways are not drawn; they return -ENOMEM/);
  });

  it('shows every step of any result, escaped', () => {
    fc.assert(
      fc.property(dispatches(), fc.integer({ min: 0, max: 3000 }), (any, width) => {
        const picture = dispatchPicture(any, { width, href });
        equal(picture.match(/class="tw-station/g)?.length, any.steps.length + 1 + laterIn(any));
        doesNotMatch(picture, /<script|<b>/);
        // eslint-disable-next-line no-control-regex -- not allowed in XML, whatever the source holds
        doesNotMatch(picture, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      }),
      { numRuns: 60 },
    );
  });
});

const laterIn = ({ caller }: DispatchResult): number =>
  caller
    .slice(0, 8)
    .flatMap(({ steps }) => steps.flatMap((one) => (one.kind === 'notify' ? one.watchers : []))).length;

inChromium('the picture of a dispatch in a browser', function () {
  this.timeout(120_000);
  let browser: Browser;
  let page: Page;

  before(async () => {
    browser = await startChromium();
    page = await browser.newPage();
  });
  after(() => browser.close());

  it('is well-formed XML whatever the texts are', async () => {
    const pictures = fc
      .sample(dispatches(), { numRuns: 80, seed: 6 })
      .concat(Object.values(madeDispatches))
      .map((any) => dispatchPicture(any, { href }));
    deepEqual(await page.evaluate(parseErrors, pictures), []);
    // The parser would have noticed.
    equal((await page.evaluate(parseErrors, ['<svg><g></svg>'])).length, 1);
  });

  for (const width of [300, 520, 960, 1600])
    it(`lays no text over another, and none outside, ${String(width)} pixels wide`, async () => {
      const results = [
        ...Object.values(madeDispatches),
        ...fc.sample(dispatches(anyName), { numRuns: 25, seed: width }),
      ];
      for (const any of results) {
        await page.setContent(`<body style="margin:0">${dispatchPicture(any, { width })}</body>`);
        deepEqual(await page.evaluate(collisions), [], JSON.stringify(any).slice(0, 400));
      }
    });

  it('notices texts that do lie over each other', async () => {
    const svg = dispatchPicture(made('one'), { width: 600 });
    await page.setContent(svg.replace('</svg>', '<text x="24" y="60">aaaaaaaaaaaaaa</text></svg>'));
    ok((await page.evaluate(collisions)).length > 0);
  });

  it('is readable by day and by night: every text has a contrast of at least 4.5', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const any of [made('nine'), made('long'), made('swallowed')]) {
        await page.setContent(dispatchPicture(any));
        const low = (await page.evaluate(contrasts)).filter(({ ratio }) => ratio < 4.5);
        deepEqual(low, [], colorScheme);
      }
    }
    await page.emulateMedia({ colorScheme: null });
  });

  it('takes the colours of a VS Code theme', async () => {
    await page.setContent(
      `<style>:root{--vscode-editor-foreground:rgb(1, 2, 3)}</style>${dispatchPicture(made('one'))}`,
    );
    equal(await page.evaluate(fillOf, '.tw-title'), 'rgb(1, 2, 3)');
  });

  it('is reached slot by slot with the keyboard', async () => {
    await page.setContent(dispatchPicture(made('nine')));
    const names: (string | null)[] = [];
    for (let press = 0; press < 9; press += 1) {
      await page.keyboard.press('Tab');
      names.push(await page.evaluate(focusedFunction));
    }
    deepEqual(
      names,
      made('nine').steps.map((one) => one.function),
    );
  });

  it('shows, of a page’s pictures, the one that fits; its policy allows its own style and refuses all else', async () => {
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    for (const [width, shown] of [
      [380, 'tw-size-0'],
      [800, 'tw-size-1'],
      [1400, 'tw-size-2'],
    ] as const) {
      await page.setViewportSize({ width, height: 600 });
      await page.setContent(dispatchPage(made('nine')));
      deepEqual(await page.evaluate(shownPictures), { shown: [shown], isTooWide: false });
    }
    equal(complaints.join('\n'), '');
    await page.evaluate(addImage, 'https://example.invalid/x');
    ok(complaints.some((text) => text.includes('Content Security Policy')));
  });
});
