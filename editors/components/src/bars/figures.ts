// Few values, large, each with how it stands to the window before and where it came from.

import { describe } from '../describe.ts';
import { make, say, set, svg } from '../dom.ts';
import type { Picture } from '../picture.ts';
import type { BlockResults, Cards } from '../protocol.ts';
import { exact, shown } from '../text.ts';
import { change, trendPath } from './data.ts';

const MAX_FIGURES = 24;

export class Figures implements Picture {
  readonly #root = make('div', 'hw-figures', { role: 'img', tabindex: 0 });

  constructor(parent: HTMLElement) {
    parent.append(this.#root);
  }

  draw(results: BlockResults): void {
    if (results.figure?.kind !== 'card') {
      return;
    }
    const cards = results.figure.cards.slice(0, MAX_FIGURES);
    while (this.#root.children.length > cards.length) {
      this.#root.lastElementChild?.remove();
    }
    cards.forEach((card, at) => this.#one(this.#root.children[at] ?? this.#root.appendChild(empty()), card));
    set(this.#root, { 'aria-label': describe(results) });
  }

  #one(root: Element, { name, text, value, unit, before, trend }: Cards['cards'][number]): void {
    const [title, figure, against, picture] = root.children as unknown as [Element, Element, Element, Element];
    say(title, shown(name, 80));
    set(title, { title: shown(name, 400) });
    say(figure, shown(text, 60));
    say(against, change(value, before));
    set(against, { title: before === null ? null : `the window before: ${exact(before, unit)}` });
    set(picture.firstElementChild as Element, { d: trendPath(trend, 120, 24) });
    set(picture, { 'data-empty': trend.filter((one) => one !== null).length < 2 });
  }
}

function empty(): HTMLElement {
  const trend = svg('svg', { class: 'hw-trend', viewBox: '0 -2 120 28', preserveAspectRatio: 'none' }, svg('path', {}));
  return make('div', 'hw-figure', {}, make('div', 'hw-figure-name'), make('div', 'hw-figure-text'), make('div', 'hw-figure-change'), trend);
}
