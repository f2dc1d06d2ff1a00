import type { Dispatch, DispatchStep, Returned } from '../src/dispatch-schema';
import type { Choice } from '../src/preview-messages';
import type { Actions } from './actions';
import { element, placeLink } from './dom';

/** Errors that kernel code returns most; the first entry leaves it to the watcher's own source. */
const errors = ['', 'ENOMEM', 'EAGAIN', 'EPERM', 'EINVAL', 'ENOSPC', 'EINTR'];

/** The watchers in slot order, and what the dispatcher makes of their returns. */
export function slots(dispatch: Dispatch, choice: Choice, actions: Actions): HTMLElement {
  const { dispatcher, steps, result } = dispatch;
  const list = element('ol', {
    class: 'slots',
    aria: { 'aria-label': `watchers of ${dispatch.event} in slot order` },
  });
  list.append(...steps.map((step) => slot(step, choice, actions)));
  list.addEventListener('keydown', (event) => {
    moveFocus(list, event);
  });
  return element(
    'section',
    { aria: { 'aria-label': 'dispatch' } },
    dispatcher
      ? element(
          'p',
          { class: 'dispatcher' },
          placeLink(`${dispatcher.function}()`, dispatcher.file, dispatcher.line, actions.open),
          ` ${dispatcher.semantics}`,
          dispatcher.keepsErrors
            ? undefined
            : element('strong', { class: 'error' }, ' No error reaches the caller.'),
        )
      : element('p', { class: 'dispatcher quiet' }, 'The dispatcher was not found in this tree.'),
    steps.length === 0 ? element('p', { class: 'quiet' }, 'No watcher is linked for this event.') : list,
    element(
      'p',
      { class: 'result', aria: { 'aria-live': 'polite' } },
      'returns ',
      ...oneOf(result, actions),
      dispatch.certain ? undefined : element('span', { class: 'badge' }, 'not certain'),
    ),
  );
}

/** The possible returns, each a link to the line that makes it. */
export function oneOf(returns: readonly Returned[], actions: Actions): readonly (HTMLElement | string)[] {
  if (returns.length === 0) return ['nothing'];
  return returns.flatMap((one, index) => [...(index === 0 ? [] : [' or ']), returnLink(one, actions)]);
}

export function returnLink(one: Returned, actions: Actions): HTMLElement {
  const link = placeLink(one.text, one.file, one.line, actions.open);
  link.classList.add('return', one.kind);
  link.title = `${one.file}:${one.line}${one.reason === '' ? '' : `: ${one.reason}`}`;
  return link;
}

function slot(step: DispatchStep, choice: Choice, actions: Actions): HTMLElement {
  const failing = choice.fail.find((failure) => failure.function === step.function);
  const others = choice.fail.filter((failure) => failure.function !== step.function);
  const choose = (fail: Choice['fail']): void => {
    actions.choose({ ...choice, fail });
  };
  const state = `${stateOf(step)}${failing ? ' injected' : ''}`;
  const button = element(
    'button',
    {
      type: 'button',
      class: 'watcher',
      title: failing ? 'Click: no failure here' : `Click: let ${step.function}() fail`,
      data: { slot: String(step.slot) },
      aria: {
        'aria-pressed': String(failing !== undefined),
        'aria-label': `slot ${step.slot}, ${step.function}, ${spoken(step)}`,
      },
      onclick: () => {
        choose(failing ? others : [...others, { function: step.function }]);
      },
    },
    element('span', { class: 'number' }, String(step.slot)),
    element('span', { class: 'name' }, step.function),
  );
  return element(
    'li',
    { class: `slot ${state}` },
    button,
    element('div', { class: 'outcome' }, ...outcome(step, actions)),
    element('div', { class: 'facts' }, sourceLink(step, actions)),
    failing
      ? errorChooser(step, failing.errno ?? '', (errno) => {
          choose([...others, { function: step.function, ...(errno === '' ? {} : { errno }) }]);
        })
      : undefined,
  );
}

function sourceLink(step: DispatchStep, actions: Actions): HTMLElement {
  const link = placeLink(`${step.file}:${step.line}`, step.file, step.line, actions.open);
  if (step.object) link.title = `${link.title}, in ${step.object}`;
  return link;
}

function stateOf(step: DispatchStep): string {
  if (step.called === 'no') return 'skipped';
  const kind = step.chosen?.kind ?? 'unknown';
  const error = kind === 'error' ? 'failed' : kind === 'zero' ? 'fine' : 'open';
  return `${error}${step.called === 'maybe' ? ' maybe' : ''}`;
}

function spoken(step: DispatchStep): string {
  if (step.called === 'no') return 'not called';
  const returned = step.chosen ? `returns ${step.chosen.text}` : 'return not known';
  return `${step.called === 'maybe' ? 'perhaps called, ' : ''}${returned}${step.injected ? ', failure injected' : ''}`;
}

function outcome(step: DispatchStep, actions: Actions): readonly (HTMLElement | string)[] {
  if (step.called === 'no') return ['not called'];
  const { chosen, returns } = step;
  const others = returns.filter(({ text }) => text !== chosen?.text);
  return [
    ...(step.called === 'maybe' ? ['perhaps: '] : []),
    ...(chosen ? ['returns ', returnLink(chosen, actions)] : []),
    ...(others.length === 0
      ? []
      : [element('span', { class: 'quiet' }, ' (or ', ...oneOf(others, actions), ')')]),
  ];
}

function errorChooser(step: DispatchStep, chosen: string, choose: (errno: string) => void): HTMLElement {
  const id = `errno-${step.slot}`;
  const select = element('select', { id, onchange: () => choose(select.value) });
  for (const error of errors) {
    const option = element('option', { value: error }, error === '' ? 'as its source can' : `-${error}`);
    option.selected = error === chosen;
    select.append(option);
  }
  return element('div', { class: 'field' }, element('label', { for: id }, 'fails with '), select);
}

/** Arrow keys go along the slots, as in a toolbar. */
function moveFocus(list: HTMLElement, event: KeyboardEvent): void {
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('button.watcher')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  if (at < 0) return;
  const moves: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    Home: 0,
    End: buttons.length - 1,
  };
  const next = moves[event.key];
  if (next === undefined) return;
  event.preventDefault();
  buttons[Math.max(0, Math.min(buttons.length - 1, next))]?.focus();
}
