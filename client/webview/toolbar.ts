import type { Dispatch } from '../src/dispatch-schema';
import type { Choice, SiteChoice } from '../src/preview-messages';
import type { Actions } from './actions';
import { element } from './dom';

/** Where the notification starts, and what it passes. */
export function toolbar(
  dispatch: Dispatch,
  choice: Choice,
  sites: readonly SiteChoice[],
  site: string,
  actions: Actions,
): HTMLElement {
  return element(
    'header',
    {},
    element('h1', {}, dispatch.event),
    sites.length > 1 ? siteChooser(sites, site, actions) : undefined,
    valChooser(dispatch, choice, actions),
  );
}

function siteChooser(sites: readonly SiteChoice[], site: string, actions: Actions): HTMLElement {
  const select = element('select', { id: 'site', onchange: () => actions.site(select.value) });
  for (const { id, label } of sites) {
    const option = element('option', { value: id }, label);
    option.selected = id === site;
    select.append(option);
  }
  return element('p', { class: 'field' }, element('label', { for: 'site' }, 'from '), select);
}

function valChooser({ val }: Dispatch, choice: Choice, actions: Actions): HTMLElement {
  const words = new Set((choice.val ?? '').split('|').map((word) => word.trim()));
  const set = (text: string | undefined): void => {
    actions.choose({ fail: choice.fail, ...(text === undefined ? {} : { val: text }) });
  };
  const input = element('input', {
    id: 'val',
    type: 'text',
    value: choice.val ?? '',
    aria: { 'aria-describedby': 'val-now', spellcheck: 'false' },
    onchange: () => {
      const text = input.value.trim();
      set(text === '' ? undefined : text);
    },
  });
  input.placeholder = 'not known';
  const now = `${val.text}${val.value === undefined || val.value === null ? ', not known' : ` = ${val.value}`}`;
  return element(
    'div',
    { class: 'val' },
    element(
      'p',
      { class: 'field' },
      element('label', { for: 'val' }, 'val '),
      input,
      element('span', { class: 'quiet', id: 'val-now' }, now),
    ),
    val.flags.length === 0 ? undefined : flagBoxes(val.flags, words, set),
  );
}

function flagBoxes(
  flags: Dispatch['val']['flags'],
  words: ReadonlySet<string>,
  set: (text: string | undefined) => void,
): HTMLElement {
  const boxes = flags.map(({ name, value }) => {
    const box = element('input', {
      type: 'checkbox',
      checked: words.has(name),
      data: { flag: name },
      onchange: () => {
        const kept = [...words].filter((word) => word !== '' && word !== '0' && word !== name);
        const next = box.checked ? [...kept, name] : kept;
        // Nothing ticked is the value 0: that is known, and not the same as no choice.
        set(next.length === 0 ? '0' : next.join('|'));
      },
    });
    return element('label', { class: 'flag', title: `${name} = ${value}` }, box, name);
  });
  return element(
    'details',
    { open: words.size > 1 || [...words].some((word) => word !== '') },
    element('summary', {}, `Flags (${flags.length})`),
    element('div', { class: 'flags', aria: { role: 'group', 'aria-label': 'flags of val' } }, ...boxes),
    element(
      'button',
      { type: 'button', class: 'link', onclick: () => set(undefined) },
      'As the call site passes it',
    ),
  );
}
