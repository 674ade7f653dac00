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

/** Calls back when the theme's colours may have changed: by the system's settings, or a class that the host sets. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: ['class', 'data-theme', 'style'] });
  }
  const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)'].map((query) => matchMedia(query));
  queries.forEach((query) => query.addEventListener('change', changed));
  return () => {
    observer.disconnect();
    queries.forEach((query) => query.removeEventListener('change', changed));
  };
}
