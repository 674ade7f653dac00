// The server's picture of characters, where a result did not come as data; and what is said where there is none.

import { make, say } from './dom.ts';
import type { Picture } from './picture.ts';
import { type BlockResults, isLive } from './protocol.ts';
import { shown, shownLines } from './text.ts';

export class Plain implements Picture {
  readonly #root: HTMLElement;

  constructor(parent: HTMLElement) {
    this.#root = make('pre', 'hw-plain');
    parent.append(this.#root);
  }

  draw(results: BlockResults): void {
    say(this.#root, results.view.slice(0, 200).map((line) => shown(line, 400)).join('\n'));
  }
}

/** Why a block has nothing to show, and what to do. */
export class Nothing implements Picture {
  readonly #message = make('p', 'hw-empty');
  readonly #help = make('p', 'hw-help');

  constructor(parent: HTMLElement) {
    parent.append(this.#message, this.#help);
  }

  draw({ empty, state }: BlockResults): void {
    // A failure says why by itself.
    const waiting = isLive({ state }) ? 'Nothing yet.' : state === 'failed' ? '' : 'Nothing was found.';
    say(this.#message, empty ? shownLines(empty.message) : waiting);
    say(this.#help, empty?.help ? shownLines(empty.help) : '');
  }
}
