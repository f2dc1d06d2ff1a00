import type { CallerRun, CallerStep, Dispatch } from '../src/dispatch-schema';
import type { Actions } from './actions';
import { element, placeLink } from './dom';
import { returnLink } from './slots';

/** What the caller does with the result: each way on, step by step. */
export function callerRuns({ caller, event }: Dispatch, actions: Actions): HTMLElement | undefined {
  if (caller.length === 0) return undefined;
  return element(
    'section',
    { aria: { 'aria-label': 'caller' } },
    element('h2', {}, 'Then the caller'),
    ...caller.map((run, index) =>
      callerRun(run, event, caller.length > 1 ? ` (way ${index + 1} of ${caller.length})` : '', actions),
    ),
  );
}

function callerRun(run: CallerRun, event: string, which: string, actions: Actions): HTMLElement {
  const list = element('ol', { class: 'steps' });
  list.append(...run.steps.map((step) => callerStep(run, event, step, actions)));
  return element(
    'article',
    { class: 'run' },
    element(
      'h3',
      {},
      placeLink(`${run.function}()`, run.file, run.line, actions.open),
      which,
      run.certain ? undefined : element('span', { class: 'badge' }, 'not certain'),
    ),
    list,
    run.returns
      ? element('p', { class: 'result' }, `${run.function}() returns `, returnLink(run.returns, actions))
      : element('p', { class: 'result quiet' }, `${run.function}() does not return from here`),
  );
}

const afterInit = {
  complete: { text: '', error: false },
  failed: { text: 'for a task whose INIT failed on the way', error: false },
  never: { text: 'for a task that no INIT has seen', error: true },
  unknown: { text: '', error: false },
} as const;

function callerStep(run: CallerRun, event: string, step: CallerStep, actions: Actions): HTMLElement {
  const line = placeLink(String(step.line), run.file, step.line, actions.open);
  line.classList.add('line');
  return element('li', { class: `step ${step.kind}` }, line, ...stepText(step, event, actions));
}

type LaterWatcher = Extract<CallerStep, { kind: 'notify' }>['watchers'][number];

/** A watcher of a later notification, and what it finds of `event`'s work. */
function chip(
  { slot, function: name, place, meets }: LaterWatcher,
  event: string,
  actions: Actions,
): HTMLElement {
  const met = meets ? metText(meets, event) : undefined;
  return element(
    'li',
    {},
    element('span', { class: 'number' }, String(slot)),
    place ? placeLink(name, place.file, place.line, actions.open) : name,
    met && element('span', { class: met.isError ? 'error' : 'quiet' }, ` ${met.text}`),
  );
}

// The words of the server's picture (server/src/features/picture/watcher-stations.ts).
function metText(
  meets: NonNullable<LaterWatcher['meets']>,
  event: string,
): { readonly text: string; readonly isError: boolean } {
  switch (meets) {
    case 'done':
      return { text: `its ${event} ran`, isError: false };
    case 'failed':
      return { text: `its ${event} failed`, isError: true };
    case 'not-called':
      return { text: `its ${event} was not called`, isError: true };
    case 'unknown':
      return { text: `whether its ${event} ran is not known`, isError: false };
  }
}

function stepText(
  step: CallerStep,
  event: string,
  actions: Actions,
): readonly (HTMLElement | string | undefined)[] {
  const code = (text: string): HTMLElement => element('code', {}, text);
  switch (step.kind) {
    case 'test':
      return [
        code(step.text),
        element('span', { class: step.holds ? 'yes' : 'no' }, step.holds ? ' holds' : ' does not hold'),
        step.decided ? undefined : element('span', { class: 'badge' }, 'assumed'),
      ];
    case 'goto':
      return ['goes to ', code(step.label)];
    case 'label':
      return [code(`${step.name}:`)];
    case 'call':
      return ['calls ', code(`${step.function}()`)];
    case 'return':
      return [code(step.text)];
    case 'unknown':
      return [element('span', { class: 'quiet' }, `not followed: ${step.reason}`)];
    case 'notify': {
      const seen = afterInit[step.afterInit];
      const chips = step.watchers.map((watcher) => chip(watcher, event, actions));
      return [
        'notifies ',
        element('strong', {}, step.event),
        ` with val `,
        code(step.val),
        seen.text === ''
          ? undefined
          : element('span', { class: seen.error ? 'error' : 'quiet' }, ` ${seen.text}`),
        element('ol', { class: 'chips', aria: { 'aria-label': `watchers of ${step.event}` } }, ...chips),
      ];
    }
  }
}
