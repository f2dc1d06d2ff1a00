import type { FromPage, ToPage } from '../src/preview-messages';
import type { Actions } from './actions';
import { callerRuns } from './caller';
import { element } from './dom';
import { slots } from './slots';
import { toolbar } from './toolbar';

declare function acquireVsCodeApi(): { postMessage(message: unknown): void; setState(state: unknown): void };

const editor = acquireVsCodeApi();
const post = (message: FromPage): void => {
  editor.postMessage(message);
};

const actions: Actions = {
  choose: (choice) => post({ kind: 'choose', choice }),
  site: (id) => post({ kind: 'site', id }),
  open: (file, line) => post({ kind: 'open', file, line, beside: false }),
};

const page = document.querySelector('#preview') ?? document.body;

function show(message: Extract<ToPage, { kind: 'show' }>): void {
  const { dispatch, choice, sites, site } = message;
  editor.setState(message.state);
  redraw(
    toolbar(dispatch, choice, sites, site, actions),
    slots(dispatch, choice, actions),
    callerRuns(dispatch, actions),
    dispatch.notes.length === 0
      ? undefined
      : element(
          'section',
          { class: 'notes', aria: { 'aria-label': 'notes' } },
          element('h2', {}, 'What is uncertain'),
          element('ul', {}, ...dispatch.notes.map((note) => element('li', {}, note))),
        ),
  );
}

/** Puts new parts in place of the old, and the focus and open lists back where they were. */
function redraw(...parts: readonly (HTMLElement | undefined)[]): void {
  const focus = focusPath(document.activeElement);
  const wasOpen = page.querySelector('details')?.open;
  const { scrollTop } = document.documentElement;
  page.replaceChildren(...parts.filter((part) => part !== undefined));
  const details = page.querySelector('details');
  if (details && wasOpen !== undefined) details.open = wasOpen;
  if (focus !== undefined) page.querySelector<HTMLElement>(focus)?.focus({ preventScroll: true });
  document.documentElement.scrollTop = scrollTop;
}

/** A selector that finds the focused control again in the next drawing. */
function focusPath(focused: Element | null): string | undefined {
  if (!(focused instanceof HTMLElement)) return undefined;
  const { slot, flag } = focused.dataset;
  if (slot !== undefined) return `[data-slot="${CSS.escape(slot)}"]`;
  if (flag !== undefined) return `[data-flag="${CSS.escape(flag)}"]`;
  return focused.id === '' ? undefined : `#${CSS.escape(focused.id)}`;
}

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  if (data.kind === 'show') {
    show(data);
    return;
  }
  const problem = element('p', { class: 'problem', aria: { role: 'alert' } }, data.message);
  page.querySelector('.problem')?.remove();
  if (page.querySelector('header')) page.prepend(problem);
  else page.replaceChildren(problem);
});
post({ kind: 'ready' });
