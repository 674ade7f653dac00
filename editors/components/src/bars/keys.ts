// Which colour is which series, where there are several.

import { make } from '../dom.ts';

export function drawKeys(list: HTMLElement, names: string[]): void {
  const key = JSON.stringify(names);
  if (list.dataset['of'] !== key) {
    list.dataset['of'] = key;
    list.replaceChildren(...names.map((name, at) => make('li', '', {}, make('span', 'hw-swatch', { 'data-color': at + 1 }), name)));
  }
}
