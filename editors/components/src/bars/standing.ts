// Columns that stand, one group a label, and those of a histogram, which touch and have values between them.

import { describe } from '../describe.ts';
import { make, say, set, style } from '../dom.ts';
import type { Picture } from '../picture.ts';
import type { BlockResults } from '../protocol.ts';
import { type Group, type Plot, barsOf, histogramOf } from './data.ts';
import { drawKeys } from './keys.ts';

/** Values are written above columns while there is room. */
const MAX_SAID = 14;

/** Values between the columns of a histogram that fit beside each other. */
const MAX_EDGES = 11;

export class Standing implements Picture {
  readonly #root = make('div', 'hw-columns', { role: 'img', tabindex: 0 });
  readonly #ticks = make('div', 'hw-ticks');
  readonly #room = make('div', 'hw-columns-room');
  readonly #labels = make('div', 'hw-columns-labels');
  readonly #keys = make('ul', 'hw-keys', { 'aria-hidden': 'true' });

  constructor(parent: HTMLElement) {
    this.#root.append(this.#ticks, this.#room, this.#labels);
    parent.append(this.#root, this.#keys);
  }

  draw(results: BlockResults): void {
    const { figure } = results;
    if (figure?.kind === 'histogram') {
      this.#fill(histogramOf(figure));
    } else if (figure && 'labels' in figure) {
      this.#fill(barsOf(figure));
    }
    set(this.#root, { 'aria-label': describe(results), 'data-kind': figure?.kind });
  }

  #fill(plot: Plot): void {
    while (this.#room.children.length > plot.groups.length) {
      this.#room.lastElementChild?.remove();
    }
    const said = plot.groups.length * (plot.groups[0]?.bars.length ?? 0) <= MAX_SAID;
    plot.groups.forEach((group, at) => this.#group(group, at, said));
    this.#marks(this.#ticks, plot.ticks.map(({ text }) => text));
    [...this.#ticks.children].forEach((tick, at) => style(tick as HTMLElement, '--hw-share', (plot.ticks[at]?.share ?? 0).toFixed(4)));
    const every = Math.ceil(plot.edges.length / MAX_EDGES);
    const edges = plot.edges.map((text, at) => (at % every === 0 ? text : ''));
    this.#marks(this.#labels, edges.length > 0 ? edges : plot.groups.map(({ label }) => label));
    drawKeys(this.#keys, plot.legend);
  }

  #marks(root: HTMLElement, texts: string[]): void {
    while (root.children.length > texts.length) {
      root.lastElementChild?.remove();
    }
    texts.forEach((text, at) => {
      const mark = root.children[at] ?? root.appendChild(make('span'));
      say(mark, text);
      set(mark, { title: text });
    });
  }

  #group({ label, bars, open }: Group, at: number, said: boolean): void {
    let group = this.#room.children[at];
    if (group?.children.length !== bars.length) {
      group?.remove();
      group = make('div', 'hw-column-group', {}, ...bars.map(({ color }) => make('div', 'hw-column', { 'data-color': color + 1 }, make('span', 'hw-column-text'))));
      this.#room.insertBefore(group, this.#room.children[at] ?? null);
    }
    set(group, { 'data-open': open, title: `${label}: ${bars.map(({ text }) => text).join(', ')}${open ? ' (still open)' : ''}` });
    bars.forEach(({ share, text }, index) => {
      const column = group.children[index] as HTMLElement;
      style(column, '--hw-share', share.toFixed(4));
      say(column.children[0] as Element, said ? text : '');
    });
  }
}
