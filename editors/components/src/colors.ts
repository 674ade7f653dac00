// The colours of a canvas, which style sheets do not reach: read from the same tokens.

import { MAX_LINES } from './chart/data.ts';

export interface Colors {
  lines: string[];
  text: string;
  grid: string;
  ground: string;
  /** Behind the windows that are still open. */
  open: string;
  heat: string;
  font: string;
}

export function colorsOf(element: Element): Colors {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(`--hw-${name}`).trim();
  return {
    lines: Array.from({ length: MAX_LINES }, (_, index) => color(`series-${index + 1}`)),
    text: color('muted'),
    grid: color('grid'),
    ground: color('ground'),
    open: color('open'),
    heat: color('heat'),
    font: `11px ${style.getPropertyValue('--hw-font').trim() || 'sans-serif'}`,
  };
}

const QUERIES = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)'];

/**
 * Marks an element with the theme that the style sheet is to use: what the page says by `data-theme` and
 * `data-contrast` on its root, else what the system says. Calls back when colours may have changed.
 */
export function followTheme(element: HTMLElement, changed: () => void): () => void {
  const mark = (): void => {
    const { theme, contrast } = document.documentElement.dataset;
    element.dataset['theme'] = theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    element.dataset['contrast'] = contrast ?? (matchMedia('(prefers-contrast: more)').matches ? 'more' : 'normal');
  };
  const again = (): void => {
    mark();
    changed();
  };
  mark();
  const observer = new MutationObserver(again);
  for (const root of [document.documentElement, document.body]) {
    observer.observe(root, { attributes: true, attributeFilter: ['class', 'data-theme', 'data-contrast', 'style'] });
  }
  const queries = QUERIES.map((query) => matchMedia(query));
  queries.forEach((query) => query.addEventListener('change', again));
  return () => {
    observer.disconnect();
    queries.forEach((query) => query.removeEventListener('change', again));
  };
}
