// When the results panel's page is sent what blocks show: what is seen as soon as the page has drawn what it was sent
// before, the rest now and then. So a busy page is a few frames behind and never more. No editor in sight.

import type { BlockResults } from './protocol.ts';

/** The server tells of many blocks in one breath; they go together. */
const GATHER_MS = 4;

/** Between two messages: as often as an eye tells pictures apart, and no more work for the page. */
const PAUSE_MS = 33;

/** Cards that are not seen are kept about as fresh as this, for an export and for who scrolls to them. */
const UNSEEN_MS = 1_000;

/** Of them go with one message, the oldest first: all at once would make those that are seen wait. */
const UNSEEN_AT_ONCE = 2;

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
  /** When each block was sent last. */
  readonly #sentFor = new Map<string, number>();
  #since: number;
  #timer: { at: number; cancel: () => void } | undefined;

  constructor(send: (results: BlockResults[]) => void, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
    this.#since = clock.now();
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
    this.#sentFor.clear();
    this.#since = this.#clock.now();
    this.#seen = undefined;
    this.#drawing = false;
  }

  #plan(): void {
    if (this.#drawing || this.#unsent.size === 0) {
      return;
    }
    const now = this.#clock.now();
    const unsent = [...this.#unsent.values()];
    const wanted = unsent.some((results) => this.#isDue(results)) ? now + GATHER_MS : Math.min(...unsent.map((results) => this.#unseenAt(results)));
    const at = Math.max(now, wanted, this.#sentAt + PAUSE_MS);
    if (this.#timer && this.#timer.at <= at) {
      return;
    }
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#clock.after(at - now, () => this.#flush()) };
  }

  #flush(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    const unsent = [...this.#unsent.values()];
    const unseen = unsent.filter((results) => !this.#isDue(results) && this.#unseenAt(results) <= now);
    unseen.sort((one, other) => this.#unseenAt(one) - this.#unseenAt(other));
    const due = [...unsent.filter((results) => this.#isDue(results)), ...unseen.slice(0, UNSEEN_AT_ONCE)];
    if (due.length > 0) {
      this.#sentAt = now;
      this.#drawing = true;
      for (const results of due) {
        this.#unsent.delete(results.block);
        this.#told.set(results.block, standing(results));
        this.#sentFor.set(results.block, now);
      }
      this.#send(due);
    }
    this.#plan();
  }

  /** When one that is not seen is to go. */
  #unseenAt({ block }: BlockResults): number {
    return (this.#sentFor.get(block) ?? this.#since) + UNSEEN_MS;
  }

  #isDue(results: BlockResults): boolean {
    return (this.#seen?.has(results.block) ?? true) || this.#told.get(results.block) !== standing(results);
  }
}

function standing({ flow, state, stale }: BlockResults): string {
  return `${flow} ${state} ${stale}`;
}
