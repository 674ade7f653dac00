// A scrolling room of which only the rows that are seen exist. Keeps to the end while it stands there.

import { make, style } from '../dom.ts';
import { scrollTo, windowOf } from './window.ts';

/** Pixels that the style sheet gives at most: a room that is still empty has not its height yet. */
const ROOM = 322;

export class Scroller {
  readonly root: HTMLElement;
  readonly #above = make('div', 'hw-gap', { 'aria-hidden': 'true' });
  readonly #below = make('div', 'hw-gap', { 'aria-hidden': 'true' });
  readonly #extra: () => ReadonlyMap<number, number>;
  readonly #draw: (first: number, end: number) => void;
  /** What stands above the rows and is not scrolled away, in pixels. */
  readonly #head: number;
  #count = 0;
  /** New rows are scrolled to. */
  #atEnd: boolean;

  constructor(root: HTMLElement, content: HTMLElement, draw: (first: number, end: number) => void, options: { head?: number; toEnd?: boolean; extra?: () => ReadonlyMap<number, number> } = {}) {
    this.root = root;
    root.classList.add('hw-scroll');
    this.#draw = draw;
    this.#head = options.head ?? 0;
    this.#atEnd = options.toEnd ?? false;
    this.#extra = options.extra ?? (() => new Map());
    this.root.append(this.#above, content, this.#below);
    this.root.addEventListener('scroll', () => {
      this.#atEnd = this.root.scrollTop > 0 && this.root.scrollTop + this.root.clientHeight >= this.root.scrollHeight - 2;
      this.refresh();
    }, { passive: true });
  }

  draw(count: number): void {
    this.#count = count;
    this.refresh();
    if (this.#atEnd && this.root.scrollTop + this.root.clientHeight < this.root.scrollHeight - 2) {
      this.root.scrollTop = this.root.scrollHeight;
      this.refresh();
    }
  }

  /** Down to the newest, and along with them from now on. */
  toEnd(): void {
    this.#atEnd = true;
    this.draw(this.#count);
  }

  /** The rows that are to be seen may be others now. */
  refresh(): void {
    const { first, end, above, below } = windowOf(this.root.scrollTop, Math.max(ROOM, this.root.clientHeight), this.#count, this.#extra());
    style(this.#above, 'height', `${above}px`);
    style(this.#below, 'height', `${below}px`);
    this.#draw(first, end);
  }

  /** So that a row is seen. */
  reach(row: number): void {
    const to = scrollTo(row, this.root.scrollTop, this.root.clientHeight - this.#head, this.#extra());
    if (to !== null) {
      this.root.scrollTop = to;
      this.refresh();
    }
  }
}
