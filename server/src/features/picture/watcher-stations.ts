import type {
  CallerStep,
  DispatchResult,
  DispatchStep,
  PossibleReturn,
} from '../../dispatch/dispatch-result';
import { flowText, type Line, type Span } from './flow-text';
import { cellGap, textSpace, type Onward, type Station } from './station-grid';
import { textWidth } from './type-sizes';
import { slotText } from '../slot-text';

/** Wide enough for most names on one line; longer ones break at `_`. */
export const watcherCellWidth = (names: readonly string[]): number =>
  clamp(Math.max(0, ...names.map((name) => textWidth(name, 'strong'))) + cellGap + 2, 150, 216);

export const cleanupCellWidth = (watchers: readonly { readonly function: string }[]): number =>
  clamp(
    Math.max(0, ...watchers.map(({ function: name }) => textWidth(name, 'value'))) + cellGap + 2,
    140,
    216,
  );

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** The watchers of the notification and, as the last station, what the dispatcher returns. */
export function watcherStations(result: DispatchResult, cellWidth: number): readonly Station[] {
  const { steps } = result;
  const onward = onwardOf(result);
  const stations = steps.map((step, index): Station => {
    const next = steps[index + 1];
    const carries = onward[index] ?? 'plain';
    return {
      number: slotText(step.slot),
      state: stateOf(step),
      // To a station that is not reached, and away from it, leads nothing, unless an error goes past it.
      onward:
        step.called === 'no' || next?.called === 'no' ? (carries === 'error' ? 'error-off' : 'off') : carries,
      lines: stepLines(step, cellWidth, onward[index] === 'lost'),
      label: stepLabel(step),
      attributes: { 'data-slot': step.slot, 'data-function': step.function },
    };
  });
  return [...stations, endStation(result, cellWidth)];
}

export const isFailure = (returned: PossibleReturn | undefined): boolean =>
  returned !== undefined && (returned.kind === 'error' || (returned.value ?? 0) < 0);

/** The errors that are returned go with the line from the watcher that gave them; those that are dropped end there. */
function onwardOf({ steps, result }: DispatchResult): readonly Onward[] {
  const errors = result.filter(isFailure);
  const gives = (step: DispatchStep): boolean =>
    step.called !== 'no' &&
    isFailure(step.chosen) &&
    errors.some(
      ({ text, reason }) =>
        reason === `from ${step.function}()` || (reason === '' && text === step.chosen?.text),
    );
  const firstGiver = steps.findIndex(gives);
  const mayBeKept =
    errors.length > 0 || result.some(({ kind }) => kind === 'unknown' || kind === 'propagated');
  return steps.map((step, index) => {
    if (firstGiver >= 0 && index >= firstGiver) return 'error';
    return isFailure(step.chosen) && step.called === 'yes' && !mayBeKept ? 'lost' : 'plain';
  });
}

function stateOf({ called, chosen }: DispatchStep): Station['state'] {
  if (called === 'no') return 'skipped';
  if (isFailure(chosen)) return 'failed';
  return called === 'maybe' || (chosen?.kind !== 'zero' && chosen?.kind !== 'none') ? 'open' : 'fine';
}

function stepLines(step: DispatchStep, cellWidth: number, isLost: boolean): readonly Line[] {
  const room = textSpace({ cellWidth });
  const name = flowText([{ text: step.function, type: 'strong' }], room, 3, step);
  if (step.called === 'no')
    return [...name, ...flowText([{ text: 'not called', type: 'small', tone: 'quiet' }], room)];
  const { chosen } = step;
  const tone = isFailure(chosen)
    ? ({ tone: 'error' } as const)
    : stateOf(step) === 'open'
      ? ({ tone: 'doubt' } as const)
      : {};
  const value = flowText(
    [
      { text: step.called === 'maybe' ? 'perhaps ' : 'returns ', type: 'small', tone: 'quiet' },
      { text: chosen?.text ?? 'unknown', type: 'value', ...tone },
    ],
    room,
    3,
    chosen ?? step,
  );
  return [
    ...name,
    ...value,
    ...(chosen
      ? flowText([{ text: placeText(chosen, room), type: 'place', tone: 'quiet' }], room, 2, chosen)
      : []),
    ...flowText(whyText(step), room, 4),
    ...flowText(besideValue(step), room, 2),
    ...(isLost ? flowText([{ text: 'the error is lost here', type: 'small', tone: 'error' }], room) : []),
  ];
}

/** Where the whole path does not fit, its last two parts: they tell most, and the tooltip has the rest. */
function placeText({ file, line }: PossibleReturn, room: number): string {
  const whole = `${file}:${String(line)}`;
  if (textWidth(whole, 'place') <= room) return whole;
  return file.split('/').length > 2 ? `…/${file.split('/').slice(-2).join('/')}:${String(line)}` : whole;
}

function besideValue({ returns, chosen }: DispatchStep): readonly Span[] {
  const others = [...new Set(returns.map(({ text }) => text))].filter((text) => text !== chosen?.text);
  return others.length === 0
    ? []
    : [{ text: `can also return ${others.join(', ')}`, type: 'small', tone: 'quiet' }];
}

/** Told where something is out of the ordinary; for the rest the tooltip has it. */
function whyText(step: DispatchStep): readonly Span[] {
  if (step.injected)
    return [{ text: 'asked for; the source does not show how', type: 'small', tone: 'quiet' }];
  const reason = step.chosen?.reason ?? '';
  return reason === '' || stateOf(step) === 'fine' ? [] : [{ text: reason, type: 'small', tone: 'quiet' }];
}

function stepLabel(step: DispatchStep): string {
  const { called, chosen, injected, slot, object } = step;
  const outcome =
    called === 'no'
      ? 'not called'
      : `${called === 'maybe' ? 'perhaps called, ' : ''}returns ${chosen?.text ?? 'what is not known'}${
          chosen && chosen.reason !== '' ? `: ${chosen.reason}` : ''
        }${injected ? ' (asked for: the source does not show how)' : ''}`;
  const where = object === undefined ? '' : `, ${object}`;
  return `slot ${String(slot)}, ${step.function}(), ${outcome}. ${step.file}:${String(step.line)}${where}`;
}

function endStation(result: DispatchResult, cellWidth: number): Station {
  const room = textSpace({ cellWidth });
  const { dispatcher, certain } = result;
  const returns = result.result;
  const failed = returns.length > 0 && returns.every(isFailure);
  const values = returns.flatMap((one, index): readonly Span[] => [
    ...(index === 0 ? [] : [{ text: ' or ', type: 'small', tone: 'quiet' } as const]),
    { text: one.text, type: 'strong', ...toneOf(one) },
  ]);
  const reasons = [...new Set(returns.map(({ reason }) => reason))].filter((text) => text !== '');
  const name = dispatcher ? `${dispatcher.function}()` : 'the dispatcher';
  const [first] = returns;
  return {
    number: '',
    state: failed ? 'end-failed' : 'end',
    onward: 'plain',
    lines: [
      ...flowText(
        [
          { text: 'returns ', type: 'small', tone: 'quiet' },
          ...(values.length > 0 ? values : [{ text: 'unknown', type: 'strong', tone: 'doubt' } as const]),
        ],
        room,
        4,
        first,
      ),
      ...flowText([{ text: reasons.join(', '), type: 'small', tone: 'quiet' }], room, 3),
      ...flowText(
        [
          certain
            ? { text: 'certain', type: 'small', tone: 'quiet' }
            : { text: 'not certain', type: 'small', tone: 'doubt' },
        ],
        room,
      ),
    ],
    label: `${name} returns ${returns.map(({ text }) => text).join(' or ') || 'what is not known'}${
      reasons.length > 0 ? `, ${reasons.join(', ')}` : ''
    }; ${certain ? 'certain' : 'not certain'}`,
    attributes: { 'data-result': returns.map(({ text }) => text).join(' or ') },
  };
}

const toneOf = (returned: PossibleReturn): { readonly tone?: 'error' | 'doubt' } =>
  isFailure(returned) ? { tone: 'error' } : returned.kind === 'zero' ? {} : { tone: 'doubt' };

type Cleanup = Extract<CallerStep, { kind: 'notify' }>['watchers'];

/** Watchers of a later notification, each with what the task has seen of its own file's part before. */
export function cleanupStations(watchers: Cleanup, event: string, cellWidth: number): readonly Station[] {
  const room = textSpace({ cellWidth });
  return watchers.map((watcher, index): Station => {
    const { text, tone } = meetsText(watcher.meets, event);
    const isLast = index === watchers.length - 1;
    return {
      number: slotText(watcher.slot),
      state: 'fine',
      onward: isLast ? 'off' : 'plain',
      lines: [
        ...flowText([{ text: watcher.function, type: 'value' }], room, 3, watcher.place),
        ...flowText([{ text, type: 'small', tone }], room, 3),
      ],
      label: `slot ${slotText(watcher.slot)}, ${watcher.function}()${text === '' ? '' : `, ${text}`}`,
      attributes: { 'data-slot': watcher.slot, 'data-function': watcher.function },
    };
  });
}

/** In words, what a later watcher finds of `event`'s work. */
export function meetsText(
  meets: Cleanup[number]['meets'],
  event: string,
): { readonly text: string; readonly tone: 'quiet' | 'doubt' | 'error' } {
  switch (meets) {
    case 'done':
      return { text: `its ${event} ran`, tone: 'quiet' };
    case 'failed':
      return { text: `its ${event} failed`, tone: 'error' };
    case 'not-called':
      return { text: `its ${event} was not called`, tone: 'error' };
    case 'unknown':
      return { text: `whether its ${event} ran is not known`, tone: 'doubt' };
    case undefined:
      return { text: '', tone: 'quiet' };
  }
}
