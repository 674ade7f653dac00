// The names of a chart's lines with their last values. Pressing one hides its line, with Shift all others.

import { make, say, set } from '../dom.ts';
import type { NamedValues } from '../protocol.ts';
import { exact, shown } from '../text.ts';
import { colorOf, lastOf } from './data.ts';

export class Legend {
  readonly #root = make('ul', 'hw-legend', { 'aria-label': 'Lines' });
  readonly #changed: () => void;
  readonly hidden = new Set<string>();

  constructor(parent: HTMLElement, changed: () => void) {
    this.#changed = changed;
    parent.append(this.#root);
  }

  draw(lines: NamedValues[], left: number): void {
    while (this.#root.children.length > lines.length) {
      this.#root.lastElementChild?.remove();
    }
    lines.forEach((line, index) => this.#entry(line, index, lines));
    if (left > 0) {
      const more = `${left} more not drawn`;
      this.#root.append(make('li', 'hw-more', {}, more));
    }
  }

  #entry(line: NamedValues, index: number, lines: NamedValues[]): void {
    let item = this.#root.children[index];
    if (!item?.firstElementChild || item.className === 'hw-more') {
      item?.remove();
      const parts = [make('span', 'hw-swatch'), make('span', 'hw-name'), make('span', 'hw-value')];
      item = make('li', '', {}, make('button', 'hw-line', { type: 'button' }, ...parts));
      this.#root.insertBefore(item, this.#root.children[index] ?? null);
    }
    const button = item.firstElementChild as HTMLButtonElement;
    set(button.children[0] as HTMLElement, { 'data-color': colorOf(line, index) + 1 });
    const last = lastOf(line.values);
    say(button.children[1] as Element, shown(line.name, 80) || '(all)');
    say(button.children[2] as Element, last === null ? '–' : exact(last, line.unit));
    set(button, { 'aria-pressed': !this.hidden.has(line.name), title: `${shown(line.name, 400)}\nHide or show; with Shift, all others` });
    button.onclick = (event) => {
      this.#toggle(line.name, event.shiftKey ? lines.map(({ name }) => name) : null);
      this.#changed();
    };
  }

  #toggle(name: string, all: string[] | null): void {
    if (all) {
      const alone = all.every((other) => (other === name) !== this.hidden.has(other));
      this.hidden.clear();
      all.filter((other) => other !== name && !alone).forEach((other) => this.hidden.add(other));
    } else if (!this.hidden.delete(name)) {
      this.hidden.add(name);
    }
  }
}
