/// <reference lib="dom" />
/* Functions that tests run inside a page. Each stands alone: only its text gets there. */

export function parseErrors(pictures: readonly string[]): readonly string[] {
  return pictures.flatMap((text) => {
    const read = new DOMParser().parseFromString(text, 'image/svg+xml');
    const error = read.querySelector('parsererror');
    return error ? [`${error.textContent}: ${text.slice(0, 300)}`] : [];
  });
}

/** Pairs of texts whose boxes overlap by more than a pixel, texts in circles aside; and texts outside the picture. */
export function collisions(): readonly string[] {
  const svg = document.querySelector('svg');
  if (!svg) return ['no picture'];
  const frame = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll('text, .tw-mark')].map((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    // A text's box has the font's full height; what is printed of it is less.
    const inset = element.tagName === 'text' ? (bottom - top) * 0.16 : 0;
    return { element, left, right, top: top + inset, bottom: bottom - inset, text: element.textContent };
  });
  const found = boxes
    .filter(
      ({ left, right, top, bottom }) =>
        left < frame.left || right > frame.right || top < frame.top || bottom > frame.bottom,
    )
    .map(({ text }) => `outside: ${text}`);
  boxes.sort((one, other) => one.top - other.top);
  boxes.forEach((one, index) => {
    for (const other of boxes.slice(index + 1)) {
      if (other.top >= one.bottom - 1) break;
      const isInCircle =
        one.element.nextElementSibling === other.element || other.element.nextElementSibling === one.element;
      const isMark = one.element.tagName !== 'text' || other.element.tagName !== 'text';
      if (isMark && isInCircle) continue;
      if (one.left < other.right - 1 && other.left < one.right - 1) found.push(`${one.text} / ${other.text}`);
    }
  });
  return found;
}

/** Contrast as WCAG 2.2 defines it, of every text against what is behind it. */
export function contrasts(): readonly { readonly text: string; readonly ratio: number }[] {
  const ground = document.querySelector('.tw-ground');
  return [...document.querySelectorAll('tspan, text.tw-number')].map((text) => {
    const circle = text.classList.contains('tw-in-failed') ? text.previousElementSibling : ground;
    const [one, other] = [text, circle].map((part) => {
      const colour = part ? getComputedStyle(part).fill : '';
      const [red = 0, green = 0, blue = 0] = [...colour.matchAll(/[\d.]+/g)].map(([share]) => {
        const value = Number(share) / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    });
    const [low = 0, high = 0] = [one ?? 0, other ?? 0].sort((first, second) => first - second);
    return { text: text.textContent, ratio: (high + 0.05) / (low + 0.05) };
  });
}

export function fillOf(selector: string): string {
  const found = document.querySelector(selector);
  return found ? getComputedStyle(found).fill : '';
}

export function focusedFunction(): string | null {
  return document.activeElement?.getAttribute('data-function') ?? null;
}

/** The pictures that are not hidden, by size; and whether the page must be scrolled sideways. */
export function shownPictures(): { readonly shown: readonly string[]; readonly isTooWide: boolean } {
  return {
    shown: [...document.querySelectorAll('svg')]
      .filter((svg) => getComputedStyle(svg).display !== 'none')
      .map((svg) => svg.classList[1] ?? ''),
    isTooWide: document.documentElement.scrollWidth > innerWidth,
  };
}

export function addImage(src: string): void {
  document.body.append(Object.assign(document.createElement('img'), { src }));
}
