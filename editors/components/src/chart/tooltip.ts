// What stands at the cursor of a chart: a time, and a line for each value.

import { make, say, set, style } from '../dom.ts';

export interface Entry {
  /** Index of a series' colour; none for a plain line. */
  color?: number;
  name: string;
  value: string;
}

export class Tooltip {
  readonly #root = make('div', 'hw-tooltip', { 'aria-hidden': 'true', hidden: true });
  readonly #title = make('div', 'hw-tooltip-title');
  readonly #entries = make('div', 'hw-tooltip-entries');

  constructor(parent: HTMLElement) {
    this.#root.append(this.#title, this.#entries);
    parent.append(this.#root);
  }

  show(title: string, entries: Entry[], left: number, top: number, room: number): void {
    say(this.#title, title);
    this.#entries.replaceChildren(
      ...entries.flatMap(({ color, name, value }) => {
        const swatch = make('span', 'hw-swatch', { 'data-color': color === undefined ? null : color + 1 });
        return [swatch, make('span', 'hw-tooltip-name', {}, name), make('span', 'hw-tooltip-value', {}, value)];
      }),
    );
    set(this.#root, { hidden: false });
    const { offsetWidth: width } = this.#root;
    const right = left + 14 + width > room;
    style(this.#root, 'left', `${Math.max(0, right ? left - width - 14 : left + 14)}px`);
    style(this.#root, 'top', `${Math.max(0, top - 12)}px`);
  }

  hide(): void {
    set(this.#root, { hidden: true });
  }
}
