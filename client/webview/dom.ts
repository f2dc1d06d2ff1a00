type Child = Node | string | undefined;

interface Properties {
  readonly class?: string;
  readonly title?: string;
  readonly id?: string;
  readonly type?: string;
  readonly disabled?: boolean;
  readonly checked?: boolean;
  readonly value?: string;
  readonly for?: string;
  readonly open?: boolean;
  readonly tabindex?: number;
  /** `aria-` attributes, and `role`, by their full names. */
  readonly aria?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly onclick?: () => void;
  readonly onchange?: () => void;
}

/** An element. Text is always text: nothing of a kernel's source is ever taken for HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  const { class: classes, aria = {}, data = {}, onclick, onchange, ...rest } = properties;
  if (classes !== undefined) made.className = classes;
  for (const [key, value] of Object.entries(rest)) {
    if (value === false) continue;
    made.setAttribute(key, value === true ? '' : String(value));
  }
  for (const [key, value] of Object.entries(aria)) made.setAttribute(key, value);
  for (const [key, value] of Object.entries(data)) made.dataset[key] = value;
  if (onclick) made.addEventListener('click', onclick);
  if (onchange) made.addEventListener('change', onchange);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A button that looks like a link and goes to a place in the source. */
export function placeLink(
  text: string,
  file: string,
  line: number,
  open: (file: string, line: number) => void,
): HTMLElement {
  return element(
    'button',
    {
      class: 'link',
      type: 'button',
      title: `${file}:${line}`,
      aria: { 'aria-label': `${text}: open ${file}, line ${line}` },
      onclick: () => {
        open(file, line);
      },
    },
    text,
  );
}
