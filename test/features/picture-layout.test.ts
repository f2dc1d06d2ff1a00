import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { DispatchResult } from '../../server/src/dispatch/dispatch-result';
import { dispatchPicture } from '../../server/src/features/dispatch-picture';
import { anyName, dispatches } from './any-dispatch';
import { failure, madeDispatches, result, returned, step } from './made-dispatch';
import { boxesOf, type Box } from './picture-boxes';

/** Half a pixel is rounding. */
const slack = 0.5;

const overlap = (one: Box, other: Box): boolean =>
  one.left < other.right - slack &&
  other.left < one.right - slack &&
  one.top < other.bottom - slack &&
  other.top < one.bottom - slack;

/** What lies over something else, outside the picture, or outside its own cell. */
function faults(picture: string): readonly string[] {
  const { width, height, boxes } = boxesOf(picture);
  const found: string[] = [];
  const shown = boxes.filter(({ kind }) => kind !== 'cell');
  for (const { left, right, top, bottom, text } of shown)
    if (left < -slack || top < -slack || right > width + slack || bottom > height + slack)
      found.push(`outside the picture: ${text}`);
  const cells = new Map(boxes.flatMap((box) => (box.kind === 'cell' ? [[box.station, box] as const] : [])));
  for (const one of shown) {
    const cell = cells.get(one.station);
    if (
      cell &&
      (one.right > cell.right + slack || one.left < cell.left - slack || one.bottom > cell.bottom + slack)
    )
      found.push(`outside its cell: ${one.text}`);
  }
  const byTop = shown.toSorted((one, other) => one.top - other.top);
  byTop.forEach((one, index) => {
    for (const other of byTop.slice(index + 1)) {
      if (other.top >= one.bottom) break;
      // The slot's number stands in its circle.
      const isNumber = one.kind !== other.kind && one.station === other.station && one.station >= 0;
      if (!isNumber && overlap(one, other)) found.push(`${one.text} over ${other.text}`);
    }
  });
  return found;
}

const widths = fc.oneof(fc.constantFrom(280, 400, 1000, 1600), fc.integer({ min: 280, max: 2000 }));

describe('the layout of a picture', () => {
  it('is read from the markup: every watcher’s cell, and all its words', () => {
    const { boxes } = boxesOf(dispatchPicture(madeDispatches.nine ?? result([]), { width: 900 }));
    equal(boxes.filter(({ kind }) => kind === 'cell').length, 9 + 1 + 6);
    const words = boxes.map(({ text }) => text);
    for (const word of ['INIT', 'copy_semundo', '5', '1320', 'goto bad_fork_cleanup_watchers'])
      ok(words.includes(word), `${word} is not among ${words.join(' | ')}`);
  });

  it('has nothing over anything else, nothing outside, for every made dispatch at every width', () => {
    for (const [name, made] of Object.entries(madeDispatches))
      for (const width of [280, 400, 640, 1000, 1600])
        deepEqual(faults(dispatchPicture(made, { width })), [], `${name} at ${String(width)}`);
  });

  it('has none of it for 0 to 80 watchers with any names and any outcomes', () => {
    const texts = fc.constantFrom('0', '-ENOMEM', '-ERESTARTNOINTR', 'unknown', '1', '-EWOULDBLOCK');
    const watcher = fc.record({
      name: anyName,
      called: fc.constantFrom('yes', 'no', 'maybe'),
      chosen: texts,
      can: fc.array(texts, { maxLength: 6 }),
      injected: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(watcher, { maxLength: 80, size: 'max' }), widths, (watchers, width) => {
        const steps = watchers.map(({ name, called, chosen, can, injected }, slot) =>
          step(slot, name, {
            called,
            injected,
            chosen: called === 'no' ? undefined : returned(chosen, { file: `drivers/${name}/${name}.c` }),
            returns: can.map((text) => returned(text)),
          }),
        );
        const made = result(steps, { caller: madeDispatches.nine?.caller ?? [], result: [failure] });
        deepEqual(faults(dispatchPicture(made, { width })), []);
      }),
      { numRuns: 120 },
    );
  });

  it('has none of it for any result at all', () => {
    fc.assert(
      fc.property(dispatches(anyName), widths, (any: DispatchResult, width) => {
        deepEqual(faults(dispatchPicture(any, { width })), []);
      }),
      { numRuns: 120 },
    );
  });

  it('is found wanting where texts do lie over each other, or stick out', () => {
    const picture = dispatchPicture(madeDispatches.one ?? result([]), { width: 600 });
    const add = (x: number, y: number, text: string): readonly string[] =>
      faults(
        picture.replace(
          '</svg>',
          `<text x="${String(x)}" y="${String(y)}"><tspan class="tw-body">${text}</tspan></text></svg>`,
        ),
      );
    ok(add(24, 60, 'aaaaaaaaaaaaaaaa').length > 0);
    deepEqual(add(590, 20, 'beyond'), ['outside the picture: beyond']);
    equal(add(300, 20, 'free').length, 0);
  });
});
