// When the results panel's page is sent what blocks show: what is seen as soon as the page has drawn what it was sent
// before, the rest now and then. So a busy page is a few frames behind and never more. No editor in sight.

import type { BlockResults } from './protocol.ts';

/** The server tells of many blocks in one breath; they go together. */
const GATHER_MS = 4;

/** Between two messages: as often as an eye tells pictures apart, and no more work for the page. */
const PAUSE_MS = 33;

/** Cards that are not seen are kept about as fresh as this, for an export and for who scrolls to them. */
const UNSEEN_MS = 1_000;

export interface Clock {
  now(): number;
  /** Gives what takes it back. */
  after(ms: number, run: () => void): () => void;
}

export class Outbox {
  readonly #send: (results: BlockResults[]) => void;
  readonly #clock: Clock;
  /** By block. */
  readonly #unsent = new Map<string, BlockResults>();
  /** What the page knows of each block that matters though it is not seen: the board counts and announces by it. */
  readonly #told = new Map<string, string>();
  /** All are, until the page has said which. */
  #seen: ReadonlySet<string> | undefined;
  /** The page has not drawn yet what it was sent last. */
  #drawing = false;
  #sentAt = -Infinity;
  #allAt: number;
  #timer: { at: number; cancel: () => void } | undefined;

  constructor(send: (results: BlockResults[]) => void, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
    this.#allAt = clock.now();
  }

  put(results: BlockResults): void {
    this.#unsent.set(results.block, results);
    this.#plan();
  }

  /** The page shows these blocks' cards now. */
  see(blocks: readonly string[]): void {
    this.#seen = new Set(blocks);
    this.#plan();
  }

  /** The page has drawn what it was sent. */
  drawn(): void {
    this.#drawing = false;
    this.#plan();
  }

  /** A page that knows nothing yet, or is sent all of it otherwise. */
  reset(known: readonly BlockResults[] = []): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#unsent.clear();
    this.#told.clear();
    known.forEach((results) => this.#told.set(results.block, standing(results)));
    this.#seen = undefined;
    this.#drawing = false;
  }

  #plan(): void {
    if (this.#drawing || this.#unsent.size === 0) {
      return;
    }
    const now = this.#clock.now();
    const soon = [...this.#unsent.values()].some((results) => this.#isDue(results));
    const at = soon ? Math.max(now + GATHER_MS, this.#sentAt + PAUSE_MS) : Math.max(now, this.#allAt + UNSEEN_MS);
    if (this.#timer && this.#timer.at <= at) {
      return;
    }
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#clock.after(at - now, () => this.#flush()) };
  }

  #flush(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    const all = now >= this.#allAt + UNSEEN_MS;
    const due = [...this.#unsent.values()].filter((results) => all || this.#isDue(results));
    if (all) {
      this.#allAt = now;
    }
    if (due.length > 0) {
      this.#sentAt = now;
      this.#drawing = true;
      for (const results of due) {
        this.#unsent.delete(results.block);
        this.#told.set(results.block, standing(results));
      }
      this.#send(due);
    }
    this.#plan();
  }

  #isDue(results: BlockResults): boolean {
    return (this.#seen?.has(results.block) ?? true) || this.#told.get(results.block) !== standing(results);
  }
}

function standing({ flow, state, stale }: BlockResults): string {
  return `${flow} ${state} ${stale}`;
}
