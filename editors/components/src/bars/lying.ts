// Bars that lie, one a label. Shares of a whole are drawn so too: lengths are compared at a glance and angles
// are not, and every share has room for its label and figure.

import { describe } from '../describe.ts';
import { make, say, set, style } from '../dom.ts';
import type { Picture } from '../picture.ts';
import type { BlockResults } from '../protocol.ts';
import { type Group, type Plot, barsOf } from './data.ts';
import { drawKeys } from './keys.ts';

export class Lying implements Picture {
  readonly #root = make('div', 'hw-bars', { role: 'img', tabindex: 0 });
  readonly #keys = make('ul', 'hw-keys', { 'aria-hidden': 'true' });
  readonly #more = make('p', 'hw-note');

  constructor(parent: HTMLElement) {
    parent.append(this.#root, this.#keys, this.#more);
  }

  draw(results: BlockResults): void {
    const { figure } = results;
    if (figure && 'labels' in figure) {
      this.#fill(barsOf(figure));
      set(this.#root, { 'aria-label': describe(results), 'data-kind': figure.kind });
    }
  }

  #fill(plot: Plot): void {
    while (this.#root.children.length > plot.groups.length) {
      this.#root.lastElementChild?.remove();
    }
    plot.groups.forEach((group, at) => this.#group(group, at));
    drawKeys(this.#keys, plot.legend);
    say(this.#more, plot.more > 0 ? `… ${plot.more} more` : '');
  }

  #group({ label, bars, open }: Group, at: number): void {
    let row = this.#root.children[at];
    if (row?.children.length !== bars.length + 1) {
      row?.remove();
      const parts = bars.map(({ color }) => make('div', 'hw-bar', {}, make('div', 'hw-fill', { 'data-color': color + 1 }), make('span', 'hw-bar-text')));
      row = make('div', 'hw-bar-row', {}, make('span', 'hw-bar-label'), ...parts);
      this.#root.insertBefore(row, this.#root.children[at] ?? null);
    }
    style(row as HTMLElement, '--hw-lines', String(bars.length));
    set(row, { 'data-open': open });
    say(row.children[0] as Element, label);
    set(row.children[0] as Element, { title: label });
    bars.forEach(({ share, text, negative }, index) => {
      const [fill, said] = row.children[index + 1]?.children ?? [];
      style(fill as HTMLElement, '--hw-share', share.toFixed(4));
      set(fill as Element, { 'data-negative': negative });
      say(said as Element, text);
    });
  }
}
